"""What somebody began to write for a step of a case and has not sent: theirs alone, and gone when sent or discarded.

Rules kept here:
- A draft is of one account, one case and one step. Nobody else sees it, and it enters neither the case nor the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from goodstanding.records.models import Draft


def keep(account: str, case: str, step: str, evidence: Mapping[str, str], reason: str, now: datetime) -> None:
    """Keep a draft in place of an earlier one of the same step."""
    said = {code: text for code, text in evidence.items() if text}
    Draft.objects.update_or_create(
        account=account, case=case, step=step, defaults={"evidence": said, "reason": reason, "saved_at": now}
    )


def of(account: str, case: str) -> dict[str, Draft]:
    """Return an account's drafts in a case, by step."""
    return {one.step: one for one in Draft.objects.filter(account=account, case=case)}


def waiting(account: str) -> list[Draft]:
    """Return every draft of an account, the latest first."""
    return list(Draft.objects.filter(account=account).order_by("-saved_at"))


def discard(account: str, case: str, step: str) -> None:
    """Discard a draft; one that is not there is no mistake."""
    Draft.objects.filter(account=account, case=case, step=step).delete()
