"""The document of a decision on a list, of a repair and of an annulment, from the decision and the facts then known.

Rules kept here:
- What is said was known at the decision, under its rulebook: the same document is composed again at any later time.
- The way out and the rights are those that the rulebook states for such an entry on that day; where it states none,
  none is named.
- What an officer wrote as the reason stands in it, with what tells a person apart marked as personal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from goodstanding.core.document import Document, Paragraph, Role, marked, paragraph, said
from goodstanding.core.entity import Profile, profile
from goodstanding.core.errors import DocumentUnknown, NoRuleInForce
from goodstanding.core.fact import Exposure, Fact
from goodstanding.core.ledger import view
from goodstanding.core.listing import DECISIONS, Act, ground_of, term_end
from goodstanding.core.measure import Target, measures_on
from goodstanding.core.opening import about_of, openers
from goodstanding.core.rule import Rule, in_force
from goodstanding.core.rulebook import Rulebook
from goodstanding.documents.wording import Wording
from goodstanding.records.decisions import ANNULMENT, APPROVE, LISTING, REPAIR
from goodstanding.records.models import Decision

BUSINESS = "business"
"""The role in which a business acts in a procedure."""


def is_served(decision: Decision) -> bool:
    """Tell whether a decision has a document: it changed what stands on a business's record."""
    if decision.kind == ANNULMENT:
        return True
    return decision.kind in (LISTING, REPAIR) and bool(decision.outcome["verdict"] == APPROVE)


def of_decision(decision: Decision, facts: Sequence[Fact], wording: Wording) -> Document:
    """Return the document of a decision.

    Args:
        facts: Every fact of the business, in the order of the ledger; what came after the decision is not looked at.
        wording: Of the rulebook the decision was taken under.
    Raises:
        DocumentUnknown: It decided nothing on a business, or another body's decision is all it records.
    """
    made = (at for at, one in enumerate(facts) if one.source == DECISIONS and one.source_ref == decision.number)
    at = next(made, None)
    if at is None or not is_served(decision):
        raise unknown(decision.number, "It is no decision of this authority that changed a business's record.")
    before = list(facts[:at])
    who = profile(view(before, decision.decided_on, decision.decided_at), wording.book.roles)
    if who is None:
        raise unknown(decision.number, "It is about no business known by then.")
    if decision.kind == ANNULMENT:
        title, body = _annulment(decision, before, wording)
    elif decision.kind == REPAIR:
        title, body = _repair(decision, before, facts[at], wording)
    else:
        title, body = _listing(decision, before, facts[at], who, wording)
    paragraphs = (*wording.head(title, decision.number, who), *body, *wording.foot(decision.decided_on))
    document = Document(
        decision.number, wording.language, title, decision.decided_on, decision.entity_id, tuple(paragraphs)
    )
    return marked(document, personal_values(before, wording.book), who.name)


def personal_values(facts: Iterable[Fact], book: Rulebook) -> set[str]:
    """Return every text of some facts that the catalogue keeps from the public because it is a person's."""
    return {
        value
        for fact in facts
        for name, field in book.kinds[fact.kind].fields.items()
        if field.exposure is Exposure.MASKED
        for value in [fact.payload.get(name)]
        if isinstance(value, str)
    }


def unknown(number: str, found: str) -> DocumentUnknown:
    """Return the refusal of a document that is none."""
    return DocumentUnknown(
        asked=f"The document of {number}.",
        found=found,
        wants="A decision that enters, removes or annuls, or a step of a case that the authority took.",
        next_step="Look the number up in the office's list of decisions or cases.",
    )


def _listing(
    decision: Decision, before: list[Fact], made: Fact, who: Profile, wording: Wording
) -> tuple[str, list[Paragraph]]:
    book, on, outcome = wording.book, decision.decided_on, decision.outcome
    act = Act(outcome["act"])
    list_title = wording.of(book.title_of("lists", outcome["list"]))
    definition = book.lists.lists.get(outcome["list"])
    mark = "mark_" if definition is not None and definition.is_mark else ""
    body = [wording.item("mark" if mark else "list", list=list_title)]
    if "case" in outcome:
        body.append(wording.item("case", number=outcome["case"]))
    rule = _rule_of(decision, wording, made)
    key = "restore" if _restores(decision, wording) else f"{mark}{act.value}"
    body += [wording.heading("facts"), *_found(key, rule, wording), *_reason(decision, wording)]
    body.append(wording.heading(f"{mark}decided"))
    if act is Act.ENTER:
        body.append(wording.body(f"{key}.decided", day=wording.day(on), list=list_title))
        body += _entry(made, [*before, made], who, decision, wording, key)
    else:
        ended_on = made.span.until_on or on
        number = str(made.payload["decision"])
        body.append(wording.body(f"{key}.decided", day=wording.day(ended_on), list=list_title, number=number))
    return wording.t(f"document.{key}.title", list=list_title), body


def _found(key: str, rule: Rule | None, wording: Wording) -> Iterator[Paragraph]:
    if rule is not None:
        yield wording.body(f"{key}.found", rule=wording.rule(rule))


def _reason(decision: Decision, wording: Wording) -> Iterator[Paragraph]:
    if decision.reason.strip():
        public = (decision.entity_id.partition(":")[2], decision.number, str(decision.outcome.get("undone", "")))
        yield paragraph(Role.BODY, wording.t("document.item.reason"), *said(decision.reason.strip(), public))


def _restores(decision: Decision, wording: Wording) -> bool:
    """Tell whether a step made the decision that brings back an entry which had left."""
    if "case" not in decision.outcome:
        return False
    steps = (step for one in wording.book.procedures.versions for step in one.steps)
    return any((one.code, one.effect) == (decision.outcome["step"], "restore") for one in steps)


def _entry(
    entry: Fact, facts: list[Fact], who: Profile, decision: Decision, wording: Wording, key: str
) -> Iterator[Paragraph]:
    """Yield what an entry brings, when it ends, how it is left, and what may be done against it.

    Args:
        key: Of the words the decision is put in.
    """
    mark = "mark_" if key.startswith("mark_") else ""
    book, on = wording.book, decision.decided_on
    ground = ground_of(entry, book.lists)
    ends_on = term_end(entry, ground, book.calendar)
    if ends_on is not None:
        yield wording.body(f"{key}.term", day=wording.day(ends_on))
    seen = view(facts, on, decision.decided_at)
    found = [
        one
        for one in measures_on(seen, who.subject_type, book.measures, book.calendar)
        if one.trigger == entry.digest and one.target is Target.BUSINESS
    ]
    if found:
        yield wording.heading(f"{mark}measures")
        yield from (wording.item("measure", **wording.cited(one.rule)) for one in found)
    ways = in_force(ground.exits, on)
    if ways:
        yield wording.heading(f"{mark}ways")
        yield from (wording.item("way", **wording.cited(way.rule)) for way in ways)
    rights = list(_rights(entry, decision, wording))
    if rights:
        yield wording.heading("rights")
        yield from rights


def _rights(entry: Fact, decision: Decision, wording: Wording) -> Iterator[Paragraph]:
    """Yield the procedures about such an entry that the business itself may open, and its remedies elsewhere."""
    on = decision.decided_on
    for procedure in in_force(wording.book.procedures.versions, on):
        about = about_of(procedure, entry)
        if about is None or BUSINESS not in openers(procedure, on):
            continue
        cited = wording.cited(procedure.rule)
        if about.within is None:
            yield wording.item("right", **cited)
        else:
            yield wording.item("right_within", period=wording.period(about.within), **cited)
    for remedy in wording.book.lists.lists[str(entry.payload["list"])].remedies:
        if remedy.validity.contains(on):
            yield wording.item("right", **wording.cited(remedy))


def _repair(decision: Decision, before: list[Fact], made: Fact, wording: Wording) -> tuple[str, list[Paragraph]]:
    act, on = decision.outcome["act"], decision.decided_on
    record = next(fact for fact in before if fact.digest == made.payload["fact"])
    kind = wording.of(wording.book.kinds[record.kind].rule.title)
    number = _number_of(record)
    what = wording.t(f"document.annul.{'record' if number else 'record_plain'}", kind=kind, number=number)
    body = [wording.item("case", number=decision.outcome["case"]), wording.heading("facts")]
    body += [*_found(act, _rule_of(decision, wording), wording), *_reason(decision, wording)]
    said = {"what": what, "day": wording.day(on), "number": str(made.payload["decision"])}
    body += [wording.heading("decided"), wording.body(f"{act}.decided", **said)]
    return wording.t(f"document.{act}.title"), body


def _annulment(decision: Decision, facts: list[Fact], wording: Wording) -> tuple[str, list[Paragraph]]:
    outcome = decision.outcome
    kind = wording.of(wording.book.kinds[outcome["kind"]].rule.title)
    undone = outcome["undone"] or _number_of(next((one for one in facts if one.digest == decision.facts[-1]), None))
    key = "record" if undone else "record_plain"
    what = wording.t(f"document.annul.{key}", kind=kind, number=undone)
    rule = _rule_of(decision, wording)
    body = [wording.heading("facts"), *_found("annul", rule, wording), *_reason(decision, wording)]
    body += [wording.heading("decided"), wording.body(f"annul.{outcome['how']}", what=what)]
    return wording.t("document.annul.title"), body


def _number_of(fact: Fact | None) -> str:
    """Return the number that a record bears as a paper, or nothing."""
    found = () if fact is None else (fact.payload.get(name) for name in ("decision", "document_number", "document"))
    return next((one for one in found if isinstance(one, str) and one), "")


def _rule_of(decision: Decision, wording: Wording, made: Fact | None = None) -> Rule | None:
    """Return the rule of a decision in its version of the day, that of the entry's own ground first, or ``None``.

    Args:
        made: The entry, or the correction that ended one: one number may serve several grounds.
    """
    versions = list(wording.numbers.get(decision.rule_number, ()))
    if made is not None:
        try:
            ground = ground_of(made, wording.book.lists)
        except NoRuleInForce:
            return _in_force(versions, decision)
        own = [ground.rule, *(way.rule for way in ground.exits), *([ground.end_rule] if ground.end_rule else [])]
        versions = [rule for rule in own if rule.number == decision.rule_number] + versions
    return _in_force(versions, decision)


def _in_force(versions: Iterable[Rule], decision: Decision) -> Rule | None:
    return next((one for one in versions if one.validity.contains(decision.decided_on)), None)
