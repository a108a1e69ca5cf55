"""What the public may see of a draw."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

from goodstanding.publicstore import selected_part
from goodstanding.publish.draws import PAGE, Committed, draw_parts

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
    assert json.loads(parts["summary"])["bundle_sha256"] == hashlib.sha256(BUNDLE.encode()).hexdigest()


def test_the_pages_of_the_selected_add_up_to_all_of_them() -> None:
    parts = draw_parts(campaign(is_drawn=True))
    summary, result = json.loads(parts["summary"]), json.loads(BUNDLE)["result"]
    pages = [json.loads(parts[selected_part(number)]) for number in range(summary["pages"])]
    assert [row for one in pages for row in one] == result["selected"]
    assert all(0 < len(one) <= PAGE for one in pages)
    assert summary["selected"] == len(result["selected"])


def test_every_stratum_says_how_many_may_be_drawn_from_it() -> None:
    summary = json.loads(draw_parts(campaign(is_drawn=True))["summary"])
    assert sum(one["frame"] for one in summary["strata"]) == summary["frame_size"]
    assert sum(one["size"] for one in summary["strata"]) == summary["selected"]


def test_what_the_rules_kept_out_of_the_frame_is_said_by_rule() -> None:
    told = json.loads(draw_parts(campaign(is_drawn=False, left_out={"I-9": 3, "": 1}))["summary"])["left_out"]
    assert told == [{"rule": "", "count": 1}, {"rule": "I-9", "count": 3}]
