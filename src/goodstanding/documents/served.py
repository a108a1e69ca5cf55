"""The documents on record: found by number and composed as they were served."""

from __future__ import annotations

from goodstanding.certificate import Certificate
from goodstanding.core.document import Document
from goodstanding.documents.certificates import of_certificate
from goodstanding.documents.decisions import of_decision, unknown
from goodstanding.documents.steps import of_step
from goodstanding.documents.wording import Wording
from goodstanding.home import Home
from goodstanding.look.words import LANGUAGES
from goodstanding.records import cases, ledger
from goodstanding.records.decisions import decision_of

_DIGITS = 6  # of a step's serial; no case has more

SAMPLE_MARK = "sample"
"""A file of this name in the home says that its businesses are invented."""


def decision_document(home: Home, number: str, language: str = "") -> Document:
    """Return the document of a decision as served.

    Args:
        language: Empty for the rulebook's first.
    Raises:
        DecisionUnknown: There is none of that number.
        DocumentUnknown: It is not served on a business.
    """
    decision = decision_of(number)
    wording = wording_of(home, decision.rulebook_digest, language)
    return of_decision(decision, ledger.facts_of(decision.entity_id), wording)


def step_document(home: Home, case: str, serial: int, language: str = "") -> Document:
    """Return the notice of a step of a case as served.

    Args:
        serial: Of the step, from 1.
    Raises:
        CaseUnknown: There is no such case.
        DocumentUnknown: It has no such step, or the authority did not take it.
    """
    found = cases.case_of(case)
    written = next((one for one in cases.steps_of(case) if one.serial == serial), None)
    if written is None:
        raise unknown(f"{case}-{serial}", "The case has no such step.")
    wording = wording_of(home, written.rulebook_digest, language)
    return of_step(found, written, ledger.facts_of(found.entity_id), wording)


def certificate_document(home: Home, certificate: Certificate, language: str = "") -> Document:
    """Return a certificate as a document, worded by the rulebook it was given under."""
    return of_certificate(certificate, wording_of(home, certificate.body["rulebook"], language))


def wording_of(home: Home, rulebook_digest: str, language: str) -> Wording:
    """Return the wording under a rulebook that is or was in force; the language the rulebook's first by default."""
    book = home.rulebook_of(rulebook_digest)
    spoken = [one for one in book.languages if one in LANGUAGES] or list(LANGUAGES)
    return Wording(book, language if language in LANGUAGES else spoken[0], (home.path / SAMPLE_MARK).exists())


def document_of(home: Home, number: str, language: str = "") -> Document:
    """Return a document by the number that stands on it: a decision's, or a case's and the serial of a step.

    Raises:
        DecisionUnknown: Nothing has that number.
        DocumentUnknown: See `decision_document` and `step_document`.
    """
    case, _, serial = number.rpartition("-")
    if serial.isascii() and serial.isdecimal() and len(serial) < _DIGITS and cases.is_case(case):
        return step_document(home, case, int(serial), language)
    return decision_document(home, number, language)
