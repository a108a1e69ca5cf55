"""One business as the public may see it: the law's answer as one JSON document.

Rules kept here:
- Everything comes from `public_items`; what is not among them, the name included, stands nowhere in the document.
- An entity whose registration may not be shown has no document.
- An entry of a list that is not public is left out, whatever the display rules say of its kind.
- No class, no score, no proposal; nor a trace of what is kept back for a time, or why.
- Beside an entry that stands, and nowhere else, stands what it brings: the measures, each with basis and purposes. No
  benefit is told, for it would tell the class, and none that reaches a person.
- An entry that the law gives a term is told with the term's end, though nobody has yet written that it ended.
- Beside an entry that stands is the text of its decision as published; see `letters.py` beside this.
- Records are named by a keyed digest. A plain one would let anyone try out what a mask hides.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from goodstanding.core.against import term_over
from goodstanding.core.disclosure import PublicItem, hidden, public_items
from goodstanding.core.entity import Profile
from goodstanding.core.exits import display_of
from goodstanding.core.fact import Fact, Field, FieldType, Value
from goodstanding.core.ledger import View
from goodstanding.core.measure import Standing, Target, measures_on
from goodstanding.core.rule import Rule
from goodstanding.core.rulebook import Rulebook
from goodstanding.publicstore import Json, explained

FORMAT = "goodstanding-entity/1"
NO_LETTERS: Mapping[str, Json] = {}
_ID_HEX = 32


@dataclass(frozen=True, slots=True)
class Terms:
    """What every document of one rulebook draws on, worked out once.

    Args:
        key: Secret under which records are named; the same key gives the same names.
        refs: Public name of each rule object, by its identity.
        rules: Public statement of each rule, by its public name.
        kinds: Public titles of each kind and its fields, by kind.
        numbers: The rulebook's rules by number.
        titles: Titles of coded values met so far, by code table and value; grows with use.
    """

    book: Rulebook
    key: bytes
    numbers: Mapping[str, list[Rule]]
    refs: Mapping[int, str]
    rules: Mapping[str, Json]
    kinds: Mapping[str, Json]
    titles: dict[tuple[str, Value], dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, book: Rulebook, key: bytes) -> Terms:
        """Work out the terms of a rulebook."""
        refs: dict[int, str] = {}
        rules: dict[str, Json] = {}
        numbers = book.rules()
        for number, versions in numbers.items():
            told: list[Rule] = []
            for rule in versions:
                # A rule has no hash, and one number may have several versions and wordings: each gets its own name.
                if rule not in told:
                    told.append(rule)
                at = told.index(rule)
                refs[id(rule)] = ref = number if at == 0 else f"{number}.{at + 1}"
                rules.setdefault(ref, rule_statement(rule))
        kinds = {
            code: {
                "title": dict(kind.rule.title),
                "fields": {name: dict(field.title) for name, field in kind.fields.items()},
            }
            for code, kind in book.kinds.items()
        }
        return cls(book, key, numbers, refs, rules, kinds)

    def titles_of(self, field: Field, value: Value) -> dict[str, str]:
        """Return a coded value in every language, several codes joined; any other value as it is."""
        if field.type not in (FieldType.CODE, FieldType.CODES):
            return dict.fromkeys(self.book.languages, str(value))
        found = self.titles.get((field.table, value))
        if found is None:
            codes = value if isinstance(value, tuple) else (str(value),)
            titles = [self.book.title_of(field.table, code) for code in codes]
            found = {language: " / ".join(title[language] for title in titles) for language in self.book.languages}
            self.titles[field.table, value] = found
        return found

    def name_of(self, fact: Fact) -> str:
        """Return the public name of a record."""
        return hmac.new(self.key, fact.digest.encode(), hashlib.sha256).hexdigest()[:_ID_HEX]


def rule_statement(rule: Rule) -> Json:
    """Return a rule as the public reads it."""
    return {
        "number": rule.number,
        "title": dict(rule.title),
        "valid_from": rule.validity.from_on.isoformat(),
        "valid_until": None if rule.validity.until_on is None else rule.validity.until_on.isoformat(),
        "instrument": rule.source.instrument,
        "article": rule.source.article,
        "confidence": rule.source.confidence.value,
        "note": rule.source.note,
    }


def entity_document(
    seen: View,
    who: Profile,
    terms: Terms,
    begins_next_on: date | None = None,
    letters: Mapping[str, Json] = NO_LETTERS,
) -> Json | None:
    """Return the public document of one business on the day of a view, or ``None`` when it may have none.

    Args:
        seen: The view of one entity; its ``as_of`` is the day of the document.
        who: The business, by its registration.
        terms: Of the rulebook in force.
        begins_next_on: First day on which a fact not in the view will begin to be true, if any.
        letters: Published text of decisions, by number.
    Raises:
        CalendarYearUnknown: A working-day display period leaves the covered years.
    """
    book, day = terms.book, seen.as_of
    items = [item for item in public_items(seen, book.kinds, book.disclosure, book.calendar) if _may_stand(item, book)]
    registered = next((item for item in items if item.fact.digest == who.registered.digest), None)
    if registered is None or not registered.values.get(book.roles.name):
        return None
    items.sort(key=lambda item: (item.fact.span.from_on, item.fact.kind, item.fact.digest), reverse=True)
    entries = [item for item in items if item.fact.kind == book.lists.entry_kind]
    terms_over = {item.fact.digest: ends_on for item in entries if (ends_on := term_over(item.fact, book)) is not None}
    over = {digest for digest, ends_on in terms_over.items() if ends_on <= day}
    standing = [item for item in entries if item.fact.span.contains(day) and item.fact.digest not in over]
    gone = [item for item in entries if item.fact.digest in over and item.shown.ends_with_span]
    items = standing + [item for item in items if item not in standing and item not in gone]

    roles, scheme = book.roles, who.entity_id.partition(":")[0]
    changes = [begins_next_on] if begins_next_on is not None else []
    changes += _changes_unseen(seen, book)
    for item in items:
        ends = (item.shown.span.until_on, item.fact.span.until_on, terms_over.get(item.fact.digest))
        changes += [end for end in ends if end is not None and end > day]
    brought: dict[str, list[Standing]] = {}
    for one in measures_on(seen, who.subject_type, book.measures, book.calendar) if standing else ():
        if one.target is Target.BUSINESS:
            brought.setdefault(one.trigger, []).append(one)
    statements = []
    for item in items:
        statement = _item(item, terms, terms_over.get(item.fact.digest))
        measures = brought.get(item.fact.digest, ()) if item in standing else ()
        changes += [one.span.until_on for one in measures if one.span.until_on is not None]
        if measures:
            statement["measures"] = [_measure(one, terms) for one in measures]
        letter = letters.get(str(item.values.get("decision"))) if item in standing else None
        if letter is not None:
            statement["document"] = letter
        statements.append(statement)
    known = book.schemes.get(scheme)
    return {
        "format": FORMAT,
        "id": who.entity_id,
        "scheme": {"code": scheme, "title": dict(known.title) if known else dict.fromkeys(book.languages, scheme)},
        "code": who.entity_id.partition(":")[2],
        "name": registered.values[roles.name],
        "status": _coded(registered, roles.status, terms),
        "is_active": who.is_active,
        "subject_type": _coded(registered, roles.subject_type, terms),
        "region": _coded(registered, roles.region, terms),
        "sector": _coded(registered, roles.sector, terms),
        "address": registered.values.get(roles.address),
        "established_on": registered.values.get(roles.established),
        "registered": terms.name_of(registered.fact),
        "name_field": roles.name,
        "entry_kind": book.lists.entry_kind,
        "published_by": dict(book.authority),
        "as_of": day.isoformat(),
        "next_change_on": min(changes).isoformat() if changes else None,
        "rulebook": book.digest,
        "standing": [terms.name_of(item.fact) for item in standing],
        "items": statements,
    } | explained(statements, terms.kinds, terms.rules)


def _changes_unseen(seen: View, book: Rulebook) -> Iterator[date]:
    """Yield the days on which what is kept back stands again, or its time is over meanwhile."""
    kept_back = hidden(seen, book.disclosure)
    repairs = list(seen.of(book.disclosure.repair_kind)) if kept_back else []
    for fact in seen.facts if kept_back else ():
        if fact.digest in kept_back and (when := display_of(fact, repairs, book)) is not None:
            term_on = term_over(fact, book) if fact.kind == book.lists.entry_kind else None
            ends = (kept_back[fact.digest].cause.span.until_on, when.span.until_on, fact.span.until_on, term_on)
            yield from (end for end in ends if end is not None and end > seen.as_of)


def _measure(one: Standing, terms: Terms) -> Json:
    """Return what an entry brings, as the public reads it."""
    purposes = terms.book.measures.purposes
    return {
        "code": one.code,
        "effect": one.effect.value,
        "rule": terms.refs[id(one.rule)],
        "purposes": {code: dict(purposes[code]) for code in sorted(one.purposes)},
        "executing": dict(one.executing),
        "until_on": None if one.span.until_on is None else one.span.until_on.isoformat(),
    }


def _may_stand(item: PublicItem, book: Rulebook) -> bool:
    if item.fact.kind != book.lists.entry_kind:
        return True
    # A list that the catalogue masks or keeps official is found in no rulebook: such an entry stays inside.
    definition = book.lists.lists.get(str(item.values.get("list")))
    # An entry of a list the rulebook does not know cannot be called public by it: this leans towards the business.
    return definition is not None and definition.is_public


def _item(item: PublicItem, terms: Terms, term_over_on: date | None) -> Json:
    """Return one record: what it says, who says so, on which basis, from when, until when, and under which rule."""
    fact, kind = item.fact, item.kind
    until_on, shown_until = fact.span.until_on, item.shown.span.until_on
    if term_over_on is not None:
        until_on = term_over_on
        if item.shown.ends_with_span:
            shown_until = term_over_on
    # In the catalogue's order: that of the payload is only the alphabet's.
    values = {name: item.values[name] for name in kind.fields if item.values.get(name) is not None}
    texts = {
        name: terms.titles_of(kind.fields[name], value) for name, value in values.items() if kind.fields[name].table
    }
    return {
        "id": terms.name_of(fact),
        "kind": fact.kind,
        "from_on": fact.span.from_on.isoformat(),
        "until_on": None if until_on is None else until_on.isoformat(),
        "shown_until": None if shown_until is None else shown_until.isoformat(),
        "is_ending": _is_ending(item, terms.book),
        "authority": item.values.get(kind.authority_field),
        "basis": _basis(item, terms),
        "display": terms.refs[id(item.shown.rule)],
        "values": {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()},
        "texts": texts,
    }


def _basis(item: PublicItem, terms: Terms) -> Json:
    """Return the record's own basis: a rule of the rulebook, a text, or else the rule that has such records kept."""
    text = str(item.values.get(item.kind.basis_field) or "")
    for rule in terms.numbers.get(text, ()):
        if rule.validity.contains(item.fact.span.from_on):
            return {"rule": terms.refs[id(rule)]}
    return {"text": text} if text else {"rule": terms.refs[id(item.kind.rule)]}


def _is_ending(item: PublicItem, book: Rulebook) -> bool:
    """Tell whether the law means this record to leave the public's sight, or it puts a business on a list."""
    if item.fact.kind == book.lists.entry_kind or item.shown.span.until_on is not None:
        return True
    return item.shown.ends_with_span


def _coded(item: PublicItem, name: str, terms: Terms) -> Json | None:
    value = item.values.get(name) if name else None
    if value is None:
        return None
    return {"code": str(value), "title": terms.titles_of(item.kind.fields[name], value)}
