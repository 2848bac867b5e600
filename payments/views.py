"""The pages of the payer: bills to be paid, the way to the bank and back, the history, the receipt."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import CustomsStation
from accounts.permissions import Actor
from accounts.requests import Request
from counter.serving import led_to_counter
from eccs import keyset, pages
from eccs.audit_answers import concerns
from eccs.audit_answers import exported as told_of_export
from eccs.papers import as_pdf
from eccs.uploads import files
from eccs.workflow import Refused
from payments import services
from payments.anew import make_anew
from payments.authorised import banks_at
from payments.cash import ledger
from payments.forms import HistoryForm
from payments.listing import EXPORTED, exported
from payments.models import BankMessage, Challan
from payments.querysets import payable_bills

BILLS_A_PAGE = 100


def actor_of(request: Request) -> Actor:
    """Who is asking."""
    actor: Actor = request.actor
    return actor


def _challan(request: Request, number: str) -> Any:
    rows = Challan.objects.visible_to(actor_of(request)).select_related("station", "courier", "importer", "receipt")
    challan = get_object_or_404(rows, number=number)
    concerns(request, challan)
    return challan


@require_GET
def history(request: Request) -> HttpResponse:
    """Transaction History: paid and unpaid challans, the newest first (PN17 8.0)."""
    actor = actor_of(request)
    pages.require(actor, "payment-history")
    form = HistoryForm(request.GET)
    rows = Challan.objects.visible_to(actor).select_related("station", "courier", "importer", "receipt")
    rows = form.of(rows)
    shown = keyset.page(rows, "-created_at", request.GET.get("mark", ""))
    payable, amount = services.awaiting(actor)
    context = {
        **keyset.turned(shown, request.GET), "form": form, "payable": payable, "payable_amount": amount, "to_reconcile": _open_messages(actor).count(),
    }  # fmt: skip
    return render(request, "payments/history.html", context)


def _open_messages(actor: Actor) -> Any:
    """What the bank said and people must put right, at the actor's stations."""
    from payments.reconciliation import open_messages

    return open_messages(actor) if actor.is_officer else BankMessage.objects.none()


@require_GET
def export(request: Request) -> HttpResponseBase:
    """The Transaction History as a CSV or XLSX file, with the same filters."""
    actor = actor_of(request)
    pages.require(actor, "payment-history")
    form = HistoryForm(request.GET)
    rows = Challan.objects.visible_to(actor).select_related("station", "courier", "importer", "receipt")
    rows = form.of(rows)
    told_of_export(request, "payment-history", **{f"filter_{name}": value for name, value in request.GET.items()})
    cells = (exported(challan) for challan in keyset.all_of(rows, "-created_at"))
    return files.streamed(EXPORTED, cells, "transaction-history", is_xlsx=request.GET.get("as") == "xlsx")


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Pick bills that wait for duty and put them on a challan."""
    actor = actor_of(request)
    pages.require(actor, "new-challan")
    if (away := led_to_counter(request)) is not None:
        return away
    reasons: list[str] = []
    if request.method == "POST":
        ids = [int(pk) for pk in request.POST.getlist("bill") if pk.isdecimal() and len(pk) < 19]
        try:
            return redirect(services.create_challan(ids, actor, bank_code=request.POST.get("bank", "")))
        except Refused as refusal:
            reasons = refusal.reasons
    return render(request, "payments/new.html", _payable(request, actor, reasons), status=409 if reasons else 200)


def _payable(request: Request, actor: Actor, reasons: list[str]) -> dict[str, Any]:
    """One station's payable bills, oldest first, a hundred to a page."""
    bills = payable_bills(actor)
    stations = list(CustomsStation.objects.filter(pk__in=bills.order_by().values("station")))
    station = next((s for s in stations if s.pk == request.GET.get("station")), stations[0] if stations else None)
    if station is not None:
        bills = bills.filter(station=station)
    hawb, manifest = request.GET.get("hawb", "").strip().upper(), request.GET.get("manifest", "").strip()
    if hawb:
        bills = bills.filter(hawb__number__startswith=hawb)
    if manifest:
        bills = bills.filter(manifest__number=manifest)
    related = bills.select_related("hawb", "manifest")
    shown = keyset.page(related, "stage_since", request.GET.get("mark", ""), BILLS_A_PAGE)
    services.with_interest(shown.rows, timezone.localdate())
    kept = {"station": station.pk if station else "", "hawb": hawb, "manifest": manifest}
    kept = {name: value for name, value in kept.items() if value}
    return {
        "rows": shown.rows, "stations": stations, "station": station, "hawb": hawb, "manifest": manifest,
        "banks": banks_at(station.pk) if station and ledger.may_pay_at_bank(station.pk) else {},
        "by_ledger": bool(station) and ledger.may_pay_from_ledger(station.pk if station else ""),
        "count": bills.count(), "reasons": reasons, "ticked": request.GET.get("select") == "page",
        "page_total": sum((bill.due for bill in shown.rows), start=services.NOTHING),
        "select_url": f"?{urlencode({**kept, 'mark': request.GET.get('mark', ''), 'select': 'page'})}",
        "next_url": f"?{urlencode({**kept, 'mark': shown.next_mark})}" if shown.next_mark else "",
        "previous_url": f"?{urlencode({**kept, 'mark': shown.previous_mark})}" if shown.previous_mark else "",
    }  # fmt: skip


@require_POST
def go_to_bank(request: Request, number: str) -> HttpResponse:
    """Send the payer's browser to the bank with the signed challan."""
    challan = _challan(request, number)
    try:
        address = services.send_to_bank(challan, actor_of(request), request.build_absolute_uri(reverse("bank-return")))
    except Refused as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
        return redirect(challan)
    return HttpResponseRedirect(address)


@require_POST
def anew(request: Request, number: str) -> HttpResponse:
    """Make a challan anew for what its bills owe today; the old one is put away."""
    actor, challan = actor_of(request), _challan(request, number)
    pages.require(actor, "new-challan")
    try:
        made = make_anew(challan, actor)
    except Refused as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason)
        return redirect(challan)
    messages.success(request, _("Challan %(number)s is made anew as this one.") % {"number": number})
    return redirect(made)


@require_GET
def receipt(request: Request, number: str) -> HttpResponse:
    """The cyber receipt of a paid challan as PDF."""
    from payments.documents import cyber_receipt

    challan = _challan(request, number)
    if not hasattr(challan, "receipt"):
        raise Http404(_("The challan is not paid."))
    return as_pdf(cyber_receipt(challan), challan.receipt.number)
