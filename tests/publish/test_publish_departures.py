"""What became of a record: in view, or left by one of five exits, or never there; how copies learn it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.dates import Span
from goodstanding.core.disclosure import shown
from goodstanding.core.exits import Exit, exit_of, exits
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import ended, heads, withdrawal
from goodstanding.core.listing import DECISIONS
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import Home
from goodstanding.publish.departures import departures
from goodstanding.publish.document import Terms
from goodstanding.publish.publisher import document_of, naming_key, publish
from goodstanding.records import ledger
from tests.portal.conftest import reading
from tests.publish.conftest import Publish
from tests.publish.register import KEY, KNOWN_AT, entity_id, entry, fact, penalty, registration

DAY = date(2026, 11, 20)
WHO = 30


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def repair(of: Fact, from_on: date, until_on: date | None = None) -> Fact:
    payload = {"fact": of.digest, "record": f"{of.source} {of.source_ref}", "decision": "2026-R1", "authority": "X"}
    span = Span(from_on, until_on)
    return Fact(of.entity_id, "repair", DECISIONS, f"repair/{of.digest[:8]}", span, at(from_on), payload)


def reorganisation(number: int, from_on: date, until_on: date | None = None, ref: str = "") -> Fact:
    payload = {"court": "X", "case_number": f"2026-{from_on}", "approved": "plan"}
    return Fact(
        entity_id(number), "reorganisation", "court", f"{from_on}{ref}", Span(from_on, until_on), at(from_on), payload
    )


def left(one: Fact, facts: list[Fact], book: Rulebook, day: date = DAY) -> tuple[Exit, date] | None:
    found = exit_of(one, facts, book, day)
    return None if found is None else (found.how, found.on)


def test_a_penalty_whose_time_is_over_expired_and_not_a_day_before(cn: Rulebook) -> None:
    one = penalty(WHO, "1", "2026-03-12", "minor")
    assert left(one, [one], cn, date(2026, 6, 12)) is None
    assert left(one, [one], cn, date(2026, 6, 13)) == (Exit.EXPIRED, date(2026, 6, 13))


def test_the_five_exits_are_kept_apart(cn: Rulebook) -> None:
    one = penalty(WHO, "1", "2026-03-12")
    on = date(2026, 8, 3)
    granted, fell = repair(one, on), repair(one, on, date(2026, 9, 1))
    said_anew = Fact(
        one.entity_id, one.kind, "test", "2", one.span, at(on), {**one.payload, "violation": "other"}, one.digest
    )
    assert left(one, [one, granted], cn) == (Exit.REPAIRED, on)
    assert left(one, [one, said_anew], cn) == (Exit.CORRECTED, on)
    assert left(one, [one, withdrawal(one, "test", "w", at(on))], cn) == (Exit.CORRECTED, on)
    assert left(one, [one, withdrawal(one, DECISIONS, "2026-9", at(on))], cn) == (Exit.ANNULLED, on)
    assert left(one, [one, fell], cn) is None
    assert left(fell, [one, fell], cn) == (Exit.REVOKED, date(2026, 9, 1))


def test_an_entry_left_before_its_term_is_repaired_and_one_that_ran_its_term_expired(cn: Rulebook) -> None:
    early, whole = entry(WHO, "2023-01-09", listed="serious"), entry(WHO, "2023-01-10", listed="serious")
    lifted = ended(early, date(2024, 3, 1), DECISIONS, "2024-1", at(date(2024, 3, 1)))
    assert left(early, [early, lifted], cn) == (Exit.REPAIRED, date(2024, 3, 1))
    assert left(lifted, [early, lifted], cn) == (Exit.REPAIRED, date(2024, 3, 1))
    assert left(whole, [whole], cn, date(2026, 1, 9)) is None
    assert left(whole, [whole], cn) == (Exit.EXPIRED, date(2026, 1, 10))


def test_an_entry_that_stays_in_view_as_history_has_not_left(cn: Rulebook) -> None:
    assert left(entry(WHO, "2024-07-09", "2024-09-02"), [entry(WHO, "2024-07-09", "2024-09-02")], cn) is None


def test_what_was_never_to_be_shown_leaves_nothing(cn: Rulebook) -> None:
    hidden = fact(WHO, "complaint", "1", "2026-08-01", None, topic="t", is_upheld=True)
    assert left(hidden, [hidden, withdrawal(hidden, DECISIONS, "2026-9", KNOWN_AT)], cn) is None


def known(one: Fact) -> Fact:
    """Return a fact as learned on its first day."""
    return replace(one, known_at=at(one.span.from_on), digest="")


DAYS = st.integers(0, 1200).map(lambda days: date(2023, 8, 1) + timedelta(days=days))


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """Facts of one business: records of several kinds, repaired, ended, said anew, withdrawn, more than once."""
    facts = [known(registration(WHO, "A", "2020-01-06"))]
    for number in range(draw(st.integers(1, 5))):
        since = draw(DAYS)
        sort = draw(st.sampled_from(("minor", "moderate", "serious", "abnormal", "listed", "complaint")))
        if sort in ("minor", "moderate", "serious"):
            one = penalty(WHO, str(number), since.isoformat(), sort)
        elif sort == "complaint":
            one = fact(WHO, "complaint", str(number), since.isoformat(), None, topic="t", is_upheld=True)
        else:
            one = entry(WHO, since.isoformat(), listed="serious" if sort == "listed" else sort)
        one = known(one)
        facts.append(one)
        for _ in range(draw(st.integers(0, 3))):
            on = max(draw(DAYS), since + timedelta(days=1))
            act = draw(st.sampled_from(("repair", "revoked", "end", "anew", "void", "annul")))
            last = next(
                head for head in heads(facts) if head.source_ref.startswith(one.source_ref) and head.kind == one.kind
            )
            ref = f"{one.source_ref}/{len(facts)}"
            if last.span.is_empty:
                break
            if act in ("repair", "revoked") and one.kind == "penalty":
                facts.append(repair(last, on, on + timedelta(days=30) if act == "revoked" else None))
            elif act == "end" and last.span.until_on is None:
                facts.append(ended(last, on, DECISIONS, ref, at(on)))
            elif act == "anew":
                field = "violation" if one.kind == "penalty" else "topic" if one.kind == "complaint" else "cause"
                payload = {**last.payload, field: ref}
                facts.append(Fact(one.entity_id, one.kind, "test", ref, last.span, at(on), payload, last.digest))
            elif act in ("void", "annul"):
                facts.append(withdrawal(last, DECISIONS if act == "annul" else "test", ref, at(on)))
    if draw(st.booleans()):
        approved = max(draw(DAYS), date(2025, 12, 25))
        facts.append(reorganisation(WHO, approved, draw(st.sampled_from((None, approved + timedelta(days=200))))))
    return facts


def is_kept_back(one: Fact, facts: list[Fact], day: date) -> bool:
    """Say once more, and plainly, what the rulebook keeps back while a reorganisation is performed."""
    of_them = one.kind == "list_entry" or (
        one.kind == "penalty" and "business_stop" not in one.payload["penalty_types"]
    )
    return of_them and any(
        cause.kind == "reorganisation"
        and one.span.from_on <= cause.span.from_on <= day
        and (cause.span.until_on is None or day < cause.span.until_on)
        for cause in facts
    )


def test_a_record_is_in_view_or_left_by_one_exit_or_was_never_shown(cn: Rulebook) -> None:
    terms = Terms.of(cn, KEY)

    # The rulebook stays outside what hypothesis shows of a failure: it is long.
    @settings(deadline=None)
    @given(histories(), DAYS)
    def holds(facts: list[Fact], day: date) -> None:
        every = [one for one in facts if one.known_at <= at(day)]
        document = document_of(every, day, at(day), terms)
        assert document is not None
        in_view = {item["id"] for item in document["items"]}
        gone = exits(every, cn, day)
        told = departures(every, day, at(day), terms, document)
        after = {one.corrects: one for one in every}
        assert not in_view & set(told)
        for one in every:
            if one.span.is_empty or one.span.from_on > day or one.kind in ("repair", "reorganisation"):
                continue
            following = after.get(one.digest)
            if following is not None and following.payload == one.payload and not following.span.is_empty:
                # One record under two names: whatever became of the later name became of the earlier.
                assert gone.get(one.digest) == gone.get(following.digest)
                continue
            is_never = not cn.kinds[one.kind].is_public or shown(one, cn.disclosure, cn.calendar) is None
            name = terms.name_of(one)
            waits = not is_never and one.digest not in gone and is_kept_back(one, every, day)
            assert (name in in_view) + (one.digest in gone) + is_never + waits == 1
            # Whoever took a copy while it was in view is told so, and nobody else.
            causes = [cause.span.from_on for cause in every if cause.kind == "reorganisation"]
            was_seen = waits and max(one.span.from_on, one.known_at.date()) <= min(causes)
            assert (told.get(name, {}).get("how") == "suspended") == was_seen
            assert one.digest not in gone or gone[one.digest].on <= day

    holds()


def test_of_what_is_kept_back_only_what_was_in_view_is_told(cn: Rulebook) -> None:
    terms, plan = Terms.of(cn, KEY), known(reorganisation(WHO, date(2026, 3, 2)))
    seen = known(penalty(WHO, "1", "2026-01-12"))
    learned_later = replace(penalty(WHO, "2", "2026-01-12"), known_at=at(date(2026, 3, 3)), digest="")
    never_shown = known(penalty(WHO, "3", "2026-01-12", penalty_types=("warning",)))
    told = departures([seen, learned_later, never_shown, plan], DAY, at(DAY), terms, None)
    assert told == {terms.name_of(seen): {"how": "suspended", "on": "2026-03-02"}}


def test_a_record_given_its_end_is_kept_back_under_both_its_names(cn: Rulebook) -> None:
    terms, plan = Terms.of(cn, KEY), known(reorganisation(WHO, date(2026, 3, 2)))
    listed = known(entry(WHO, "2025-07-09"))
    off = ended(listed, date(2025, 9, 1), DECISIONS, "2025-1", at(date(2025, 9, 1)))
    told = departures([listed, off, plan], DAY, at(DAY), terms, None)
    assert told == {terms.name_of(one): {"how": "suspended", "on": "2026-03-02"} for one in (listed, off)}


@pytest.fixture
def mended(home: Home, publish_on: Publish) -> tuple[Home, Fact]:
    """The small register published, a penalty of its first business then repaired, and published again."""
    publish_on()
    of = next(
        one for one in ledger.facts_of(entity_id(0)) if one.kind == "penalty" and one.payload["severity"] != "minor"
    )
    on = DAY + timedelta(days=1)
    ledger.append([repair(of, on)], at(on))
    publish(home, on, at(on))
    return home, of


def test_whoever_keeps_a_copy_learns_that_a_record_was_repaired_and_nothing_of_it(mended: tuple[Home, Fact]) -> None:
    home, of = mended
    name = Terms.of(home.rulebook, naming_key(home)).name_of(of)
    with reading(home.folder("public")) as reader:
        reader.day = "2026-11-21"
        told = reader.get(f"/record/{name}.json")
        body = told.json
        sealed = body.pop("log")
        assert body == {"format": "goodstanding-record/1", "record": name, "how": "repaired", "on": "2026-11-21"}
        assert sealed["statement"] == {"act": "left", "how": "repaired", "on": "2026-11-21", "record": name}
        feed = reader.get("/departures.json").json
        assert {"record": name, "publication": 2, "how": "repaired", "on": "2026-11-21"} in feed["told"]
        assert reader.get(f"/departures.json?after={feed['last']}").json["told"] == []
        page = reader.get(f"/record?name={name}&lang=en").text
        assert "Repaired" in page
        for text in (entity_id(0), str(of.payload["document_number"]), str(of.payload["violation"])):
            assert text not in told.text + json.dumps(feed, ensure_ascii=False) + page


def test_a_record_whose_repair_fell_is_told_as_restored(mended: tuple[Home, Fact]) -> None:
    home, of = mended
    granted = next(one for one in ledger.facts_of(entity_id(0)) if one.kind == "repair")
    fell_on = DAY + timedelta(days=4)
    ledger.append([ended(granted, fell_on, DECISIONS, "2026-R2", at(fell_on))], at(fell_on))
    publish(home, fell_on, at(fell_on))
    name = Terms.of(home.rulebook, naming_key(home)).name_of(of)
    with reading(home.folder("public")) as reader:
        assert reader.get(f"/record/{name}.json").status == 404
        told = [one for one in reader.get("/departures.json").json["told"] if one["record"] == name]
    assert [(one["publication"], one["how"]) for one in told] == [(2, "repaired"), (3, "restored")]


def test_a_record_kept_back_for_a_time_is_told_as_suspended_and_comes_back(home: Home, publish_on: Publish) -> None:
    listed = [registration(21, "重整有限公司"), penalty(21, "7", "2026-10-12"), entry(21, "2026-07-09")]
    ledger.append(listed, KNOWN_AT)
    publish_on()
    until_on = DAY + timedelta(days=20)
    cause = reorganisation(21, DAY, until_on)
    ledger.append([cause], at(DAY))
    publish(home, DAY, at(DAY))
    terms = Terms.of(home.rulebook, naming_key(home))
    names = [terms.name_of(one) for one in listed[1:]]
    with reading(home.folder("public")) as reader:
        page = reader.get(f"/entity/{entity_id(21)}.json")
        assert [item["kind"] for item in page.json["items"]] == ["registration"]
        assert page.json["standing"] == []
        told = [reader.get(f"/record/{name}.json") for name in names]
        assert [(one.json["how"], one.json["on"]) for one in told] == [("suspended", DAY.isoformat())] * 2
        for text in ("reorganisation", str(cause.payload["case_number"])):
            assert text not in page.text + "".join(one.text for one in told)
        assert "Kept back for a time" in reader.get(f"/record?name={names[0]}&lang=en").text
    eve = until_on - timedelta(days=1)
    assert publish(home, eve, at(eve)).written == 0
    assert publish(home, until_on, at(until_on)).written == 1
    with reading(home.folder("public")) as reader:
        reader.day = until_on.isoformat()
        assert {item["id"] for item in reader.get(f"/entity/{entity_id(21)}.json").json["items"]} >= set(names)
        assert [reader.get(f"/record/{name}.json").status for name in names] == [404, 404]
        feed = [one["how"] for one in reader.get("/departures.json").json["told"] if one["record"] in names]
    assert feed == ["suspended", "suspended", "restored", "restored"]


def test_what_lapses_while_it_is_kept_back_is_told_as_expired_on_its_day(home: Home, publish_on: Publish) -> None:
    listed = [registration(22, "和解有限公司"), penalty(22, "8", "2026-09-01", "minor")]
    ledger.append(listed, KNOWN_AT)
    publish_on()
    ledger.append([reorganisation(22, DAY)], at(DAY))
    publish(home, DAY, at(DAY))
    over_on = date(2026, 12, 2)
    assert publish(home, over_on - timedelta(days=1), at(over_on - timedelta(days=1))).written == 0
    publish(home, over_on, at(over_on))
    name = Terms.of(home.rulebook, naming_key(home)).name_of(listed[1])
    with reading(home.folder("public")) as reader:
        feed = [one for one in reader.get("/departures.json").json["told"] if one["record"] == name]
    assert [(one["how"], one["on"]) for one in feed] == [("suspended", "2026-11-20"), ("expired", "2026-12-02")]


def test_what_goes_with_the_page_of_its_business_is_told_too(home: Home, publish_on: Publish) -> None:
    listed = [registration(20, "临时登记有限公司"), penalty(20, "5", "2026-10-12")]
    ledger.append(listed, KNOWN_AT)
    publish_on()
    ledger.append([withdrawal(listed[0], "test", "w", at(DAY))], at(DAY))
    publish(home, DAY, at(DAY))
    terms = Terms.of(home.rulebook, naming_key(home))
    with reading(home.folder("public")) as reader:
        told = [reader.get(f"/record/{terms.name_of(one)}.json").json["how"] for one in listed]
    assert told == ["corrected", "hidden"]


def test_the_list_of_departures_goes_on_page_by_page_and_tells_each_once(
    home: Home, publish_on: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goodstanding.portal.pages.TOLD_PER_PAGE", 1)
    publish_on("2026-11-20")
    publish_on("2030-11-20")
    publish_on("2030-11-20", everything=True)
    found: list[str] = []
    address: str | None = "/departures.json"
    with reading(home.folder("public")) as reader:
        while address is not None:
            answer = reader.get(address).json
            found += [one["record"] for one in answer["told"]]
            address = answer["next"]
        assert reader.get("/departures.json?after=%00").status == 400
    assert len(found) == len(set(found)) > 1
