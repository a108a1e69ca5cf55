"""Reading the treatments of inspection.toml, with every way of contradicting oneself refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from goodstanding.core.classification import Area, Scale
from goodstanding.core.dates import Period, Unit
from goodstanding.core.fact import FactKind
from goodstanding.core.inspection import Inspection
from goodstanding.core.reading import Table
from goodstanding.core.rule import overlapping
from goodstanding.core.treatment import (
    MILLION,
    Benefit,
    Exemption,
    Frequency,
    Ground,
    Limit,
    LimitName,
    Mode,
    NoDisturbance,
    Supervision,
    Treatment,
    about_days,
)


def read_supervision(
    file: Table,
    languages: tuple[str, ...],
    kinds: Mapping[str, FactKind],
    scales: Mapping[str, Scale],
    areas: Mapping[str, Area],
    inspection: Inspection,
) -> Supervision:
    """Read ``[[treatment]]``, ``[benefit.<code>]``, ``[[limit]]``, ``[[no_disturbance]]`` and ``[exemption]``."""
    has_clean_result = any(result.is_clean for result in inspection.results.values())
    benefits = {code: Benefit(code, table.rule(languages)) for code, table in file.named("benefit", required=False)}
    limits = tuple(_limits(file, languages))
    treatments: list[Treatment] = []
    for table in file.tables("treatment"):
        one = _treatment(table, languages, scales, areas, inspection.items, benefits)
        limited = {limit.name for limit in limits}
        if one.most_per_year is not None and LimitName.MOST_PER_YEAR not in limited:
            raise table.mistake("most_per_year", "No rule says why.", 'A [[limit]] with name = "most_per_year".')
        if one.cooling_off is not None and LimitName.COOLING_OFF not in limited:
            raise table.mistake("cooling_off", "No rule says why.", 'A [[limit]] with name = "cooling_off".')
        if one.cooling_off is not None and not has_clean_result:
            raise table.mistake("cooling_off", "No result is ever clean.", "A result code with is_clean = true.")
        for other in treatments:
            _check_beside(table, one, other)
        treatments.append(one)
    return Supervision(
        treatments=tuple(treatments),
        benefits=benefits,
        limits=limits,
        no_disturbance=tuple(_no_disturbance(file, languages, scales)),
        exemption=_exemption(file, kinds),
    )


def _treatment(
    table: Table,
    languages: tuple[str, ...],
    scales: Mapping[str, Scale],
    areas: Mapping[str, Area],
    items: Collection[str],
    benefits: Collection[str],
) -> Treatment:
    scale, class_code = table.text("scale"), table.text("class")
    if scale not in scales or class_code not in {band.code for band in scales[scale].bands}:
        raise table.mistake("class", f"{scale}/{class_code}.", "A class of a scale of classification.toml.")
    area = table.text("area", "")
    if area and area not in areas:
        raise table.mistake("area", f"{area!r}.", "A key area of classification.toml.")
    ratio_ppm = table.whole("ratio_ppm")
    if not 0 < ratio_ppm <= MILLION:
        raise table.mistake("ratio_ppm", f"{ratio_ppm}.", "1 to 1,000,000 parts per million: chance reaches everyone.")
    weight = table.whole("weight", 1)
    if weight < 1:
        raise table.mistake("weight", f"{weight}.", "One or more.")
    most = table.maybe_whole("most_per_year")
    if most is not None and most < 1:
        raise table.mistake("most_per_year", f"{most}.", "One or more: what is never checked is supervised by nobody.")
    return Treatment(
        rule=table.rule(languages),
        scale=scale,
        class_code=class_code,
        area=area,
        ratio_ppm=ratio_ppm,
        weight=weight,
        frequency=_frequency(table),
        modes=_modes(table),
        most_per_year=most,
        cooling_off=_lasting(table, "cooling_off") if table.has("cooling_off") else None,
        benefits=_codes(table, "benefits", benefits, "Codes of [benefit.<code>]."),
        items=_codes(table, "items", items, "Codes of [item.<code>]."),
    )


def _check_beside(table: Table, one: Treatment, other: Treatment) -> None:
    """Refuse two treatments of one class at a time, and a key area's that is laxer than its class's."""
    if (one.scale, one.class_code) != (other.scale, other.class_code):
        return
    if not overlapping(one.rule.validity, other.rule.validity):
        return
    if one.area == other.area:
        where = f" in the area {one.area}" if one.area else ""
        found = f"From {one.rule.validity.from_on}, while another from {other.rule.validity.from_on} holds."
        raise table.mistake("valid_from", found, f"One treatment of class {one.class_code}{where} on any day.")
    if one.area and other.area:
        return
    general, special = (other, one) if one.area else (one, other)
    if special.ratio_ppm < general.ratio_ppm:
        found = f"{special.ratio_ppm} in the area {special.area}, {general.ratio_ppm} elsewhere."
        raise table.mistake("ratio_ppm", found, "A key area is never drawn less than its class elsewhere.")
    if special.most_per_year is not None and (
        general.most_per_year is None or special.most_per_year < general.most_per_year
    ):
        found = f"{special.most_per_year} in the area {special.area}, {general.most_per_year or 'no limit'} elsewhere."
        raise table.mistake("most_per_year", found, "A key area is never limited to fewer checks than its class.")
    if about_days(special.cooling_off) > about_days(general.cooling_off):
        found = f"Longer in the area {special.area} than elsewhere."
        raise table.mistake("cooling_off", found, "A key area is never left in peace for longer than its class.")
    often, elsewhere = (0 if one.frequency is None else one.frequency.yearly_ppm for one in (special, general))
    if often < elsewhere:
        found = f"Less often in the area {special.area} than elsewhere."
        raise table.mistake("frequency", found, "A key area is checked no less often than its class.")
    if set(general.items) - set(special.items):
        missing = ", ".join(sorted(set(general.items) - set(special.items)))
        raise table.mistake("items", f"{missing} is missing in the area {special.area}.", "Items are only ever added.")


def _frequency(table: Table) -> Frequency | None:
    inner = table.maybe_table("frequency")
    if inner is None:
        return None
    with inner:
        times = inner.whole("number")
        if times < 1:
            raise inner.mistake("number", f"{times}.", "One or more.")
        per = _lasting(inner, "per")
        if per.unit is Unit.WORKING_DAY:
            raise inner.mistake("per.unit", per.unit.value, "Days, months or years.")
        return Frequency(times, per)


def _lasting(table: Table, name: str) -> Period:
    period = table.period(name)
    if period.number < 1:
        raise table.mistake(f"{name}.number", f"{period.number}.", "One or more.")
    return period


def _modes(table: Table) -> tuple[Mode, ...]:
    said = table.texts("modes", [Mode.VISIT.value])
    known = {mode.value for mode in Mode}
    if not said or len(set(said)) < len(said) or set(said) - known:
        wants = "One or more of " + ", ".join(mode.value for mode in Mode) + ", each once; the first is the usual one."
        raise table.mistake("modes", f"{', '.join(said) or 'An empty list'}.", wants)
    return tuple(Mode(value) for value in said)


def _codes(table: Table, name: str, known: Collection[str], wants: str) -> tuple[str, ...]:
    said = table.texts(name, [])
    if odd := [code for code in said if code not in known]:
        raise table.mistake(name, f"{', '.join(odd)}.", wants)
    if len(set(said)) < len(said):
        raise table.mistake(name, f"{', '.join(said)}.", "Each code once.")
    return said


def _grounds(table: Table) -> frozenset[Ground]:
    said = table.texts("except_for", [])
    known = {ground.value for ground in Ground}
    if odd := [value for value in said if value not in known]:
        wants = "Grounds of a check: " + ", ".join(ground.value for ground in Ground) + "."
        raise table.mistake("except_for", f"{', '.join(odd)}.", wants)
    return frozenset(Ground(value) for value in said)


def _limits(file: Table, languages: tuple[str, ...]) -> Iterator[Limit]:
    seen: list[Limit] = []
    for table in file.tables("limit", required=False):
        limit = Limit(table.rule(languages), table.choice("name", LimitName), _grounds(table))
        for other in seen:
            if other.name is limit.name and overlapping(other.rule.validity, limit.rule.validity):
                found = f"From {limit.rule.validity.from_on}, while another from {other.rule.validity.from_on} holds."
                raise table.mistake("valid_from", found, f"One rule for {limit.name.value} on any day.")
        seen.append(limit)
        yield limit


def _no_disturbance(file: Table, languages: tuple[str, ...], scales: Mapping[str, Scale]) -> Iterator[NoDisturbance]:
    for table in file.tables("no_disturbance", required=False):
        scale, codes = table.text("scale"), table.texts("classes")
        known = {band.code for band in scales[scale].bands} if scale in scales else set()
        if not codes or set(codes) - known:
            found = f"{scale}: {', '.join(codes) or 'no class'}."
            raise table.mistake("classes", found, "Classes of a scale of classification.toml.")
        grounds = _grounds(table)
        if Ground.LOT not in grounds:
            # A class may stay the same for ever; nobody would ever look at it.
            wants = '"lot" among them: the lot of the yearly plan stays open to everyone.'
            raise table.mistake("except_for", f"{', '.join(sorted(grounds)) or 'None'}.", wants)
        yield NoDisturbance(table.rule(languages), scale, frozenset(codes), grounds)


def _exemption(file: Table, kinds: Mapping[str, FactKind]) -> Exemption | None:
    table = file.maybe_table("exemption")
    if table is None:
        return None
    with table:
        kind = table.text("kind")
        if kind not in kinds:
            raise table.mistake("kind", f"{kind!r}.", "A fact kind of facts.toml.")
        longest = _lasting(table, "longest")
        if longest.unit is Unit.WORKING_DAY:
            raise table.mistake("longest.unit", longest.unit.value, "Days, months or years.")
        return Exemption(kind, kinds[kind].rule, longest, _grounds(table))
