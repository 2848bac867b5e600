"""Where the bank speaks: the payer's browser coming back, and the bank's own confirmation. The signature decides."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from payments import bank, services

logger = logging.getLogger(__name__)


def _said(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.POST.lists() for value in values]


@csrf_exempt
@login_not_required
@require_POST
def bank_return(request: HttpRequest) -> HttpResponse:
    """The payer is back from the bank: what the bank said is acted on, and the challan is shown."""
    try:
        said = bank.Return.opened(_said(request), services.the_bank().keys, timezone.now())
    except bank.NotAccepted as refusal:
        logger.warning("a return from the bank is not accepted (%s)", refusal)
        return render(request, "payments/return_refused.html", status=400)
    message = services.receive(said)
    return redirect(message.challan) if message.challan else redirect("payment-history")


@csrf_exempt
@login_not_required
@require_POST
def confirmation(request: HttpRequest) -> HttpResponse:
    """The bank says how it went. A genuine message is answered 200 however often it comes, any other 400."""
    try:
        said = bank.Confirmation.opened(_said(request), services.the_bank().keys, timezone.now())
    except bank.NotAccepted as refusal:
        logger.warning("a confirmation is not accepted (%s)", refusal)
        return HttpResponse(f"{refusal.fault}\n", status=400, content_type="text/plain")
    return HttpResponse(f"{services.receive(said).outcome}\n", content_type="text/plain")
