"""The notice of a step that the authority took in a case: what was done, on which basis, and what may be done now.

Rules kept here:
- Only steps of which the rulebook says that their paper is served are notices; what a business or the calendar did is
  none, and where a step makes a decision that is a document of its own.
- What may be done now are the steps that the procedure leaves to a business in the state the step led to, each with the
  last day of the period it is bound to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from goodstanding.core.case import Case, Taken, running, state_of
from goodstanding.core.dates import Unit, lenient
from goodstanding.core.document import Document, Paragraph, Role, marked, paragraph, said
from goodstanding.core.entity import profile
from goodstanding.core.fact import Fact
from goodstanding.core.ledger import view
from goodstanding.core.procedure import CALENDAR, Procedure, Step
from goodstanding.core.rule import in_force
from goodstanding.documents.decisions import BUSINESS, personal_values, unknown
from goodstanding.documents.wording import Wording
from goodstanding.records.models import CaseStep


def notice_title(taken: Taken, procedure: Procedure) -> Mapping[str, str]:
    """Return the title of the paper that a step as taken serves on the business, by language; empty for none."""
    step = procedure.step_on(taken.step, taken.on)
    return {} if step is None or taken.by.role in (BUSINESS, CALENDAR) else step.serves


def of_step(case: Case, written: CaseStep, facts: Sequence[Fact], wording: Wording) -> Document:
    """Return the notice of a step.

    Args:
        case: The case as it stands; the steps after the one asked for are not looked at.
        written: The step as written down.
        facts: Every fact of the business that the ledger holds.
    Raises:
        DocumentUnknown: The step serves nothing on the business.
        CalendarYearUnknown: A working-day period leaves the covered years.
    """
    number = f"{case.number}-{written.serial}"
    case = replace(case, taken=case.taken[: written.serial])
    taken = case.taken[-1]
    procedure = wording.book.procedures.on(case.procedure, case.opened_on)
    step = procedure.step_on(taken.step, taken.on)
    known = [fact for fact in facts if fact.known_at <= written.written_at]
    who = profile(view(known, taken.on, written.written_at), wording.book.roles)
    serves = notice_title(taken, procedure)
    if step is None or who is None or not serves:
        raise unknown(number, "By its procedure that step serves nothing on the business.")
    title = wording.of(serves)
    paragraphs = [*wording.head(title, number, who), *_told(case, taken, step, procedure, written.decision, wording)]
    paragraphs += [*_next(case, procedure, wording), *wording.foot(taken.on)]
    document = Document(number, wording.language, title, taken.on, case.entity_id, tuple(paragraphs))
    return marked(document, personal_values(known, wording.book), who.name)


def _told(
    case: Case, taken: Taken, step: Step, procedure: Procedure, decision: str, wording: Wording
) -> Iterator[Paragraph]:
    yield wording.item("procedure", title=wording.of(procedure.rule.title))
    yield wording.item("case", number=case.number)
    yield wording.heading("told")
    done = {"procedure": wording.of(procedure.rule.title), "step": wording.of(step.title)}
    yield wording.body("step.done", day=wording.day(taken.on), **done)
    titles = wording.book.procedures.evidence
    for code, words in taken.evidence.items():
        label = wording.t("document.item.evidence", title=wording.of(titles.get(code, code)))
        yield paragraph(Role.ITEM, label, *said(words))
    if taken.reason.strip():
        yield paragraph(Role.ITEM, wording.t("document.item.reason"), *said(taken.reason.strip()))
    yield wording.body("step.basis", rule=wording.rule(step.rule))
    if decision:
        yield wording.body("step.decision", number=decision)


def _next(case: Case, procedure: Procedure, wording: Wording) -> Iterator[Paragraph]:
    """Yield what the business may do now, with the last day where a period binds it."""
    state, day = state_of(case, procedure), case.taken[-1].on
    calendar = wording.book.calendar
    clocks = running(case, procedure, lenient(calendar))
    own = [one for one in in_force(procedure.steps, day) if state in one.after and BUSINESS in one.by]
    if state in procedure.ends or not own:
        return
    yield wording.heading("next")
    for step in own:
        said_of = wording.cited(step.rule) | {"step": wording.of(step.title)}
        ends = [(clocks[code].due_on, clocks[code]) for code in step.only_within if code in clocks]
        dated = [(on, one) for on, one in ends if on is not None]
        due_on, first = min(dated, key=lambda one: one[0], default=(None, None))
        if first is None or due_on is None:
            yield wording.item("step", **said_of)
        elif first.clock.period.unit is Unit.WORKING_DAY and due_on.year > calendar.covers[1]:
            # The day is not served as a guess; its length is certain.
            length = wording.period(first.clock.period)
            yield wording.item("step_for", length=length, day=wording.day(first.started_on), **said_of)
        else:
            yield wording.item("step_through", day=wording.day(due_on), **said_of)
