"""Steps 4 to 7 of docs/specs/draw.md: from a plan and a seed to who is visited, and by whom.

It shares no code with the office's own program: plain sorting and fractions, one function per step, no shortcuts.
"""

import hashlib
from fractions import Fraction

from canonical import text_of


def ticket(*parts):
    """Step 4: SHA-256 over the canonical JSON list of label, seed and ids, as a number."""
    return int.from_bytes(hashlib.sha256(text_of(list(parts)).encode("utf-8")).digest(), "big")


def rank(number, weight):
    """Step 5: ticket over weight, with 32 more binary places, rounded down."""
    return number * 2**32 // weight


def sure_ones(units, size):
    """Step 5: ids of the units that are certain: as long as there are any, all whose share is a whole visit or more."""
    sure = set()
    while True:
        others = [unit for unit in units if unit["id"] not in sure]
        seats, total = size - len(sure), sum(unit["weight"] for unit in others)
        found = {unit["id"] for unit in others if seats and Fraction(seats * unit["weight"], total) >= 1}
        if not found:
            return sure, seats, total
        sure |= found


def chances(units, size):
    """Step 5: with which probability each unit of one stratum is drawn, by id."""
    sure, seats, total = sure_ones(units, size)
    return {
        unit["id"]: Fraction(1) if unit["id"] in sure else Fraction(seats * unit["weight"], total) for unit in units
    }


def in_order(units, size, label, seed):
    """Step 5: the units of one stratum in the order in which they are drawn and then stand in reserve."""
    queue = sorted(units, key=lambda unit: (ticket(label, seed, unit["id"]), unit["id"]))
    if len({unit["weight"] for unit in units}) == 1:
        return queue
    sure, seats, total = sure_ones(units, size)
    start = ticket(label + "/start", seed, units[0]["stratum"]) % total if total else 0
    drawn, left, before = [], [], 0
    for unit in queue:
        if unit["id"] in sure:
            drawn.append(unit)
            continue
        after = before + seats * unit["weight"]
        # The first mark at or behind the unit's beginning: marks stand at start, start + total, start + 2 total, ...
        mark = start + max(0, -((start - before) // total)) * total
        (drawn if before <= mark < after else left).append(unit)
        before = after
    left.sort(key=lambda unit: (rank(ticket(label, seed, unit["id"]), unit["weight"]), unit["id"]))
    return drawn + left


def may_visit(inspector, unit):
    """Step 6: whether an inspector may lawfully visit a unit."""
    return (
        unit["id"] not in inspector["recused_from"]
        and (unit["region"] == "" or inspector["regions"] == [] or unit["region"] in inspector["regions"])
        and all(skill in inspector["skills"] for skill in unit["skills"])
    )


def inspectors(plan, seed, unit, load):
    """Step 6: all lawful inspectors of a unit: those with work left first, each group in the order of its tickets."""
    label, limit = plan["header"]["label"], plan["header"]["visits_per_inspector"]
    order = sorted(
        (
            limit != 0 and load.get(one["id"], 0) >= limit,
            ticket(label + "/inspector", seed, unit["id"], one["id"]),
            one["id"],
        )
        for one in plan["roster"]
        if may_visit(one, unit)
    )
    return [name for _, _, name in order]


def run(plan, seed):
    """Steps 4 to 7: return the lists of those selected and of the reserves, as a bundle writes them."""
    header = plan["header"]
    seats = header["inspectors_per_visit"]
    visits = {"selected": [], "reserves": []}
    for stratum in sorted(plan["strata"], key=lambda line: line["code"]):
        size = stratum["size"]
        if size == 0:
            continue
        units = [unit for unit in plan["frame"] if unit["stratum"] == stratum["code"]]
        chance = chances(units, size)
        queue = in_order(units, size, header["label"], seed)
        for position, unit in enumerate(queue[: size + header["reserves_per_stratum"]], start=1):
            visits["selected" if position <= size else "reserves"].append((position, unit, chance[unit["id"]]))
    load, result = {}, {}
    for name in ("selected", "reserves"):
        result[name] = []
        for position, unit, chance in visits[name]:
            names = inspectors(plan, seed, unit, load)
            result[name].append(
                {
                    "chance": [chance.numerator, chance.denominator],
                    "inspectors": names[:seats],
                    "position": position,
                    "stand_ins": names[seats : 2 * seats],
                    "stratum": unit["stratum"],
                    "ticket": f"{ticket(header['label'], seed, unit['id']):064x}",
                    "unit": unit["id"],
                }
            )
            if name == "selected":
                for one in names[:seats]:
                    load[one] = load.get(one, 0) + 1
    return result
