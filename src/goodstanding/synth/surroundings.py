"""What others know of a business: samples judged, evaluations, and which other businesses it holds shares in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import timedelta

from goodstanding.synth.behaviour import Behaviour
from goodstanding.synth.business import Business, Times, scaled
from goodstanding.synth.chance import MILLION
from goodstanding.synth.documents import Evaluation, Investment, Sampling

_DRAWS = 6  # two businesses in three are of a kind in which no shares are held

Others = Callable[[int], Business]
"""Returns the business of a number; only its place in the register is known, not its life."""


class Surroundings:
    """Writes what others put on record about a business.

    Args:
        others: Gives the business of a number.
    """

    def __init__(self, behaviour: Behaviour, times: Times, others: Others) -> None:
        self._behaviour = behaviour
        self._times = times
        self._others = others

    def samplings(self, business: Business) -> tuple[Sampling, ...]:
        """Return the samples judged in the history; some sectors have nothing to sample."""
        rules, chance = self._behaviour.samplings, business.chance
        products = rules.products[business.sector.code]
        found: list[Sampling] = []
        if not products:
            return ()
        for from_on, until_on in business.years(self._times):
            for _ in range(chance.times(scaled(rules.rate.at(business.risk), from_on, until_on))):
                judged_on = chance.day(from_on, until_on)
                found.append(
                    Sampling(
                        ref=f"SP{judged_on.year}{business.index:09d}{len(found) + 1:03d}",
                        code=business.code,
                        product=products.at(chance).name,
                        is_passed=not chance.hits(rules.failed.at(business.risk)),
                        judged_on=judged_on,
                        authority=business.region.authority,
                    )
                )
        return tuple(found)

    def evaluations(self, business: Business) -> tuple[Evaluation, ...]:
        """Return what associations, banks and others said of it in the history."""
        rules, chance = self._behaviour.evaluations, business.chance
        worst = len(rules.bounds) + 1
        found: list[Evaluation] = []
        for from_on, until_on in business.years(self._times):
            if not chance.hits(scaled(rules.rate.at(100), from_on, until_on)):
                continue
            evaluator = chance.one_of(rules.evaluators)
            grade = 1 + bisect_right(rules.bounds, business.risk)
            if chance.hits(rules.blurred_ppm):
                grade = max(1, min(worst, grade + (1 if chance.hits(MILLION // 2) else -1)))
            evaluated_on = chance.day(from_on, until_on)
            found.append(
                Evaluation(
                    ref=f"EV{evaluated_on.year}{business.index:09d}{len(found) + 1:02d}",
                    code=business.code,
                    evaluator=evaluator.name,
                    evaluator_kind=evaluator.kind,
                    grade=grade,
                    evaluated_on=evaluated_on,
                )
            )
        return tuple(found)

    def investments(self, business: Business) -> tuple[Investment, ...]:
        """Return the shares it holds or held in businesses of a lower number, so that a province can grow."""
        rules, chance = self._behaviour.investments, business.chance
        if business.kind.code not in rules.kinds or not business.index or not chance.hits(rules.held_ppm):
            return ()
        others = [self._another(business) for _ in range(chance.between(1, rules.most))]
        found = []
        for number, other in sorted({one.index: one for one in others if one is not None}.items()):
            begin = max(business.established_on, other.established_on)
            end = self._times.until if business.closed_on is None else business.closed_on
            if begin >= end:
                continue
            from_on = chance.day(begin, end)
            until_on = None
            if chance.hits(rules.ended_ppm) and from_on + timedelta(days=1) < end:
                until_on = chance.day(from_on + timedelta(days=1), end)
            found.append(
                Investment(
                    ref=f"IV{business.index:09d}{number:09d}",
                    code=business.code,
                    party=other.code,
                    relation=rules.relation,
                    share_ppm=chance.between(1, 20) * 50_000,
                    from_on=from_on,
                    until_on=until_on,
                )
            )
        return tuple(found)

    def _another(self, business: Business) -> Business | None:
        """Return one of the businesses of a lower number whose shares can be held, if a few draws hit one."""
        for _ in range(_DRAWS):
            other = self._others(business.chance.below(business.index))
            if other.kind.code in self._behaviour.investments.kinds:
                return other
        return None
