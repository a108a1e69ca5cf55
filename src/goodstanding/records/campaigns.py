"""Inspection campaigns: planned and committed, drawn once, visited, recorded.

Rules kept here:
- The plan is committed, with its outbox message, before a seed is accepted; a campaign is drawn once.
- Only active businesses with a class in the named run, which no rule leaves in peace that day, are in the frame. How
  many each rule left out stands in the title of the plan, under its commitment; who they are is told nobody.
- A result is a fact of the ledger and a line of the visit, written in one transaction.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from goodstanding.core.canonical import canonical_bytes
from goodstanding.core.dates import Span
from goodstanding.core.draw import Commitment, Event, Inspector, Plan, Seed, commit, draw
from goodstanding.core.draw_bundle import bundle, plan_document, read_bundle, read_plan
from goodstanding.core.draw_excerpt import excerpt
from goodstanding.core.draw_plan import salted
from goodstanding.core.errors import (
    AlreadyDrawn,
    CampaignUnknown,
    ClassRunMissing,
    LabelTaken,
    NobodyToDraw,
    NotCommitted,
    ResultInvalid,
)
from goodstanding.core.fact import Fact, Value
from goodstanding.core.inspection import INSPECTORS
from goodstanding.core.listing import DECISIONS
from goodstanding.core.plan import By, Terms, stratify, treatments_in_force
from goodstanding.core.rulebook import Rulebook
from goodstanding.core.treatment import Check
from goodstanding.records import classes as classes_of
from goodstanding.records import ledger, outbox
from goodstanding.records.candidates import candidates, left_out_text
from goodstanding.records.models import Campaign, Decision, Visit
from goodstanding.records.models import Inspector as InspectorRecord


@dataclass(frozen=True, slots=True)
class Finding:
    """What inspectors found at one visit."""

    visit_id: int
    results: tuple[str, ...]
    inspected_on: date


def plan_campaign(
    book: Rulebook,
    label: str,
    title: Mapping[str, str],
    day: date,
    now: datetime,
    planner: str,
    by: By = By.CLASS,
    event: Event | None = None,
    visits_per_inspector: int = 0,
    scale: str = "",
    check: Check | None = None,
    later: tuple[date, ...] | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Campaign:
    """Build frame, strata and roster from the current classification and commit to them.

    Args:
        label: Name of the campaign, never used for another.
        title: What it is, by language.
        day: Day on which the frame is true.
        now: Instant of the commitment; UTC.
        planner: Who commits.
        event: What will give the seed; by default somebody declares it.
        visits_per_inspector: From how many visits on others go first; 0 for no limit.
        scale: Whose classes set the ratios; by default the rulebook's first.
        check: Why and how the checks are made; by default the lot of the yearly plan, in each class's usual way.
        later: Days of the lots that follow within a year, where this one is to keep the promises of coverage.
    Raises:
        LabelTaken: A campaign of that label exists.
        ClassRunMissing: Nothing was classified under this rulebook yet.
        NoRuleInForce: No treatment of the scale is in force on the day.
        NobodyToDraw: Every business is left out by some rule.
        PlanInvalid, TooFewInspectors: The plan cannot be drawn lawfully.
    """
    if Campaign.objects.filter(label=label).exists():
        raise LabelTaken(
            asked=f"To commit a campaign labelled {label}.",
            found="A campaign of that label exists.",
            wants="Every campaign has a label of its own, because it separates the tickets.",
            next_step="Choose another label.",
        )
    run = classes_of.current_run(book.digest, scale or next(iter(book.scales)))
    if run is None:
        raise ClassRunMissing(
            asked=f"To plan the campaign {label}.",
            found="No classification was made under the rulebook in force.",
            wants="Ratios follow classes, so classes come first.",
            next_step="Run `goodstanding classify --as-of DAY`, then plan again.",
        )
    terms = Terms(
        supervision=book.supervision,
        treatments=treatments_in_force(book.supervision, run.scale, day),
        calendar=book.calendar,
        day=day,
        check=check or Check(),
        later=later,
    )
    position = ledger.position()
    framed = stratify(candidates(book, run, position, day, now, on_progress), terms, by)
    if not framed.units:
        raise NobodyToDraw(
            asked=f"To plan the campaign {label} on {day}.",
            found=f"Nobody is left to be drawn{left_out_text(framed, 'en') or ': no business is active'}.",
            wants="A lot among businesses that may be checked that day.",
            next_step="Wait until the quiet times are over, or plan a check on another ground.",
        )
    plan = Plan(
        label=label,
        title=next(iter(title.values())) + left_out_text(framed, next(iter(title))),
        as_of=day,
        rulebook_digest=book.digest,
        frame=framed.units,
        strata=framed.strata,
        roster=roster(),
        inspectors_per_visit=book.inspection.inspectors_per_visit,
        visits_per_inspector=visits_per_inspector,
        event=event or Event(),
        frame_is_public=book.inspection.frame_is_public,
    )
    plan = salted(plan, secrets.token_hex(32))
    commitment = commit(plan, now)
    with transaction.atomic():
        campaign = Campaign.objects.create(
            label=label,
            title=dict(title),
            as_of=day,
            rulebook_digest=book.digest,
            class_run=run,
            plan=canonical_bytes(plan_document(plan)).decode(),
            commitment=commitment.digest,
            committed_at=now,
        )
        Decision.objects.create(
            number=f"plan/{label}",
            kind="campaign.commit",
            as_of=day,
            known_at=now,
            ledger_position=position,
            rulebook_digest=book.digest,
            outcome={
                "commitment": commitment.digest,
                "strata": {one.code: one.size for one in framed.strata},
                "left_out": dict(framed.left_out),
                "last_lot": framed.last_lot,
                "unmet": dict(framed.unmet),
            },
            decided_by=planner,
            decided_on=day,
            decided_at=now,
        )
        outbox.announce_draw(label, now)
    return campaign


def left_out_of(label: str) -> dict[str, int]:
    """Return how many each rule left out of a campaign's frame, by the rule's number, as decided."""
    decision = Decision.objects.filter(number=f"plan/{label}").first()
    return {} if decision is None else dict(decision.outcome.get("left_out", {}))


def coverage_of(label: str) -> tuple[int, dict[str, int]]:
    """Return how many had to be seen by a campaign's lot and are, and how many each rule kept out of it, as decided."""
    decision = Decision.objects.filter(number=f"plan/{label}").first()
    outcome = {} if decision is None else decision.outcome
    return outcome.get("last_lot", 0), dict(outcome.get("unmet", {}))


def roster() -> tuple[Inspector, ...]:
    """Return the inspectors who may be sent, by code."""
    return tuple(
        Inspector(one.code, tuple(one.skills), tuple(one.regions), tuple(one.recused_from))
        for one in InspectorRecord.objects.filter(is_active=True).order_by("code")
    )


def campaign_of(label: str) -> Campaign:
    """Return a campaign by its label.

    Raises:
        CampaignUnknown: There is none.
    """
    campaign = Campaign.objects.filter(label=label).first()
    if campaign is None:
        raise CampaignUnknown(
            asked=f"The campaign {label}.",
            found="No campaign has that label.",
            wants="The label of a committed campaign.",
            next_step="List the campaigns with `goodstanding draw list`.",
        )
    return campaign


def event_of(campaign: Campaign) -> Event:
    """Return the event that a campaign's plan announced."""
    return read_plan(json.loads(campaign.plan)).event


def excerpt_of(label: str, asking: Sequence[str] = ()) -> tuple[dict[str, Any], list[str]]:
    """Return the excerpt of a drawn campaign, and who of those asking was not in its frame.

    Args:
        asking: Ids of businesses that ask for their own lines.
    Raises:
        CampaignUnknown: There is no such campaign.
        NotCommitted: It is not drawn yet.
    """
    campaign = campaign_of(label)
    if campaign.drawn_at is None:
        raise NotCommitted(
            asked=f"The excerpt of {label}.",
            found="It is not drawn yet.",
            wants="A drawn campaign.",
            next_step="Wait for its seed.",
        )
    stated = read_bundle(json.loads(campaign.bundle))
    document = excerpt(stated.plan, stated.draw, asking)
    shown = {one["line"]["id"] for one in document["lines"]}
    return document, [one for one in asking if one not in shown]


def draw_campaign(label: str, seed: Seed) -> Campaign:
    """Draw a committed campaign, once, and record its visits.

    Args:
        seed: What the announced event gave, and when it became known.
    Raises:
        CampaignUnknown, AlreadyDrawn: No such campaign, or it was drawn.
        NotCommitted: The seed is not of the announced event, or not in its time.
        PlanInvalid: The seed is empty or ill-formed.
    """
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update().filter(pk=campaign_of(label).pk).get()
        if campaign.drawn_at is not None:
            raise AlreadyDrawn(
                asked=f"To draw the campaign {label}.",
                found=f"It was drawn at {campaign.drawn_at:%Y-%m-%d %H:%M} UTC.",
                wants="A campaign is drawn once; withdrawals take the next ticket.",
                next_step="Commit a new campaign under a new label if another lot is lawful.",
            )
        plan = read_plan(json.loads(campaign.plan))
        commitment = Commitment(campaign.commitment, campaign.committed_at)
        outcome = draw(plan, seed, commitment)
        campaign.seed = seed.value
        campaign.drawn_at = seed.revealed_at
        campaign.bundle = canonical_bytes(bundle(plan, outcome)).decode()
        campaign.save(update_fields=["seed", "drawn_at", "bundle"])
        run = campaign.class_run
        drawn = [one.unit_id for one in outcome.selected]
        classes = classes_of.class_by_entity(run, drawn) if run is not None else {}
        Visit.objects.bulk_create(
            (
                Visit(
                    campaign=campaign,
                    entity_id=one.unit_id,
                    stratum=one.stratum,
                    class_code=classes[one.unit_id],
                    inspectors=list(one.inspectors),
                )
                for one in outcome.selected
            ),
            batch_size=2000,
        )
        outbox.announce_draw(label, seed.revealed_at)
    return campaign


def check_finding(book: Rulebook, campaign: Campaign, results: Sequence[str], inspected_on: date) -> None:
    """Refuse a result the rulebook does not know, or a visit before its lot was drawn.

    Raises:
        NotCommitted: The campaign is not drawn yet, or the visit lies before the day of its plan.
        ResultInvalid: The codes are none, unknown, or one stands beside others that must stand alone.
    """
    if campaign.drawn_at is None or inspected_on < campaign.as_of:
        raise NotCommitted(
            asked=f"To record a visit of {campaign.label} on {inspected_on}.",
            found=f"The plan is of {campaign.as_of}" + ("." if campaign.drawn_at else " and not drawn yet."),
            wants="A visit follows its lot.",
            next_step="Draw first, or mend the day of the visit.",
        )
    known = book.inspection.results
    unknown = [code for code in results if code not in known]
    alone = [code for code in results if code in known and known[code].is_alone]
    if not results or unknown or (alone and len(results) > 1):
        raise ResultInvalid(
            asked=f"To record the results {', '.join(results) or '(none)'}.",
            found=f"Unknown: {', '.join(unknown)}." if unknown else "None, or one that stands alone beside others.",
            wants="One or more codes of inspection.toml; a code that stands alone has none beside it.",
            next_step="Choose among: " + ", ".join(known) + ".",
        )


def record_findings(book: Rulebook, findings: Sequence[Finding], now: datetime, recorder: str) -> int:
    """Record what visits found, all or none, and return how many were new.

    Raises:
        CampaignUnknown: A visit does not exist.
        NotCommitted, ResultInvalid: See `check_finding`.
    """
    with transaction.atomic():
        # Plan and bundle may weigh megabytes; joined to every visit they would be read once for each.
        chosen = Visit.objects.select_related("campaign").defer("campaign__plan", "campaign__bundle")
        visits = {visit.pk: visit for visit in chosen.filter(pk__in=[one.visit_id for one in findings])}
        facts = []
        for finding in findings:
            visit = visits.get(finding.visit_id)
            if visit is None:
                raise CampaignUnknown(
                    asked=f"To record visit {finding.visit_id}.",
                    found="No such visit was drawn.",
                    wants="Results belong to drawn visits.",
                    next_step="Look the visit up in its campaign.",
                )
            check_finding(book, visit.campaign, finding.results, finding.inspected_on)
            visit.results = sorted(set(finding.results))
            visit.inspected_on = finding.inspected_on
            visit.recorded_by = recorder
            facts.append(ledger.Delivered(result_fact(book, visit, finding.inspected_on, now)))
        receipt = ledger.deliver(facts, now)
        Visit.objects.bulk_update(visits.values(), ["results", "inspected_on", "recorded_by"], batch_size=500)
    return receipt.added


def result_fact(book: Rulebook, visit: Visit, inspected_on: date, now: datetime) -> Fact:
    """Return the fact of one visit's result; the record is the visit, so a mended result corrects it."""
    rules = book.inspection
    kind = book.kinds[rules.result_kind]
    payload: dict[str, Value] = {rules.result_field: tuple(visit.results)}
    offered: dict[str, Value] = {
        "task": visit.campaign.label,
        INSPECTORS: ", ".join(visit.inspectors),
        kind.authority_field: next(iter(book.authority.values())),
    }
    payload.update((name, value) for name, value in offered.items() if name in kind.fields)
    kind.check(payload)
    return Fact(
        entity_id=visit.entity_id,
        kind=kind.code,
        source=DECISIONS,
        source_ref=f"visit/{visit.campaign.label}/{visit.entity_id}",
        span=Span(inspected_on),
        known_at=now,
        payload=payload,
    )


@dataclass(frozen=True, slots=True)
class HitRate:
    """Visits of one class, and how many found something."""

    class_code: str
    visited: int
    adverse: int


def hit_rates(book: Rulebook, label: str) -> list[HitRate]:
    """Return, by class, how many recorded visits found something adverse."""
    adverse_codes = {code for code, result in book.inspection.results.items() if result.is_adverse}
    visited: dict[str, int] = {}
    adverse: dict[str, int] = {}
    done = Visit.objects.filter(campaign__label=label).exclude(inspected_on=None)
    for class_code, results in done.values_list("class_code", "results"):
        visited[class_code] = visited.get(class_code, 0) + 1
        adverse[class_code] = adverse.get(class_code, 0) + (not adverse_codes.isdisjoint(results))
    return [HitRate(code, count, adverse[code]) for code, count in sorted(visited.items())]
