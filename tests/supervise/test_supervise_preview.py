"""A preview counts what a variant of the rulebook would move, and records nothing."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import goodstanding.cli.preview  # noqa: F401 - adds its command
from goodstanding.cli import frame
from goodstanding.core import rulebook as rulebooks
from goodstanding.core.classification import areas_of, score
from goodstanding.core.errors import NoRuleInForce, RulebookInvalid, VariantForeign
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.listing import Act
from goodstanding.core.preview import Preview
from goodstanding.core.treatment import share
from goodstanding.engine.instant import classify_facts
from goodstanding.engine.score import card_in_force
from goodstanding.home import Home, read_rulebook, rulebook_folder
from goodstanding.records import ledger
from goodstanding.records.models import ClassRun, Decision, FactRecord, OutboxMessage, ProposalRecord
from goodstanding.supervise.classify import classify_all
from goodstanding.supervise.preview import preview
from goodstanding.supervise.previews import kept_previews
from tests.conftest import NOW
from tests.engine.histories import entity_id
from tests.supervise.register import AS_OF, penalty, registration, reports, said

pytestmark = pytest.mark.django_db

Files = dict[str, bytes]


@pytest.fixture
def files() -> Files:
    """Those of the rulebook in force."""
    return read_rulebook(rulebook_folder("cn"))


@pytest.fixture
def facts(db: None) -> list[Fact]:
    """Forty businesses: some miss reports, some were fined, long ago or lately, some were checked."""
    found: list[Fact] = []
    for number in range(40):
        found.append(registration(number, date(2012 + number % 10, 5, 1)))
        if number % 3:
            found += reports(number, 2023, 2024, 2025)
        found += [penalty(number, date(2026, month, 1)) for month in range(2, 2 + number % 4)]
        if number % 8 == 0:
            found.append(penalty(number, date(2025, 2, 1), "serious"))
        if number % 5 == 0:
            found.append(said(number, "inspection", date(2026, 9, 1), results=("1",), authority="Office"))
    ledger.deliver([ledger.Delivered(one) for one in found], NOW)
    return found


def with_bound(files: Files, class_code: str, shift: int) -> Files:
    """Return a variant whose first scale begins one class so many points later."""
    text = files["classification.toml"].decode()
    pattern = re.compile(rf'(code = "{class_code}"\n[^\[]*?lower = )(\d+)')
    changed, times = pattern.subn(lambda found: f"{found[1]}{int(found[2]) + shift}", text, count=1)
    assert times == 1
    return files | {"classification.toml": changed.encode()}


def changed(files: Files, name: str, old: str, new: str) -> Files:
    text = files[name].decode()
    assert old in text
    return files | {name: text.replace(old, new).encode()}


def moved(found: Preview) -> dict[tuple[str, str], int]:
    return {pair: count for pair, count in found.moved.items() if pair[0] != pair[1]}


def by_entity(facts: list[Fact]) -> dict[str, list[Fact]]:
    grouped: dict[str, list[Fact]] = {}
    for one in facts:
        grouped.setdefault(one.entity_id, []).append(one)
    return grouped


def test_a_variant_equal_to_today_s_moves_nobody(home: Home, files: Files, facts: list[Fact]) -> None:
    found = preview(home, files, AS_OF, NOW)
    assert moved(found) == {}
    assert found.whole.entities == 40
    assert (found.whole.riskier, found.whole.safer, found.whole.entered, found.whole.spared) == (0, 0, 0, 0)
    assert found.today == found.variant == home.rulebook.digest
    assert all(before == after for _, _, before, after in found.proposals)
    assert all(today == variant for today, variant in found.drawn.values())
    assert found.proposals  # missed reports ask for entries under both


def test_one_bound_moved_moves_exactly_those_whose_points_lie_between(
    home: Home, files: Files, facts: list[Fact]
) -> None:
    run = classify_all(home, AS_OF, NOW, NOW)
    variant = with_bound(files, "B", -10)
    law = rulebooks.load(variant)
    card = card_in_force(law, "risk", AS_OF)
    oracle: Counter[tuple[str, str]] = Counter()
    known = by_entity(facts)
    for record in run.classrecord_set.all():
        areas = areas_of(view(known[record.entity_id], AS_OF, NOW), law.areas)
        outcome = score(json.loads(record.values), card, law.scales["risk"], areas)
        oracle[record.class_code, outcome.class_code] += 1
    found = preview(home, variant, AS_OF, NOW)
    assert found.moved == oracle
    assert found.whole.riskier == sum(count for (a, b), count in oracle.items() if a != b) > 0
    assert found.whole.safer == 0


def test_a_display_rule_that_hides_sooner_frees_those_it_hides(home: Home, files: Files, facts: list[Fact]) -> None:
    variant = changed(files, "disclosure.toml", 'number = 1, unit = "year"', 'number = 1, unit = "day"')
    law = rulebooks.load(variant)
    known = by_entity(facts)
    oracle: Counter[tuple[str, str]] = Counter()
    for own in known.values():
        codes = []
        for book in (home.rulebook, law):
            placed = classify_facts(own, book, card_in_force(book, "risk", AS_OF), AS_OF, NOW)
            assert placed is not None
            codes.append(placed.class_code)
        oracle[codes[0], codes[1]] += 1
    found = preview(home, variant, AS_OF, NOW)
    assert found.moved == oracle
    assert found.whole.safer > 0
    assert found.whole.riskier == 0


def test_a_list_rule_left_out_spares_those_it_named(home: Home, files: Files, facts: list[Fact]) -> None:
    assert preview(home, files, AS_OF, NOW).whole.spared == 0
    text = files["lists.toml"].decode()
    start = text.index("[list.abnormal.ground.")
    later = text[:start] + re.sub(r"valid_from = \d{4}-\d\d-\d\d", "valid_from = 2100-01-01", text[start:], count=1)
    found = preview(home, files | {"lists.toml": later.encode()}, AS_OF, NOW)
    gone = {(code, act): count for (code, act, now, then), count in found.proposals.items() if now and not then}
    assert gone
    assert {act for _, act in gone} == {Act.ENTER}
    assert found.whole.spared == sum(gone.values())
    assert sum(one.spared for one in found.regions.values()) == found.whole.spared


def test_checks_are_expected_by_the_variant_s_shares(home: Home, files: Files, facts: list[Fact]) -> None:
    found = preview(home, changed(files, "inspection.toml", "ratio_ppm = 20_000", "ratio_ppm = 40_000"), AS_OF, NOW)
    today, variant = found.drawn["B"]
    assert today.eligible == variant.eligible > 1
    assert today.drawn == share(today.eligible, 20_000)
    assert variant.drawn == share(variant.eligible, 40_000)
    assert found.whole.expected_ppm[1] - found.whole.expected_ppm[0] == 20_000 * variant.eligible
    # Whoever was found clean in September is in a quiet time under both, class D apart.
    assert found.left_out["I-20"][0] == found.left_out["I-20"][1] > 0


def test_without_a_quiet_time_more_may_be_drawn(home: Home, files: Files, facts: list[Fact]) -> None:
    text = re.sub(rb"cooling_off = .*\n", b"", files["inspection.toml"])
    found = preview(home, files | {"inspection.toml": text}, AS_OF, NOW)
    assert found.left_out["I-20"][1] == 0
    gained = sum(variant.eligible - today.eligible for today, variant in found.drawn.values())
    # Some of them were checked as often as the year allows, and are left out for that.
    assert gained == sum(today - variant for today, variant in found.left_out.values()) > 0


def test_nothing_is_recorded_and_nothing_is_left_on_disk(
    home: Home, files: Files, facts: list[Fact], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = sorted(path for path in home.path.rglob("*"))
    messages, stored = OutboxMessage.objects.count(), FactRecord.objects.count()
    preview(home, with_bound(files, "B", -10), AS_OF, NOW)
    assert sorted(path for path in home.path.rglob("*")) == before
    assert list(tmp_path.glob("goodstanding-preview-*")) == []
    assert (OutboxMessage.objects.count(), FactRecord.objects.count()) == (messages, stored)
    assert not any(model.objects.exists() for model in (ClassRun, ProposalRecord, Decision))


def test_regions_and_sectors_add_up_to_the_whole(home: Home, files: Files, facts: list[Fact]) -> None:
    found = preview(home, with_bound(files, "B", -10), AS_OF, NOW)
    for parts in (found.regions, found.sectors):
        for name in ("entities", "riskier", "safer", "entered", "removed"):
            assert sum(getattr(one, name) for one in parts.values()) == getattr(found.whole, name)
        assert [sum(pair) for pair in zip(*(one.expected_ppm for one in parts.values()), strict=True)] == (
            found.whole.expected_ppm
        )
    assert set(found.regions) == {"330424"}


def test_a_rulebook_of_another_jurisdiction_is_refused(home: Home, facts: list[Fact]) -> None:
    with pytest.raises(VariantForeign, match="kept under the rulebook cn"):
        preview(home, read_rulebook(rulebook_folder("chicago")), AS_OF, NOW)


def test_a_variant_with_a_mistake_is_refused(home: Home, files: Files, facts: list[Fact]) -> None:
    with pytest.raises(RulebookInvalid, match=r"ratio_ppm in inspection\.toml"):
        preview(home, changed(files, "inspection.toml", "ratio_ppm = 20_000", "ratio_ppm = -1"), AS_OF, NOW)


def test_a_day_without_a_scorecard_is_refused(home: Home, files: Files, facts: list[Fact]) -> None:
    with pytest.raises(NoRuleInForce):
        preview(home, files, date(1990, 1, 1), NOW)


def test_the_command_tells_what_moves_in_either_language(
    home: Home, files: Files, facts: list[Fact], tmp_path: Path
) -> None:
    folder = tmp_path / "variant"
    folder.mkdir()
    for name, content in with_bound(files, "B", -10).items():
        (folder / name).write_bytes(content)
    runner = CliRunner()
    asked = ["preview", "--rulebook", str(folder), "--as-of", str(AS_OF), "--known-at", NOW.isoformat()]
    found = preview(home, read_rulebook(folder), AS_OF, NOW)
    counts = tmp_path / "counts.csv"
    in_chinese = runner.invoke(frame.app, [*asked, "--language", "zh", "--csv", str(counts)])
    assert f"变体将使 {found.whole.riskier} 户变更类别" in in_chinese.output
    assert kept_previews(home) == []
    answer = runner.invoke(frame.app, ["--json", *asked, "--keep"])
    told = json.loads(answer.output)
    assert [one.told for one in kept_previews(home)] == [{"name": "variant"} | told]
    assert told["whole"]["riskier"] == found.whole.riskier
    assert {(one["today"], one["variant"]): one["businesses"] for one in told["moved"]} == found.moved
    lines = counts.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "part,key,measure,count"
    assert f"whole,,riskier,{found.whole.riskier}" in lines
    assert not any(entity_id(number) in line for line in lines for number in range(40))
