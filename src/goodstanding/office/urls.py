"""The office's addresses."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import IntConverter, PathConverter, StringConverter

from goodstanding.office import (
    annulment,
    bans,
    business,
    cases,
    classes,
    confirmations,
    days,
    decisions,
    documents,
    evidence,
    invitation,
    measures,
    mine,
    monitor,
    preview,
    proposal,
    quarantine,
    queue,
    receipts,
    sign_in,
    visits,
)


class Serial(IntConverter):
    """A number that a column can hold; a longer one is no address."""

    regex = "[0-9]{1,18}"


class Name(StringConverter):
    """Text without NUL, which PostgreSQL refuses even to look for."""

    regex = r"[^/\x00]+"


class Number(PathConverter):
    """A decision's number: a campaign's decision has its label in it."""

    regex = r"[^\x00]+"


register_converter(Serial, "serial")
register_converter(Name, "name")
register_converter(Number, "number")

urlpatterns = [
    path("office/sign-in", sign_in.sign_in),
    path("office/sign-out", sign_in.sign_out),
    path("office/", queue.queue),
    path("office/approve", queue.approve_many),
    path("office/approve/foreseen", queue.foresee_approval),
    path("office/proposal/<serial:id_>", proposal.proposal),
    path("office/proposal/<serial:id_>/decide", proposal.decide_proposal),
    path("office/invited", invitation.invited),
    path("office/mine", mine.mine),
    path("office/mine/days.ics", days.days),
    path("office/business/<name:entity_id>/file/<name:digest>", evidence.file),
    path("office/case/<name:number>/<serial:serial>/receipt", receipts.receipt),
    path("office/business/<name:entity_id>/invite", invitation.invite_business),
    path("office/business/<name:entity_id>/certificate.pdf", documents.certificate_pdf),
    path("office/business/<name:entity_id>", business.business),
    path("office/business/<name:entity_id>/class", classes.class_of),
    path("office/business/<name:entity_id>/cases", cases.opening),
    path("office/business/<name:entity_id>/case", cases.open_case),
    path("office/cases", cases.cases),
    path("office/case/<name:number>", cases.case),
    path("office/case/<name:number>/take", cases.take),
    path("office/case/<name:number>/<serial:serial>.pdf", documents.step_pdf),
    path("office/classes", monitor.classes),
    path("office/classes/calibration", monitor.calibration),
    path("office/classes/<serial:number>", monitor.run),
    path("office/previews", preview.previews),
    path("office/previews/<name:key>", preview.preview),
    path("office/decisions", decisions.decisions),
    path("office/confirmations", confirmations.confirmations),
    path("office/decision/<number:number>/annulment", annulment.annulment),
    path("office/decision/<number:number>/confirm", confirmations.confirm_decision),
    path("office/decision/<number:number>/annul", annulment.annul),
    path("office/decision/<number:number>.pdf", documents.decision_pdf),
    path("office/decision/<number:number>", decisions.decision),
    path("office/business/<name:entity_id>/ban", bans.ban),
    path("office/ban/<name:number>/withdraw", bans.unban),
    path("office/may", measures.ask),
    path("office/may.json", measures.may_json),
    path("office/answer/<name:number>.json", measures.answer_json),
    path("office/answer/<name:number>/feedback", measures.feedback),
    path("office/answer/<name:number>", measures.answer),
    path("office/quarantine", quarantine.quarantine),
    path("office/campaigns", visits.campaigns),
    path("office/campaign/<name:label>", visits.campaign),
    path("office/campaign/<name:label>/visit/<serial:visit_id>", visits.record),
]
