"""Where the banks speak: the payer's browser coming back, and a bank's own confirmation. The signature decides."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from eccs.acting import SYSTEM, acting_as
from eccs.client_address import address_of
from payments import bank, banks, services
from payments.authorised import note_refusal

logger = logging.getLogger(__name__)


def _said(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.POST.lists() for value in values]


def _refused(request: HttpRequest, sort: str, refusal: bank.NotAccepted) -> None:
    """Log a message that is not accepted, and count it at the desk of the DC/AC."""
    logger.warning("a %s is not accepted (%s)", sort, refusal)
    note_refusal(sort, refusal.fault, str(refusal), request.POST, address_of(request))


@csrf_exempt
@login_not_required
@require_POST
@acting_as(SYSTEM)  # the signature of the bank decides
def bank_return(request: HttpRequest) -> HttpResponse:
    """The payer is back from the bank: what the bank said is acted on, and the challan is shown."""
    try:
        code, said = banks.opened(bank.Return, _said(request), timezone.now())
    except bank.NotAccepted as refusal:
        _refused(request, bank.Return.sort, refusal)
        return render(request, "payments/return_refused.html", status=400)
    message = services.receive(said, code)
    return redirect(message.challan) if message.challan else redirect("payment-history")


@csrf_exempt
@login_not_required
@require_POST
@acting_as(SYSTEM)
def confirmation(request: HttpRequest) -> HttpResponse:
    """The bank says how it went. A genuine message is answered 200 however often it comes, any other 400."""
    try:
        code, said = banks.opened(bank.Confirmation, _said(request), timezone.now())
    except bank.NotAccepted as refusal:
        _refused(request, bank.Confirmation.sort, refusal)
        return HttpResponse(f"{refusal.fault}\n", status=400, content_type="text/plain; charset=utf-8")
    return HttpResponse(f"{services.receive(said, code).outcome}\n", content_type="text/plain; charset=utf-8")
