"""Challans as PDF."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.requests import Request
from eccs.audit_answers import concerns
from eccs.papers import as_pdf
from payments.challan_papers import challan_print
from payments.models import Challan


@require_GET
def challan_pdf(request: Request, number: str) -> HttpResponse:
    """The TR-6 challan as PDF, for its payer and for the officers of its station."""
    rows = Challan.objects.visible_to(request.actor).select_related("station", "courier", "importer")
    challan = get_object_or_404(rows, number=number)
    concerns(request, challan)
    return as_pdf(challan_print(challan, request.actor.name), f"TR6-{challan.number}")
