"""Invitations: how a business comes to an account of its own.

Rules kept here:
- An officer invites a registered business; the code is told once and kept as a hash only.
- A code is used once, within thirty days; a second invitation does not end the first.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from goodstanding.core.entity import profile
from goodstanding.core.errors import EntityUnknown, InvitationRefused
from goodstanding.core.ledger import view
from goodstanding.core.rulebook import Rulebook
from goodstanding.records import ledger
from goodstanding.records.models import BusinessAccount, Invitation

VALID_FOR = timedelta(days=30)
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
_LENGTH = 16  # of 32 letters: 80 bits


def invite(book: Rulebook, entity_id: str, officer: str, now: datetime) -> str:
    """Return a fresh code for a registered business, in groups of four.

    Args:
        officer: Who invites.
        now: UTC.
    Raises:
        EntityUnknown: No business of that id is registered.
    """
    known = ledger.facts_of(entity_id)
    if profile(view(known, now.date(), now), book.roles) is None:
        raise EntityUnknown(
            asked=f"To invite {entity_id}.",
            found="No business of that id is registered.",
            wants="The id of a registered business, as scheme:code.",
            next_step="Look it up in the public register.",
        )
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    Invitation.objects.create(
        code_digest=_digest(code),
        entity_id=entity_id,
        invited_by=officer,
        invited_at=now,
        expires_at=now + VALID_FOR,
    )
    return "-".join(code[start : start + 4] for start in range(0, _LENGTH, 4))


def accept(code: str, user: User, now: datetime) -> BusinessAccount:
    """Save a new user as the account of the business that a code was made for, and use the code up.

    Args:
        user: Checked, and not yet saved.
    Raises:
        InvitationRefused: There is no such code, or it was used, or its time is over.
    """
    with transaction.atomic():
        found = Invitation.objects.select_for_update().filter(code_digest=_digest(code)).first()
        if found is None or found.used_at is not None or found.expires_at < now:
            # One answer for all three: a guesser learns nothing.
            raise InvitationRefused(
                asked="To make an account by an invitation.",
                found="The code is unknown, used, or no longer valid.",
                wants=f"A code from the authority, used once and within {VALID_FOR.days} days.",
                next_step="Check the code letter by letter, or ask the authority for another.",
            )
        found.used_at = now
        found.save(update_fields=["used_at"])
        user.save()
        return BusinessAccount.objects.create(user=user, entity_id=found.entity_id, since=now)


def _digest(code: str) -> str:
    bare = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(bare.encode()).hexdigest()
