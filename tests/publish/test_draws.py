"""What the public may see of a draw."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

from goodstanding.core.canonical import canonical_bytes, digest_hex
from goodstanding.core.draw import commit, draw
from goodstanding.core.draw_bundle import bundle, plan_document, read_bundle
from goodstanding.core.merkle import leaf, root_from
from goodstanding.publicstore import selected_part, visit_part
from goodstanding.publish.draws import PAGE, Committed, draw_parts
from tests.verify.second import checker_module

EXCERPT = checker_module("excerpt")
BUNDLE = (Path(__file__).parents[1] / "golden" / "draw" / "bundle.json").read_text(encoding="utf-8")


def campaign(is_drawn: bool, label: str = "", left_out: dict[str, int] | None = None) -> Committed:
    """Return the golden draw as a campaign's record, under its own or another label."""
    whole = json.loads(BUNDLE)
    return Committed(
        label=label or whole["plan"]["header"]["label"],
        title={"zh": "抽查", "en": "Inspection"},
        as_of=date.fromisoformat(whole["plan"]["header"]["as_of"]),
        rulebook_digest=whole["plan"]["header"]["rulebook_digest"],
        plan=json.dumps(whole["plan"], ensure_ascii=False),
        commitment=whole["commitment"]["digest"],
        committed_at=datetime.fromisoformat(whole["commitment"]["committed_at"]),
        seed=whole["seed"]["value"] if is_drawn else "",
        drawn_at=datetime(2026, 11, 20, 12, tzinfo=UTC) if is_drawn else None,
        bundle=BUNDLE if is_drawn else "",
        left_out=left_out or {},
    )


def test_before_the_draw_there_is_the_plan_and_no_seed() -> None:
    parts = draw_parts(campaign(is_drawn=False))
    assert set(parts) == {"summary", "plan"}
    summary = json.loads(parts["summary"])
    assert summary["drawn_at"] is None
    assert "seed" not in summary
    assert summary["commitment"] == json.loads(BUNDLE)["commitment"]["digest"]


def test_the_bundle_is_published_byte_for_byte() -> None:
    parts = draw_parts(campaign(is_drawn=True))
    assert parts["bundle"] == BUNDLE.encode()
    assert json.loads(parts["summary"])["file_sha256"] == hashlib.sha256(BUNDLE.encode()).hexdigest()


def test_the_pages_of_the_selected_add_up_to_all_of_them() -> None:
    parts = draw_parts(campaign(is_drawn=True))
    summary, result = json.loads(parts["summary"]), json.loads(BUNDLE)["result"]
    pages = [json.loads(parts[selected_part(number)]) for number in range(summary["pages"])]
    assert [row for one in pages for row in one] == result["selected"]
    assert all(0 < len(one) <= PAGE for one in pages)
    assert summary["selected"] == len(result["selected"])


def test_every_stratum_says_how_many_may_be_drawn_from_it() -> None:
    summary = json.loads(draw_parts(campaign(is_drawn=True))["summary"])
    assert sum(one["units"] for one in summary["strata"]) == summary["frame_size"]
    assert sum(one["size"] for one in summary["strata"]) == summary["selected"]


def test_a_frame_that_is_not_public_shows_no_line_but_those_drawn() -> None:
    stated = read_bundle(json.loads(BUNDLE))
    plan = dataclasses.replace(stated.plan, frame_is_public=False)
    outcome = draw(plan, stated.draw.seed, commit(plan, stated.draw.commitment.committed_at))
    hidden = dataclasses.replace(
        campaign(is_drawn=True),
        plan=json.dumps(plan_document(plan)),
        commitment=outcome.commitment.digest,
        bundle=json.dumps(bundle(plan, outcome)),
    )
    parts = draw_parts(hidden)
    told = {one.unit_id for one in (*outcome.selected, *outcome.reserves)}
    kept_back = {one.id for one in plan.frame} - told
    assert kept_back
    for name, part in parts.items():
        assert not [one for one in kept_back if f'"{one}"'.encode() in part], name
        assert not [one for one in plan.roster if one.salt.encode() in part], name
    assert "bundle" not in parts
    assert json.loads(parts["plan"])["commitment"]["frame"]["count"] == len(plan.frame)
    assert digest_hex(json.loads(parts["plan"])["commitment"]) == hidden.commitment
    assert EXCERPT.differences(json.loads(parts["excerpt"]), hidden.commitment) == []


def test_each_visit_has_the_proof_that_it_was_in_the_frame() -> None:
    parts = draw_parts(campaign(is_drawn=True))
    selected = json.loads(BUNDLE)["result"]["selected"]
    for one in selected:
        told = json.loads(parts[visit_part(one["unit"])])
        path = [bytes.fromhex(step) for step in told["proof"]["path"]]
        line = leaf(canonical_bytes(told["proof"]["line"]))
        root = root_from(line, told["proof"]["index"], told["frame"]["count"], path)
        assert (told["visit"], root) == (one, bytes.fromhex(json.loads(BUNDLE)["commitment"]["frame"]["root"]))


def test_what_the_rules_kept_out_of_the_frame_is_said_by_rule() -> None:
    told = json.loads(draw_parts(campaign(is_drawn=False, left_out={"I-9": 3, "": 1}))["summary"])["left_out"]
    assert told == [{"rule": "", "count": 1}, {"rule": "I-9", "count": 3}]
