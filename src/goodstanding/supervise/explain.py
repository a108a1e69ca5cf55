"""Why a business is in its class: from the ledger to points, facts and rules, what changed, and what would change it.

Rules kept here:
- An explanation is worked out anew from the ledger, by the statement that classifies everyone.
- What changed is told against the latest class recorded before that was another state of things, or against a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from goodstanding.core.classification import Area, DirectRule, Line, Outcome, Scale, Scorecard, Signal, Weighing
from goodstanding.core.entity import Profile, profile
from goodstanding.core.errors import EntityUnknown
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.behind import AREA, Behind, Known, behind, place, rows_in, seen_on, units
from goodstanding.engine.instant import instant_of
from goodstanding.engine.score import Classified
from goodstanding.home import Home
from goodstanding.records import ledger
from goodstanding.records.classes import GONE
from goodstanding.records.models import ClassRecord
from goodstanding.supervise.ahead import Ahead, Now, look_ahead
from goodstanding.supervise.weighed import parties


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the scorecard, and the facts behind it.

    Args:
        facts: Those that make it what it is, except:
        easing: those without which it would give more points.
    """

    weighing: Weighing
    line: Line
    facts: tuple[Fact, ...]
    easing: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A direct rule or a signal that holds, and the facts behind what it asks."""

    rule: DirectRule | Signal
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that gives other points than before.

    Args:
        before: ``None`` where the scorecard of then had no such line; ``after`` likewise.
        new: Facts that stand behind it now and did not.
        gone: Facts that stood behind it and no longer do.
    """

    indicator: str
    area: str
    before: Line | None
    after: Line | None
    new: tuple[Fact, ...]
    gone: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What changed since an earlier class.

    Args:
        run: Number of the classification compared with; ``None`` where a day was asked for.
        lines: Lines with other points, those of the present card first.
        new: Facts weighed now and not then.
        gone: Facts weighed then and not now: corrected, or no longer in view.
    """

    run: int | None
    as_of: date
    class_code: str
    points: int
    lines: tuple[LineChange, ...]
    new: tuple[Fact, ...]
    gone: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that can be said of one business's class on one day.

    Args:
        who: By its registration on the day.
        change: ``None`` where there is no earlier class.
    """

    entity_id: str
    who: Profile
    as_of: date
    known_at: datetime
    book: Rulebook
    scale: Scale
    card: Scorecard
    placed: Classified
    outcome: Outcome
    reasons: tuple[Reason, ...]
    held: tuple[Held, ...]
    areas: tuple[tuple[Area, tuple[Fact, ...]], ...]
    change: Change | None
    ahead: Ahead


@dataclass(frozen=True, slots=True)
class _State:
    """A business as one rulebook saw it on one day."""

    known: Known
    card: Scorecard
    placed: Classified
    weighed: tuple[Fact, ...]
    behind: Mapping[str, Behind]


def explain_one(
    home: Home, entity_id: str, as_of: date, known_at: datetime, scale: str = "", since: date | None = None
) -> Explanation:
    """Return why a business is in its class, what changed, and what would change it, from the ledger as it stands.

    Args:
        scale: Which scale; by default the rulebook's first.
        since: Tell what changed since this day, as far as it is known now; by default since the latest class recorded
            before that was another state of things.
    Raises:
        EntityUnknown: No such business was registered by the day.
        ScaleUnknown: The rulebook has no such scale.
        NoRuleInForce: No scorecard of the scale is in force on the day.
        CalendarYearUnknown: A display period counts working days of a year not covered.
    """
    book = home.rulebook
    card = book.scorecard_on(scale, as_of)
    stored = ledger.facts_of(entity_id)
    now = _state(book, card, stored, as_of, known_at)
    who = None if now is None else profile(view(now.known.facts, as_of, known_at), book.roles)
    if now is None or who is None:
        raise EntityUnknown(
            asked=f"The class of {entity_id} on {as_of}.",
            found="No registration of that business was known to have begun by then.",
            wants="The id of a registered business, as scheme:code.",
            next_step="Look the business up by its name or code, or choose a later day.",
        )
    outcome = now.placed.outcome(card)
    held: list[DirectRule | Signal] = [*outcome.direct, *outcome.signals]
    if since is None:
        change = _change_since_run(home, entity_id, now, as_of, known_at)
    else:
        before = _state(book, book.scorecard_on(card.scale, since), stored, since, known_at)
        change = None if before is None else _change(None, since, before, now)
    return Explanation(
        entity_id=entity_id,
        who=who,
        as_of=as_of,
        known_at=known_at,
        book=book,
        scale=book.scales[card.scale],
        card=card,
        placed=now.placed,
        outcome=outcome,
        reasons=tuple(
            Reason(
                weighing,
                line,
                _less(now.behind[weighing.indicator].facts, now.behind[weighing.indicator].easing),
                now.behind[weighing.indicator].easing,
            )
            for weighing, line in zip(card.weighings, outcome.lines, strict=True)
        ),
        held=tuple(Held(rule, _behind_rule(rule, now)) for rule in held),
        areas=tuple(
            (book.areas[code], now.behind[AREA + code].facts) for code in card.areas if code in now.placed.areas
        ),
        change=change,
        ahead=look_ahead(book, Now(now.known, who, as_of, card, now.placed, now.behind)),
    )


def _behind_rule(rule: DirectRule | Signal, now: _State) -> tuple[Fact, ...]:
    condition = rule.condition
    keys = (condition.indicator, AREA + condition.area)
    found = [fact for key in keys for fact in now.behind.get(key, Behind()).facts]
    return tuple({fact.digest: fact for fact in found}.values())


def _state(
    book: Rulebook,
    card: Scorecard,
    stored: Sequence[Fact],
    as_of: date,
    known_at: datetime,
    through: int | None = None,
) -> _State | None:
    """Return a business as it stood, or ``None`` where it was not registered.

    Args:
        through: Ledger position up to which the facts of related businesses are read.
    """
    facts = view(stored, date.max, known_at).facts
    if not facts:
        return None
    ready = instant_of(book, card)
    known = Known(facts, known_at, parties(book, facts, through))
    everything = units(ready, book, known)
    (placed,) = place(ready, [rows_in(everything)], as_of)
    if placed is None:
        return None
    weighed = tuple(unit.fact for unit in seen_on(everything, as_of))
    return _State(known, card, placed, weighed, behind(ready, book, card, known, as_of))


def _change_since_run(home: Home, entity_id: str, now: _State, as_of: date, known_at: datetime) -> Change | None:
    earlier = ClassRecord.objects.filter(
        entity_id=entity_id, run__scale=now.card.scale, run__as_of__lte=as_of, run__known_at__lte=known_at
    )
    for record in earlier.select_related("run").order_by("-run__as_of", "-run__known_at", "-run_id").iterator():
        run = record.run
        if record.class_code == GONE:
            continue  # it was not registered then
        if run.as_of == as_of and record.values == now.placed.values_json:
            continue  # the class being explained
        book = home.rulebook_of(run.rulebook_digest)
        card = book.scorecard_on(run.scale, run.as_of)
        stored = ledger.facts_of(entity_id, run.ledger_position)
        before = _state(book, card, stored, run.as_of, run.known_at, run.ledger_position)
        return None if before is None else _change(run.pk, run.as_of, before, now)
    return None


def _change(run: int | None, as_of: date, before: _State, now: _State) -> Change:
    then_lines, now_lines = _lines(before), _lines(now)
    changed = []
    for key in dict.fromkeys([*now_lines, *then_lines]):
        was, is_ = then_lines.get(key), now_lines.get(key)
        if (was.points if was else 0) == (is_.points if is_ else 0):
            continue
        old, new = (state.behind.get(key[0], Behind()).facts for state in (before, now))
        changed.append(LineChange(*key, was, is_, _less(new, old), _less(old, new)))
    return Change(
        run=run,
        as_of=as_of,
        class_code=before.placed.class_code,
        points=before.placed.points,
        lines=tuple(changed),
        new=_less(now.weighed, before.weighed),
        gone=_less(before.weighed, now.weighed),
    )


def _lines(state: _State) -> dict[tuple[str, str], Line]:
    lines = state.placed.lines(state.card)
    return {(one.indicator, one.area): line for one, line in zip(state.card.weighings, lines, strict=True)}


def _less(facts: Sequence[Fact], others: Sequence[Fact]) -> tuple[Fact, ...]:
    known = {fact.digest for fact in others}
    return tuple(fact for fact in facts if fact.digest not in known)
