"""The question at the point of use: for this decision, at this authority, today, which measures bind?

Rules kept here:
- The answer is derived from the facts on the day it is given, never from what was switched on earlier, and holds for
  that day alone.
- What is not in it may not be applied: it lists basis, decision and term of all that binds, and of nothing else.
- It is signed and kept, and whoever applies a measure says what became of it.
- About a person it tells the bans that run and no more. Who was asked about is not kept: the answer binds itself to the
  person by a digest whose other half only the asker has.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import transaction

from goodstanding.core.canonical import canonical_bytes
from goodstanding.core.entity import profile
from goodstanding.core.errors import (
    AnswerUnknown,
    ClassRunMissing,
    DeciderMissing,
    EntityUnknown,
    NoRuleInForce,
    ReasonMissing,
)
from goodstanding.core.ledger import view
from goodstanding.core.measure import Effect, Standing, Target, bans_on, favours_on, for_purpose, measures_on
from goodstanding.core.rulebook import Rulebook
from goodstanding.home import Home
from goodstanding.records import ledger
from goodstanding.records.bans import of_person, person_key
from goodstanding.records.models import MeasureAnswer, MeasureFeedback
from goodstanding.supervise.treated import treated

FORMAT = "goodstanding-may/1"

_ORDER = list(Effect)


MOST_OF_A_NAME = 200  # characters of an authority's name


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked at a point of use.

    Args:
        entity_id: The business, or empty to ask about a person alone.
        purpose: Code of a purpose of the catalogue.
        asked_for: The authority at whose counter the decision is taken.
        asked_by: Who asks.
        person_number: Of the person's identity document, or empty.
    """

    entity_id: str
    purpose: str
    asked_for: str
    asked_by: str
    person_number: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A signed answer.

    Args:
        body: What was signed, as its canonical JSON.
        signature: Ed25519 over the canonical bytes of the body, hex.
        nonce: Of a question about a person: with the number it proves whom the answer is about; kept by nobody here.
    """

    number: str
    body: Mapping[str, Any]
    signature: str
    nonce: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the answer as it is handed out."""
        return {"answer": dict(self.body), "signature": self.signature} | ({"nonce": self.nonce} if self.nonce else {})


def standing_for(book: Rulebook, entity_id: str, purpose: str, day: date, now: datetime) -> tuple[Standing, ...]:
    """Return what binds a business, or favours it, for one purpose on a day: the gravest first.

    Raises:
        EntityUnknown: No registration of it was known to have begun by the day.
        PurposeUnknown: The catalogue knows no such purpose.
    """
    seen = view(ledger.facts_of(entity_id), day, now)
    who = profile(seen, book.roles)
    if who is None:
        raise EntityUnknown(
            asked=f"Which measures bind {entity_id} on {day}.",
            found="No registration of that business was known to have begun by then.",
            wants="The id of a registered business, as scheme:code.",
            next_step="Look the business up by its name or code.",
        )
    found = (
        *measures_on(seen, who.subject_type, book.measures, book.calendar),
        *bans_on(seen, book.measures, Target.BUSINESS),
        *_favours(book, entity_id, day, now),
    )
    return _sorted(for_purpose(found, purpose, book.measures))


def may(home: Home, question: Question, day: date, now: datetime) -> Answer:
    """Answer which measures bind for one purpose today; the answer is signed and kept.

    Args:
        day: The legal day; the answer holds for it alone.
        now: The instant; UTC.
    Raises:
        EntityUnknown: See `standing_for`; or neither a business nor a person is named.
        PurposeUnknown: The catalogue knows no such purpose.
        DeciderMissing: Nobody asks, or for no authority.
    """
    book = home.rulebook
    asked = f"Which measures bind for {question.purpose} on {day}."
    if not question.asked_for.strip() or not question.asked_by.strip():
        raise DeciderMissing(
            asked=asked,
            found="The authority or the asker is not named.",
            wants="Who asks, and for whose decision.",
            next_step="Name both.",
        )
    if len(question.asked_for.strip()) > MOST_OF_A_NAME:
        raise DeciderMissing(
            asked=asked,
            found=f"The authority's name has {len(question.asked_for.strip()):,} characters.",
            wants=f"At most {MOST_OF_A_NAME}: the answer and what follows from it bear the name.",
            next_step="Name the authority as its seal does.",
        )
    if not question.entity_id and not question.person_number.strip():
        raise EntityUnknown(
            asked=asked,
            found="Neither a business nor a person is named.",
            wants="About whom it is asked.",
            next_step="Name the business as scheme:code, or give the number the person shows.",
        )
    found: tuple[Standing, ...] = ()
    if question.entity_id:
        found += standing_for(book, question.entity_id, question.purpose, day, now)
    nonce = person = ""
    if question.person_number.strip():
        key = person_key(home, question.person_number)
        nonce = secrets.token_hex(16)
        person = hmac.new(bytes.fromhex(nonce), key.encode(), hashlib.sha256).hexdigest()
        bans = bans_on(view(of_person(key), day, now), book.measures, Target.PERSON, key)
        found += for_purpose(bans, question.purpose, book.measures)
    else:
        # A purpose nobody published is refused, whoever is asked about.
        for_purpose((), question.purpose, book.measures)
    private = signing_key(home)
    number = f"M{day.year}-{secrets.token_hex(8)}"
    body = {
        "format": FORMAT,
        "number": number,
        "entity": question.entity_id,
        "person": person,
        "purpose": question.purpose,
        "purpose_title": dict(book.measures.purposes[question.purpose]),
        "asked_for": question.asked_for.strip(),
        "day": day.isoformat(),
        "valid_through": day.isoformat(),
        "answered_at": now.isoformat(),
        "ledger_position": ledger.position(),
        "rulebook": book.digest,
        "binds": [statement(one) for one in found if one.effect is not Effect.GIVEN],
        "gives": [statement(one) for one in found if one.effect is Effect.GIVEN],
        "public_key": private.public_key().public_bytes_raw().hex(),
    }
    content = canonical_bytes(body)
    signature = private.sign(content).hex()
    MeasureAnswer.objects.create(
        number=number,
        entity_id=question.entity_id,
        purpose=question.purpose,
        asked_for=question.asked_for.strip(),
        asked_by=question.asked_by,
        as_of=day,
        body=content.decode(),
        signature=signature,
        answered_at=now,
    )
    return Answer(number, body, signature, nonce)


def statement(one: Standing) -> dict[str, Any]:
    """Return a measure as an answer states it: nothing of a person, but that a person is meant."""
    return {
        "measure": one.code,
        "title": dict(one.rule.title),
        "effect": one.effect.value,
        "target": one.target.value,
        "rule": one.rule.number,
        "instrument": one.rule.source.instrument,
        "article": one.rule.source.article,
        "confidence": one.rule.source.confidence.value,
        "decision": one.decision,
        "authority": one.authority,
        "trigger": one.trigger,
        "since": one.span.from_on.isoformat(),
        "until": None if one.span.until_on is None else one.span.until_on.isoformat(),
        "is_ban": one.is_ban,
        "executing": dict(one.executing),
    }


def answer_of(number: str) -> MeasureAnswer:
    """Return an answer by its number.

    Raises:
        AnswerUnknown: There is none.
    """
    found = MeasureAnswer.objects.filter(number=number).first()
    if found is None:
        raise AnswerUnknown(
            asked=f"The answer {number}.",
            found="No answer has that number.",
            wants="The number as it stands on the answer.",
            next_step="Ask again; an answer costs nothing.",
        )
    return found


def kept(row: MeasureAnswer) -> Answer:
    """Return a kept answer as it was handed out, but for the asker's half of a person's digest."""
    return Answer(row.number, json.loads(row.body), row.signature)


def report(
    number: str,
    trigger: str,
    measure: str,
    was_applied: bool,
    note: str,
    done_on: date,
    reported_by: str,
    now: datetime,
) -> MeasureFeedback:
    """Record what the executing authority did with one measure of an answer.

    Raises:
        AnswerUnknown: There is no such answer, or the measure is not in it.
        ReasonMissing: It was not applied and nobody says why.
        DeciderMissing: Nobody reports it.
    """
    asked = f"To report on the measure {measure} of answer {number}."
    row = answer_of(number)
    body = json.loads(row.body)
    if (measure, trigger) not in {(one["measure"], one["trigger"]) for one in (*body["binds"], *body["gives"])}:
        raise AnswerUnknown(
            asked=asked,
            found="The answer holds no such measure: it could not lawfully be applied.",
            wants="A measure that the answer lists.",
            next_step="Choose one of the answer's measures, or ask anew.",
        )
    if not was_applied and not note.strip():
        raise ReasonMissing(
            asked=asked,
            found="No reason is given.",
            wants="Whoever leaves a measure unapplied says why.",
            next_step="Write the reason in a sentence.",
        )
    if not reported_by.strip():
        raise DeciderMissing(
            asked=asked,
            found="Nobody reports it.",
            wants="A person answers for it.",
            next_step="Name who reports.",
        )
    did = MeasureFeedback.Did.APPLIED if was_applied else MeasureFeedback.Did.NOT_APPLIED
    with transaction.atomic():
        return MeasureFeedback.objects.create(
            answer=row,
            measure=measure,
            trigger=trigger,
            did=did,
            done_on=done_on,
            note=note.strip(),
            reported_by=reported_by,
            reported_at=now,
        )


# -- the signature ---------------------------------------------------------------------------------------------------


def signing_key(home: Home) -> Ed25519PrivateKey:
    """Return the key answers are signed with, made at the first answer and kept in the home."""
    file = home.path / "answer_key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(Ed25519PrivateKey.generate().private_bytes_raw())
    return Ed25519PrivateKey.from_private_bytes(file.read_bytes())


def public_key(home: Home) -> str:
    """Return the key answers are verified with, hex; to be published where those who rely on answers look for it."""
    return signing_key(home).public_key().public_bytes_raw().hex()


def verify(answer: Mapping[str, Any], key: str) -> None:
    """Hold a handed-out answer against the authority's public key.

    Args:
        answer: As `Answer.as_json` gave it.
        key: The public key, hex, from where the authority publishes it; the one in the answer proves nothing.
    Raises:
        AnswerUnknown: It is not signed by that key, or was changed since.
    """
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(str(answer["signature"])), canonical_bytes(answer["answer"]))
    except (InvalidSignature, KeyError, TypeError, ValueError):
        raise AnswerUnknown(
            asked="Whether an answer is the authority's.",
            found="It was changed since it was signed, or somebody else signed it.",
            wants="The answer as it was handed out, and the key as the authority publishes it.",
            next_step="Do not rely on it; ask anew.",
        ) from None


def is_about(answer: Mapping[str, Any], home: Home, number: str) -> bool:
    """Tell whether an answer is about the person who shows a number; the asker's half must be with it."""
    nonce = str(answer.get("nonce", ""))
    said = str(answer["answer"]["person"])
    try:
        own = hmac.new(bytes.fromhex(nonce), person_key(home, number).encode(), hashlib.sha256).hexdigest()
    except ValueError:
        return False
    return bool(said) and hmac.compare_digest(own, said)


def _favours(book: Rulebook, entity_id: str, day: date, now: datetime) -> tuple[Standing, ...]:
    try:
        found = treated(book, entity_id, day, now)
    except (ClassRunMissing, NoRuleInForce):
        return ()
    return favours_on(entity_id, found.treatment, found.classed_on, book.measures)


def _sorted(found: tuple[Standing, ...]) -> tuple[Standing, ...]:
    return tuple(sorted(found, key=lambda one: (_ORDER.index(one.effect), one.span.from_on, one.code, one.trigger)))
