"""The public log: it only grows, speaks for everything in view and nothing else, and tells nothing of what left."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import lmdb
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from goodstanding import publicstore as layout
from goodstanding.core.canonical import digest_hex
from goodstanding.core.errors import LogBroken
from goodstanding.core.log import commitment, read_note
from goodstanding.core.merkle import Frontier
from goodstanding.home import Home
from goodstanding.publicstore import Part
from goodstanding.publish.document import Terms
from goodstanding.publish.log import LogWriter, check_log, write_checkpoint
from goodstanding.publish.publisher import naming_key, publish
from goodstanding.publish.store import open_writer
from goodstanding.records import ledger
from goodstanding.supervise.certificates import certify
from goodstanding.supervise.measures import public_key
from tests.portal.conftest import reading
from tests.publish.conftest import Publish
from tests.publish.register import entity_id
from tests.publish.test_publish_departures import repair
from tests.verify.second import checker_module, run_checker

LOG = checker_module("log")
DAY = date(2026, 11, 20)


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), UTC)


def holds(home: Home) -> Any:
    return check_log(home.folder("public"), public_key(home))


def checkpoint(home: Home) -> str:
    return layout.checkpoint_file(home.folder("public")).read_text(encoding="utf-8")


@pytest.fixture
def published(home: Home, publish_on: Publish) -> Home:
    """The small register, published once."""
    publish_on()
    return home


def repaired(home: Home) -> str:
    """Repair a penalty of the first business a day later, publish, and return the record's public name."""
    penalties = [one for one in ledger.facts_of(entity_id(0)) if one.kind == "penalty"]
    of = next(one for one in penalties if one.payload["severity"] != "minor")
    on = DAY + timedelta(days=1)
    ledger.append([repair(of, on)], at(on))
    publish(home, on, at(on))
    return Terms.of(home.rulebook, naming_key(home)).name_of(of)


def test_every_record_in_view_has_an_entry(published: Home) -> None:
    proven = holds(published)
    with open_writer(published.folder("public")) as store:
        items = [item for who in store.entity_ids() for item in (store.document(who) or {"items": []})["items"]]
    assert proven.in_view == len(items) > 0
    assert proven.size == proven.in_view + proven.left


def test_publishing_again_what_did_not_change_adds_nothing(published: Home, publish_on: Publish) -> None:
    size = holds(published).size
    publish_on(everything=True)
    assert holds(published).size == size


def test_after_an_exit_the_log_still_holds_and_nothing_of_the_record_is_left(published: Home) -> None:
    before, kept = holds(published), checkpoint(published)
    with open_writer(published.folder("public")) as store:
        was = {item["id"]: item for item in (store.document(entity_id(0)) or {})["items"]}
    with seals(published) as known:
        earlier = dict(known)
    name = repaired(published)
    after = holds(published)
    assert after.size > before.size
    assert after.in_view == before.in_view - 1
    with seals(published) as known:
        now = dict(known)
    told = json.dumps(now, ensure_ascii=False)
    assert digest_hex(was[name]) not in told
    assert earlier[name]["salt"] not in told
    assert now[name]["statement"] == {"act": "left", "how": "repaired", "on": "2026-11-21", "record": name}
    # Whoever kept the earlier checkpoint finds it in the log of today.
    entries = entries_of(published)
    assert LOG.differences(entries, [checkpoint(published), kept]) == []
    index = earlier[name]["index"]
    assert LOG.stands_for(entries[32 * index : 32 * index + 32], earlier[name]["salt"], earlier[name]["statement"])


def test_the_portal_gives_out_what_a_stranger_needs_to_hold_the_log_to_its_word(
    published: Home, tmp_path: Path
) -> None:
    (tmp_path / "earlier").write_text(checkpoint(published), encoding="utf-8")
    repaired(published)
    with reading(published.folder("public"), DAY + timedelta(days=1)) as reader:
        (tmp_path / "checkpoint").write_bytes(reader.get("/log/checkpoint").body)
        (tmp_path / "entries").write_bytes(reader.get("/log/entries?from=0").body)
        size = read_note(reader.get("/log/checkpoint").text)[0].size
        assert reader.get(f"/log/entries?from={size - 1}").body == (tmp_path / "entries").read_bytes()[-32:]
        assert reader.get(f"/log/entries?from={size}").body == b""
        assert f"{size:,}" in reader.get("/log?lang=en").text
        for odd in ("-1", "x", "\u0663", "9" * 30):
            assert reader.get(f"/log/entries?from={odd}").status == 404
    answer = run_checker(Path("log"), *(str(tmp_path / name) for name in ("entries", "checkpoint", "earlier")))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert f"OK: {size} entries" in answer.stdout
    (tmp_path / "entries").write_bytes(b"\0" * 32 + (tmp_path / "entries").read_bytes()[32:])
    answer = run_checker(Path("log"), *(str(tmp_path / name) for name in ("entries", "checkpoint", "earlier")))
    assert answer.returncode == 1
    assert "checkpoint 2: the first" in answer.stdout


class seals:
    """What the log says of each record now."""

    def __init__(self, home: Home) -> None:
        self._store = layout.open_store(home.folder("public"), writes=False)

    def __enter__(self) -> dict[str, Any]:
        seal = layout.parts(self._store, writes=False)[Part.SEAL]
        with self._store.begin(db=seal) as reading_:
            return {
                (key := bytes(name).decode()): asdict(layout.unsealed(key, bytes(value)))
                for name, value in reading_.cursor()
            }

    def __exit__(self, *_: object) -> None:
        self._store.close()


def entries_of(home: Home) -> bytes:
    with reading(home.folder("public")) as reader:
        return reader.get("/log/entries").body


Tamper = Callable[[lmdb.Transaction, dict[Part, Any]], object]


def _first(txn: lmdb.Transaction, part: Any) -> tuple[bytes, bytes]:
    cursor = txn.cursor(db=part)
    cursor.first()
    return bytes(cursor.key()), bytes(cursor.value())


def _other_entry(txn: lmdb.Transaction, parts: dict[Part, Any]) -> None:
    txn.put(layout.log_key(0), b"\0" * 32, db=parts[Part.LOG])


def _one_entry_less(txn: lmdb.Transaction, parts: dict[Part, Any]) -> None:
    txn.delete(layout.log_key(0), db=parts[Part.LOG])


def _one_entry_more(txn: lmdb.Transaction, parts: dict[Part, Any]) -> None:
    txn.put(layout.log_key(10**6), b"\0" * 32, db=parts[Part.LOG])


def _other_salt(txn: lmdb.Transaction, parts: dict[Part, Any]) -> None:
    name, stored = _first(txn, parts[Part.SEAL])
    txn.put(name, replace(layout.unsealed(name.decode(), stored), salt="0" * 32).pack(), db=parts[Part.SEAL])


def _no_seal(txn: lmdb.Transaction, parts: dict[Part, Any]) -> None:
    for name, stored in list(txn.cursor(db=parts[Part.SEAL])):
        if layout.unsealed(bytes(name).decode(), bytes(stored)).statement["act"] == "shown":
            txn.delete(bytes(name), db=parts[Part.SEAL])
            return


def _no_page(txn: lmdb.Transaction, parts: dict[Part, Any]) -> None:
    txn.delete(_first(txn, parts[Part.ENTITY])[0], db=parts[Part.ENTITY])


def _other_page(txn: lmdb.Transaction, parts: dict[Part, Any]) -> None:
    key, stored = _first(txn, parts[Part.ENTITY])
    page = layout.unpack(stored)
    document = layout.decode(layout.expand(page.frame))
    document["items"][0]["authority"] = "somebody else"
    frame = layout.compress(layout.encode(document))
    bent = layout.Page(page.digest, page.next_change_on, page.is_ending, page.is_standing, frame)
    txn.put(key, bent.pack(), db=parts[Part.ENTITY])


@pytest.mark.parametrize(
    ("tamper", "told"),
    [
        (_other_entry, "do not give the root that was signed"),
        (_one_entry_less, "entries"),
        (_one_entry_more, "which are not those it says it has"),
        (_other_salt, "does not stand for what is said of"),
        (_no_seal, "is in view and not as the log says"),
        (_no_page, "records are in view that are not"),
        (_other_page, "is in view and not as the log says"),
    ],
)
def test_whatever_is_changed_behind_the_log_breaks_it(published: Home, tamper: Tamper, told: str) -> None:
    store = layout.open_store(published.folder("public"), writes=True)
    parts = layout.parts(store, writes=True)
    with store.begin(write=True) as writing:
        tamper(writing, parts)
    store.close()
    with pytest.raises(LogBroken, match=told):
        holds(published)


def test_a_checkpoint_of_another_hand_is_refused(published: Home) -> None:
    reached = read_note(checkpoint(published))[0]
    with open_writer(published.folder("public")) as store:
        frontier = store.log_frontier()
    assert frontier.root == reached.root
    write_checkpoint(published.folder("public"), reached.origin, frontier, Ed25519PrivateKey.generate())
    with pytest.raises(LogBroken, match="somebody else signed it"):
        holds(published)
    layout.checkpoint_file(published.folder("public")).unlink()
    with pytest.raises(LogBroken, match="no checkpoint"):
        holds(published)


@pytest.mark.parametrize("text", ["", "a\nb\nc\n\n— a x\n", "a\n1\nAA==\n\n— a AAAA\n", "\n\n\n", "a\n1\n"])
def test_what_is_no_checkpoint_is_not_read(text: str) -> None:
    with pytest.raises(LogBroken, match="It is none"):
        read_note(text)


def test_what_fails_in_the_middle_leaves_no_entry_and_the_next_publication_makes_them(
    published: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = holds(published).size
    monkeypatch.setattr(LogWriter, "close", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        repaired(published)
    assert holds(published).size == size
    monkeypatch.undo()
    on = DAY + timedelta(days=1)
    publish(published, on, at(on))
    assert holds(published).size > size


def test_a_certificate_names_how_far_the_log_had_come(published: Home) -> None:
    given = certify(published, entity_id(2), DAY, at(DAY)).body
    reached = read_note(checkpoint(published))[0]
    assert (given["log_size"], given["log_root"]) == (reached.size, reached.root.hex())


def test_a_store_published_between_two_checkpoints_holds(published: Home) -> None:
    # The checkpoint is written last: a crash before leaves one that speaks of a shorter log.
    kept = checkpoint(published)
    repaired(published)
    layout.checkpoint_file(published.folder("public")).write_text(kept, encoding="utf-8")
    assert holds(published).size > read_note(kept)[0].size


def test_an_entry_is_the_digest_of_salt_and_statement() -> None:
    entry = commitment("0" * 32, {"act": "left", "record": "x"})
    assert LOG.stands_for(entry, "0" * 32, {"act": "left", "record": "x"})
    assert not LOG.stands_for(entry, "1" * 32, {"act": "left", "record": "x"})
    assert Frontier().root == Frontier(0, ()).root
