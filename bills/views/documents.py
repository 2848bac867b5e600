"""Filing a CBE-XI: its manifest, what it covers, and the list of its shipments once it is filed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import F, IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import Actor
from accounts.requests import Request
from accounts.sessions import keeps_draft
from bills.forms.documents import ChoiceForm
from bills.kinds import Kind
from bills.models import CourierBillOfEntry
from bills.models.clearable import Clearable
from bills.stages import PUT_AWAY, Stage
from bills.xi import filing
from bills.xi.selection import in_words, judge
from bills.xi.shown import bags_open, copied_choice, listed, of_draft
from eccs import keyset
from eccs.audit_answers import concerns
from eccs.pages import id_in
from eccs.workflow import Refused
from manifests.models import ExpressCargoManifest

SHOWN = 25
SIZE = 50  # shipments a page


def start(request: Request, copied: CourierBillOfEntry | None, kinds: tuple[Kind, ...]) -> HttpResponse:
    """Choose the manifest of documents; a draft over all of it is begun."""
    actor = request.actor
    rows, by_number = _open_flights(actor), actor.customer is not None
    if request.method == "POST":
        chosen = request.POST.get("flight", "")
        flight = get_object_or_404(rows, pk=id_in(chosen))
        return redirect(filing.start(flight, actor.person_id, copied_choice(copied, flight) if copied else None))
    manifest = request.GET.get("manifest", "").strip()[:60]
    if manifest or by_number:  # at the Service Centre nothing of the firm is listed: who knows the number asks for it
        rows = rows.filter(number=manifest.upper())
    found = list(rows.order_by("-pk")[: SHOWN + 1])
    context = {
        "flights": found[:SHOWN], "more": len(found) > SHOWN, "manifest": manifest, "kind": Kind.XI, "kinds": kinds,
        "copied": copied, "by_number": by_number,
    }  # fmt: skip
    return render(request, "bills/xi_start.html", context)


def _open_flights(actor: Actor) -> Any:
    """The courier's submitted manifests of documents with shipments that no bill covers, at the stations of the person."""
    filed = CourierBillOfEntry.objects.filter(manifest=OuterRef("pk")).exclude(stage__in=(*PUT_AWAY, Stage.DRAFT))
    counted = filed.order_by().values("manifest").annotate(n=Sum("shipment_count")).values("n")
    own = actor.firm_documents()
    if actor.customer is not None:
        own = Q(courier_id=actor.customer.courier_id, station_id=actor.customer.station)
    rows = ExpressCargoManifest.objects.filter(
        own, kind=ExpressCargoManifest.Kind.DOCUMENTS, number__isnull=False
    ).annotate(billed=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
    return rows.filter(billed__lt=F("hawb_count"))


@keeps_draft
@require_http_methods(["GET", "POST"])
def choose(request: Request, pk: int) -> HttpResponse:
    """What the bill covers. It is kept, right or wrong; what is wrong is said."""
    from bills.drafts import keep_choice
    from bills.views.entry import own_draft

    bill = own_draft(request, pk)
    if not bill.is_documents or bill.stage != Stage.DRAFT:
        raise Http404
    told, bags = of_draft(bill), bags_open(bill)
    ticked = set(told["bags_named"])
    initial = {"scope": "whole" if told["chosen"].whole else "named", "hawbs": "\n".join(told["hawbs_named"])}
    form, wrong = ChoiceForm(initial=initial, bags=[]), list[str]()
    if request.method == "POST":
        given = [bag["number"] for bag in bags if bag["number"] in request.POST.getlist("bag")]
        form, ticked = ChoiceForm(request.POST, bags=given), set(given)
        if form.is_valid():
            chosen = form.chosen()
            try:
                keep_choice(bill, chosen.kept())
            except Refused as refusal:
                messages.error(request, " ".join(refusal.reasons))
                return redirect(bill)
            wrong = in_words(judge(bill.manifest, chosen).faults[:50])
            if not wrong:
                return redirect(bill)
    context = {"bill": bill, "form": form, "bags": bags, "ticked": ticked, "wrong": wrong}
    return render(request, "bills/xi_choose.html", context, status=422 if form.is_bound else 200)


@require_GET
def shipments(request: Request, key: str) -> HttpResponse:
    """Every shipment of a filed CBE-XI, page by page."""
    rows = CourierBillOfEntry.objects.visible_to(request.actor).filter(kind=Kind.XI)
    bill: CourierBillOfEntry = get_object_or_404(rows, number=key)
    concerns(request, bill)
    return page_of_shipments(request, bill, listed(bill), "hawb__")


def page_of_shipments(request: Request, bill: Clearable, found: Any, before: str = "") -> HttpResponse:
    """A page of the shipments of a bill of documents, in or out; `before` leads from a row to its house airway bill."""
    if hawb := request.GET.get("hawb", "").strip().upper():
        found = found.filter(**{f"{before}number__startswith": hawb})
    if bag := request.GET.get("bag", "").strip().upper():
        found = found.filter(**{f"{before}bag__number": bag})
    page = keyset.page(found, "pk", request.GET.get("mark", ""), SIZE)
    shown = [one.hawb if before else one for one in page.rows]
    context = {"bill": bill, "page": page, "shipments": shown, "hawb": hawb, "bag": bag}
    return render(request, "bills/xi_shipments.html", context)
