"""A preview as plain data, for a machine reader and for a page that shows it later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from goodstanding.core.preview import Drawn, Effect, Preview

LIST_COUNTS = ("today", "variant", "added", "dropped")
EFFECTS = ("riskier", "safer", "entered", "spared", "removed", "kept")
_DRAWN = ("entities", "active", "eligible", "drawn", "yearly_ppm")


def as_json(found: Preview) -> dict[str, Any]:
    """Return a preview for a machine reader; expected checks in millionths, pairs as today and variant."""
    return {
        "today": found.today,
        "variant": found.variant,
        "scale": found.scale,
        "as_of": found.as_of,
        "known_at": found.known_at.isoformat(),
        "ledger_position": found.position,
        "classes": list(found.classes),
        "moved": [{"today": a, "variant": b, "businesses": count} for (a, b), count in sorted(found.moved.items())],
        "lists": [
            {"list": code, "act": act} | {name: counts[name] for name in LIST_COUNTS}
            for code, act, counts in list_lines(found)
        ],
        "checks": {
            code: {"today": drawn_counts(a), "variant": drawn_counts(b)} for code, (a, b) in found.drawn.items()
        },
        "left_out": {rule: {"today": a, "variant": b} for rule, (a, b) in found.left_out.items()},
        "whole": effect_counts(found.whole),
        "regions": {code: effect_counts(one) for code, one in found.regions.items()},
        "sectors": {code: effect_counts(one) for code, one in found.sectors.items()},
        "uncounted": found.uncounted,
    }


def list_lines(found: Preview) -> Iterator[tuple[str, str, dict[str, int]]]:
    """Yield (list, act, counts by name) of every proposal met under either rulebook."""
    asked = sorted({(code, act.value) for code, act, _, _ in found.proposals})
    for code, act in asked:
        by_side = {
            (before, after): count
            for (list_code, one, before, after), count in found.proposals.items()
            if (list_code, one.value) == (code, act)
        }
        both, added, dropped = (by_side.get(key, 0) for key in ((True, True), (False, True), (True, False)))
        yield code, act, {"today": both + dropped, "variant": both + added, "added": added, "dropped": dropped}


def drawn_counts(one: Drawn) -> dict[str, int]:
    """Return what one rulebook gives one class, by name."""
    return {name: getattr(one, name) for name in _DRAWN}


def effect_counts(one: Effect) -> dict[str, int]:
    """Return what a variant does to some businesses, by name."""
    counts = {name: getattr(one, name) for name in ("entities", *EFFECTS)}
    return counts | {"expected_today_ppm": one.expected_ppm[0], "expected_variant_ppm": one.expected_ppm[1]}
