"""The pages on which a firm puts on a challan what is no duty: transshipment fees (PN17 14.1), fines and penalties (PN17 8.0)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.requests import Request
from eccs import pages
from eccs.workflow import Refused
from payments import fees
from payments.authorised import banks_at

SHOWN = 200


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Pick transfer manifests whose fee waits and put them on a challan."""
    return _picked(request, fees.FEES, "fee-challan", "payments/fees.html", ("station", "destination"))


@require_http_methods(["GET", "POST"])
def new_demand(request: Request) -> HttpResponse:
    """Pick fines and penalties on goods for export that wait, and put them on a challan."""
    return _picked(request, fees.DEMANDS, "fine-challan", "payments/fines.html", ("station", "bill"))


def _picked(request: Request, sort: fees.Sort, page: str, template: str, related: tuple[str, ...]) -> HttpResponse:
    actor = request.actor
    pages.require(actor, page)
    reasons: list[str] = []
    if request.method == "POST":
        ids = [pk for pk in map(pages.id_in, request.POST.getlist(sort.line)) if pk]
        try:
            return redirect(sort.create_challan(ids, actor, bank_code=request.POST.get("bank", "")))
        except Refused as refusal:
            reasons = refusal.reasons
    rows = list(sort.payable(actor).select_related(*related).order_by("station", "pk")[:SHOWN])
    ticked = pages.id_in(request.GET.get("document", ""))
    stations = {one.station_id for one in rows}
    banks = {code: name for station in sorted(stations) for code, name in banks_at(station).items()}
    context = {
        "rows": rows, "reasons": reasons, "ticked": ticked, "several": len(stations) > 1, "banks": banks,
        "chosen": request.POST.get("bank", ""),
    }  # fmt: skip
    return render(request, template, context, status=409 if reasons else 200)
