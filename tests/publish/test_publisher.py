"""The act of publishing, its idempotence, and what a crash between two steps leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from goodstanding import publicstore
from goodstanding.core.dates import Span
from goodstanding.core.errors import PublisherBusy
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import withdrawal
from goodstanding.home import Home
from goodstanding.publicstore import Part
from goodstanding.publish import publisher
from goodstanding.publish.publisher import naming_key, publish
from goodstanding.publish.store import PublicWriter, open_writer, search_record
from goodstanding.records import ledger, outbox
from goodstanding.records.models import OutboxMessage
from tests.publish.conftest import Publish
from tests.publish.register import HIDDEN, NAMES, entity_id, entry, penalty, registration

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = date(2026, 11, 20)


def content(home: Home) -> dict[str, dict[bytes, bytes]]:
    """Return everything in the store but the publication's number and instant."""
    public = home.folder("public")
    store = publicstore.open_store(public, writes=False)
    try:
        handles = publicstore.parts(store, writes=False)
        with store.begin() as reading:
            found = {
                part.value: {bytes(key): bytes(value) for key, value in reading.cursor(db=handles[part])}
                for part in Part
            }
    finally:
        store.close()
    found["meta"].pop(b"state", None)
    return found


def index_ids(home: Home) -> list[str]:
    import tantivy

    index = tantivy.Index.open(str(publicstore.search_folder(home.folder("public"))))
    searcher = index.searcher()
    hits = searcher.search(tantivy.Query.all_query(), limit=1000).hits
    return sorted(str(searcher.doc(address)["id"][0]) for _, address in hits)


def test_everyone_announced_gets_a_page_and_the_outbox_is_empty(home: Home, publish_on: Publish) -> None:
    done = publish_on()
    assert (done.written, done.removed, done.withheld, done.entities) == (12, 0, 0, 12)
    assert outbox.waiting() == []
    assert index_ids(home) == [entity_id(number) for number in range(12)]
    assert content(home)["pending"] == {}


def test_publishing_again_does_nothing(home: Home, publish_on: Publish) -> None:
    publish_on()
    before = content(home)
    assert publish_on().written == 0
    assert content(home) == before


def test_only_those_with_new_facts_are_looked_at(home: Home, publish_on: Publish) -> None:
    publish_on()
    ledger.append([penalty(5, "90", "2026-11-18")], NOON)
    assert publish_on().written == 1


def test_what_is_due_on_a_day_is_written_anew_that_day(home: Home, publish_on: Publish) -> None:
    publish_on()
    assert publish_on("2026-12-15").written == 0
    assert publish_on("2026-12-16").written == 1
    assert publish_on("2026-12-16").written == 0
    assert list(content(home)["due"]) == [b"2027-03-13\0" + entity_id(0).encode()]
    with open_writer(home.folder("public")) as store:
        document = store.document(entity_id(0))
    assert document is not None
    assert (document["as_of"], document["next_change_on"]) == ("2026-12-16", "2027-03-13")
    assert "R-22" not in document["rules"]


def test_nothing_hidden_is_in_any_file_of_the_public_folder(home: Home, publish_on: Publish) -> None:
    publish_on()
    public = home.folder("public")
    plain = b"".join(file.read_bytes() for file in public.rglob("*") if file.is_file())
    pages = [publicstore.expand(publicstore.unpack(page).frame) for page in content(home)["entity"].values()]
    for text in HIDDEN:
        for grams in (text, " ".join(publicstore.bigrams(publicstore.normalised(text)))):
            assert grams.encode() not in plain
        assert all(text.encode() not in page for page in pages)
    assert naming_key(home) not in plain


def test_the_naming_key_is_kept_outside_and_for_its_owner_alone(home: Home) -> None:
    key = naming_key(home)
    assert len(key) == 32
    assert naming_key(home) == key
    assert (home.path / "naming_key").stat().st_mode & 0o077 == 0


def test_a_withdrawn_registration_takes_the_page_and_all_that_led_to_it(home: Home, publish_on: Publish) -> None:
    listed = [registration(20, "临时登记有限公司"), entry(20, "2026-07-09")]
    ledger.append(listed, NOON)
    publish_on()
    assert len(content(home)["list"]) == 2
    ledger.append([withdrawal(listed[0], "test", "w", NOON)], NOON)
    done = publish(home, DAY, NOON)
    assert (done.written, done.removed, done.withheld) == (0, 1, 1)
    assert entity_id(20) not in index_ids(home)
    left = content(home)
    assert len(left["list"]) == 1
    assert not any(entity_id(20).encode() in key for part in ("entity", "due", "list", "pending") for key in left[part])


def test_an_entry_that_ends_leaves_its_list(home: Home, publish_on: Publish) -> None:
    publish_on()
    standing = next(f for f in ledger.facts_of(entity_id(0)) if f.kind == "list_entry" and f.span.until_on is None)
    span = Span(standing.span.from_on, DAY)
    lifted = Fact(
        standing.entity_id, standing.kind, "decisions", "lift/1", span, NOON, standing.payload, standing.digest
    )
    ledger.append([lifted], NOON)
    publish(home, DAY, NOON)
    left = content(home)
    assert left["list"] == {}
    assert left["meta"][b"counts"] == b'{"abnormal":0}'


def test_the_index_learns_the_name_and_the_former_one(home: Home, publish_on: Publish) -> None:
    publish_on()
    with open_writer(home.folder("public")) as store:
        document = store.document(entity_id(0))
    assert document is not None
    assert search_record(document)["names"] == [NAMES[0], "旧名0茶厂"]


def test_a_rebuild_comes_out_the_same(home: Home, publish_on: Publish) -> None:
    publish_on()
    before = content(home)
    done = publish_on(everything=True)
    assert done.written == 12
    assert content(home) == before
    assert index_ids(home) == [entity_id(number) for number in range(12)]


def test_a_rebuild_takes_away_pages_nobody_stands_behind(home: Home, publish_on: Publish) -> None:
    publish_on()
    with open_writer(home.folder("public")) as store:
        stray = store.document(entity_id(3))
        assert stray is not None
        store.put_entities({"uscc:stray": stray | {"id": "uscc:stray"}})
    assert publish_on(everything=True).removed == 1
    assert index_ids(home) == [entity_id(number) for number in range(12)]


def test_another_rulebook_writes_everything_anew(home: Home, publish_on: Publish) -> None:
    publish_on()
    with open_writer(home.folder("public")) as store:
        store.set_meta({"rulebook": "an older one"})
    assert publish_on().written == 12


def test_a_lost_index_is_built_anew(home: Home, publish_on: Publish) -> None:
    publish_on()
    for file in publicstore.search_folder(home.folder("public")).iterdir():
        file.unlink()
    publish_on()
    assert index_ids(home) == [entity_id(number) for number in range(12)]


def test_there_is_one_publisher_at_a_time(home: Home, publish_on: Publish) -> None:
    publish_on()
    with open_writer(home.folder("public")), pytest.raises(PublisherBusy):
        publish_on()


class Crash(Exception):
    """The process ends here."""


STEPS = ("put_entities", "set_meta", "learned", "update_index", "mark_published")


@pytest.mark.parametrize("takes_effect", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_is_mended_by_publishing_again(
    home: Home,
    publish_on: Publish,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    step: str,
    takes_effect: bool,
) -> None:
    publish_on()
    ledger.append([penalty(5, "90", "2026-11-18"), registration(30, "新设企业有限公司", "2026-11-18")], NOON)
    with monkeypatch.context() as patch:
        _break(patch, step, takes_effect)
        with pytest.raises(Crash):
            publish(home, date(2026, 12, 16), NOON)
    waiting = OutboxMessage.objects.filter(published_at=None).count()
    progressed = step == "mark_published" and takes_effect
    assert waiting == (0 if progressed else 1)
    publish(home, date(2026, 12, 16), NOON)
    mended = content(home)
    assert outbox.waiting() == []
    assert mended["pending"] == {}
    assert entity_id(30) in index_ids(home)
    publish(home, date(2026, 12, 16), NOON, everything=True)
    fresh = content(home)
    # A document due earlier and unchanged since keeps its own day; all that leads to documents is equal.
    assert mended["list"] == fresh["list"]
    assert mended["due"] == fresh["due"]
    assert mended["entity"].keys() == fresh["entity"].keys()


def _break(patch: pytest.MonkeyPatch, step: str, takes_effect: bool) -> None:
    owner: Any = {"update_index": publisher, "mark_published": outbox}.get(step, PublicWriter)
    real: Callable[..., Any] = getattr(owner, step)

    def broken(*arguments: Any, **named: Any) -> None:
        if takes_effect:
            real(*arguments, **named)
        raise Crash

    patch.setattr(owner, step, broken)
