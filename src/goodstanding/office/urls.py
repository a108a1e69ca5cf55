"""The office's addresses."""

from __future__ import annotations

from django.urls import path

from goodstanding.office import business, decisions, proposal, quarantine, queue, sign_in, visits

urlpatterns = [
    path("office/sign-in", sign_in.sign_in),
    path("office/sign-out", sign_in.sign_out),
    path("office/", queue.queue),
    path("office/approve", queue.approve_many),
    path("office/proposal/<int:id_>", proposal.proposal),
    path("office/proposal/<int:id_>/decide", proposal.decide_proposal),
    path("office/business/<str:entity_id>", business.business),
    path("office/decisions", decisions.decisions),
    path("office/decision/<path:number>", decisions.decision),
    path("office/quarantine", quarantine.quarantine),
    path("office/campaigns", visits.campaigns),
    path("office/campaign/<str:label>", visits.campaign),
    path("office/campaign/<str:label>/visit/<int:visit_id>", visits.record),
]
