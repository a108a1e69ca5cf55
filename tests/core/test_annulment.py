"""What falls with a void fact, what stands, and that an undone history equals one in which nothing of it happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from goodstanding.core.annulment import Made, Undo, Undoing, undoings
from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import View, ended, view
from goodstanding.core.listing import Act
from goodstanding.core.rulebook import Rulebook

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=200)
DAY = date(2026, 3, 2)


def fact(kind: str, days: int, ref: str, **payload: str) -> Fact:
    return Fact("e:1", kind, "test", ref, Span(DAY + timedelta(days=days)), NOW, payload)


def entered(cause: Fact, days: int, number: str) -> tuple[Fact, Made]:
    entry = fact("list_entry", days, number, list="serious", cause=f"fact:{cause.digest}")
    return entry, Made(number, Act.ENTER, (cause.digest,), entry.digest)


def lifted(entry: Fact, cure: Fact, days: int, number: str) -> tuple[Fact, Made]:
    end = ended(entry, DAY + timedelta(days=days), "decisions", number, NOW)
    return end, Made(number, Act.LIFT, (entry.digest, cure.digest), end.digest)


def told(found: tuple[Undoing, ...]) -> list[tuple[Undo, str, str]]:
    return [(one.how, one.fact.kind, one.decision) for one in found]


def undone(found: tuple[Undoing, ...], facts: list[Fact]) -> View:
    return view(
        [*facts, *(one.correction("decisions", f"A{n}", LATER) for n, one in enumerate(found))], date.max, LATER
    )


PENALTY = fact("penalty", 0, "p")
OTHER = fact("penalty", 1, "q")
CURE = fact("address_contact", 9, "c")
ENTRY, ENTERED = entered(PENALTY, 3, "1")
SECOND, SECOND_ENTERED = entered(OTHER, 4, "2")


def test_an_entry_falls_with_its_only_ground() -> None:
    found = undoings(PENALTY, [PENALTY, ENTRY], [ENTERED])
    assert told(found) == [(Undo.WITHDRAW, "penalty", ""), (Undo.WITHDRAW, "list_entry", "1")]
    assert found[1].because == PENALTY.digest
    assert undone(found, [PENALTY, ENTRY]).facts == ()


def test_an_entry_on_another_ground_stands() -> None:
    found = undoings(PENALTY, [PENALTY, OTHER, ENTRY, SECOND], [ENTERED, SECOND_ENTERED])
    assert undone(found, [PENALTY, OTHER, ENTRY, SECOND]).facts == (OTHER, SECOND)


def test_annulling_an_entry_alone_leaves_its_ground() -> None:
    found = undoings(ENTRY, [PENALTY, ENTRY], [ENTERED])
    assert told(found) == [(Undo.WITHDRAW, "list_entry", "1")]


def test_what_left_the_list_already_is_withdrawn_by_its_last_word() -> None:
    end, left = lifted(ENTRY, CURE, 12, "3")
    facts = [PENALTY, ENTRY, CURE, end]
    found = undoings(PENALTY, facts, [ENTERED, left])
    assert told(found) == [(Undo.WITHDRAW, "penalty", ""), (Undo.WITHDRAW, "list_entry", "1")]
    assert found[1].fact == end
    assert undone(found, facts).facts == (CURE,)


def test_a_removal_that_rested_on_a_false_cure_is_undone_and_the_entry_stands_from_its_own_day() -> None:
    end, left = lifted(ENTRY, CURE, 12, "3")
    facts = [PENALTY, ENTRY, CURE, end]
    found = undoings(CURE, facts, [ENTERED, left])
    assert told(found) == [(Undo.WITHDRAW, "address_contact", ""), (Undo.RESTORE, "list_entry", "3")]
    (again,) = undone(found, facts).of("list_entry")
    assert (again.span, again.payload) == (ENTRY.span, ENTRY.payload)


def test_annulling_the_removal_alone_restores_the_entry() -> None:
    end, left = lifted(ENTRY, CURE, 12, "3")
    found = undoings(end, [PENALTY, ENTRY, CURE, end], [ENTERED, left])
    assert told(found) == [(Undo.RESTORE, "list_entry", "3")]


def test_a_corrected_ground_is_still_the_ground() -> None:
    mended = Fact("e:1", "penalty", "test", "p", PENALTY.span, NOW, {"violation": "x"}, corrects=PENALTY.digest)
    found = undoings(mended, [PENALTY, mended, ENTRY], [ENTERED])
    assert told(found) == [(Undo.WITHDRAW, "penalty", ""), (Undo.WITHDRAW, "list_entry", "1")]
    assert found[0].fact == mended


def test_what_is_annulled_already_is_not_annulled_again() -> None:
    facts = [PENALTY, ENTRY]
    corrections = [one.correction("d", f"A{n}", LATER) for n, one in enumerate(undoings(PENALTY, facts, [ENTERED]))]
    assert undoings(PENALTY, [*facts, *corrections], [ENTERED]) == ()


@given(data=st.data())
@settings(deadline=None, max_examples=150)
def test_an_undone_history_equals_one_in_which_it_never_was(data: st.DataObject) -> None:
    causes = [fact("penalty", n, f"p{n}") for n in range(data.draw(st.integers(1, 4)))]
    cures = [fact("address_contact", 20 + n, f"c{n}") for n in range(data.draw(st.integers(0, 2)))]
    root = data.draw(st.sampled_from([*causes, *cures]))
    facts, made, without = [*causes, *cures], [], [one for one in (*causes, *cures) if one != root]
    for number in range(data.draw(st.integers(0, 5))):
        cause = data.draw(st.sampled_from(causes))
        entry, decision = entered(cause, 5 + number, f"n{number}")
        facts.append(entry)
        made.append(decision)
        if cause != root:
            without.append(entry)
        if cures and data.draw(st.booleans()):
            cure = data.draw(st.sampled_from(cures))
            end, left = lifted(entry, cure, 30 + number, f"l{number}")
            facts.append(end)
            made.append(left)
            if root not in (cause, cure):
                without.append(end)
    after = undone(undoings(root, facts, made), facts)
    plain = view(without, date.max, LATER)
    assert said(after) == said(plain)


def said(seen: View) -> list[tuple[str, str, str]]:
    """Return what a view says, in an order of its own: another digest is another place among facts of one day."""
    return sorted((one.kind, str(one.span), str(one.payload)) for one in seen.facts)


def test_the_reference_rulebook_gives_three_working_days(cn: Rulebook) -> None:
    assert cn.annulment is not None
    assert cn.annulment.rule.number == "V-20"
    assert cn.annulment.due_on(date(2026, 4, 30), cn.calendar) == date(2026, 5, 8)
