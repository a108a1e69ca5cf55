"""The same seed makes the same bytes; what is written agrees with the truth beside it."""

from __future__ import annotations

import csv
import json
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from goodstanding.core.errors import FolderTaken, RulebookInvalid, SynthInvalid
from goodstanding.core.rulebook import Rulebook
from goodstanding.records.directory import read_directory
from goodstanding.synth.province import INSPECTORS, TruthRow, outcome, read_truth, write_province
from tests.synth.conftest import ENTITIES, PARAMETERS, SEED, UNTIL, YEARS, Province, contents, make


def test_the_same_seed_makes_the_same_bytes(cn: Rulebook, province: Province, tmp_path: Path) -> None:
    again = make(cn, tmp_path / "again")
    assert contents(again.folder) == contents(province.folder)
    assert again.manifest == province.manifest


def test_another_seed_makes_another_province(cn: Rulebook, province: Province, tmp_path: Path) -> None:
    first, second = contents(province.folder), contents(make(cn, tmp_path / "other", 50, "another").folder)
    assert set(first) == set(second)
    assert {name for name in first if first[name] == second[name]} <= {"README.txt", "corrections.csv"}


def test_a_smaller_province_is_the_beginning_of_a_larger_one(cn: Rulebook, province: Province, tmp_path: Path) -> None:
    small = make(cn, tmp_path / "small", 60)
    for name in ("registrations.csv", "annual_reports.jsonl", "penalties.csv", "inspections.jsonl", "contacts.csv"):
        assert (province.folder / name).read_bytes().startswith((small.folder / name).read_bytes()), name
    assert list(read_truth(small.folder).items()) == list(read_truth(province.folder).items())[:60]


def test_no_clock_reaches_the_workbook(province: Province) -> None:
    with zipfile.ZipFile(province.folder / "complaints.xlsx") as archive:
        assert {member.date_time for member in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
    properties = openpyxl.load_workbook(province.folder / "complaints.xlsx").properties
    assert {properties.created, properties.modified} == {datetime(2000, 1, 1)}  # noqa: DTZ001 - as openpyxl gives it


def test_every_code_but_those_spoilt_checks(province: Province) -> None:
    from stdnum.cn.uscc import is_valid

    entities = list(read_truth(province.folder))
    assert len(set(entities)) == ENTITIES
    assert all(is_valid(entity_id.removeprefix("uscc:")) for entity_id in entities)


def test_the_register_is_in_its_own_encoding_and_penalties_in_theirs(province: Province) -> None:
    register = (province.folder / "registrations.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        register.decode("utf-8")
    assert "统一社会信用代码" in register.decode("gb18030", "replace").splitlines()[0]
    with (province.folder / "penalties.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    fines = [row["CF_NR_FK"] for row in rows if row["CF_NR_FK"]]
    assert any("." in fine for fine in fines)  # tens of thousands, as decimals
    assert all(row["CF_XDR_MC"] for row in rows)


def test_nine_reports_in_ten_come_and_some_come_late(province: Province) -> None:
    """Of the businesses asked in the last window and still open."""
    truth = read_truth(province.folder)
    owing = [row for row in truth.values() if row.status == "open" and row.established_on < date(2025, 1, 1)]
    missing = sum(row.report_is_missing for row in owing)
    assert 2 <= 100 * missing // len(owing) <= 12
    late = 0
    for line in (province.folder / "annual_reports.jsonl").read_bytes().splitlines():
        try:
            report = json.loads(line)
        except json.JSONDecodeError:  # cut on purpose
            continue
        filed = report["报送日期"]
        late += filed[5:7] > "06" or int(filed[:4]) > int(report.get("报告年度") or 9999) + 1
    assert late > 0


def test_nothing_happens_after_the_last_day(province: Province) -> None:
    days = [line["检查日期"] for line in _lines(province.folder / "inspections.jsonl")]
    assert max(days) <= UNTIL.isoformat()
    received = pq.read_table(province.folder / "licences.parquet", columns=["许可决定日期"])["许可决定日期"].to_pylist()
    assert max(received) <= UNTIL


def test_subject_types_stand_a_third_to_two_thirds(province: Province) -> None:
    kinds = Counter(row.subject_type for row in read_truth(province.folder).values())
    assert 26 <= 100 * kinds["enterprise"] // ENTITIES <= 40
    assert 58 <= 100 * kinds["self_employed"] // ENTITIES <= 73


def test_an_entity_has_a_dozen_facts_or_so(province: Province) -> None:
    assert 8 <= sum(province.made.facts.values()) / ENTITIES <= 18


def test_the_manifest_says_what_was_returned(province: Province) -> None:
    manifest = province.manifest
    assert manifest["is_synthetic"] is True
    assert [(file["file"], file["card"]) for file in manifest["files"]] == list(map(tuple, province.made.imports))
    assert manifest["facts"] == dict(province.made.facts)
    for file in manifest["files"]:
        assert file["rows"] == file["facts"] + file["repeated"] + sum(file["spoilt"].values())
    rows, bad = (sum(file["rows"] for file in manifest["files"]), sum(_bad(file) for file in manifest["files"]))
    assert 0 < bad < rows / 100


def test_the_readme_says_that_all_is_invented(province: Province) -> None:
    text = (province.folder / "README.txt").read_text(encoding="utf-8")
    assert "synthetic" in text
    assert "合成数据" in text


def test_every_region_has_inspectors_and_some_are_recused(cn: Rulebook, province: Province) -> None:
    inspectors = read_directory((province.folder / INSPECTORS).read_bytes())
    by_region = Counter(region for one in inspectors for region in one.regions)
    assert set(by_region) <= set(cn.tables["regions"])
    assert set(by_region) >= {row.region for row in read_truth(province.folder).values()}
    assert min(by_region.values()) >= 4
    recused = {entity_id for one in inspectors for entity_id in one.recused_from}
    assert recused
    assert recused <= set(read_truth(province.folder))


def test_a_visit_finds_what_the_truth_says_as_often_as_it_says(cn: Rulebook, province: Province) -> None:
    truth = read_truth(province.folder)
    rules = cn.inspection.results
    for entity_id, row in truth.items():
        results = outcome(row, "a lot", entity_id)
        assert results == outcome(row, "a lot", entity_id)
        assert results
        assert set(results) <= set(rules)
        assert len(results) == 1 or not any(rules[code].is_alone for code in results)
    row = next(row for row in truth.values() if 50_000 < row.finding_ppm < 500_000)
    found = sum(outcome(row, f"round {number}", row.entity_id) == row.finding for number in range(4_000))
    assert abs(found - 4_000 * row.finding_ppm // 1_000_000) < 130  # four standard deviations at most


def test_the_truth_follows_risk(province: Province) -> None:
    rows = sorted(
        (row for row in read_truth(province.folder).values() if row.is_reachable), key=lambda row: row.risk_percent
    )
    quarter = len(rows) // 4

    def mean(part: list[TruthRow]) -> float:
        return sum(row.finding_ppm for row in part) / len(part)

    assert mean(rows[-quarter:]) > 4 * mean(rows[:quarter])


def test_progress_ends_with_the_number_of_businesses(cn: Rulebook, tmp_path: Path) -> None:
    told: list[int] = []
    write_province(cn, PARAMETERS, tmp_path / "out", 250, 1, SEED, UNTIL, told.append)
    assert told == sorted(told)
    assert told[-1] == 250


def test_a_folder_that_holds_something_is_left_alone(cn: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FolderTaken):
        make(cn, tmp_path, 5)
    assert contents(tmp_path) == {"thesis.txt": b"mine"}


def test_numbers_that_cannot_be_had_are_refused(cn: Rulebook, tmp_path: Path) -> None:
    for entities, years in ((0, YEARS), (10, 0), (10**15, YEARS)):
        with pytest.raises(SynthInvalid):
            make(cn, tmp_path / "out", entities, years=years)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("province.toml", 'dormant = "dormant"', 'dormant = "asleep"'),
        ("province.toml", "[status]", "[status]\nopened = 1"),
        ("behaviour.toml", 'clean = ["1"]', 'clean = ["one"]'),
        ("behaviour.toml", "yearly_ppm = 2_500", "yearly_pm = 2_500"),
        ("files.toml", 'value = "approved_on"', 'value = "approved_at"'),
        ("files.toml", 'words = "statuses"', 'words = "states"'),
    ],
)
def test_a_mistake_in_the_parameters_names_file_and_key(
    cn: Rulebook, tmp_path: Path, name: str, old: str, new: str
) -> None:
    folder = tmp_path / "synthetic"
    folder.mkdir()
    for path in PARAMETERS.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        if path.name == name:
            assert old in text
            text = text.replace(old, new, 1)
        (folder / path.name).write_text(text, encoding="utf-8")
    with pytest.raises(RulebookInvalid) as caught:
        write_province(cn, folder, tmp_path / "out", 5, 1, SEED, UNTIL)
    assert name in str(caught.value.asked)
    assert not (tmp_path / "out").exists()


def test_a_rulebook_without_a_province_says_so(chicago: Rulebook, tmp_path: Path) -> None:
    with pytest.raises(SynthInvalid):
        write_province(chicago, tmp_path / "synthetic", tmp_path / "out", 5, 1, SEED, UNTIL)


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_bytes().splitlines() if b"2024-02-31" not in line]


def _bad(file: dict[str, dict[str, int]]) -> int:
    return sum(file["spoilt"].values())


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_shares_are_held_in_other_enterprises_of_the_province_and_never_in_a_person(province: Province) -> None:
    truth = read_truth(province.folder)
    links = [row for row in _csv(province.folder / "investments.csv") if row["关系类型"] != "不详"]
    assert len(links) > ENTITIES // 50
    place = {entity_id: number for number, entity_id in enumerate(truth)}
    for row in links:
        if f"uscc:{row['对方统一社会信用代码']}" not in truth:  # its last character is another, on purpose
            continue
        holder, other = truth[f"uscc:{row['统一社会信用代码']}"], truth[f"uscc:{row['对方统一社会信用代码']}"]
        assert holder.subject_type == other.subject_type == "enterprise"
        assert place[other.entity_id] < place[holder.entity_id]
        assert row["起始日期"] >= max(holder.established_on, other.established_on).isoformat()
        assert not row["终止日期"] or row["起始日期"] < row["终止日期"] <= UNTIL.isoformat()


def test_the_risky_fail_more_samples_and_are_evaluated_worse(cn: Rulebook, tmp_path: Path) -> None:
    town = make(cn, tmp_path / "town", 1_500)
    risk = {entity_id.removeprefix("uscc:"): row.risk_percent for entity_id, row in read_truth(town.folder).items()}
    samples = [row for row in _csv(town.folder / "samplings.csv") if row["被抽检单位统一社会信用代码"] in risk]
    failed = [risk[row["被抽检单位统一社会信用代码"]] for row in samples if row["检验结论"] == "不合格"]
    passed = [risk[row["被抽检单位统一社会信用代码"]] for row in samples if row["检验结论"] == "合格"]
    assert 0 < len(failed) < len(passed) // 4
    assert sum(failed) * len(passed) > 2 * sum(passed) * len(failed)
    said = [(risk[row["统一社会信用代码"]], int(row["评价等级"])) for row in _csv(town.folder / "evaluations.csv")]
    well, badly = [own for own, grade in said if grade <= 2], [own for own, grade in said if grade >= 4]
    assert sum(badly) * len(well) > 2 * sum(well) * len(badly) > 0
