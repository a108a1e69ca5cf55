"""Checks an excerpt: of a draw whose frame is not public, everything that the lines shown can prove."""

from fractions import Fraction

from canonical import digest
from lot import rank, ticket
from rerun import commitment_problems
from seed import event_problems, seed_problems
from shape import FORMAT
from tree import leaf, root_of_path


def differences(document, published=None):
    """Return sentences, one for each line that does not hold; none when the excerpt holds.

    `published` is the commitment digest that the reader saw before the seed was known, if he kept it.
    """
    header, commitment = document["header"], document["commitment"]
    found = [line.replace("plan.header", "header") for line in event_problems(header)]
    if digest(header) != commitment["header"]:
        found.append("header: it was changed after the commitment.")
    if [digest(line) for line in document["strata"]] != commitment["strata"]:
        found.append("strata: a line was changed, moved, added or left out after the commitment.")
    found += commitment_problems(FORMAT, commitment, published)
    found += seed_problems(header, document["seed"], commitment["committed_at"])
    found += line_problems(document)
    found += visit_problems(document)
    return found


def line_problems(document):
    """Each line shown is in the frame that was committed to, at its place."""
    frame, last = document["commitment"]["frame"], -1
    for number, shown in enumerate(document["lines"]):
        place = f"lines[{number}] (unit {shown['line']['id']})"
        if shown["index"] <= last:
            yield f"{place}: it is out of order, or there twice."
        last = shown["index"]
        path = [bytes.fromhex(one) for one in shown["path"]]
        again = root_of_path(leaf(shown["line"]), shown["index"], frame["count"], path)
        if again is None or again.hex() != frame["root"]:
            yield f"{place}: its path does not lead to the root that was committed to."


def visit_problems(document):
    """Each visit is of a line shown, with the ticket that the seed gives; each stratum gives what it should."""
    header, result = document["header"], document["result"]
    lines = {shown["line"]["id"]: shown["line"] for shown in document["lines"]}
    seen = set()
    for name in ("selected", "reserves"):
        for number, visit in enumerate(result[name]):
            place = f"result.{name}[{number}] (unit {visit['unit']})"
            line = lines.get(visit["unit"])
            if line is None or visit["unit"] in seen:
                yield f"{place}: its line is not shown, or it is there twice."
                continue
            seen.add(visit["unit"])
            if line["stratum"] != visit["stratum"]:
                yield f"{place}: it was committed to in stratum {line['stratum']}, not {visit['stratum']}."
            if f"{ticket(header['label'], document['seed']['value'], visit['unit']):064x}" != visit["ticket"]:
                yield f"{place}: its ticket does not come from the seed."
            going = visit["inspectors"]
            if len({*going}) != header["inspectors_per_visit"] or {*going} & {*visit["stand_ins"]}:
                yield f"{place}: not {header['inspectors_per_visit']} inspectors go, or one of them stands in as well."
    codes = [stratum["code"] for stratum in document["strata"]]
    for visit in (*result["selected"], *result["reserves"]):
        if visit["stratum"] not in codes:
            yield f"result: unit {visit['unit']} is of stratum {visit['stratum']}, which the plan does not have."
    for stratum in document["strata"]:
        yield from stratum_problems(document, stratum, lines)


def stratum_problems(document, stratum, lines):
    """One stratum gives as many as it should, in the order of tickets, with the chance that its numbers give."""
    code, size, units = stratum["code"], stratum["size"], stratum["units"]
    drawn = [visit for visit in document["result"]["selected"] if visit["stratum"] == code]
    behind = [visit for visit in document["result"]["reserves"] if visit["stratum"] == code]
    reserves = min(document["header"]["reserves_per_stratum"], units - size) if size else 0
    if (len(drawn), len(behind)) != (size, reserves):
        yield (
            f"stratum {code}: {size} are drawn and {reserves} in reserve by the plan; the excerpt shows "
            f"{len(drawn)} and {len(behind)}."
        )
    if [visit["position"] for visit in drawn + behind] != list(range(1, len(drawn) + len(behind) + 1)):
        yield f"stratum {code}: the positions do not count from 1."
    tickets = [visit["ticket"] for visit in drawn]
    for visit in drawn + behind:
        part = visit["chance"]
        if len(part) != 2 or not 0 < part[0] <= part[1] or (stratum["even"] and part != in_lowest_terms(size, units)):
            yield f"stratum {code} (unit {visit['unit']}): its chance {part} is not the one its stratum gives."
    if stratum["even"]:
        tickets += [visit["ticket"] for visit in behind]
    else:
        weights = {name: line["weight"] for name, line in lines.items() if line["weight"] > 0}
        ranks = [rank(int(visit["ticket"], 16), weights[visit["unit"]]) for visit in behind if visit["unit"] in weights]
        if ranks != sorted(ranks):
            yield f"stratum {code}: the reserves are not in the order of tickets over weights."
    if tickets != sorted(tickets):
        yield f"stratum {code}: the visits are not in the order of their tickets."


def in_lowest_terms(part, whole):
    """Return a fraction as a list of two numbers without a common divisor."""
    found = Fraction(part, whole)
    return [found.numerator, found.denominator]


def passed_over(document, ids):
    """Return those of some ids that are not drawn though their ticket is smaller than the last drawn of every stratum.

    Each was not in the frame, or the draw is not honest: whoever it is may ask for its line. None where a stratum has
    unequal chances, whose tickets tell that only together with the whole frame.
    """
    header, seed = document["header"], document["seed"]["value"]
    strata = [line for line in document["strata"] if line["size"]]
    if not strata or not all(one["even"] for one in strata):
        return None
    last = {visit["stratum"]: visit["ticket"] for visit in document["result"]["selected"]}
    bound = min(last.get(one["code"], "") for one in strata)
    shown = {line["line"]["id"] for line in document["lines"]}
    return [one for one in ids if one not in shown and f"{ticket(header['label'], seed, one):064x}" < bound]
