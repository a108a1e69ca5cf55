"""gravity.toml read into the gates and grounds of `gravity.py` beside this."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from goodstanding.core.fact import FactKind, FieldType
from goodstanding.core.gravity import WHOLE_PPM, AreaGround, ByAmount, ByGrading, ByKind, Factor, Grave, Gravity
from goodstanding.core.reading import Table


def read_gravity(
    file: Table, languages: tuple[str, ...], kinds: Mapping[str, FactKind], procedures: Collection[str]
) -> Gravity:
    """Read gravity.toml.

    Args:
        procedures: Codes of the procedures that the rulebook knows.
    """
    procedure = file.text("procedure")
    if procedure not in procedures:
        raise file.mistake("procedure", f"{procedure!r}.", "A procedure of the rulebook.")
    name = file.text("kind")
    if name not in kinds:
        raise file.mistake("kind", f"{name!r}.", "A fact kind of facts.toml.")
    kind = kinds[name]
    by_kind, by_amount, by_grading, graves, exits = [], [], [], [], []
    for table in file.tables("by_kind"):
        field, found = _coded(table, kind, ("heavier", "open"))
        by_kind.append(ByKind(table.rule(languages), field, found["heavier"], found["open"]))
    for table in file.tables("by_amount"):
        amount, least, most = (_amount(table, key, kind) for key in ("amount", "least", "most"))
        share = table.whole("upper_share_ppm")
        if not 0 < share < WHOLE_PPM:
            raise table.mistake("upper_share_ppm", f"{share}.", f"More than 0 and less than {WHOLE_PPM}.")
        by_amount.append(ByAmount(table.rule(languages), amount, least, most, share))
    for table in file.tables("by_grading"):
        field, found = _coded(table, kind, ("heavier",))
        by_grading.append(ByGrading(table.rule(languages), field, found["heavier"]))
    for table in file.tables("grave"):
        factors = tuple(_factor(code, inner, languages, kind) for code, inner in table.named("factor"))
        graves.append(Grave(table.rule(languages), factors))
    for table in file.tables("exit"):
        exits.append(table.rule(languages))
    grounds: list[AreaGround] = []
    for table in file.tables("ground"):
        field, found = _coded(table, kind, ("areas",))
        ground = AreaGround(table.rule(languages), field, found["areas"], table.flag("needs_heavier", True))
        if twice := sorted(area for one in grounds for area in one.areas & ground.areas):
            raise table.mistake("areas", f"{', '.join(twice)} stand twice.", "Each area under one ground.")
        grounds.append(ground)
    return Gravity(
        procedure=procedure,
        kind=name,
        by_kind=tuple(by_kind),
        by_amount=tuple(by_amount),
        by_grading=tuple(by_grading),
        grave=tuple(graves),
        exit_rules=tuple(exits),
        grounds=tuple(grounds),
    )


def _coded(table: Table, kind: FactKind, keys: tuple[str, ...]) -> tuple[str, dict[str, frozenset[str]]]:
    """Read the field of a table, and the lists of its codes under some keys."""
    name = table.text("field")
    field = kind.fields.get(name)
    if field is None or not field.table:
        raise table.mistake("field", f"{name!r}.", f"A field with codes of kind {kind.code}.")
    found = {key: frozenset(table.texts(key)) for key in keys}
    for key, codes in found.items():
        if odd := sorted(codes - field.codes):
            raise table.mistake(key, f"{', '.join(odd)}.", f"Codes of table {field.table}.")
    return name, found


def _amount(table: Table, key: str, kind: FactKind) -> str:
    name = table.text(key)
    field = kind.fields.get(name)
    if field is None or field.type is not FieldType.INTEGER:
        raise table.mistake(key, f"{name!r}.", f"A field of type integer in kind {kind.code}.")
    return name


def _factor(code: str, table: Table, languages: tuple[str, ...], kind: FactKind) -> Factor:
    factor = Factor(code, table.words("title", languages), table.text("field", ""), table.texts("counts_same", []))
    for name in (factor.field, *factor.counts_same):
        if name and name not in kind.fields:
            raise table.mistake("field", f"{name!r}.", f"A field of kind {kind.code}.")
    return factor
