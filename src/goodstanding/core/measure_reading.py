"""measures.toml read into the catalogue of `measure.py` beside this; whatever it leaves without a basis is refused."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from goodstanding.core.dates import Period
from goodstanding.core.disclosure import read_condition
from goodstanding.core.fact import Exposure, FactKind, Subject
from goodstanding.core.measure import (
    BAN_FIELDS,
    PERSON_FIELDS,
    Ban,
    Effect,
    Favour,
    Measure,
    Measures,
    Target,
    term_of,
)
from goodstanding.core.reading import Table
from goodstanding.core.rule import Confidence, Rule, overlapping
from goodstanding.core.treatment import Benefit, about_days


def read_measures(
    file: Table, languages: tuple[str, ...], kinds: Mapping[str, FactKind], benefits: Mapping[str, Benefit]
) -> Measures:
    """Read ``[purpose.<code>]``, ``[[measure]]``, ``[favour.<code>]``, ``[[ban]]`` and ``[ban_kinds]``."""
    purposes = {code: table.words("title", languages) for code, table in file.named("purpose")}
    ban_kinds = _ban_kinds(file, kinds)
    measures: list[Measure] = []
    for table in file.tables("measure", required=False):
        one = _measure(table, languages, kinds, purposes)
        _check_once(table, [(other.code, other.rule) for other in measures], one.code, one.rule)
        measures.append(one)
    favours = []
    for code, table in file.named("favour", required=False):
        if code not in benefits:
            raise table.mistake("", f"{code!r}.", "A [benefit.<code>] of inspection.toml.")
        favours.append(Favour(benefits[code], _purposes(table, purposes), table.words("executing", languages)))
    bans: list[Ban] = []
    for table in file.tables("ban", required=False):
        ban = _ban(table, languages, purposes)
        if ban.target not in ban_kinds:
            raise table.mistake("target", f"{ban.target.value!r}.", "A fact kind for such bans in [ban_kinds].")
        _check_once(table, [(other.code, other.rule) for other in bans], ban.code, ban.rule)
        bans.append(ban)
    return Measures(purposes, tuple(measures), tuple(favours), tuple(bans), ban_kinds)


def _measure(
    table: Table, languages: tuple[str, ...], kinds: Mapping[str, FactKind], purposes: Mapping[str, object]
) -> Measure:
    kind = table.text("kind")
    if kind not in kinds:
        raise table.mistake("kind", f"{kind!r}.", "A fact kind of facts.toml.")
    effect = table.choice("effect", Effect)
    if effect is Effect.GIVEN:
        raise table.mistake("effect", effect.value, "A benefit comes with a treatment; put it under [favour.<code>].")
    term = table.maybe_period("term")
    if term is not None and term.number < 1:
        raise table.mistake("term.number", f"{term.number}.", "One or more.")
    return Measure(
        code=table.text("code"),
        rule=_founded(table, languages),
        effect=effect,
        target=table.choice("target", Target, Target.BUSINESS),
        purposes=_purposes(table, purposes),
        subject_types=frozenset(table.texts("subject_types", [])),
        kind=kind,
        when=read_condition(table, "when", kinds[kind]),
        term=term,
        requesting=table.words("requesting", languages),
        executing=table.words("executing", languages),
    )


def _ban(table: Table, languages: tuple[str, ...], purposes: Mapping[str, object]) -> Ban:
    with table.table("term") as term:
        either = tuple(_length(term, "either", text) for text in term.texts("either", []))
        # The longest stands last.
        least, most = (either[0], either[-1]) if either else (_term(term, "least"), _term(term, "most"))
        if _days(most) < _days(least):
            raise term.mistake("most", "Less than the least.", "No less than the least.")
    return Ban(
        code=table.text("code"),
        rule=_founded(table, languages),
        target=table.choice("target", Target),
        who=table.words("who", languages),
        act=table.words("act", languages),
        starts_with=table.words("starts_with", languages),
        purposes=_purposes(table, purposes),
        least=least,
        most=most,
        either=either,
    )


def _term(table: Table, name: str) -> Period | None:
    return _length(table, name, table.text(name))


def _length(table: Table, name: str, text: str) -> Period | None:
    try:
        return term_of(text)
    except ValueError:
        raise table.mistake(name, f"{text!r}.", "Such as 5 year, or life.") from None


def _days(term: Period | None) -> int:
    """Return about how long a term is; life is longer than any."""
    return sys.maxsize if term is None else about_days(term)


def _founded(table: Table, languages: tuple[str, ...]) -> Rule:
    """Read a rule, and refuse one that nobody has a legal basis for."""
    rule = table.rule(languages)
    if not rule.source.instrument.strip() or not rule.source.article.strip():
        raise table.mistake("source.article", "No article.", "The instrument and the article that allow the measure.")
    if rule.source.confidence is Confidence.ASSUMED:
        raise table.mistake("source.confidence", "assumed.", "A measure that rests on law somebody has seen.")
    return rule


def _purposes(table: Table, known: Mapping[str, object]) -> frozenset[str]:
    said = table.texts("purposes")
    if not said or set(said) - set(known):
        raise table.mistake("purposes", f"{', '.join(said) or 'An empty list'}.", "Codes of [purpose.<code>].")
    return frozenset(said)


def _check_once(table: Table, others: list[tuple[str, Rule]], code: str, rule: Rule) -> None:
    for other, its_rule in others:
        if other == code and overlapping(its_rule.validity, rule.validity):
            raise table.mistake("code", f"{code!r} stands twice on some days.", "One version of a line on any day.")


def _ban_kinds(file: Table, kinds: Mapping[str, FactKind]) -> dict[Target, str]:
    found: dict[Target, str] = {}
    table = file.maybe_table("ban_kinds")
    if table is None:
        return found
    with table:
        for target in Target:
            code = table.text(target.value, "")
            if not code:
                continue
            if code not in kinds:
                raise table.mistake(target.value, f"{code!r}.", "A fact kind of facts.toml.")
            needs = BAN_FIELDS + (PERSON_FIELDS if target is Target.PERSON else ())
            if missing := [name for name in needs if name not in kinds[code].fields]:
                raise table.mistake(target.value, f"Kind {code} lacks {', '.join(missing)}.", "All fields of a ban.")
            if target is Target.PERSON:
                _check_person(table, kinds[code])
            found[target] = code
    return found


def _check_person(table: Table, kind: FactKind) -> None:
    """Refuse a kind that would weigh or show who a banned person is."""
    bare = [name for name in PERSON_FIELDS if kind.fields[name].exposure is Exposure.PUBLIC]
    if kind.is_feature or kind.subject is not Subject.PERSON or bare:
        wants = 'subject = "person", is_feature = false, and who it is masked or official.'
        raise table.mistake(Target.PERSON.value, f"Kind {kind.code} shows or weighs a person.", wants)
