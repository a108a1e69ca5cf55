"""Bans in practice: recorded as a statute sets them, withdrawn when their decision falls, gone on their last day.

Rules kept here:
- A ban is recorded only with a line of the catalogue in force on its first day, and for a term that line allows.
- Of a person a mask of the name and a keyed digest of the number are kept, no more: nobody is found by looking.
- Decision, fact and outbox message are written in one transaction. The end stands in the fact itself, so nobody has to
  do anything for a ban to end.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from goodstanding.core.dates import Period, Span
from goodstanding.core.disclosure import masked
from goodstanding.core.errors import (
    BanUnlawful,
    DeciderMissing,
    DecisionDiffers,
    DecisionUnknown,
    EntityUnknown,
    ReasonMissing,
)
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import heads, withdrawal
from goodstanding.core.measure import Target, ban_in_force, ban_span, said, term_of
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import Home
from goodstanding.records import ledger
from goodstanding.records.decisions import APPROVE, decision_of, lock_numbers
from goodstanding.records.models import Decision, FactRecord

BAN = "ban"
"""Kind of the decisions that record or withdraw a ban."""

SOURCE = "decisions.bans"
"""Source code under which bans enter the ledger."""

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Person:
    """A person whom a statute bars; what is here is never written down as it is.

    Args:
        name: As the decision has it.
        number: Of the person's identity document.
    """

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Order:
    """What the deciding authority ordered.

    Args:
        ban: Code of the catalogue line.
        from_on: Day of the event the term runs from.
        term: As decided; ``None`` is for life.
        document: Number of the decision that orders it.
        authority: Who took that decision.
        scope: What exactly is barred, where the statute leaves that to the decision; or empty.
    """

    ban: str
    from_on: date
    term: Period | None
    document: str
    authority: str
    scope: str = ""


def person_key(home: Home, number: str) -> str:
    """Return the key under which a person is recognised, by the number that the person shows.

    The secret lies in the home and in no backup of the records: without it no number can be tried out.
    """
    file = home.path / "person_key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(secrets.token_bytes(_KEY_BYTES))
    plain = "".join(char for char in unicodedata.normalize("NFKC", number).upper() if char.isalnum())
    return hmac.new(file.read_bytes(), plain.encode(), hashlib.sha256).hexdigest()


def impose(
    home: Home, entity_id: str, order: Order, person: Person | None, officer: str, day: date, now: datetime
) -> Decision:
    """Record a ban on a business, or on a person reached through it.

    Args:
        entity_id: The business.
        person: Where the statute bars persons; ``None`` where it bars the business.
        officer: Who records it.
        day: The legal day.
        now: The instant; UTC.
    Raises:
        BanUnlawful: No statute in force sets such a ban for such a term, it is over already or stands already, or it
            reaches the one where the statute bars the other.
        EntityUnknown: The ledger holds no fact of the business.
        DeciderMissing: Nobody records it, or no decision, authority, name or number is given.
    """
    book = home.rulebook
    line = ban_in_force(order.ban, order.from_on, book.measures)
    span = ban_span(line, order.from_on, order.term, book.calendar)
    asked = f"To record the ban {order.ban} through {entity_id} from {order.from_on}."
    if (line.target is Target.PERSON) is (person is None):
        raise BanUnlawful(
            asked=asked,
            found=f"{line.rule.source} bars the {line.target.value}.",
            wants="A ban on whom the statute bars, and on nobody else.",
            next_step="Name the person, or leave the person out.",
        )
    if span.until_on is not None and span.until_on <= day:
        raise BanUnlawful(
            asked=asked,
            found=f"It was over on {span.until_on}.",
            wants="A ban is told only while it runs.",
            next_step="Leave it out.",
        )
    if not all(text.strip() for text in (officer, order.document, order.authority)) or (
        person is not None and not all(text.strip() for text in (person.name, person.number))
    ):
        raise DeciderMissing(
            asked=asked,
            found="Officer, decision, authority, or the person's name or number is missing.",
            wants="Who decided, by which decision, and about whom.",
            next_step="Give all of them.",
        )
    with transaction.atomic():
        lock_numbers()  # before the facts are read: what another decides meanwhile is seen, or waits
        known = ledger.facts_of(entity_id)
        if not known:
            raise EntityUnknown(
                asked=asked,
                found="The ledger holds no fact of that business.",
                wants="The id of a registered business, as scheme:code.",
                next_step="Look the business up by its name or code.",
            )
        payload = {
            "ban": line.code,
            "basis": str(line.rule.source),
            "term": said(order.term),
            "decision": order.document.strip(),
            "authority": order.authority.strip(),
        }
        if order.scope.strip():
            payload["scope"] = order.scope.strip()
        key = ""
        if person is not None:
            key = person_key(home, person.number)
            payload |= {"person": masked(person.name.strip()), "person_key": key}
        kind = book.measures.ban_kinds[line.target]
        book.kinds[kind].check(payload)
        ref = _ref(key or entity_id, order)
        last = heads(fact for fact in known if fact.source == SOURCE and fact.source_ref == ref)
        if any(not fact.span.is_empty for fact in last):
            raise BanUnlawful(
                asked=asked,
                found=f"The decision {order.document} is recorded with that ban.",
                wants="A ban is recorded once.",
                next_step="Look at the file of the business.",
            )
        # Ordered anew after a withdrawal it must not collide with what was withdrawn.
        corrects = last[-1].digest if last else None
        fact = Fact(entity_id, kind, SOURCE, ref, span, now, payload, corrects)
        outcome = _imposed(line.code, span)
        decision = _decision(home, entity_id, line.rule.number, fact.digest, outcome, "", officer, day, now)
        ledger.append([fact], now)
    return decision


def withdraw(home: Home, number: str, reason: str, officer: str, day: date, now: datetime) -> Decision:
    """Withdraw a ban whose decision fell: it was never there.

    Args:
        number: Of the decision that recorded it here.
        reason: Which act of which body voids it.
    Raises:
        DecisionUnknown: There is none of that number, or it recorded no ban that stands.
        ReasonMissing: No reason is given.
        DeciderMissing: Nobody withdraws it.
    """
    asked = f"To withdraw the ban of decision {number}."
    if not reason.strip():
        raise ReasonMissing(
            asked=asked,
            found="No reason is given.",
            wants="Which act of which body makes it void.",
            next_step="Write it in a sentence.",
        )
    if not officer.strip():
        raise DeciderMissing(
            asked=asked,
            found="Nobody withdraws it.",
            wants="A person answers for it.",
            next_step="Name the officer.",
        )
    with transaction.atomic():
        lock_numbers()
        made = decision_of(number)
        facts = ledger.facts_of(made.entity_id)
        gone = {fact.corrects for fact in facts}
        stands = [fact for fact in facts if fact.digest in made.facts and fact.digest not in gone]
        if made.kind != BAN or not stands:
            raise DecisionUnknown(
                asked=asked,
                found="It recorded no ban that stands.",
                wants="The number of a decision that recorded a ban.",
                next_step="Look it up in the list of decisions.",
            )
        outcome = {"verdict": APPROVE, "does": "withdraw", "ban": str(stands[0].payload["ban"]), "undone": number}
        decision = _decision(
            home, made.entity_id, made.rule_number, stands[0].digest, outcome, reason, officer, day, now
        )
        ledger.append([withdrawal(stands[0], SOURCE, stands[0].source_ref, now)], now)
    return decision


def replay(number: str, rulebook_of: Callable[[str], Rulebook]) -> Decision:
    """Derive a ban anew from the statute then in force, and compare.

    Args:
        rulebook_of: Returns a rulebook that is or was in force, by its digest.
    Raises:
        DecisionDiffers: The statute sets no such ban, or the ledger does not hold what the decision made.
    """
    decision = decision_of(number)
    book = rulebook_of(decision.rulebook_digest)
    facts = ledger.facts_of(decision.entity_id)
    fact = next((one for one in facts if [one.digest] == decision.facts), None)
    if fact is None:
        raise _differs(number, "The ledger does not hold the ban it is about.")
    stated = {**decision.outcome, "rule": decision.rule_number}
    try:
        line = ban_in_force(str(fact.payload["ban"]), fact.span.from_on, book.measures)
        span = ban_span(line, fact.span.from_on, term_of(str(fact.payload["term"])), book.calendar)
    except BanUnlawful as error:
        raise _differs(number, error.found) from None
    if decision.outcome["does"] == "impose":
        again = {**_imposed(line.code, span), "rule": line.rule.number}
        if span != fact.span or again != stated:
            raise _differs(number, f"The statute gives {again}, it states {stated}.")
    elif not any(one.corrects == fact.digest and one.span.is_empty for one in facts):
        raise _differs(number, f"The ledger does not hold the withdrawal of {fact.digest}.")
    return decision


def _imposed(ban: str, span: Span) -> dict[str, str]:
    until = "" if span.until_on is None else span.until_on.isoformat()
    return {"verdict": APPROVE, "does": "impose", "ban": ban, "from": span.from_on.isoformat(), "until": until}


def _differs(number: str, found: str) -> DecisionDiffers:
    return DecisionDiffers(
        asked=f"Whether the ban of decision {number} follows from the statute then in force.",
        found=found,
        wants="The same ban, start and end, and the fact it made.",
        next_step="Stop, keep the records as they are, and compare them with a backup.",
    )


def of_person(key: str) -> list[Fact]:
    """Return every fact recorded of bans on one person, withdrawals included."""
    # Found through the unique index of the ledger: a reference begins with the key, and "0" follows "/".
    rows = FactRecord.objects.filter(source=SOURCE, source_ref__gte=f"{key}/", source_ref__lt=f"{key}0")
    ids = sorted(set(rows.values_list("entity_id", flat=True)))
    facts = (fact for _, known in ledger.by_entity(ids) for fact in known)
    return [fact for fact in facts if fact.source == SOURCE and fact.source_ref.startswith(f"{key}/")]


def _ref(subject: str, order: Order) -> str:
    document = hashlib.sha256(order.document.strip().encode()).hexdigest()[:16]
    return f"{subject}/{order.ban}/{document}"


def _numbers(year: int) -> Iterator[str]:
    used = Decision.objects.filter(kind=BAN, number__startswith=f"B{year}-").order_by("-number").first()
    serial = int(used.number.partition("-")[2]) if used else 0
    while True:
        serial += 1
        yield f"B{year}-{serial:08}"


def _decision(
    home: Home,
    entity_id: str,
    rule_number: str,
    digest: str,
    outcome: dict[str, str],
    reason: str,
    officer: str,
    day: date,
    now: datetime,
) -> Decision:
    return Decision.objects.create(
        number=next(_numbers(day.year)),
        kind=BAN,
        entity_id=entity_id,
        rule_number=rule_number,
        as_of=day,
        known_at=now,
        ledger_position=ledger.position(),
        rulebook_digest=home.rulebook_digest,
        facts=[digest],
        outcome=outcome,
        reason=reason,
        decided_by=officer,
        decided_on=day,
        decided_at=now,
    )
