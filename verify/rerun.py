"""Runs a draw again from docs/specs/draw.md and lists every line where the bundle says something else."""

import re
import unicodedata
from itertools import islice

from canonical import digest
from lot import may_visit, run, ticket
from seed import event_problems, seed_problems
from tree import leaf, root

LISTS = (("strata", "code", "stratum"), ("frame", "id", "unit"), ("roster", "id", "inspector"))
MAY_BE_EMPTY = (".title", ".seed.source", ".seed.reveal_by", ".region", ".salt")


def differences(bundle, published=None):
    """Return sentences, one for each line that differs; none when the bundle holds.

    `published` is the commitment digest that the reader saw before the seed was known, if he kept it.
    """
    found = list(plan_problems(bundle))
    found += commitment_differences(bundle, published)
    found += seed_problems(bundle["plan"]["header"], bundle["seed"], bundle["commitment"]["committed_at"])
    if any(line.startswith("plan rule") for line in found):
        return [*found, "result: not run again, because the plan itself cannot be drawn from."]
    return found + result_differences(bundle)


# -- the plan ------------------------------------------------------------------------------------------------


def plan_problems(bundle):
    """Step 1: what makes a plan impossible to draw from."""
    plan = bundle["plan"]
    header = plan["header"]
    for name, key, noun in LISTS:
        seen = set()
        for index, line in enumerate(plan[name]):
            if line[key] in seen:
                yield f"plan rule: plan.{name}[{index}]: {noun} {line[key]} is there twice."
            seen.add(line[key])
            if index and plan[name][index - 1][key] > line[key]:
                yield f"plan.{name}[{index}]: {noun} {line[key]} is out of order; lines go by {key}."
            for entry, value in line.items():
                if isinstance(value, list) and value != sorted(set(value)):
                    yield f"plan.{name}[{index}].{entry}: {noun} {line[key]} lists it unsorted or twice."
    for place, value in texts(plan, "plan"):
        if unicodedata.normalize("NFC", value) != value or value != value.strip():
            yield f"plan rule: {place}: {value!r} has outer blanks or is not in normalisation form C."
        if not value and not place.endswith(MAY_BE_EMPTY):
            yield f"plan rule: {place}: there is nothing, and names and ids are never empty."
    if header["inspectors_per_visit"] < 1 or header["reserves_per_stratum"] < 0:
        yield "plan rule: plan.header: the number of inspectors or reserves is impossible."
    if header["visits_per_inspector"] < 0:
        yield "plan rule: plan.header: the number of visits per inspector is impossible."
    yield from event_problems(header)
    for name in ("frame", "roster"):
        for index, line in enumerate(plan[name]):
            if not re.fullmatch("[0-9a-f]{32}", line["salt"]) and (line["salt"] or not header["frame_is_public"]):
                yield f"plan rule: plan.{name}[{index}]: the line of {line['id']} has the salt {line['salt']!r}."
    population = {line["code"]: 0 for line in plan["strata"]}
    weights = {line["code"]: set() for line in plan["strata"]}
    for index, unit in enumerate(plan["frame"]):
        if unit["stratum"] not in population:
            yield f"plan rule: plan.frame[{index}]: unit {unit['id']} is in no stratum of the plan."
            continue
        population[unit["stratum"]] += 1
        weights[unit["stratum"]].add(unit["weight"])
        if not 1 <= unit["weight"] <= 2**32:
            yield f"plan rule: plan.frame[{index}]: unit {unit['id']} has the weight {unit['weight']}."
    for index, line in enumerate(plan["strata"]):
        if line["units"] != population[line["code"]]:
            yield (
                f"plan rule: plan.strata[{index}]: stratum {line['code']} is said to have {line['units']} units and "
                f"has {population[line['code']]}."
            )
        if line["even"] != (len(weights[line["code"]]) <= 1):
            yield f"plan rule: plan.strata[{index}]: whether stratum {line['code']} is of equal weights is wrong."
        if not 0 <= line["size"] <= population[line["code"]]:
            yield (
                f"plan rule: plan.strata[{index}]: stratum {line['code']} is to give {line['size']} of "
                f"{population[line['code']]} units."
            )
    drawable = {line["code"] for line in plan["strata"] if line["size"] > 0}
    seats = max(0, header["inspectors_per_visit"])
    for index, unit in enumerate(plan["frame"]):
        lawful = (inspector for inspector in plan["roster"] if may_visit(inspector, unit))
        if unit["stratum"] in drawable and len(list(islice(lawful, seats))) < seats:
            yield f"plan rule: plan.frame[{index}]: unit {unit['id']} has fewer than {seats} lawful inspectors."


def texts(value, place):
    """Yield every text in a value with its place."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from texts(item, f"{place}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts(item, f"{place}[{index}]")


# -- the commitment ------------------------------------------------------------------------------------------


def commitment_differences(bundle, published):
    """Steps 2 and 3: digest every line, then the digests; name the lines that do not match."""
    plan, commitment = bundle["plan"], bundle["commitment"]
    found = []
    if digest(plan["header"]) != commitment["header"]:
        found.append(
            "plan.header: it was changed after the commitment; "
            f"the bundle says digest {commitment['header']}, the re-run gives {digest(plan['header'])}."
        )
    found += line_differences(
        "plan.strata",
        "stratum",
        "code",
        plan["strata"],
        [digest(line) for line in plan["strata"]],
        commitment["strata"],
    )
    for name, key, noun in LISTS[1:]:
        leaves = [leaf(line) for line in plan[name]]
        stated = commitment["leaves"][name]
        found += line_differences(f"plan.{name}", noun, key, plan[name], [one.hex() for one in leaves], stated)
        again = {"count": len(stated), "root": root([bytes.fromhex(one) for one in stated]).hex()}
        if again != commitment[name]:
            found.append(
                f"commitment.{name}: the bundle says {commitment[name]['count']} lines under the root "
                f"{commitment[name]['root']}, its leaves give {again['count']} under {again['root']}."
            )
    found += commitment_problems(bundle["format"], commitment, published)
    return found


def commitment_problems(form, commitment, published):
    """Step 3: the digest over what the commitment lists, and whether it is the one published before."""
    found = []
    again = digest({"format": form} | {name: commitment[name] for name in ("header", "strata", "frame", "roster")})
    if again != commitment["digest"]:
        found.append(
            f"commitment.digest: the bundle says {commitment['digest']}, the re-run gives {again}; "
            "the list of line digests, or the digest over them, was changed."
        )
    if published is not None and published != commitment["digest"]:
        found.append(
            f"commitment.digest: the bundle says {commitment['digest']}, but {published} was published; "
            "this is not the plan that was committed to."
        )
    return found


def line_differences(place, noun, key, lines, digests, committed):
    """Compare the digests of one list's lines with those committed for them."""
    if digests == committed:
        return []
    found = []
    if len(lines) == len(committed):
        for index, (line, again, stated) in enumerate(zip(lines, digests, committed, strict=True)):
            if again != stated:
                found.append(
                    f"{place}[{index}] ({noun} {line[key]}): changed, moved or exchanged after the commitment; "
                    f"the bundle says digest {stated}, the re-run gives {again}."
                )
        return found
    found.append(f"{place}: it has {len(lines)} lines, the commitment was made over {len(committed)}.")
    present, promised = set(digests), set(committed)
    for index, stated in enumerate(committed):
        if stated not in present:
            found.append(f"{place}: the line committed as number {index} (digest {stated}) is not there.")
    for index, (line, again) in enumerate(zip(lines, digests, strict=True)):
        if again not in promised:
            found.append(f"{place}[{index}] ({noun} {line[key]}): it was never committed to.")
    return found


# -- the result ----------------------------------------------------------------------------------------------


def result_differences(bundle):
    """Run the draw and compare it line by line."""
    again = run(bundle["plan"], bundle["seed"]["value"])
    found = []
    says = bundle["result"]
    tickets = {visit["unit"]: visit["ticket"] for name in ("selected", "reserves") for visit in says[name]}
    label, seed = bundle["plan"]["header"]["label"], bundle["seed"]["value"]
    wrong = [unit for unit, stated in tickets.items() if f"{ticket(label, seed, unit):064x}" != stated]
    if tickets and len(wrong) == len(tickets):
        found.append(
            f"seed.value or plan.header.label: none of the {len(tickets)} tickets comes from the seed {seed!r} "
            f"and the label {label!r}; one of the two is not what the draw was made with."
        )
    for name in ("selected", "reserves"):
        for index in range(max(len(says[name]), len(again[name]))):
            place = f"result.{name}[{index}]"
            if index >= len(says[name]):
                line = again[name][index]
                found.append(f"{place}: the bundle says nothing, the re-run gives {in_words(line)}.")
            elif index >= len(again[name]):
                line = says[name][index]
                found.append(f"{place}: the bundle says {in_words(line)}, the re-run gives nothing.")
            else:
                found += visit_differences(place, says[name][index], again[name][index])
    return found


def visit_differences(place, says, gives):
    """Compare one visit; a wrong unit is told once and not again by its ticket and inspectors."""
    if says["unit"] != gives["unit"]:
        return [f"{place}: the bundle says {in_words(says)}, the re-run gives {in_words(gives)}."]
    return [
        f"{place}.{entry} (unit {gives['unit']}): the bundle says {says[entry]!r}, the re-run gives {gives[entry]!r}."
        for entry in sorted(gives)
        if says[entry] != gives[entry]
    ]


def in_words(visit):
    """Return a visit as a reader would say it."""
    return f"unit {visit['unit']} as number {visit['position']} of stratum {visit['stratum']}"
