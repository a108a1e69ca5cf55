"""The pages that say how the classes develop, against small runs whose numbers are plain to see."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import goodstanding.cli.monitor  # noqa: F401 - adds its command
from goodstanding.cli import frame
from goodstanding.core.draw import Inspector, Plan, Seed, SeedKind, Stratum, Unit, commit, draw
from goodstanding.core.draw_bundle import bundle, plan_document
from goodstanding.engine.score import card_in_force, result_schema
from goodstanding.home import Home
from goodstanding.office.accounts import Role
from goodstanding.records import classes
from goodstanding.records.models import Campaign, ClassRun, Visit
from goodstanding.supervise import lots, monitor
from tests.conftest import NOW
from tests.office.conftest import SignedIn

FIRST, SECOND = date(2026, 6, 1), date(2026, 7, 1)


def run_on(
    home: Home,
    day: date,
    placed: dict[str, str],
    penalties: dict[str, int | None],
    listed: frozenset[str] = frozenset(),
    food: dict[str, int] | None = None,
) -> ClassRun:
    """Record a full run with its Parquet copy: classes by entity, and one indicator's values.

    Args:
        listed: For whom the first direct rule holds; no other holds for anybody.
        food: Failed samples of those in the key area of food.
    """
    book = home.rulebook
    scale = next(iter(book.scales))
    card = card_in_force(book, scale, day)
    run = ClassRun.objects.create(
        scale=scale,
        as_of=day,
        known_at=NOW,
        ledger_position=1,
        rulebook_digest=book.digest,
        scorecard=card.rule.number,
        engine="duckdb",
        made_at=NOW,
        entities=len(placed),
        counts={band.code: list(placed.values()).count(band.code) for band in book.scales[scale].bands},
    )
    classes.record(run, ((entity, code, 0, "{}") for entity, code in placed.items()))
    columns = result_schema(card)
    first_direct = columns.names[-len(card.direct)]
    in_food = food or {}
    rows = [
        {
            "entity": number,
            "penalties_24m": penalties[entity],
            "area_food": int(entity in in_food),
            "samplings_failed_24m": in_food.get(entity, 0),
            first_direct: entity in listed,
        }
        for number, entity in enumerate(placed)
    ]
    folder = home.folder("classes") / str(run.pk)
    folder.mkdir(parents=True)
    table = {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in columns}
    pq.write_table(pa.table(table, schema=columns), folder / "bucket.parquet")
    return run


@pytest.fixture
def runs(office: Home) -> tuple[ClassRun, ClassRun]:
    """Four businesses, then four again: one came to less risk, one to more, one left and one is new."""
    return (
        run_on(office, FIRST, {"e:1": "A", "e:2": "B", "e:3": "B", "e:4": "A"}, {f"e:{n}": 0 for n in range(1, 5)}),
        run_on(office, SECOND, {"e:1": "C", "e:2": "A", "e:3": "B", "e:5": "A"}, {f"e:{n}": 9 for n in (1, 2, 3, 5)}),
    )


def test_moves_between_two_runs_are_counted_in_the_database(runs: tuple[ClassRun, ClassRun]) -> None:
    assert monitor.before(runs[1]) == runs[0]
    assert monitor.before(runs[0]) is None
    assert monitor.migration(*runs) == {("A", "C"): 1, ("B", "A"): 1, ("B", "B"): 1, ("A", ""): 1, ("", "A"): 1}


def test_an_indicator_whose_values_all_moved_drifted_farthest(office: Home, runs: tuple[ClassRun, ClassRun]) -> None:
    drifts = monitor.drifts(office, *runs)
    assert drifts[0].indicator == "penalties_24m"
    assert drifts[0].index > 0.25
    assert (sum(drifts[0].before), sum(drifts[0].after)) == (4, 4)
    assert {one.index for one in drifts[1:]} == {0.0}


def test_rules_are_told_with_the_share_for_which_they_held_in_both_runs(office: Home, signed_in: SignedIn) -> None:
    everyone = {f"e:{n}": "A" for n in range(4)}
    nothing: dict[str, int | None] = dict.fromkeys(everyone, 0)
    first = run_on(office, FIRST, everyone, nothing, frozenset({"e:1"}))
    second = run_on(office, SECOND, everyone, nothing, frozenset({"e:1", "e:2", "e:3"}))
    card = card_in_force(office.rulebook, first.scale, SECOND)
    found = monitor.held(office, first, second)
    assert [one.rule for one in found] == [one.rule for one in (*card.signals, *card.direct)]
    told = next(one for one in found if one.rule == card.direct[0].rule)
    assert (told.is_direct, told.share, told.share_before) == (True, 0.75, 0.25)
    assert {one.found for one in found if one is not told} == {0}
    assert {one.share_before for one in monitor.held(office, None, second)} == {None}
    shown = signed_in(Role.VIEWER).get(f"/office/classes/{second.pk}?lang=en").content.decode()
    part = shown[shown.index("Where signals and direct rules held") :]
    assert "75.00 %" in part
    assert "25.00 %" in part
    assert "<svg" in part[: part.index("<table")]


def test_rules_of_a_run_whose_files_are_gone_are_said_to_be_unknown(
    office: Home, signed_in: SignedIn, runs: tuple[ClassRun, ClassRun]
) -> None:
    for path in (office.folder("classes") / str(runs[1].pk)).iterdir():
        path.unlink()
    assert monitor.held(office, *runs) == []
    shown = signed_in(Role.VIEWER).get(f"/office/classes/{runs[1].pk}?lang=en").content.decode()
    assert "the files of this run are gone" in shown


def test_what_is_weighed_for_a_key_area_drifts_among_its_businesses_alone(office: Home) -> None:
    everyone = {f"e:{n}": "A" for n in range(6)}
    nothing: dict[str, int | None] = dict.fromkeys(everyone, 0)
    first = run_on(office, FIRST, everyone, nothing, food={"e:1": 0, "e:2": 0})
    second = run_on(office, SECOND, everyone, nothing, food={"e:1": 9, "e:2": 9, "e:3": 9})
    told = next(one for one in monitor.drifts(office, first, second) if one.area)
    assert (told.indicator, told.area) == ("samplings_failed_24m", "food")
    assert (sum(told.before), sum(told.after)) == (2, 3)
    assert told.index > 0.25


def test_runs_are_compared_on_a_page_and_the_picture_says_what_the_table_says(
    signed_in: SignedIn, runs: tuple[ClassRun, ClassRun]
) -> None:
    viewer = signed_in(Role.VIEWER)
    listed = viewer.get("/office/classes?lang=en").content.decode()
    assert f"/office/classes/{runs[1].pk}" in listed
    picture = listed[listed.index("<svg") : listed.index("</svg>")]
    assert "style=" not in picture
    shown = viewer.get(f"/office/classes/{runs[1].pk}").content.decode()
    for words in (
        "To a safer class",
        "Drift of the indicators",
        "Penalties in two years",
        f"Moves since run {runs[0].pk}",
    ):
        assert words in shown
    first = viewer.get(f"/office/classes/{runs[0].pk}").content.decode()
    assert "There is no earlier run" in first


def test_a_run_that_was_never_made_is_no_page(signed_in: SignedIn) -> None:
    answer = signed_in(Role.VIEWER).get("/office/classes/999")
    assert answer.status_code != 200
    assert "999" in answer.content.decode()


def test_nothing_classified_yet_is_said(signed_in: SignedIn) -> None:
    viewer = signed_in(Role.VIEWER)
    assert "Nothing was classified yet" in viewer.get("/office/classes?lang=en").content.decode()
    assert "No visit has a result" in viewer.get("/office/classes/calibration").content.decode()


def lot_of(run: ClassRun, weights: list[int], size: int) -> Campaign:
    """Commit and draw a lot of one stratum, and record its visits without results."""
    units = tuple(Unit(f"e:{number}", "A", weight, "330424") for number, weight in enumerate(weights))
    plan = Plan(
        label=f"lot-{run.pk}",
        title="Lot",
        as_of=SECOND,
        rulebook_digest=run.rulebook_digest,
        frame=units,
        strata=(Stratum("A", size),),
        roster=(Inspector("i1"), Inspector("i2")),
        frame_is_public=True,
    )
    seed = Seed("seed", SeedKind.DECLARED, NOW + timedelta(hours=1))
    outcome = draw(plan, seed, commit(plan, NOW))
    campaign = Campaign.objects.create(
        label=plan.label,
        title={"en": "Lot", "zh": "抽查"},
        as_of=SECOND,
        rulebook_digest=run.rulebook_digest,
        class_run=run,
        plan=json.dumps(plan_document(plan)),
        commitment=outcome.commitment.digest,
        committed_at=NOW,
        bundle=json.dumps(bundle(plan, outcome)),
    )
    for one in outcome.selected:
        Visit.objects.create(
            campaign=campaign, entity_id=one.unit_id, stratum="A", class_code="A", inspectors=list(one.inspectors)
        )
    return campaign


def find(office: Home, campaign: Campaign, adverse: int, clean: int) -> None:
    """Record results of some visits of a lot, in the order of their units."""
    results = office.rulebook.inspection.results
    bad = next(code for code, result in results.items() if result.is_adverse)
    for number, visit in enumerate(campaign.visit_set.order_by("id")[: adverse + clean]):
        visit.results, visit.inspected_on = [bad if number < adverse else "1"], SECOND
        visit.save()


def test_what_a_lot_found_tells_of_everybody_by_class_and_region(
    office: Home, signed_in: SignedIn, runs: tuple[ClassRun, ClassRun]
) -> None:
    campaign = lot_of(runs[1], [1] * 40, 6)
    find(office, campaign, adverse=1, clean=3)
    told = lots.found(office.rulebook, campaign)
    assert dict(told.classes)["A"] == told.overall == told.regions["330424"]
    assert dict(told.classes)["D"].seen == 0
    assert (told.overall.share, told.overall.seen, told.drawn) == (0.25, 4, 6)
    assert told.overall.lower < 0.25 < told.overall.upper
    shown = signed_in(Role.VIEWER).get("/office/classes/calibration?lang=en").content.decode()
    assert "6 drawn, 4 with a result" in shown
    assert "25.0 %" in shown
    assert office.rulebook.title_of("regions", "330424")["en"] in shown


def test_unequal_chances_are_weighed_by_their_inverse(office: Home, runs: tuple[ClassRun, ClassRun]) -> None:
    campaign = lot_of(runs[1], [1, 1, 1, 1, 7, 7], 3)
    find(office, campaign, adverse=1, clean=2)
    chances = {one["unit"]: one["chance"] for one in json.loads(campaign.bundle)["result"]["selected"]}
    weights = [chances[visit.entity_id][1] / chances[visit.entity_id][0] for visit in campaign.visit_set.order_by("id")]
    assert len(set(weights)) > 1
    assert lots.found(office.rulebook, campaign).overall.share == pytest.approx(weights[0] / sum(weights))


def test_the_command_tells_where_rules_held_and_draws_it(
    office: Home, runs: tuple[ClassRun, ClassRun], tmp_path: Path
) -> None:
    answer = CliRunner().invoke(frame.app, ["--json", "monitor", "--out", str(tmp_path)])
    told = json.loads(answer.output)
    card = card_in_force(office.rulebook, runs[1].scale, SECOND)
    assert [one["rule"] for one in told["held"]] == [one.rule.number for one in (*card.signals, *card.direct)]
    assert {(one["businesses"], one["of"], one["of_before"]) for one in told["held"]} == {(0, 4, 4)}
    assert any(one["area"] for one in told["drift"])
    assert "<svg" in (tmp_path / "rules-held.svg").read_text("utf-8")
