"""The page on which a firm puts transshipment fees on a challan (PN17 14.1)."""

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
    actor = request.actor
    pages.require(actor, "fee-challan")
    reasons: list[str] = []
    if request.method == "POST":
        ids = [pk for pk in map(pages.id_in, request.POST.getlist("transfer")) if pk]
        try:
            return redirect(fees.create_fee_challan(ids, actor, bank_code=request.POST.get("bank", "")))
        except Refused as refusal:
            reasons = refusal.reasons
    rows = list(
        fees.payable_transfers(actor).select_related("station", "destination").order_by("station", "pk")[:SHOWN]
    )
    ticked = pages.id_in(request.GET.get("document", ""))
    stations = {one.station_id for one in rows}
    banks = {code: name for station in sorted(stations) for code, name in banks_at(station).items()}
    context = {
        "rows": rows, "reasons": reasons, "ticked": ticked, "several": len(stations) > 1, "banks": banks,
        "chosen": request.POST.get("bank", ""),
    }  # fmt: skip
    return render(request, "payments/fees.html", context, status=409 if reasons else 200)
