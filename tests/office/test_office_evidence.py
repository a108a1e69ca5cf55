"""Files and drafts: what a business hands in is its own, kept as it was sent, receipted, and read by nobody else."""

from __future__ import annotations

import hashlib
import stat
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from goodstanding.core.dates import Span
from goodstanding.core.errors import UploadHarmed
from goodstanding.core.fact import Fact
from goodstanding.home import Home
from goodstanding.look.formats import format_day
from goodstanding.office import cases, mine
from goodstanding.office.accounts import Role
from goodstanding.office.evidence import MOST_WORDS
from goodstanding.records import ledger, uploads
from goodstanding.records.evidence_file import MOST_BYTES
from goodstanding.records.invitations import invite
from goodstanding.records.models import CaseStep, Draft, Upload
from tests.conftest import NOW
from tests.office.conftest import ENTITY, PASSWORD, SignedIn
from tests.records.test_records_evidence_file import A_PDF, A_PNG, package

OTHER = f"uscc:{2:018}"
WORDS = {"evidence.application": "We ask.", "evidence.commitment": "We promise.", "evidence.performance": "Paid."}


def a_file(content: bytes = A_PDF, name: str = "paid.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


@pytest.fixture
def own(office: Home, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A business signed in, with a penalty that may be repaired on the day."""
    payload = {"document_number": "1", "violation": "V", "penalty_types": ("fine",), "severity": "moderate"}
    fine = Fact(ENTITY, "penalty", "test", "p", Span(date(2026, 7, 6)), NOW, payload | {"authority": "X"})
    ledger.deliver([ledger.Delivered(fine)], NOW)
    for room in (cases, mine):
        monkeypatch.setattr(room, "today", lambda: date(2026, 11, 16))
    return account(office, ENTITY, "shop")


def account(office: Home, entity_id: str, name: str) -> Client:
    client = Client()
    code = invite(office.rulebook, entity_id, "officer", NOW)
    client.post("/office/invited", {"code": code, "name": name, "password": PASSWORD})
    return client


def opened(own: Client) -> str:
    (fine,) = ledger.view_of(ENTITY, date(2026, 11, 16), NOW).of("penalty")
    said = {"procedure": "penalty_repair", "about": fine.digest}
    return own.post(f"/office/business/{ENTITY}/case", said)["Location"]


def test_a_file_is_kept_under_its_digest_receipted_and_read_back_as_it_was_sent(own: Client, office: Home) -> None:
    where = opened(own)
    answer = own.post(f"{where}/take", {"step": "apply", "do": "send", **WORDS, "file.performance": a_file()})
    digest = hashlib.sha256(A_PDF).hexdigest()
    assert answer["Location"] == f"{where}/1/receipt"
    assert CaseStep.objects.get().evidence["performance"] == f"Paid.\nsha256:{digest}"
    path = office.path / "uploads" / digest
    assert path.read_bytes() == A_PDF
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    receipt = own.get(answer["Location"] + "?lang=en").content.decode()
    assert digest in receipt
    written = CaseStep.objects.get().written_at.astimezone(ZoneInfo("Asia/Shanghai"))
    assert f"{format_day(written.date(), 'en')} {written:%H:%M} (UTC+08:00)" in receipt
    assert f"through {format_day(date(2026, 11, 18), 'en')}" in receipt
    assert f"{where}/1/receipt" in own.get("/office/mine").content.decode()
    assert "paid.pdf" in own.get(where).content.decode()
    back = own.get(f"/office/business/{ENTITY}/file/{digest}")
    assert back.content == A_PDF
    assert back["Content-Type"] == "application/pdf"
    assert back["Content-Disposition"] == f'attachment; filename="evidence-{digest[:12]}.pdf"'
    assert back["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in back["Content-Security-Policy"]


def test_the_office_reads_it_and_another_business_or_a_stranger_does_not(
    own: Client, office: Home, signed_in: SignedIn
) -> None:
    region = next(iter(ledger.view_of(ENTITY, date(2026, 11, 16), NOW).of("registration"))).payload["region"]
    theirs = {"name": "B", "subject_type": "enterprise", "status": "open", "region": region}
    ledger.deliver([ledger.Delivered(Fact(OTHER, "registration", "t", "o", Span(date(2020, 1, 6)), NOW, theirs))], NOW)
    where = opened(own)
    own.post(f"{where}/take", {"step": "apply", "do": "send", **WORDS, "file.performance": a_file()})
    digest = hashlib.sha256(A_PDF).hexdigest()
    address = f"/office/business/{ENTITY}/file/{digest}"
    assert signed_in(Role.VIEWER).get(address).status_code == 200
    other = account(office, OTHER, "neighbour")
    assert other.get(address).status_code == 403
    assert other.get(f"/office/business/{OTHER}/file/{digest}").status_code == 404
    assert other.get(f"{where}/1/receipt").status_code == 403
    assert Client().get(address).status_code == 302
    assert own.get(f"/office/business/{ENTITY}/file/{'0' * 64}").status_code == 404
    assert own.get(f"/office/business/{ENTITY}/file/..%2F..%2Fkey").status_code == 404


@pytest.mark.parametrize(
    "content",
    [b"<script>alert(1)</script>", package("word/document.xml", "word/vbaProject.bin"), b"", b"x" * (MOST_BYTES + 1)],
    ids=["page", "macros", "empty", "large"],
)
def test_a_hostile_file_is_refused_and_nothing_of_the_step_is_written(own: Client, content: bytes) -> None:
    where = opened(own)
    said = {"step": "apply", "do": "send", **WORDS, "file.performance": a_file(content, "proof.pdf")}
    assert own.post(f"{where}/take", said).status_code == 409
    assert not CaseStep.objects.exists()
    assert not Upload.objects.exists()


def test_the_same_bytes_twice_are_one_file(own: Client) -> None:
    where = opened(own)
    twice = [a_file(name="a.pdf"), a_file(name="../b.pdf")]
    own.post(f"{where}/take", {"step": "apply", "do": "send", **WORDS, "file.performance": twice})
    assert Upload.objects.get().name == "a.pdf"
    assert CaseStep.objects.get().evidence["performance"].count("sha256:") == 1


def test_a_draft_is_kept_with_its_files_seen_by_its_owner_alone_and_gone_when_sent(
    own: Client, signed_in: SignedIn
) -> None:
    where = opened(own)
    begun = {
        "step": "apply",
        "do": "keep",
        "evidence.application": "Half a sentence",
        "file.performance": a_file(A_PNG),
    }
    assert own.post(f"{where}/take", begun)["Location"] == where
    assert not CaseStep.objects.exists()
    page = own.get(where).content.decode()
    digest = hashlib.sha256(A_PNG).hexdigest()
    assert "Half a sentence" in page
    assert f'name="kept.performance" value="sha256:{digest}"' in page
    assert where in own.get("/office/mine").content.decode()
    assert "Half a sentence" not in signed_in(Role.OFFICER).get(where).content.decode()
    said = {"step": "apply", "do": "send", **WORDS, "kept.performance": [f"sha256:{digest}", "sha256:" + "0" * 64]}
    own.post(f"{where}/take", said)
    assert CaseStep.objects.get().evidence["performance"] == f"Paid.\nsha256:{digest}"
    assert not Draft.objects.exists()


def test_a_draft_is_discarded_on_request_and_what_was_refused_waits_as_one(own: Client) -> None:
    where = opened(own)
    own.post(f"{where}/take", {"step": "apply", "do": "keep", "evidence.application": "No"})
    own.post(f"{where}/take", {"step": "apply", "do": "discard"})
    assert not Draft.objects.exists()
    refused = own.post(f"{where}/take", {"step": "apply", "do": "send", "evidence.application": "Only this"})
    assert refused.status_code == 409
    assert Draft.objects.get().evidence == {"application": "Only this"}


def test_a_file_changed_on_the_disk_is_not_handed_out(own: Client, office: Home) -> None:
    named = uploads.keep(office, ENTITY, "a.pdf", A_PDF, "shop", NOW)
    digest = named.removeprefix("sha256:")
    (office.path / "uploads" / digest).write_bytes(b"other")
    with pytest.raises(UploadHarmed):
        uploads.read(office, ENTITY, digest)


def test_an_officers_step_has_no_receipt(own: Client, signed_in: SignedIn) -> None:
    where = opened(own)
    own.post(f"{where}/take", {"step": "apply", "do": "send", **WORDS})
    officer = signed_in(Role.OFFICER)
    assert officer.post(f"{where}/take", {"step": "accept", "do": "send"})["Location"] == where
    assert officer.get(f"{where}/1/receipt").status_code == 200
    assert officer.get(f"{where}/2/receipt").status_code == 404
    assert officer.get(f"{where}/9/receipt").status_code == 404


def test_no_draft_is_kept_of_a_step_that_is_none_or_anothers(own: Client) -> None:
    where = opened(own)
    for step in ("nothing", "x" * 3_000, "grant"):
        for do in ("keep", "send"):
            answer = own.post(f"{where}/take", {"step": step, "do": do, "reason": "R", "file.decision": a_file()})
            assert answer.status_code == 409
    assert not Draft.objects.exists()
    assert not Upload.objects.exists()


def test_a_long_answer_is_kept_whole_or_refused_and_never_cut(own: Client) -> None:
    where = opened(own)
    long = "五" * MOST_WORDS
    said = {"step": "apply", "do": "send", **WORDS}
    assert own.post(f"{where}/take", said | {"evidence.application": long + "字"}).status_code == 409
    assert not CaseStep.objects.exists()
    assert own.post(f"{where}/take", said | {"evidence.application": long}).status_code == 302
    assert CaseStep.objects.get().evidence["application"] == long
