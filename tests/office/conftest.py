"""An office with one proposal waiting, and an account for each role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.core.cache import cache
from django.test import Client

from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact
from goodstanding.home import Home
from goodstanding.office.accounts import Role, add_account
from goodstanding.records import ledger
from goodstanding.records.listings import tick
from goodstanding.records.models import ProposalRecord
from tests.conftest import NOW

PASSWORD = "correct horse battery"
ENTITY = f"uscc:{1:018}"
PERSON = "欧阳明远"
SignedIn = Callable[[Role], Client]


@pytest.fixture
def office(db: None, home: Home) -> Home:
    """One enterprise that has not filed its report of 2025."""
    region = min(home.rulebook.tables["regions"])
    registration = Fact(
        ENTITY,
        "registration",
        "register",
        "1",
        Span(date(2020, 1, 1)),
        NOW,
        {
            "name": "示范贸易有限公司",
            "subject_type": "enterprise",
            "status": "open",
            "region": region,
            "legal_representative": PERSON,
        },
    )
    ledger.deliver([ledger.Delivered(registration)], NOW)
    tick(home, date(2026, 7, 10), NOW)
    cache.clear()
    return home


@pytest.fixture
def proposal(office: Home) -> ProposalRecord:
    return ProposalRecord.objects.get()


@pytest.fixture
def signed_in(office: Home) -> SignedIn:
    """Return a client signed in with a role; CSRF is checked as in earnest."""

    def client(role: Role) -> Client:
        user = add_account(f"the-{role}", role, PASSWORD)
        signed = Client()
        signed.force_login(user)
        return signed

    return client
