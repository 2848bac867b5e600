"""What the bank said that does not fit the challan: listed for the DC/AC of the station, and closed with words."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import Actor
from accounts.requests import Request
from eccs.pages import activity_of, require
from payments.clearance import Stage
from payments.forms import SettlementForm
from payments.models import BankMessage, ChallanLine, RefusedMessage
from payments.verdicts import Reason

REASONS = {
    Reason.NO_CHALLAN: gettext_lazy("There is no challan of this number."),
    Reason.AMOUNT: gettext_lazy("The amount is not that of the challan."),
    Reason.PAID_TWICE: gettext_lazy("The challan was paid already by another transaction."),
    Reason.LATE: gettext_lazy("The payment came after the challan was given up."),
    Reason.CONTRADICTION: gettext_lazy("The bank said before that the challan was paid."),
    Reason.TRANSACTION: gettext_lazy("The transaction paid another challan already."),
    Reason.BANK: gettext_lazy("The challan was taken to another bank."),
}


def open_messages(actor: Actor, page: str = "reconciliation") -> QuerySet[BankMessage]:
    """What must be put right at the stations where the page is the actor's; a message about no challan of ours is seen at all of them.

    Another payment than a challan's is among it once the challan is no longer at the desk that decides it.
    """
    odd = (BankMessage.Outcome.QUEUED, BankMessage.Outcome.DIFFERS)
    decided_there = Q(outcome=BankMessage.Outcome.DIFFERS, challan__stage=Stage.DIFFERS)
    waiting = BankMessage.objects.filter(outcome__in=odd, settled_at=None).exclude(decided_there)
    return waiting.filter(Q(challan__station_id__in=actor.stations_for([activity_of(page)])) | Q(challan=None))


def uncredited_lines(actor: Actor, page: str = "reconciliation") -> QuerySet[ChallanLine]:
    """Paid amounts that could not be credited, because the bill was closed meanwhile, and are not recorded as refundable yet."""
    return ChallanLine.objects.filter(
        challan__station_id__in=actor.stations_for([activity_of(page)]), settled_at=None
    ).exclude(refusal="")


def _officer(request: Request, page: str) -> Actor:
    actor: Actor = request.actor
    require(actor, page)
    return actor


@require_GET
def reconciliation(request: Request) -> HttpResponse:
    """Everything about payments that waits for the DC/AC, oldest first."""
    actor = _officer(request, "reconciliation")
    rows: list[dict[str, Any]] = [
        {"message": message, "reason": REASONS.get(Reason(message.reason), ""), "amount": message.rupees}
        for message in open_messages(actor).select_related("challan").order_by("received_at")[:200]
    ]
    lines = uncredited_lines(actor).select_related("challan", "bill", "transfer", "demand").order_by("pk")[:200]
    refused = RefusedMessage.objects.open_to(actor, activity_of("reconciliation")).select_related("challan")
    context = {"rows": rows, "lines": lines, "refused": refused.order_by("-last_at")[:200]}
    return render(request, "payments/reconciliation.html", context)


@require_POST
def close(request: Request, pk: int) -> HttpResponse:
    """Close a message with words on how it was put right."""
    actor = _officer(request, "close-reconciliation")
    return _settled(request, open_messages(actor, "close-reconciliation"), pk, _("Closed: challan %(what)s."))


@require_POST
def close_refused(request: Request, pk: int) -> HttpResponse:
    """Somebody has looked at messages that were refused, with words on what they were; the same again are counted anew."""
    actor = _officer(request, "close-reconciliation")
    rows = RefusedMessage.objects.open_to(actor, activity_of("close-reconciliation"))
    return _settled(request, rows, pk, _("Closed: %(what)s."))


@require_POST
def record_refundable(request: Request, pk: int) -> HttpResponse:
    """What was paid on a bill that is closed is recorded as refundable; where firms have a cash ledger, it goes back onto it."""
    actor = _officer(request, "close-reconciliation")
    return _settled(
        request, uncredited_lines(actor, "close-reconciliation"), pk, _("Recorded as refundable: %(what)s.")
    )


def _settled(request: Request, rows: QuerySet[Any], pk: int, words: str) -> HttpResponse:
    """One row, held while the words on it are judged and kept."""
    actor, form = request.actor, SettlementForm(request.POST)
    with transaction.atomic():
        row = get_object_or_404(rows.select_for_update(of=("self",)), pk=pk)
        if form.is_valid():
            row.close(actor, form.cleaned_data["settlement"])
    if form.is_valid():
        messages.success(request, words % {"what": getattr(row, "challan_number", row)})
    else:
        messages.error(request, _("Say how it was put right, in 5 to 300 characters. Nothing has changed."))
    return _back(actor)


def _back(actor: Actor) -> HttpResponse:
    return redirect("reconciliation" if actor.may(activity_of("reconciliation")) else "desk")
