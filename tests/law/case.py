"""Case files: a situation in plain words and what the rulebook must make of it.

A file holds `[business]` (the registration, with `since`), `[given.<kind>]` (fields a kind's facts have unless a case
says otherwise) and `[[case]]`. A case names its rule, says in one sentence what it shows, and gives a day, facts and
one or more expectations: `proposes`, `shown`, `never_shown`, `in_view`, `due`, `repair`, `never_repaired`, `lacks`,
`classed`, `treated`, `lot`, `binds`, `banned`, `ban`, `gates`, `falls`, `remedies`, `refuses`, `course`; as `edge`, its
name where it is one that `test_cases.py` beside this asks for; and as `confidence` how sure the rulebook is of the rule
where a version of it was not read in full, as `test_rows.py` asks. Keys nobody asked for are refused. A field of a fact
that is called like a key of a case stands in the fact's `fields`.

`shown` and `repair` may name the `target` that shows the fact, and `never_shown` may after the fact's id; this register
otherwise. `in_view` lists what the public sees on the day, beside the registration. `lacks` asks whether the repair of
a fact may be asked for on the day: `{ fact, target, missing }`, each missing thing as its reason and, where another
fact stands in the way, that fact's id ("barred p2"); `rule` and `decide_by` too.

`treated` asks how a class is supervised on the day: `{ scale, class, areas }`, and whatever of `rule`, `ratio_ppm`,
`modes`, `most_per_year`, `cooling_off` (as text, "12 month"), `frequency` ("1 in 2 year"), `benefits` and `items` it
holds to. `lot` asks whether the business of the case may be drawn: `{ scale, class, ground, mode, to_come }`, and
either `left_out_by` with the `until` day (none where the class decides) or `is_in = true`.

`binds` asks at the point of use: `{ purpose, measures = [{ measure, rule, effect }] }`, for the facts of the case on
the day. `banned` lists the bans that run: `{ ban, rule, through }`. `ban` asks what a statute allows: `{ ban, from,
term }` and either `through` (none for life) or `refused = true`. `gates` asks what the record of a penalty says before
an entry: whatever it names of `ground`, `heavier`, `grave` and `exit` as answer, reason and rule number ("met kind
V-01"), and the `weights` of each factor; `judged = false` where nothing judges it. `falls` annuls the fact `root` on
the day: which others fall `with` it, by which `rule`, and `through` which day they must have. `remedies` are those
a decision to enter a `list` names on the day, as rule numbers. `refuses` is a fact that is not taken, `without` a field
that it needs. `course` is the course of one case through its procedure; see `course.py` beside this.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from goodstanding.core.annulment import Made, undoings
from goodstanding.core.classification import areas_of, score
from goodstanding.core.dates import Span
from goodstanding.core.disclosure import due, public_items, shown
from goodstanding.core.entity import profile
from goodstanding.core.errors import BanUnlawful, FactInvalid
from goodstanding.core.fact import Fact, Value
from goodstanding.core.gravity import judge
from goodstanding.core.ledger import view
from goodstanding.core.listing import Act, proposals
from goodstanding.core.measure import Target, ban_in_force, ban_span, bans_on, for_purpose, measures_on, term_of
from goodstanding.core.plan import treatments_in_force
from goodstanding.core.repair import eligibility, first_application
from goodstanding.core.rule import in_force
from goodstanding.core.rulebook import Rulebook, load
from goodstanding.core.treatment import Check, Ground, Mode, left_out, past_of, treatment_of
from tests.law.course import hold_course

ROOT = Path(__file__).parents[2] / "rulebooks"
BUSINESS = "case:1"
_END = datetime(2099, 12, 31, tzinfo=UTC)
EXPECTATIONS = (
    "proposes",
    "shown",
    "never_shown",
    "in_view",
    "due",
    "repair",
    "never_repaired",
    "lacks",
    "classed",
    "treated",
    "lot",
    "binds",
    "banned",
    "ban",
    "gates",
    "falls",
    "remedies",
    "refuses",
    "course",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One case of one file, not yet read."""

    book: str
    file: str
    number: int
    business: Mapping[str, Any]
    given: Mapping[str, Mapping[str, Any]]
    content: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.book}-{self.content['rule']}-{self.file}-{self.number}"


def book_names() -> list[str]:
    return sorted(folder.name for folder in ROOT.iterdir() if (folder / "rulebook.toml").exists())


def read_book(name: str) -> Rulebook:
    return load({path.name: path.read_bytes() for path in sorted((ROOT / name).glob("*.toml"))})


def read_cases(book: str) -> Iterator[Case]:
    for path in sorted((ROOT / book / "cases").glob("*.toml")):
        content = tomllib.loads(path.read_text("utf-8"))
        business, given, cases = content.pop("business"), content.pop("given", {}), content.pop("case")
        assert not content, f"{path}: {sorted(content)} are no keys of a case file"
        for number, case in enumerate(cases, 1):
            yield Case(book, path.stem, number, business, given, case)


def run(case: Case, book: Rulebook) -> None:
    """Hold a rulebook to one case; an assertion fails where it decides otherwise."""
    content = dict(case.content)
    for name in ("rule", "says"):
        assert content.pop(name), f"{case}: {name} is missing"
    content.pop("edge", None)
    content.pop("confidence", None)
    on = content.pop("on", None)
    facts = _facts(case, content, book)
    indicators = content.pop("indicators", None)
    expected = {name: content.pop(name) for name in EXPECTATIONS if name in content}
    assert expected, f"{case}: nothing is expected"
    assert not content, f"{case}: {sorted(content)} are no keys of a case"

    if "proposes" in expected:
        assert on is not None, f"{case}: no day of looking"
        found = [_plain(proposal) for proposal in _proposals(facts, on, book)]
        assert _sorted(found) == _sorted(expected["proposes"])
    if "shown" in expected:
        wanted = dict(expected["shown"])
        result = shown(facts[wanted.pop("fact")], book.disclosure, book.calendar, wanted.pop("target", ""))
        assert result is not None, "It is never shown."
        last = None if result.span.until_on is None else date.fromordinal(result.span.until_on.toordinal() - 1)
        if wanted.pop("without_end", False):
            wanted["through"] = None
        assert {"rule": result.rule.number, "from": result.span.from_on, "through": last} == wanted
    if "never_shown" in expected:
        name, _, target = expected["never_shown"].partition(" ")
        assert not book.kinds[facts[name].kind].is_public or not shown(
            facts[name], book.disclosure, book.calendar, target
        )
    if "in_view" in expected:
        seen = view(facts.values(), on, datetime.combine(on, time.max, UTC))
        names = {one.digest: name for name, one in facts.items()}
        items = public_items(seen, book.kinds, book.disclosure, book.calendar)
        assert sorted({names[item.fact.digest] for item in items} - {"registration"}) == sorted(expected["in_view"])
    if "due" in expected:
        found = [
            {"fact": name, "target": item.deadline.target, "rule": item.deadline.rule.number, "on": item.due_on}
            for name, fact in facts.items()
            if name in {wanted["fact"] for wanted in expected["due"]}
            for item in due(fact, book.disclosure, book.calendar)
        ]
        assert _sorted(found) == _sorted(expected["due"])
    if "repair" in expected:
        wanted = dict(expected["repair"])
        repaired, target = facts[wanted.pop("fact")], wanted.pop("target", "")
        found_day = first_application(repaired, book.repairs, book.calendar, on, target)
        assert found_day is not None, "It can never be repaired."
        assert {"rule": found_day[1].rule.number, "from": found_day[0]} == wanted
    if "never_repaired" in expected:
        assert first_application(facts[expected["never_repaired"]], book.repairs, book.calendar, on) is None
    if "lacks" in expected:
        _hold_eligibility(dict(expected["lacks"]), facts, on, book)
    if "classed" in expected:
        several = expected["classed"] if isinstance(expected["classed"], list) else [expected["classed"]]
        read: set[str] = set()
        for wanted in map(dict, several):
            areas = wanted.pop("areas", [])
            assert set(areas) <= set(book.areas), f"{case}: {areas} are not all key areas of the book"
            (card,) = (card for card in in_force(book.scorecards, on) if card.scale == wanted["scale"])
            known = {name: value for name, value in indicators.items() if name in card.indicators}
            read |= set(known)
            outcome = score(known, card, book.scales[card.scale], areas)
            assert {"scale": card.scale, "class": outcome.class_code, "points": outcome.points} == wanted
        assert read == set(indicators), "No card reads these indicators."
    if "treated" in expected:
        _hold_treatment(dict(expected["treated"]), on, book)
    if "lot" in expected:
        _hold_lot(dict(expected["lot"]), facts, on, book)
    if "binds" in expected:
        _hold_measures(dict(expected["binds"]), facts, on, book)
    if "banned" in expected:
        seen = view(facts.values(), on, datetime.combine(on, time.max, UTC))
        running = [one for target in Target for one in bans_on(seen, book.measures, target)]
        found = [
            {"ban": one.code, "rule": one.rule.number}
            | ({} if one.span.until_on is None else {"through": one.span.until_on - timedelta(days=1)})
            for one in running
        ]
        assert _sorted(found) == _sorted(expected["banned"])
    if "ban" in expected:
        _hold_ban(dict(expected["ban"]), book)
    if "gates" in expected:
        _hold_gates(dict(expected["gates"]), facts, book)
    if "falls" in expected:
        _hold_annulment(dict(expected["falls"]), facts, on, book)
    if "remedies" in expected:
        wanted = dict(expected["remedies"])
        found = [one.number for one in book.lists.lists[wanted.pop("list")].remedies if one.validity.contains(on)]
        assert {"rules": found} == wanted
    if "refuses" in expected:
        _hold_refusal(case, dict(expected["refuses"]), facts, book)
    if "course" in expected:
        hold_course(dict(expected["course"]), on, book)


def _hold_gates(wanted: dict[str, Any], facts: Mapping[str, Fact], book: Rulebook) -> None:
    assert book.gravity is not None
    found = judge(facts[wanted.pop("fact")], facts.values(), book.gravity)
    assert (found is not None) is wanted.pop("judged", True)
    if found is None:
        assert not wanted
        return
    if "weights" in wanted:
        assert {one.factor.code: list(one.said) for one in found.weights} == wanted.pop("weights")
    said = {"ground": found.ground, "heavier": found.heavier, "grave": found.grave, "exit": found.exit}
    told = {name: f"{one.answer.value} {one.because.value} {one.rule.number}" for name, one in said.items()}
    assert {name: told[name] for name in wanted} == wanted


def _hold_annulment(wanted: dict[str, Any], facts: Mapping[str, Fact], on: date, book: Rulebook) -> None:
    """Annul one fact; every entry of the case was made by a decision that rests on its cause alone."""
    assert book.annulment is not None
    entries = [one for one in facts.values() if one.kind == book.lists.entry_kind]
    made = [
        Made(one.source_ref, Act.ENTER, (str(one.payload["cause"]).removeprefix("fact:"),), one.digest)
        for one in entries
    ]
    root, *others = undoings(facts[wanted.pop("root")], facts.values(), made)
    names = {one.digest: name for name, one in facts.items()}
    assert [names[one.fact.digest] for one in others] == wanted.pop("with")
    assert all(one.because == root.fact.digest for one in others)
    after = view([*facts.values(), *(one.correction("case", "x", _END) for one in (root, *others))], on, _END)
    left = {names.get(one.digest) for one in after.of(book.lists.entry_kind)}
    assert left == {names[one.digest] for one in entries} - {names[one.fact.digest] for one in others}
    assert {"rule": book.annulment.rule.number, "through": book.annulment.due_on(on, book.calendar)} == wanted


def _hold_refusal(case: Case, wanted: dict[str, Any], facts: Mapping[str, Fact], book: Rulebook) -> None:
    without, name = wanted.pop("without"), wanted.pop("kind")
    values = {**case.given.get(name, {}), **wanted}
    values.pop(without, None)
    assert book.kinds[name].fields[without].required, f"{case}: {without} is not needed"
    with pytest.raises(FactInvalid, match=f"Field {without}: "):
        _fact(name, values.pop("on"), "refused", values, facts, book)


def _hold_eligibility(wanted: dict[str, Any], facts: Mapping[str, Fact], on: date, book: Rulebook) -> None:
    seen = view(facts.values(), on, datetime.combine(on, time.max, UTC))
    fact, names = facts[wanted.pop("fact")], {one.digest: name for name, one in facts.items()}
    entry_kind, target = book.lists.entry_kind, wanted.pop("target", "")
    asked = eligibility(fact, seen, entry_kind, book.repairs, book.calendar, target)
    found = [f"{one.lack.value} {names[one.fact]}" if one.fact else one.lack.value for one in asked.missing]
    said = {"rule": "" if asked.rule is None else asked.rule.rule.number, "decide_by": asked.decide_by}
    assert sorted(found) == sorted(wanted.pop("missing"))
    assert {name: said[name] for name in wanted} == wanted


def _hold_measures(wanted: dict[str, Any], facts: Mapping[str, Fact], on: date, book: Rulebook) -> None:
    seen = view(facts.values(), on, datetime.combine(on, time.max, UTC))
    who = profile(seen, book.roles)
    assert who is not None
    standing = measures_on(seen, who.subject_type, book.measures, book.calendar)
    found = [
        {"measure": one.code, "rule": one.rule.number, "effect": one.effect.value}
        for one in for_purpose(standing, wanted.pop("purpose"), book.measures)
    ]
    assert _sorted(found) == _sorted(wanted.pop("measures"))
    assert not wanted


def _hold_ban(wanted: dict[str, Any], book: Rulebook) -> None:
    code, from_on, term = wanted.pop("ban"), wanted.pop("from"), term_of(wanted.pop("term"))
    try:
        span = ban_span(ban_in_force(code, from_on, book.measures), from_on, term, book.calendar)
    except BanUnlawful:
        assert wanted == {"refused": True}
        return
    assert ({} if span.until_on is None else {"through": span.until_on - timedelta(days=1)}) == wanted


def _hold_treatment(wanted: dict[str, Any], on: date, book: Rulebook) -> None:
    treatments = treatments_in_force(book.supervision, wanted.pop("scale"), on)
    found = treatment_of(treatments, wanted.pop("class"), wanted.pop("areas", []))
    assert found is not None, "The class has no treatment."
    quiet, often = found.cooling_off, found.frequency
    said = {
        "rule": found.rule.number,
        "ratio_ppm": found.ratio_ppm,
        "modes": [mode.value for mode in found.modes],
        "most_per_year": found.most_per_year,
        "cooling_off": "none" if quiet is None else f"{quiet.number} {quiet.unit.value}",
        "frequency": "none" if often is None else f"{often.times} in {often.per.number} {often.per.unit.value}",
        "benefits": list(found.benefits),
        "items": list(found.items),
    }
    assert {name: said[name] for name in wanted} == wanted


def _hold_lot(wanted: dict[str, Any], facts: Mapping[str, Fact], on: date, book: Rulebook) -> None:
    treatments = treatments_in_force(book.supervision, wanted.pop("scale"), on)
    seen = view(facts.values(), on, datetime.combine(on, time.max, UTC))
    past = past_of(seen, book.inspection, book.supervision, wanted.pop("to_come", 0))
    mode = wanted.pop("mode", None)
    check = Check(Ground(wanted.pop("ground", "lot")), None if mode is None else Mode(mode))
    treatment = treatment_of(treatments, wanted.pop("class"), areas_of(seen, book.areas))
    assert treatment is not None, "The class has no treatment."
    found = left_out(treatment, past, book.supervision, check, on, book.calendar)
    if wanted.pop("is_in", False):
        assert not wanted
        assert found is None
        return
    assert found is not None, "It may be drawn."
    assert (found.rule.number, found.until_on) == (wanted.pop("left_out_by"), wanted.pop("until", None))
    assert not wanted


def _facts(case: Case, content: dict[str, Any], book: Rulebook) -> dict[str, Fact]:
    """Return the registration and the case's facts by their id, in the file's order."""
    registration = {**case.business, **content.pop("business", {})}
    facts = {"registration": _fact(book.roles.kind, registration.pop("since"), "registration", registration, {}, book)}
    for number, raw in enumerate(content.pop("fact", []), 1):
        values = {**case.given.get(raw["kind"], {}), **raw}
        name, kind = values.pop("id", f"fact-{number}"), values.pop("kind")
        values |= values.pop("fields", {})
        if kind == book.roles.kind:
            # A new version of the registration says again whatever it does not change.
            values = {**registration, **values}
        assert name not in facts, f"{case}: {name} stands twice"
        facts[name] = _fact(kind, values.pop("on"), name, values, facts, book)
    return facts


def _fact(kind: str, on: date, name: str, values: dict[str, Any], known: Mapping[str, Fact], book: Rulebook) -> Fact:
    until, known_on = values.pop("until", None), values.pop("known_on", on)
    payload: dict[str, Value] = {}
    for field, value in values.items():
        if isinstance(value, date):
            payload[field] = value.isoformat()
        elif isinstance(value, list):
            payload[field] = tuple(sorted(value))
        elif field == "cause" and value.startswith("fact:"):
            # The lawyer names the fact; the ledger names its digest.
            payload[field] = "fact:" + known[value.removeprefix("fact:")].digest
        else:
            payload[field] = value
    book.kinds[kind].check(payload)
    return Fact(BUSINESS, kind, "case", name, Span(on, until), datetime.combine(known_on, time(), UTC), payload)


def _proposals(facts: Mapping[str, Fact], on: date, book: Rulebook) -> Any:
    seen = view(facts.values(), on, datetime.combine(on, time.max, UTC))
    who = profile(seen, book.roles)
    assert who is not None
    return proposals(seen, who, book.lists, book.duties, book.calendar)


def _plain(proposal: Any) -> dict[str, Any]:
    return {
        "act": proposal.act.value,
        "list": proposal.list_code,
        "ground": proposal.ground_code,
        "rule": proposal.rule.number,
        "arose_on": proposal.arose_on,
        "due_on": proposal.due_on,
    }


def _sorted(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: sorted((key, str(value)) for key, value in item.items()))
