"""A small invented city: some kitchens are clean and some are not, and each is visited a few times."""

from __future__ import annotations

import random
from datetime import date, timedelta

from goodstanding.core.fact import Fact, Value
from tests.engine.histories import entity_id, fact

FIRST = date(2012, 1, 2)
UNTIL = date(2014, 1, 1)


def visit(number: int, on: date, critical: int, *, place: int, **more: Value) -> Fact:
    payload: dict[str, Value] = {"results": ("fail" if critical else "pass",), "critical_violations": critical}
    payload |= {"inspection_id": str(place), "serious_violations": critical // 2, "minor_violations": critical}
    return fact(number, "inspection", on, ref=f"visit/{place:06}", **(payload | more))


def registered(number: int, **more: Value) -> Fact:
    payload: dict[str, Value] = {"name": f"Kitchen {number}", "status": "AAI", "ward": str(number % 3 + 1)}
    return fact(number, "registration", date(2005, 6, 1), ref=f"registration/{number}", **(payload | more))


def city(kitchens: int = 120, visits: int = 6, seed: int = 7) -> dict[str, list[Fact]]:
    """Return every fact of a city in which a third of the kitchens find trouble three times out of five."""
    chance = random.Random(seed)  # noqa: S311 - invented histories
    everyone: dict[str, list[Fact]] = {}
    for number in range(kitchens):
        is_bad = chance.random() < 1 / 3
        facts = [registered(number)]
        facility = "school" if not is_bad and chance.random() < 0.5 else "restaurant"
        facts.append(fact(number, "premises", FIRST, ref=f"premises/{number}", facility=facility, risk_category="1"))
        for turn in range(visits):
            on = FIRST + timedelta(days=turn * 120 + chance.randint(0, 100))
            critical = chance.randint(1, 3) if chance.random() < (0.6 if is_bad else 0.08) else 0
            facts.append(visit(number, on, critical, place=number * 100 + turn))
        everyone[entity_id(number)] = facts
    return everyone
