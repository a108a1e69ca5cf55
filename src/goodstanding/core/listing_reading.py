"""lists.toml read into the lists, marks and grounds of `listing.py` beside this."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from goodstanding.core.dates import Period
from goodstanding.core.disclosure import read_condition
from goodstanding.core.duty import Duty
from goodstanding.core.fact import FactKind, FieldType
from goodstanding.core.listing import ENTRY_FIELDS, Exit, Ground, ListDefinition, Lists
from goodstanding.core.reading import Table
from goodstanding.core.rule import Rule


def read_lists(
    file: Table, languages: tuple[str, ...], kinds: Mapping[str, FactKind], duties: Mapping[str, Duty]
) -> Lists:
    """Read lists.toml."""
    entry_kind = file.text("entry_kind")
    if entry_kind not in kinds:
        raise file.mistake("entry_kind", f"{entry_kind!r}.", "A fact kind of facts.toml.")
    missing = [name for name in ENTRY_FIELDS if name not in kinds[entry_kind].fields]
    if missing:
        raise file.mistake("entry_kind", f"Kind {entry_kind} lacks {', '.join(missing)}.", "All entry fields.")

    def kind_of(table: Table) -> str:
        kind = table.text("kind", "")
        if kind and kind not in kinds:
            raise table.mistake("kind", f"{kind!r}.", "A fact kind of facts.toml.")
        return kind

    def duty_of(table: Table) -> str:
        duty = table.text("duty", "")
        if duty and duty not in duties:
            raise table.mistake("duty", f"{duty!r}.", "A duty of duties.toml.")
        return duty

    def exit_of(table: Table) -> Exit:
        kind = kind_of(table)
        way = Exit(
            rule=table.rule(languages),
            duty=duty_of(table),
            kind=kind,
            when=read_condition(table, "when", kinds.get(kind)),
            within=table.period("within"),
        )
        if bool(way.duty) == bool(way.kind):
            raise table.mistake("kind", "Both or neither of duty and kind.", "Either a duty or a fact kind.")
        return way

    lists = {}
    for code, table in file.named("list", required=False):
        title = table.words("title", languages)
        is_mark = table.flag("is_mark", False)
        is_public = table.flag("is_public", True)
        types = frozenset(table.texts("subject_types", []))
        grounds = []
        for ground_code, inner in table.named("ground"):
            ends_next = inner.text("ends_next", "")
            kind = kind_of(inner)
            end = inner.maybe_table("end")
            ground = Ground(
                code=ground_code,
                list_code=code,
                rule=inner.rule(languages),
                subject_types=_of_list(inner, types),
                duty=duty_of(inner),
                kind=kind,
                when=read_condition(inner, "when", kinds.get(kind)),
                looks_back=inner.maybe_period("looks_back"),
                within=inner.period("within"),
                exits=tuple(exit_of(way) for way in inner.tables("exit", required=False)),
                term=inner.maybe_period("term"),
                ends_next=_month_day(inner, ends_next) if ends_next else None,
                waits=inner.maybe_period("waits"),
                counted_from=_counted_from(inner, kinds.get(kind)),
                apart=_apart(inner),
                is_state=inner.flag("is_state", False),
                end_rule=None if end is None else _end_rule(end, languages),
                carries=_carries(inner, kinds.get(kind), kinds[entry_kind]),
            )
            if ground.end_rule is not None and ground.term is None and ground.ends_next is None:
                raise inner.mistake("end", "A rule for an end that never comes.", "A term or ends_next beside it.")
            if bool(ground.duty) == bool(ground.kind):
                raise inner.mistake("kind", "Both or neither of duty and kind.", "Either a duty or a fact kind.")
            if ground.apart is not None and not ground.kind:
                raise inner.mistake("apart", "Two facts of no kind.", "A fact kind beside it.")
            grounds.append(ground)
        remedies = tuple(one.rule(languages) for one in table.tables("remedy", required=False))
        lists[code] = ListDefinition(code, title, is_mark, is_public, tuple(grounds), remedies)
    return Lists(entry_kind, file.text("authority"), lists)


def _of_list(table: Table, types: frozenset[str]) -> frozenset[str]:
    """Return whom a ground reaches: whom its list does, unless it names fewer."""
    if not table.has("subject_types"):
        return types
    fewer = frozenset(table.texts("subject_types"))
    if not fewer or (types and not fewer <= types):
        raise table.mistake("subject_types", f"{sorted(fewer)}.", "Some of those whom the list reaches.")
    return fewer


def _carries(table: Table, kind: FactKind | None, entry: FactKind) -> tuple[str, ...]:
    names = table.texts("carries", [])
    for name in names:
        field, taken = entry.fields.get(name), None if kind is None else kind.fields.get(name)
        if name in ENTRY_FIELDS or field is None or taken is None or field.type is not taken.type:
            raise table.mistake("carries", f"{name!r}.", "A field alike in the ground's kind and that of entries.")
    return names


def _counted_from(table: Table, kind: FactKind | None) -> str:
    name = table.text("counted_from", "")
    if name and (kind is None or name not in kind.fields or kind.fields[name].type is not FieldType.DAY):
        raise table.mistake("counted_from", f"{name!r}.", "A field of type day of the ground's fact kind.")
    return name


def _apart(table: Table) -> tuple[Period, Period] | None:
    found = table.maybe_table("apart")
    if found is None:
        return None
    with found:
        least, most = found.period("least"), found.period("most")
        if least.unit is not most.unit or least.number > most.number:
            raise found.mistake("most", "Less than the least, or of another unit.", "The same unit, and no less.")
        return least, most


def _end_rule(table: Table, languages: tuple[str, ...]) -> Rule:
    with table:
        return table.rule(languages)


def _month_day(table: Table, text: str) -> tuple[int, int]:
    try:
        day = date.fromisoformat(f"2001-{text}")
    except ValueError:
        raise table.mistake("ends_next", f"{text!r}.", "A month and day written MM-DD.") from None
    return day.month, day.day
