"""Good rows become facts once; bad rows are held with reason, number and bytes; a card mended lets them go."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from goodstanding.core.errors import CardUnknown, HeaderRepeated, HeldRowUnknown, ImportUnderWay, ReasonMissing
from goodstanding.home import Home
from goodstanding.intake import importing
from goodstanding.intake.importing import check_file, find_card, import_file
from goodstanding.intake.retry import retry
from goodstanding.records import imports
from goodstanding.records.ledger import facts_of, view_of
from goodstanding.records.models import FactRecord, HeldRow, ImportRun, OutboxMessage
from tests.conftest import NOW
from tests.intake.conftest import CARD, COLUMNS, MakeCard, cells, code, csv_bytes, ledger, write

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


def held() -> list[tuple[int, str, str]]:
    rows = HeldRow.objects.filter(state=HeldRow.State.HELD).order_by("row_number")
    return list(rows.values_list("row_number", "code", "field"))


def test_a_row_becomes_the_fact_its_card_describes(home: Home, make_card: MakeCard, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", csv_bytes(cells(1)))
    outcome = import_file(home, make_card(), path, NOW)
    assert (outcome.rows, outcome.added, outcome.unchanged, outcome.held) == (1, 1, 0, 0)
    (fact,) = facts_of(f"uscc:{code(1)}")
    assert fact.kind == "registration"
    assert (fact.source, fact.source_ref) == ("registrations", code(1))
    assert (fact.span.from_on, fact.span.until_on) == (date(2020, 3, 4), None)
    assert fact.known_at == NOW
    assert fact.payload == {
        "name": "第1号商店",
        "subject_type": "enterprise",
        "status": "open",
        "region": "330402",
        "capital_minor": 10050,
    }
    stored = FactRecord.objects.get()
    assert stored.row_number == 1
    assert stored.run is not None
    assert stored.run.file_name == "a.csv"
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_both_encodings_say_the_same(home: Home, make_card: MakeCard, tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.csv", csv_bytes(cells(1, 名称="㐀𠀀商店"), encoding=encoding))
    import_file(home, make_card(layout=f'encoding = "{encoding}"'), path, NOW)
    assert facts_of(f"uscc:{code(1)}")[0].payload["name"] == "㐀𠀀商店"


def test_a_second_run_adds_nothing_and_says_so(home: Home, make_card: MakeCard, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", csv_bytes(cells(1), cells(2)))
    import_file(home, make_card(), path, NOW)
    before = ledger()
    again = import_file(home, make_card(), path, LATER)
    assert again.is_repeat
    assert again.rows == again.added == 0
    assert ledger() == before
    anew = import_file(home, make_card(), path, LATER, again=True)
    assert (anew.rows, anew.added, anew.unchanged) == (2, 0, 2)
    assert ledger() == before


def test_the_same_rows_in_another_file_add_nothing(home: Home, make_card: MakeCard, tmp_path: Path) -> None:
    import_file(home, make_card(), write(tmp_path / "a.csv", csv_bytes(cells(1), cells(2))), NOW)
    outcome = import_file(home, make_card(), write(tmp_path / "b.csv", csv_bytes(cells(2), cells(1))), LATER)
    assert (outcome.added, outcome.unchanged) == (0, 2)
    assert FactRecord.objects.count() == 2


def test_a_changed_row_corrects_what_the_source_said_and_back_again(
    home: Home, make_card: MakeCard, tmp_path: Path
) -> None:
    card = make_card()
    first = write(tmp_path / "a.csv", csv_bytes(cells(1, 名称="甲")))
    second = write(tmp_path / "b.csv", csv_bytes(cells(1, 名称="乙")))
    import_file(home, card, first, NOW)
    import_file(home, card, second, LATER)
    import_file(home, card, first, LATER + timedelta(days=1), again=True)

    def name(known_at: datetime) -> object:
        fact = view_of(f"uscc:{code(1)}", date(2026, 1, 1), known_at).current("registration")
        return fact and fact.payload["name"]

    assert [name(NOW), name(LATER), name(LATER + timedelta(days=1))] == ["甲", "乙", "甲"]
    assert FactRecord.objects.count() == 3


BAD = [
    ({"代码": "91330402000000001X"}, "row.check_digit", "代码"),
    ({"代码": "913304020000"}, "row.bad_identity", "代码"),
    ({"代码": ""}, "row.missing_key", "ref"),
    ({"名称": " "}, "row.missing_key", "name"),
    ({"日期": ""}, "row.missing_key", "日期"),
    ({"日期": "2021-02-29"}, "row.impossible_date", "日期"),
    ({"类型": "公司"}, "row.bad_code", "subject_type"),
    ({"地区": "999999"}, "row.bad_code", "region"),
    ({"资本": "1.234"}, "row.bad_number", "capital_minor"),
    ({"资本": "-1"}, "row.bad_number", "capital_minor"),
    ({"名称": "长" * 201}, "row.too_long", "name"),
    ({"名称": "a\x00"}, "row.control_character", ""),
    ({"名称": "a,b"}, "row.columns", ""),
]


def test_every_bad_row_is_held_with_its_reason_and_bytes_and_the_good_ones_go_in(
    home: Home, make_card: MakeCard, tmp_path: Path
) -> None:
    rows = [cells(1), *(cells(number, **changed) for number, (changed, _, _) in enumerate(BAD, 2)), cells(99)]
    content = csv_bytes(*rows)
    outcome = import_file(home, make_card(), write(tmp_path / "a.csv", content), NOW)
    assert (outcome.rows, outcome.added, outcome.held) == (len(rows), 2, len(BAD))
    assert held() == [(number, reason, field) for number, (_, reason, field) in enumerate(BAD, 2)]
    lines = content.splitlines(keepends=True)
    for row in HeldRow.objects.filter(state=HeldRow.State.HELD):
        assert bytes(row.original) == lines[row.row_number]
    assert sum(outcome.problems.values()) == len(BAD)
    run = ImportRun.objects.get()
    assert (run.rows_done, run.facts_added, run.rows_held) == (len(rows), 2, len(BAD))
    assert run.finished_at == NOW


def test_a_held_row_names_its_further_problems(home: Home, make_card: MakeCard, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", csv_bytes(cells(1, 类型="公司", 地区="0", 日期="x")))
    import_file(home, make_card(), path, NOW)
    row = HeldRow.objects.get(state=HeldRow.State.HELD)
    assert row.code == "row.impossible_date"
    assert "row.bad_code subject_type" in row.found
    assert "row.bad_code region" in row.found


def test_what_one_file_says_twice_differently_is_held(home: Home, make_card: MakeCard, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", csv_bytes(cells(1, 名称="甲"), cells(1, 名称="乙"), cells(1, 名称="甲")))
    outcome = import_file(home, make_card(), path, NOW)
    assert (outcome.added, outcome.unchanged, outcome.held) == (1, 1, 1)
    assert held() == [(2, "row.ref_conflict", "ref")]
    assert outcome.problems == {"row.ref_conflict": 1}
    assert HeldRow.objects.get(row_number=2).original


def test_a_repeated_header_is_held_and_nothing_goes_in(home: Home, make_card: MakeCard, tmp_path: Path) -> None:
    content = (",".join([*COLUMNS, "名称"]) + "\n" + ",".join([*cells(1), "x"]) + "\n").encode()
    path = write(tmp_path / "a.csv", content)
    for _ in range(2):
        with pytest.raises(HeaderRepeated, match="名称"):
            import_file(home, make_card(), path, NOW)
    assert held() == [(0, "row.duplicate_header", "")]
    assert bytes(HeldRow.objects.get().original) == content.splitlines(keepends=True)[0]
    assert ledger() == []
    with pytest.raises(HeaderRepeated):
        check_file(home, make_card(), path, NOW)
    assert retry(make_card(), home.rulebook, NOW).tried == 0


def test_a_check_reports_what_an_import_would_hold_and_stores_nothing(
    home: Home, make_card: MakeCard, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", csv_bytes(cells(1), cells(2, 日期="2020-13-01")))
    outcome = check_file(home, make_card(), path, NOW)
    assert (outcome.rows, outcome.added, outcome.held) == (2, 1, 1)
    assert outcome.problems == {"row.impossible_date": 1}
    assert not ImportRun.objects.exists()
    assert not HeldRow.objects.exists()
    assert ledger() == []


@pytest.mark.parametrize("format", ["csv", "jsonl", "xlsx", "parquet"])
def test_a_mended_card_lets_held_rows_go(home: Home, make_card: MakeCard, tmp_path: Path, format: str) -> None:
    rows = [cells(1), cells(2, 类型="有限公司"), cells(3, 代码="91330402000000003X")]
    path = tmp_path / f"a.{format}"
    write_rows(path, rows)
    import_file(home, make_card(format), path, NOW)
    assert [row[0] for row in held()] == [2, 3]
    mended = make_card(format, text=CARD.replace('"企业" = ', '"有限公司" = "enterprise", "企业" = '))
    outcome = retry(mended, home.rulebook, LATER)
    assert (outcome.tried, outcome.released, outcome.added) == (2, 1, 1)
    assert held() == [(3, "row.check_digit", "代码")]
    (fact,) = facts_of(f"uscc:{code(2)}")
    assert fact.known_at == LATER
    stored = FactRecord.objects.get(entity_id=f"uscc:{code(2)}")
    assert (stored.run_id, stored.row_number) == (ImportRun.objects.get().id, 2)
    assert HeldRow.objects.get(row_number=2).state == HeldRow.State.RELEASED
    assert retry(mended, home.rulebook, LATER).released == 0
    assert FactRecord.objects.count() == 2


def write_rows(path: Path, rows: list[list[str]]) -> None:
    """Write rows in the format the file's name says."""
    match path.suffix:
        case ".csv":
            path.write_bytes(csv_bytes(*rows))
        case ".jsonl":
            import json

            path.write_text("".join(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in rows))
        case ".xlsx":
            import openpyxl

            book = openpyxl.Workbook()
            assert book.active is not None
            for row in ([*COLUMNS], *rows):
                book.active.append(row)
            book.save(path)
        case ".parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            columns = zip(*rows, strict=True)
            pq.write_table(pa.table(dict(zip(COLUMNS, map(list, columns), strict=True))), path)


def test_every_format_says_the_same(home: Home, make_card: MakeCard, tmp_path: Path) -> None:
    digests = set()
    for format in ("csv", "jsonl", "xlsx", "parquet"):
        path = tmp_path / f"a.{format}"
        write_rows(path, [cells(1), cells(2)])
        outcome = import_file(home, make_card(format), path, NOW)
        assert outcome.rows == 2
        digests.add(tuple(row[0] for row in ledger()))
    assert len(digests) == 1


def test_a_row_still_conflicting_stays_held_after_a_retry(home: Home, make_card: MakeCard, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", csv_bytes(cells(1, 名称="甲"), cells(1, 名称="乙")))
    import_file(home, make_card(), path, NOW)
    outcome = retry(make_card(), home.rulebook, LATER)
    assert (outcome.tried, outcome.released, outcome.added) == (1, 0, 0)
    apart = make_card(text=CARD.replace('ref = "{{代码}}"', 'ref = "{{代码}}/{{名称}}"'))
    assert retry(apart, home.rulebook, LATER).released == 1


def test_a_row_of_which_only_the_beginning_was_kept_is_never_released(
    home: Home, make_card: MakeCard, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", csv_bytes([*cells(1)[:-1], "2020-03-04" + " " * 400]))
    import_file(home, make_card(layout="max_row_bytes = 256"), path, NOW)
    assert held() == [(1, "row.too_long", "")]
    assert retry(make_card(), home.rulebook, LATER).released == 0
    assert held() == [(1, "row.too_long", "")]
    assert ledger() == []


def test_a_held_row_is_discarded_once_and_only_with_a_reason(home: Home, make_card: MakeCard, tmp_path: Path) -> None:
    import_file(home, make_card(), write(tmp_path / "a.csv", csv_bytes(cells(1, 日期="x"))), NOW)
    (row,) = imports.held_rows()
    with pytest.raises(ReasonMissing):
        imports.discard(row.id, "  ", "officer", NOW)
    imports.discard(row.id, "A test entry of the source.", "officer", LATER)
    row.refresh_from_db()
    assert (row.state, row.settled_by, row.note) == ("discarded", "officer", "A test entry of the source.")
    assert bytes(row.original)
    with pytest.raises(HeldRowUnknown):
        imports.discard(row.id, "Again.", "officer", LATER)
    assert imports.summary() == []


def test_an_interrupted_run_goes_on_where_it_ended_and_with_its_known_time(
    home: Home, make_card: MakeCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 3)
    path = write(tmp_path / "a.csv", csv_bytes(*(cells(number) for number in range(1, 11)), cells(11, 日期="x")))

    class PlugPulled(Exception):
        pass

    def pull(rows: int) -> None:
        if rows == 6:
            raise PlugPulled

    with pytest.raises(PlugPulled):
        import_file(home, make_card(), path, NOW, pull)
    assert FactRecord.objects.count() == 6
    outcome = import_file(home, make_card(), path, LATER)
    assert (outcome.resumed_after, outcome.rows, outcome.added, outcome.held) == (6, 5, 4, 1)
    assert {known for _, known, _ in ledger()} == {NOW.isoformat()}
    assert import_file(home, make_card(), path, LATER).is_repeat


def test_two_processes_do_not_import_one_file_at_once(
    home: Home, make_card: MakeCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 1)
    path = write(tmp_path / "a.csv", csv_bytes(cells(1), cells(2), cells(3)))

    def another_moves(rows: int) -> None:
        if rows == 1:
            ImportRun.objects.update(rows_done=2)

    with pytest.raises(ImportUnderWay):
        import_file(home, make_card(), path, NOW, another_moves)
    assert FactRecord.objects.count() == 1


def test_the_source_may_say_when_it_was_known(home: Home, make_card: MakeCard, tmp_path: Path) -> None:
    known = 'title = {{ zh = "登记", en = "Registrations" }}\n[known_at]\ncolumn = "日期"\n'
    card = make_card(text=CARD.replace('title = {{ zh = "登记", en = "Registrations" }}\n', known))
    path = write(tmp_path / "a.csv", csv_bytes(cells(1), cells(2, 日期="2026-11-30"), cells(3, 日期="")))
    import_file(home, card, path, NOW)
    (fact,) = facts_of(f"uscc:{code(1)}")
    assert fact.known_at == datetime(2020, 3, 3, 16, tzinfo=UTC)
    assert held() == [(2, "row.impossible_date", "日期"), (3, "row.missing_key", "日期")]


MANY = """
code = "visits"
title = { zh = "访问", en = "Visits" }
[file]
format = "csv"
empty = ["NULL"]
[[leave_out]]
column = "what"
values = ["draft"]
[[fact]]
kind = "licence"
when = { column = "what", values = ["licence", "both"] }
ref = "L/{id}"
entity = { scheme = "uscc", column = "code" }
valid_from = { column = "from" }
valid_until = { column = "through", includes_last_day = true, open = ["9999-12-31"] }
[fact.field]
number = { column = "id" }
name = { constant = "Food" }
authority = { constant = "Bureau" }
expires_on = { column = "through" }
[[fact]]
kind = "complaint"
when = { column = "what", values = ["complaint", "both"] }
ref = "C/{id}"
entity = { source = "visits", ref = "L/{about}" }
[fact.field]
is_upheld = { column = "upheld", true = ["是"], false = ["否"] }
"""


def test_one_row_may_give_several_facts_or_none(home: Home, make_card: MakeCard, tmp_path: Path) -> None:
    card = make_card(text=MANY.replace("{", "{{").replace("}", "}}"))
    header = "what,id,code,from,through,about,upheld\n"
    first = write(tmp_path / "a.csv", (header + f"licence,1,{code(1)},2020-01-01,2020-12-31,,\n").encode())
    import_file(home, card, first, NOW)
    rows = [
        f"both,2,{code(2)},2021-01-01,9999-12-31,1,是",
        "draft,3,,,,,",
        "mystery,4,,,,,",
        "complaint,5,,,,1,NULL",
        "complaint,6,,,,77,否",
        f"licence,7,{code(3)},2021-01-01,2020-12-30,,",
    ]
    outcome = import_file(home, card, write(tmp_path / "b.csv", (header + "\n".join(rows) + "\n").encode()), LATER)
    assert (outcome.rows, outcome.added, outcome.held, outcome.left_out) == (6, 3, 3, 1)
    assert held() == [
        (3, "row.unknown_kind", "what"),
        (5, "row.unknown_record", "about"),
        (6, "row.impossible_date", "through"),
    ]
    found = {fact.source_ref: fact for fact in facts_of(f"uscc:{code(1)}")}
    assert found["L/1"].span.until_on == date(2021, 1, 1)
    assert found["L/1"].payload["expires_on"] == "2020-12-31"
    assert found["C/2"].span.from_on == date(2020, 1, 1), "the first day is that of the record named"
    assert found["C/2"].payload == {"is_upheld": True}
    assert found["C/5"].payload == {}
    assert facts_of(f"uscc:{code(2)}")[0].span.until_on is None


def test_a_card_is_found_by_name_or_path(home: Home, tmp_path: Path) -> None:
    card = CARD.format(format="csv", layout="", more="")
    (home.cards / "registrations_of_mine.toml").write_text(card, encoding="utf-8")
    (tmp_path / "other.toml").write_text(card, encoding="utf-8")
    assert find_card(home, "registrations_of_mine").code == "registrations"
    assert find_card(home, str(tmp_path / "other.toml")).code == "registrations"
    with pytest.raises(CardUnknown, match="registrations_of_mine"):
        find_card(home, "nothing_like_it")


def test_the_batches_of_one_file_bound_what_is_in_memory(
    home: Home, make_card: MakeCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 4)
    path = write(tmp_path / "a.csv", csv_bytes(*(cells(number) for number in range(10))))
    seen: list[int] = []
    import_file(home, make_card(), path, NOW, seen.append)
    assert seen == [4, 8, 10]
