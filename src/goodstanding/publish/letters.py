"""The published text of decisions that entered a business: what was served on it, with persons masked.

Rules kept here:
- It is made from the very value the served document is made from; see `goodstanding.core.document`.
- It stands with the entry while that stands, and goes with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date

from goodstanding.core.document import published
from goodstanding.core.errors import DocumentUnknown
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import heads
from goodstanding.core.listing import DECISIONS
from goodstanding.documents.decisions import of_decision
from goodstanding.documents.served import wording_of
from goodstanding.documents.wording import Wording
from goodstanding.home import Home
from goodstanding.publicstore import Json
from goodstanding.records.models import Decision


class Letters:
    """The published texts of one installation.

    Args:
        home: Its sample mark and the rulebooks that its decisions were taken under.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._wordings: dict[str, list[Wording]] = {}

    def of(self, entities: Mapping[str, Sequence[Fact]], day: date) -> dict[str, Json]:
        """Return the texts behind the entries that stand on a day, by the decision's number.

        Args:
            entities: Every fact of each of some businesses, in the order of the ledger.
        """
        entry_kind = self._home.rulebook.lists.entry_kind
        facts_by_number: dict[str, Sequence[Fact]] = {}
        for facts in entities.values():
            made = {fact.source_ref for fact in facts if fact.kind == entry_kind and fact.source == DECISIONS}
            if not made:
                continue
            for head in heads(facts):
                number = str(head.payload.get("decision", ""))
                if head.kind == entry_kind and number in made and head.span.contains(day):
                    facts_by_number[number] = facts
        texts = {}
        for decision in Decision.objects.filter(number__in=list(facts_by_number)):
            # One that cannot be composed must not keep the register from being published: the entry stands without.
            with suppress(DocumentUnknown):
                texts[decision.number] = self._text(decision, facts_by_number[decision.number])
        return texts

    def _text(self, decision: Decision, facts: Sequence[Fact]) -> Json:
        wordings = self._wordings.get(decision.rulebook_digest)
        if wordings is None:
            first = wording_of(self._home, decision.rulebook_digest, "")
            others = [wording_of(self._home, decision.rulebook_digest, one) for one in first.book.languages]
            wordings = self._wordings.setdefault(decision.rulebook_digest, others)
        made = [published(of_decision(decision, facts, wording)) for wording in wordings]
        return {
            "number": decision.number,
            "title": {one.language: one.title for one in made},
            "text": {
                one.language: [{"role": each.role.value, "text": each.text} for each in one.paragraphs] for one in made
            },
        }
