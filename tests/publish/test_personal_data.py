"""A person's name and number, carried through every door by which they come in, come out at none that is public.

One person is barred; the other signs for the business. Both are named where the office must be able to name them: in
the form of a ban, in a question at the counter, in statements, drafts, files, their names, and an officer's own words.
Then every byte that leaves is searched: messages, store, index, log, pages, what programs write to their logs.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import zstandard
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from goodstanding import publicstore
from goodstanding.core.dates import Span
from goodstanding.core.fact import Fact, Value
from goodstanding.home import Home
from goodstanding.office import bans, cases, measures, mine
from goodstanding.office.accounts import Role, add_account
from goodstanding.portal.app import Portal, routes
from goodstanding.portal.pages import Pages
from goodstanding.portal.search import Search
from goodstanding.publicstore import Part
from goodstanding.publish.publisher import publish
from goodstanding.records import ledger
from goodstanding.records.bans import person_key
from goodstanding.records.bans import withdraw as withdraw_ban
from goodstanding.records.invitations import invite
from goodstanding.records.models import CaseStep, Decision, Draft, MeasureAnswer, OutboxMessage, Upload
from tests.conftest import NOW
from tests.office.conftest import PASSWORD
from tests.records.test_records_evidence_file import A_PDF

ENTITY = f"uscc:{1:018}"
DAY = date(2026, 11, 16)
NAME, NUMBER = "司徒若愚", "33088119840229001X"
SIGNER, PHONE, MAIL = "欧阳明远", "13957312046", "m.ouyang@example.test"
LABEL = "scan-qzx17"
SPACED = f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}"
WORDS = f"{NAME}（身份证号 {NUMBER}，亦写作 {SPACED}）与{SIGNER}在场，电话{PHONE}，{MAIL}。"
REASON = f"{SIGNER}及证件号码{NUMBER}持有人未提出异议，电话{PHONE}，{MAIL}。"
"""An officer's reason is published. It names nobody whom the register does not know: the form says so."""
ORDERED = {
    "ban": "food_licence_revoked",
    "from_on": "2026-11-02",
    "term": "5 year",
    "document": "衢市监罚〔2026〕9号",
    "authority": "衢州市市场监督管理局",
    "name": NAME,
    "number": NUMBER,
}
MAGIC = b"\x28\xb5\x2f\xfd"


def written(text: str) -> Iterator[bytes]:
    """Yield the ways in which a text may stand in a file: plain, escaped, in an address, as a digest of itself."""
    for encoding in ("utf-8", "utf-16-le", "gb18030"):
        yield text.encode(encoding)
    yield json.dumps(text)[1:-1].encode()
    yield quote(text).encode()
    digest = hashlib.sha256(text.encode()).digest()
    yield from (digest, digest.hex().encode())


def sought(home: Home) -> dict[bytes, str]:
    """Return every form of what must not come out, and what it is a form of."""
    texts = [NAME, NUMBER, SPACED, NUMBER.lower(), SIGNER, PHONE, MAIL, person_key(home, NUMBER)]
    found = {form: text for text in texts for form in written(text)}
    return found | {bytes.fromhex(person_key(home, NUMBER)): "key", A_PDF: "file", LABEL.encode(): "file name"}


def unpacked(content: bytes) -> Iterator[bytes]:
    """Yield bytes as they lie there, and everything compressed in them."""
    yield content
    at = content.find(MAGIC)
    while at >= 0:
        with suppress(zstandard.ZstdError):  # four bytes may only look like a frame
            yield zstandard.ZstdDecompressor().decompressobj().decompress(content[at:])
        at = content.find(MAGIC, at + 1)


def told(content: bytes, forms: dict[bytes, str]) -> set[str]:
    """Return what of the sought stands in some bytes."""
    return {text for one in unpacked(content) for form, text in forms.items() if form in one}


def deliver(home: Home) -> Fact:
    """Put a business with all that is personal into the ledger, and return its serious penalty."""

    def fact(kind: str, on: date, **payload: Value) -> Fact:
        home.rulebook.kinds[kind].check(payload)
        return Fact(ENTITY, kind, "test", f"{kind}/{on}", Span(on), NOW, payload)

    fine = fact(
        "penalty",
        DAY,
        document_number="示市监罚〔2026〕17号",
        decided_on=DAY.isoformat(),
        published_on=DAY.isoformat(),
        authority="示范省市场监督管理局",
        penalty_types=("fine",),
        violation="销售不符合食品安全标准的食品",
        facts=WORDS,
        content="罚款人民币伍万元",
        severity="serious",
    )
    opened = fact(
        "registration",
        date(2020, 1, 5),
        name="示范贸易有限公司",
        subject_type="enterprise",
        status="open",
        region=min(home.rulebook.tables["regions"]),
        legal_representative=SIGNER,
    )
    report = fact("annual_report", date(2026, 5, 20), year=2025, contact_phone=PHONE, contact_email=MAIL)
    ledger.deliver([ledger.Delivered(one) for one in (opened, fine, report)], NOW)
    return fine


def a_file() -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{LABEL} {NAME}.pdf", A_PDF, content_type="application/pdf")


def bar(officer: Client) -> str:
    """Record a ban on the person, fail to record another, and ask whether it binds; return the ban's decision."""
    address = f"/office/business/{ENTITY}/ban"
    assert officer.post(address, ORDERED).status_code == 302
    for wrong in ({"term": "6 year"}, {"ban": NAME}, {"from_on": NUMBER}):
        assert officer.post(address, ORDERED | wrong).status_code in (400, 403, 409)
    asked = {"purpose": "food_management", "for": "行政审批局", "person": NUMBER}
    assert officer.post("/office/may", asked).status_code == 200
    assert MeasureAnswer.objects.count() == 1
    assert officer.get("/office/may.json", asked).status_code == 404
    return Decision.objects.get(kind="ban").number


def list_it(home: Home, fine: Fact, clients: dict[str, Client], on: Callable[[date], None]) -> None:
    """Run a listing in which everybody names the persons, files among it, and list the business."""
    said = {"procedure": "serious_listing", "about": fine.digest}
    where = clients["officer"].post(f"/office/business/{ENTITY}/case", said)["Location"]

    def take(who: str, step: str, *evidence: str, **more: Any) -> None:
        words = {f"evidence.{code}": WORDS for code in evidence}
        answer = clients[who].post(f"{where}/take", {"step": step, "do": "send", **words, **more})
        assert answer.status_code == 302, answer.content.decode()

    take("officer", "notify", "grounds", "gravity", "proof_of_service")
    draft = {"step": "state", "do": "keep", "evidence.statement": WORDS, "file.statement": a_file()}
    clients["business"].post(f"{where}/take", draft)
    assert Draft.objects.count() == 1
    take("business", "state", "statement", **{"file.statement": a_file()})
    on(DAY + timedelta(days=10))
    take("other", "review", "review_opinion")
    take("chief", "consent", "consent")
    take("chief", "list", "decision", reason=REASON)
    assert NAME in CaseStep.objects.get(step="state").evidence["statement"]
    assert Upload.objects.get().name.startswith(LABEL)


@pytest.fixture
def lived(db: None, home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> tuple[Home, str]:
    """An installation in which all of it has happened and been published; and the number of the ban's decision."""
    caplog.set_level(logging.DEBUG)
    cache.clear()

    def on(day: date) -> None:
        for room in (bans, cases, measures, mine):
            monkeypatch.setattr(room, "today", lambda: day)

    on(DAY)
    fine = deliver(home)
    clients = {}
    for name, role in (("officer", Role.OFFICER), ("other", Role.OFFICER), ("chief", Role.CHIEF)):
        clients[name] = Client(raise_request_exception=False)
        clients[name].force_login(add_account(f"the-{name}", role, PASSWORD))
    clients["business"] = Client(raise_request_exception=False)
    code = invite(home.rulebook, ENTITY, "officer", NOW)
    clients["business"].post("/office/invited", {"code": code, "name": "shop", "password": PASSWORD})
    ban = bar(clients["officer"])
    list_it(home, fine, clients, on)
    with monkeypatch.context() as broken:
        broken.setattr(bans, "impose", lambda *_: 1 // 0)
        answer = clients["officer"].post(f"/office/business/{ENTITY}/ban", ORDERED)
        assert answer.status_code == 500
    publish(home, DAY + timedelta(days=10), datetime.now(UTC))
    return home, ban


def every_value(public: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every key and every value of the public store, and every file beside it."""
    store = publicstore.open_store(public, writes=False)
    try:
        handles = publicstore.parts(store, writes=False)
        with store.begin() as reading:
            for part, handle in handles.items():
                for key, value in reading.cursor(db=handle):
                    yield f"{part} {bytes(key)!r}", bytes(key) + b"\n" + bytes(value)
    finally:
        store.close()
    for file in sorted(public.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(public)), file.read_bytes()


class Reader:
    """A stranger's browser before the portal, on a day."""

    def __init__(self, public: Path, day: date) -> None:
        self.public = public
        self.portal = Portal(public, lambda: datetime(day.year, day.month, day.day, 4, tzinfo=UTC))

    def get(self, target: str) -> bytes:
        path, _, query = target.partition("?")
        environ: dict[str, Any] = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query}
        answer = self.portal.answer(environ)
        assert answer.status < 500, target
        return b"\n".join([repr(answer.all_headers()).encode(), answer.body])

    def targets(self, records: set[str]) -> list[str]:
        """Return every address of the portal; one with a part to fill in joins the table here."""
        filled = {
            "/lists/{code}": ["/lists/serious", "/lists/abnormal"],
            "/draws/{label:path}": ["/draws/none"],
            "/record/{name}": [f"/record/{one}{end}" for one in sorted(records) for end in ("", ".json")],
            "/static/{name}": ["/static/goodstanding.css"],
        }
        found = [f"/entity/{ENTITY}", f"/entity/{ENTITY}.json", "/search?q=示范"]
        for template, _ in routes(Pages(self.portal.store, Search(self.public))):
            found += filled[template] if "{" in template else [template]
        ways = [(one, "&" if "?" in one else "?") for one in found]
        return [f"{one}{mark}lang={language}" for one, mark in ways for language in ("zh", "en")]


def records_of(public: Path) -> set[str]:
    """Return the public name of every record that the portal has told of."""
    store = publicstore.open_store(public, writes=False)
    try:
        handles = publicstore.parts(store, writes=False)
        with store.begin() as reading:
            names = {bytes(key).decode() for key, _ in reading.cursor(db=handles[Part.LEFT])}
            page = reading.get(publicstore.entity_key(ENTITY), db=handles[Part.ENTITY])
    finally:
        store.close()
    document = json.loads(publicstore.expand(publicstore.unpack(page).frame))
    return names | {item["id"] for item in document["items"]}


def assert_kept(home: Home, day: date) -> None:
    """Hold everything that leaves the office to what it may say of persons."""
    forms, public = sought(home), Path(home.folder("public"))
    for message in OutboxMessage.objects.values():
        assert not told(repr(message).encode(), forms), message
    assert OutboxMessage.objects.exists()
    for place, content in every_value(public):
        assert not told(content, forms), place
    records = records_of(public)
    reader = Reader(public, day)
    try:
        for target in reader.targets(records):
            assert not told(reader.get(target), forms), target
        # What was asked stands in the answer; that anything was found would tell.
        nobody = reader.get("/search?lang=en&q=" + quote("司马无人"))
        for text in (NAME, NUMBER, SIGNER, PHONE, MAIL, LABEL):
            answer = reader.get("/search?lang=en&q=" + quote(text))
            assert ENTITY.encode() not in answer, text
            assert answer.count(b"/entity/") == nobody.count(b"/entity/"), text
    finally:
        reader.portal.store.close()


def test_the_search_finds_what_it_looks_for(lived: tuple[Home, str]) -> None:
    home, _ = lived
    forms = sought(home)
    packed = zstandard.ZstdCompressor().compress(json.dumps({"a": NAME}).encode())
    assert told(b"\0\1" + packed, forms) == {NAME}
    assert told(f"?person={NUMBER}".encode(), forms) == {NUMBER}
    kept = json.dumps(list(CaseStep.objects.values()), default=str, ensure_ascii=False).encode()
    assert {NAME, NUMBER, SIGNER, PHONE, MAIL} <= told(kept, forms)


def test_no_person_leaves_the_office_but_masked(lived: tuple[Home, str]) -> None:
    home, _ = lived
    assert_kept(home, DAY + timedelta(days=10))
    reader = Reader(Path(home.folder("public")), DAY + timedelta(days=10))
    page = reader.get(f"/entity/{ENTITY}").decode()
    reader.portal.store.close()
    for masked in ("司**", "欧**", "**及证件号码**持有人未提出异议"):
        assert masked in page, masked


def test_a_ban_that_fell_leaves_no_trace_of_the_person(lived: tuple[Home, str]) -> None:
    home, ban = lived
    withdraw_ban(home, ban, f"判决书写明{NAME}（{NUMBER}）无责。", "chen", DAY + timedelta(days=11), datetime.now(UTC))
    publish(home, DAY + timedelta(days=12), datetime.now(UTC))
    assert_kept(home, DAY + timedelta(days=12))
    reader = Reader(Path(home.folder("public")), DAY + timedelta(days=12))
    page = reader.get(f"/entity/{ENTITY}").decode()
    reader.portal.store.close()
    assert "欧**" in page
    assert "司" not in page.replace("公司", "")


def test_nothing_of_a_person_is_logged_or_printed(
    lived: tuple[Home, str], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    home, _ = lived
    forms = sought(home)
    records = [*caplog.get_records("setup"), *caplog.records]
    assert any("reference" in one.getMessage() for one in records)  # the request that broke
    for record in records:
        assert not told(logging.Formatter().format(record).encode(), forms), record.getMessage()
    printed = capfd.readouterr()
    assert not told((printed.out + printed.err).encode(), forms)


def test_the_folder_of_the_installation_holds_a_persons_words_only_among_the_uploads(lived: tuple[Home, str]) -> None:
    home, _ = lived
    forms = sought(home)
    for file in sorted(home.path.rglob("*")):
        if file.is_file():
            found = told(file.read_bytes(), forms)
            assert found <= ({"file"} if file.parent.name == "uploads" else set()), file
