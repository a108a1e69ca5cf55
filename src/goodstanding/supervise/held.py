"""Where the signals and direct rules of a run held, beside the run before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from goodstanding.core.classification import Scorecard
from goodstanding.core.rule import Rule
from goodstanding.engine.counts import held_counts


@dataclass(frozen=True, slots=True)
class Held:
    """For how many businesses of a run one signal or direct rule held, whether or not it changed their class.

    Args:
        is_direct: It sets a class; otherwise it is a signal, and moves one.
        found: How many of ``seen`` businesses.
        found_before: The same of the run before; ``None`` where that one did not ask for a rule of this number, or
            its files are gone.
        seen_before: Businesses of the run before; zero where that is not known.
    """

    rule: Rule
    is_direct: bool
    found: int
    seen: int
    found_before: int | None = None
    seen_before: int = 0

    @property
    def share(self) -> float:
        return self.found / self.seen if self.seen else 0.0

    @property
    def share_before(self) -> float | None:
        if self.found_before is None or not self.seen_before:
            return None
        return self.found_before / self.seen_before


def conditions_held(files: Sequence[Path], card: Scorecard) -> list[Held]:
    """Return for how many businesses each signal and then each direct rule of a run's scorecard held.

    Args:
        files: Of one run, as `goodstanding.engine.counts` reads them; where there are none, nothing is returned.
        card: The scorecard of that run.
    """
    rules = [*((one.rule, False) for one in card.signals), *((one.rule, True) for one in card.direct)]
    if not files or not rules:
        return []
    seen, counts = held_counts(files, card)
    return [Held(rule, is_direct, found, seen) for (rule, is_direct), found in zip(rules, counts, strict=True)]
