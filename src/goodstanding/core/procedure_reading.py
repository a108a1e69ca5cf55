"""What a file says of procedures, read and refused where a case could come to stand without a way on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from goodstanding.core.dates import Period, Unit
from goodstanding.core.disclosure import read_condition
from goodstanding.core.fact import FactKind
from goodstanding.core.procedure import CALENDAR, OPENING, About, Clock, Expiry, Procedure, Procedures, Step
from goodstanding.core.reading import Table

Words = Mapping[str, Mapping[str, str]]


def read_procedures(
    file: Table,
    of_procedures: Sequence[Table],
    languages: tuple[str, ...],
    effects: Iterable[str],
    kinds: Mapping[str, FactKind],
) -> Procedures:
    """Read procedures.toml and the files of single procedures.

    Args:
        of_procedures: Files with all versions of one procedure each; roles and evidence are those of ``file``.
        kinds: The catalogue, against which it is checked what a procedure is about.
        effects: Codes of what a step may do outside its case.
    Raises:
        RulebookInvalid: Also where a state is reached by nothing, or left by nothing though it is no end.
    """
    roles = _titles(file, "role", languages)
    evidence = _titles(file, "evidence", languages)
    reading = _Reading(languages, frozenset(roles), frozenset(evidence), frozenset(effects), kinds)
    found = [reading.procedure(table) for table in file.tables("procedure", required=False)]
    for one in of_procedures:
        versions = [reading.procedure(table) for table in one.tables("procedure")]
        if {f"procedure_{version.code}.toml" for version in versions} != {one.file}:
            raise one.mistake(
                "procedure", "Another code than that of the file's name.", "One procedure in its own file."
            )
        found += versions
    return Procedures(roles, evidence, tuple(found))


def _titles(file: Table, name: str, languages: tuple[str, ...]) -> Words:
    if not file.has(name):
        return {}
    with file.table(name) as table:
        return {code: table.words(code, languages) for code in table.keys}


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads one procedure after another against what the file declares."""

    languages: tuple[str, ...]
    roles: frozenset[str]
    evidence: frozenset[str]
    effects: frozenset[str]
    kinds: Mapping[str, FactKind]

    def procedure(self, table: Table) -> Procedure:
        code = table.text("code")
        rule = table.rule(self.languages)
        states = _titles(table, "state", self.languages)
        ends = _among(table, "ends", states, "States of this procedure.")
        opens_in = table.text("opens_in")
        if opens_in not in states or opens_in in ends:
            raise table.mistake("opens_in", f"{opens_in!r}.", "A state of this procedure that is no end.")
        steps = tuple(self._step(one, states, ends) for one in table.tables("step"))
        clocks = tuple(self._clock(one, states, steps) for one in table.tables("clock", required=False))
        acting = {step.code for step in steps if step.effect}
        if odd := sorted(acting & {clock.deems for clock in clocks}):
            raise table.mistake("clock", f"{', '.join(odd)}.", "No period's end that acts outside the case by itself.")
        known = {clock.code for clock in clocks}
        if len(known) < len(clocks) or known & {step.code for step in steps}:
            raise table.mistake("clock", "Two of one code, or a step of that code.", "A code of its own for each.")
        for step in steps:
            if odd := sorted({*step.only_after, *step.only_within} - known):
                raise table.mistake(f"step {step.code}", f"{', '.join(odd)}.", "Periods of this procedure.")
            if step.by == {CALENDAR} and step.code not in {clock.deems for clock in clocks}:
                raise table.mistake(f"step {step.code}", "No period deems it taken.", "Roles, or a period that does.")
        about = tuple(self._about(one) for one in table.tables("about", required=False))
        told_with = table.text("told_with", "")
        if told_with and told_with not in {step.code for step in steps}:
            raise table.mistake("told_with", f"{told_with!r}.", "A step of this procedure, or nothing.")
        procedure = Procedure(code, rule, states, opens_in, ends, steps, clocks, about, told_with)
        _check_ways(table, procedure)
        return procedure

    def _about(self, table: Table) -> About:
        kind = table.text("kind")
        if kind not in self.kinds:
            raise table.mistake("kind", f"{kind!r}.", "A fact kind of facts.toml.")
        when = read_condition(table, "when", self.kinds[kind])
        return About(kind, when, table.maybe_period("within"))

    def _step(self, table: Table, states: Words, ends: frozenset[str]) -> Step:
        after = _among(table, "after", states, "States of this procedure.")
        if not after or after & ends:
            raise table.mistake("after", f"{', '.join(sorted(after & ends)) or 'None'}.", "States that are no end.")
        leads_to = table.text("leads_to", "")
        if leads_to and leads_to not in states:
            raise table.mistake("leads_to", f"{leads_to!r}.", "A state of this procedure, or nothing.")
        effect = table.text("effect", "")
        if effect and effect not in self.effects:
            raise table.mistake("effect", f"{effect!r}.", "One of: " + ", ".join(sorted(self.effects)) + ".")
        return Step(
            code=table.text("code"),
            title=table.words("name", self.languages),
            rule=table.rule(self.languages),
            after=after,
            leads_to=leads_to,
            by=_among(table, "by", {*self.roles, CALENDAR}, "Roles of this file."),
            needs=tuple(sorted(_among(table, "needs", self.evidence, "Evidence of this file.", []))),
            not_by_taker_of=frozenset(table.texts("not_by_taker_of", [])),
            only_after=table.texts("only_after", []),
            only_within=table.texts("only_within", []),
            effect=effect,
            serves=table.words("serves", self.languages, {}),
        )

    def _clock(self, table: Table, states: Words, steps: tuple[Step, ...]) -> Clock:
        codes = {step.code for step in steps}
        on_expiry = table.choice("on_expiry", Expiry)
        leads_to, deems = table.text("leads_to", ""), table.text("deems", "")
        if bool(leads_to) is not (on_expiry is Expiry.MOVE) or (leads_to and leads_to not in states):
            raise table.mistake("leads_to", f"{leads_to!r}.", "A state where the end moves the case, else nothing.")
        if bool(deems) is not (on_expiry is Expiry.DEEM) or (deems and deems not in codes):
            raise table.mistake("deems", f"{deems!r}.", "A step where the end deems one taken, else nothing.")
        period = table.period("period")
        pauses = _pairs(table, "pauses", codes)
        if pauses and period.unit in (Unit.MONTH, Unit.YEAR):
            raise table.mistake("pauses", "A period in months or years.", "Days or working days, which can be counted.")
        extended: dict[str, Period] = {}
        if table.has("extended_by"):
            with table.table("extended_by") as inner:
                extended = {step: inner.period(step) for step in inner.keys}
        if odd := sorted(set(extended) - codes):
            raise table.mistake("extended_by", f"{', '.join(odd)}.", "Steps of this procedure.")
        return Clock(
            code=table.text("code"),
            title=table.words("name", self.languages),
            rule=table.rule(self.languages),
            period=period,
            starts_with=_among(table, "starts_with", {*codes, OPENING}, "Steps of this procedure."),
            stops_with=_among(table, "stops_with", codes, "Steps of this procedure.", []),
            on_expiry=on_expiry,
            pauses=pauses,
            extended_by=extended,
            leads_to=leads_to,
            deems=deems,
        )


def _among(table: Table, name: str, known: Iterable[str], wants: str, *default: list[str]) -> frozenset[str]:
    found = frozenset(table.texts(name, *default))
    if odd := sorted(found - set(known)):
        raise table.mistake(name, f"{', '.join(odd)}.", wants)
    return found


def _pairs(table: Table, name: str, codes: set[str]) -> dict[str, str]:
    if not table.has(name):
        return {}
    with table.table(name) as inner:
        found = {stop: inner.text(stop) for stop in inner.keys}
    if odd := sorted({*found, *found.values()} - codes):
        raise table.mistake(name, f"{', '.join(odd)}.", "Steps of this procedure.")
    return found


def _check_ways(table: Table, procedure: Procedure) -> None:
    """Refuse steps of no step, and states that nothing reaches, or that nothing leaves though they are no end."""
    codes = {step.code for step in procedure.steps}
    for step in procedure.steps:
        if odd := sorted(step.not_by_taker_of - codes - {OPENING}):
            raise table.mistake(f"step {step.code}", f"{', '.join(odd)}.", "Steps that another person must take.")
    moves = {(state, step.leads_to) for step in procedure.steps if step.leads_to for state in step.after}
    open_states = set(procedure.states) - procedure.ends
    # Where a period runs no text can tell: its end may find the case in any state that is no end.
    ran_out = {clock.leads_to for clock in procedure.clocks if clock.leads_to}
    moves |= {(state, then) for state in open_states for then in ran_out}
    if lost := sorted(set(procedure.states) - {procedure.opens_in} - {then for _, then in moves}):
        raise table.mistake("state", f"Nothing reaches {', '.join(lost)}.", "A step or a period leads to every state.")
    left = {state for step in procedure.steps if step.leads_to not in ("", *step.after) for state in step.after}
    if stuck := sorted(open_states - left):
        raise table.mistake("state", f"No step leads out of {', '.join(stuck)}.", "A way on from all but the ends.")
