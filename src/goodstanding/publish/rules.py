"""What the portal must know of the rulebook: its name, its lists, and every rule in plain words with its source."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from goodstanding.core.rule import Rule
from goodstanding.core.rulebook import Rulebook
from goodstanding.publicstore import Json
from goodstanding.publish.document import Terms


def register_statement(terms: Terms, is_sample: bool, public_key: str = "") -> Json:
    """Return what heads every page: whose register this is and which lists it keeps, public ones only.

    Args:
        terms: Of the rulebook in force.
        is_sample: Whether everything in it is made up, which every page then says.
        public_key: By which certificates are checked, hex.
    """
    book = terms.book
    return {
        "code": book.code,
        "title": dict(book.title),
        "authority": dict(book.authority),
        "languages": list(book.languages),
        "timezone": book.timezone,
        "currency": book.currency,
        "rulebook": book.digest,
        "is_sample": is_sample,
        "public_key": public_key,
        "schemes": [{"code": one.code, "title": dict(one.title)} for one in book.schemes.values()],
        "lists": [
            {
                "code": one.code,
                "title": dict(one.title),
                "is_mark": one.is_mark,
                "grounds": [
                    {"code": ground.code, "rule": terms.refs[id(ground.rule)]}
                    | {"exits": [terms.refs[id(way.rule)] for way in ground.exits]}
                    for ground in one.grounds
                ],
            }
            for one in book.lists.lists.values()
            if one.is_public
        ],
    }


def rules_statement(terms: Terms) -> list[Json]:
    """Return all rules as ``{group, rules: [{ref, ...}]}``, each rule under the first group that uses it."""
    told: set[str] = set()
    groups = []
    for group, rules in _groups(terms.book):
        statements = []
        for rule in rules:
            ref = terms.refs[id(rule)]
            if ref not in told:
                told.add(ref)
                statements.append({"ref": ref} | terms.rules[ref])
        if statements:
            groups.append({"group": group, "rules": statements})
    return groups


def _groups(book: Rulebook) -> Iterable[tuple[str, Iterable[Rule]]]:
    grounds = [ground for one in book.lists.lists.values() for ground in one.grounds]
    yield "kinds", (kind.rule for kind in book.kinds.values())
    yield "display", (one.rule for one in (*book.disclosure.display, *book.disclosure.elsewhere))
    yield "deadlines", (one.rule for one in book.disclosure.deadlines)
    yield "duties", (one.rule for one in book.duties.values())
    yield "grounds", (ground.rule for ground in grounds)
    yield "exits", (way.rule for ground in grounds for way in ground.exits)
    yield "repairs", chain((one.rule for one in book.repairs), (one.rule for one in book.disclosure.hidings))
    cards = book.scorecards
    yield "classes", chain(*(card.rules for card in cards))
    yield "areas", (area.rule for area in book.areas.values())
    yield "related", (relation.rule for relation in book.related)
    yield "inspection", (item.rule for item in book.inspection.items.values())
    yield "supervision", book.supervision.rules
    # What is not published may not be applied to anybody: the catalogue stands here whole.
    yield "measures", (one.rule for one in book.measures.measures)
    yield "bans", (one.rule for one in book.measures.bans)
    yield "procedures", book.procedures.rules
    yield "others", chain(*book.rules().values())
