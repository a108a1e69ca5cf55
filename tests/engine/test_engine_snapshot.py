"""What a snapshot holds, what it must not hold, and that a crash leaves one of two whole snapshots."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goodstanding.core.errors import SnapshotHarmed
from goodstanding.core.fact import Exposure, Fact
from goodstanding.core.ledger import ended, withdrawal
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.buckets import SHIFT, bucket_of, in_buckets, read_bucket
from goodstanding.engine.features import rows_of, schema
from goodstanding.engine.indicator import bits, day_number
from goodstanding.engine.snapshot import LINKS, MANIFEST, Snapshot, check, read, write
from tests.engine.histories import DAYS, KNOWN_AT, entity_id, fact, register

SINCE = date(2024, 3, 1)


def rows(book: Rulebook, *facts: Fact) -> list[dict[str, Any]]:
    return rows_of(facts, book, KNOWN_AT)


def content(snapshot: Snapshot) -> list[dict[str, Any]]:
    return [row for path in snapshot.paths for row in in_file(path)]


def in_file(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a bucket, cells that say nothing left out."""
    return [said(row) for _, table in read_bucket(path) for row in table.to_pylist()]


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def test_a_row_says_kind_days_and_features(cn: Rulebook) -> None:
    inspection = fact(1, "inspection", SINCE, date(2024, 3, 2), results=("3", "E"), authority="X", remark="secret")
    (row,) = rows(cn, inspection)
    bit_of = bits(cn.kinds["inspection"].fields["results"])
    assert row == {
        "entity": entity_id(1),
        "kind": "inspection",
        "from_day": day_number(SINCE),
        "until_day": day_number(SINCE) + 1,
        "hidden_day": day_number(date(2029, 3, 2)),
        "place": 0,
        "established_ymd": None,
        "results": bit_of["3"] + bit_of["E"],
    }


def test_a_registration_says_since_when_the_business_exists_by_its_own_word_or_the_first_days(cn: Rulebook) -> None:
    first = fact(1, "registration", date(2019, 5, 6), date(2020, 1, 1))
    second = fact(1, "registration", date(2020, 1, 1), established_on="2018-07-08")
    third = fact(1, "registration", date(2021, 1, 1))
    assert [row["established_ymd"] for row in rows(cn, third, second, first)] == [20190506, 20180708, 20190506]


def test_neither_personal_nor_official_fields_are_columns_or_cells(cn: Rulebook) -> None:
    closed = {
        field.name
        for kind in cn.kinds.values()
        for field in kind.fields.values()
        if field.exposure is not Exposure.PUBLIC
    }
    assert closed
    assert closed.isdisjoint(schema(cn).names)
    facts = register(3, cn, DAYS[0], 50)
    found = [row for _, own in facts for row in rows_of(own, cn, KNOWN_AT)]
    assert found
    assert {name for row in found for name in row} <= set(schema(cn).names)


def test_a_masked_field_does_not_ride_in_under_the_name_of_a_public_one(cn: Rulebook) -> None:
    masked = replace(cn.kinds["penalty"].fields["amount_minor"], exposure=Exposure.MASKED)
    complaint = cn.kinds["complaint"]
    kinds = {**cn.kinds, "complaint": replace(complaint, fields={**complaint.fields, "amount_minor": masked})}
    book = replace(cn, kinds=kinds)
    (row,) = rows(book, fact(1, "complaint", SINCE, is_upheld=True, amount_minor=5))
    assert row["is_upheld"] is True
    assert "amount_minor" not in row


def test_what_is_never_shown_is_no_row_and_what_leaves_the_view_says_when(cn: Rulebook) -> None:
    warning = fact(1, "penalty", SINCE, ref="w", penalty_types=("warning",), severity="minor")
    minor = fact(1, "penalty", SINCE, ref="m", penalty_types=("fine",), severity="minor", published_on="2024-03-05")
    (row,) = rows(cn, warning, minor)
    assert row["hidden_day"] == day_number(date(2024, 6, 6))


def test_a_kind_that_is_no_feature_is_no_row(cn: Rulebook) -> None:
    assert not cn.kinds["finding"].is_feature
    assert rows(cn, fact(1, "finding", SINCE)) == []


def test_a_corrected_fact_is_absent_from_the_instant_the_correction_is_known(cn: Rulebook) -> None:
    entry = fact(1, "list_entry", SINCE, list="abnormal", ground="x", known_at=KNOWN_AT - timedelta(days=9))
    end = ended(entry, date(2024, 9, 1), "test", "end", KNOWN_AT - timedelta(days=5))
    never = withdrawal(end, "test", "never", KNOWN_AT - timedelta(days=1))

    def untils(days: int) -> list[int | None]:
        return [row["until_day"] for row in rows_of([never, entry, end], cn, KNOWN_AT - timedelta(days=days))]

    assert untils(10) == []
    assert untils(9) == [None]
    assert untils(5) == [day_number(date(2024, 9, 1))]
    assert untils(1) == []


def test_every_entity_stands_in_its_own_bucket_and_all_rows_are_written(cn: Rulebook, tmp_path: Path) -> None:
    everyone = register(5, cn, DAYS[0], 80)
    snapshot = write(tmp_path, everyone, cn, KNOWN_AT, 7, buckets=3)
    wanted = [said(row) for _, facts in everyone for row in rows_of(facts, cn, KNOWN_AT)]
    wanted.sort(key=lambda row: (row["kind"], row["entity"], row["place"]))
    assert len(snapshot.files) == 3
    for number, path in enumerate(snapshot.paths):
        stored = schema(cn).set(0, pa.field("entity", pa.int64()))
        assert pq.read_schema(path) == stored
        assert in_file(path) == [row for row in wanted if bucket_of(row["entity"], 3) == number]
        assert {key >> SHIFT for key in pq.read_table(path)["entity"].to_pylist()} == {number}
    assert (snapshot.entities, snapshot.facts, snapshot.position) == (80, len(wanted), 7)
    assert read(tmp_path) == snapshot


def test_progress_is_told_every_thousand_businesses(cn: Rulebook, tmp_path: Path) -> None:
    told: list[int] = []
    write(tmp_path, ((entity_id(n), []) for n in range(2500)), cn, KNOWN_AT, 1, 2, told.append)
    assert told == [1000, 2000]


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def old(cn: Rulebook, tmp_path: Path) -> Snapshot:
    """A snapshot in force, of position 1."""
    return write(tmp_path, register(1, cn, DAYS[0], 20), cn, KNOWN_AT, 1, buckets=2)


@pytest.mark.parametrize("position", [1, 2])
def test_a_crash_between_files_leaves_the_old_one_in_force(cn: Rulebook, old: Snapshot, position: int) -> None:
    before = content(old)

    def broken() -> Iterator[tuple[str, list[Fact]]]:
        yield from register(2, cn, DAYS[0], 20)
        raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        write(old.folder, broken(), cn, KNOWN_AT, position, buckets=2)
    assert read(old.folder) == old
    assert content(old) == before


@pytest.mark.parametrize("position", [1, 2])
def test_a_crash_before_the_rename_leaves_the_old_one_and_the_next_try_replaces_it(
    cn: Rulebook, old: Snapshot, position: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(old)

    def stop(*_: object) -> None:
        raise OSError("disk")

    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", stop)
        with pytest.raises(OSError, match="disk"):
            write(old.folder, register(2, cn, DAYS[0], 20), cn, KNOWN_AT, position, buckets=5)
    assert read(old.folder) == old
    assert content(old) == before
    new = write(old.folder, register(3, cn, DAYS[0], 20), cn, KNOWN_AT, position, buckets=2)
    assert read(old.folder) == new
    assert content(new) != before
    assert files_in(old.folder) == sorted([*new.names, MANIFEST])


def test_a_crash_after_the_rename_leaves_the_new_one_in_force(
    cn: Rulebook, old: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(Path, "unlink", stop)
    with pytest.raises(OSError, match="disk"):
        write(old.folder, register(2, cn, DAYS[0], 20), cn, KNOWN_AT, 2, buckets=2)
    monkeypatch.undo()
    assert read(old.folder).position == 2
    assert content(read(old.folder))


def test_a_snapshot_of_the_same_instant_replaces_the_one_before_again_and_again(cn: Rulebook, old: Snapshot) -> None:
    for seed in (2, 3, 4):
        everyone = register(seed, cn, DAYS[0], 20)
        new = write(old.folder, everyone, cn, KNOWN_AT, 1, buckets=2)
        assert len(content(new)) == new.facts == sum(len(rows_of(facts, cn, KNOWN_AT)) for _, facts in everyone)
        assert len([path for path in old.folder.iterdir() if path.is_dir()]) == 1


@pytest.mark.parametrize("manifest", ["", "{", "[]", "{}", "7", '{"files": 1}', "\udcff"], ids=ascii)
def test_a_harmed_manifest_is_named_and_a_new_snapshot_mends_it(cn: Rulebook, old: Snapshot, manifest: str) -> None:
    (old.folder / MANIFEST).write_bytes(manifest.encode(errors="surrogateescape"))
    with pytest.raises(SnapshotHarmed):
        read(old.folder)
    new = write(old.folder, register(2, cn, DAYS[0], 20), cn, KNOWN_AT, 1, buckets=2)
    assert read(old.folder) == new


@pytest.mark.parametrize("key", [field.name for field in fields(Snapshot) if field.name != "folder"])
def test_a_manifest_without_one_of_its_keys_is_harmed(old: Snapshot, key: str) -> None:
    described = json.loads((old.folder / MANIFEST).read_text("utf-8"))
    del described[key]
    (old.folder / MANIFEST).write_text(json.dumps(described), "utf-8")
    with pytest.raises(SnapshotHarmed, match=key):
        read(old.folder)


def test_a_missing_file_is_named_and_a_new_snapshot_mends_it(cn: Rulebook, old: Snapshot) -> None:
    old.paths[1].unlink()
    with pytest.raises(SnapshotHarmed, match="bucket-0001"):
        read(old.folder)
    assert read(write(old.folder, [], cn, KNOWN_AT, 2, buckets=1).folder).position == 2


def test_a_file_that_was_changed_is_named_by_its_digest(old: Snapshot) -> None:
    check(old)
    whole = old.paths[0].read_bytes()
    old.paths[0].write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(SnapshotHarmed, match="bucket-0000"):
        check(read(old.folder))


def test_the_links_are_part_of_the_snapshot(old: Snapshot) -> None:
    assert old.links.endswith(LINKS)
    (old.folder / old.links).write_bytes(b"")
    with pytest.raises(SnapshotHarmed, match=LINKS):
        check(read(old.folder))
    (old.folder / old.links).unlink()
    with pytest.raises(SnapshotHarmed, match=LINKS):
        read(old.folder)


@pytest.mark.parametrize("place", range(5), ids=["bucket", "bucket", "ids", "ids", "links"])
def test_a_file_without_a_digest_is_harmed(old: Snapshot, place: int) -> None:
    name = old.names[place]
    with pytest.raises(SnapshotHarmed, match=name):
        check(replace(old, digests={file: digest for file, digest in old.digests.items() if file != name}))


def test_ids_in_buckets_are_every_id_once_in_the_order_of_buckets() -> None:
    ids = [entity_id(n) for n in range(50)]
    found = in_buckets(reversed(ids), 7)
    assert sorted(id_ for listed in found for id_ in listed) == ids
    for number, listed in enumerate(found):
        assert listed == sorted(listed)
        assert {bucket_of(id_, 7) for id_ in listed} <= {number}


def test_more_rows_than_wait_in_memory_are_written_all(
    cn: Rulebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = register(5, cn, DAYS[0], 80)
    whole = write(tmp_path / "whole", everyone, cn, KNOWN_AT, 1, buckets=3)
    monkeypatch.setattr("goodstanding.engine.buckets._ROWS", 10)
    monkeypatch.setattr("goodstanding.engine.buckets.ROW_GROUP", 50)
    parts = write(tmp_path / "parts", everyone, cn, KNOWN_AT, 1, buckets=3)
    assert pq.ParquetFile(parts.paths[0]).metadata.num_row_groups > 1
    assert content(parts) == content(whole)
    places = {id_: place for place, id_ in enumerate(id_ for ids in in_buckets(dict(everyone), 3) for id_ in ids)}
    ordered = sorted(everyone, key=lambda one: places[one[0]])
    assert content(write(tmp_path / "ordered", ordered, cn, KNOWN_AT, 1, buckets=3)) == content(whole)


def test_rows_stand_by_kind_then_entity_then_place(cn: Rulebook, tmp_path: Path) -> None:
    snapshot = write(tmp_path, register(5, cn, DAYS[0], 80), cn, KNOWN_AT, 1, buckets=2)
    for path in snapshot.paths:
        keys = [(row["kind"], row["entity"], row["place"]) for row in in_file(path)]
        assert keys == sorted(keys)
        assert len(keys) == len(set(keys))


def test_an_empty_folder_has_no_snapshot(tmp_path: Path) -> None:
    with pytest.raises(SnapshotHarmed):
        read(tmp_path)


def test_the_columns_hold_what_their_fields_are(cn: Rulebook) -> None:
    types = {field.name: field.type for field in schema(cn)}
    assert (types["amount_minor"], types["is_upheld"], types["expires_on"], types["results"]) == (
        pa.int64(),
        pa.bool_(),
        pa.int32(),
        pa.int64(),
    )
