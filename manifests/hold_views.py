"""Hold and release of a shipment; short and excess, open and settled."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import Request
from eccs import keyset, pages
from eccs.workflow import Refused
from manifests import holds, reconciliation
from manifests.forms import HoldForm, SettlementForm
from manifests.models import Difference, ExpressCargoManifest, HouseAirwayBill


@require_http_methods(["GET", "POST"])
def hold(request: Request, key: str, hawb: str) -> HttpResponse:
    """Put a shipment on hold with a reason, or release its hold (PN17 5.3)."""
    actor = request.actor
    pages.require(actor, "hawb-hold")
    rows = ExpressCargoManifest.objects.filter(actor.firm_documents())
    manifest = get_object_or_404(rows, ExpressCargoManifest.by_key(key))
    one = get_object_or_404(HouseAirwayBill.objects.select_related("manifest"), manifest=manifest, number=hawb)
    form = HoldForm(request.POST or None) if one.held_since is None else None
    reasons = [] if one.held_since else [r for r in (holds.why_not_held(one),) if r]
    status = 200
    if request.method == "POST":
        try:
            if form is None:
                holds.release(one.pk, actor)
                messages.success(request, _("%(hawb)s: the hold is released.") % {"hawb": one})
                return redirect(manifest)
            if form.is_valid():
                holds.put_on_hold(one.pk, form.cleaned_data["reason"], actor)
                messages.success(request, _("%(hawb)s is on hold.") % {"hawb": one})
                return redirect(manifest)
            status = 422
        except Refused as refusal:
            reasons, status = refusal.reasons, 409
    context = {"manifest": manifest, "hawb": one, "form": form, "reasons": reasons, "holds": one.holds.all()}
    return render(request, "manifests/hold.html", context, status=status)


@require_GET
def differences_open(request: Request) -> HttpResponse:
    """Every short and excess label nobody has explained yet, by manifest, the oldest first."""
    actor = request.actor
    pages.require(actor, "differences-open")
    rows = Difference.objects.visible_to(actor).filter(settled_at=None).select_related("manifest__courier")
    page = keyset.page(rows, "opened_at", request.GET.get("mark", ""), 100)
    reconciliation.put_bills_on(page.rows)
    may_settle = actor.may(pages.activity_of("difference-settle"))
    return render(request, "manifests/differences_open.html", {"page": page, "may_settle": may_settle})


@require_http_methods(["GET", "POST"])
def settle(request: Request, pk: int) -> HttpResponse:
    """Explain a short or excess label with a reason."""
    actor = request.actor
    pages.require(actor, "difference-settle")
    rows = Difference.objects.visible_to(actor).select_related("manifest")
    one = get_object_or_404(rows, pk=pk)
    if not actor.acts_as(pages.activity_of("difference-settle"), one.manifest):
        raise Http404
    form, reasons = SettlementForm(request.POST or None), list[str]()
    if request.method == "POST" and form.is_valid():
        try:
            reconciliation.settle(one.pk, form.cleaned_data["reason"], actor)
            messages.success(request, _("%(code)s is settled.") % {"code": one.code})
            return redirect("differences", one.manifest.key)
        except Refused as refusal:
            reasons = refusal.reasons
    status = 409 if reasons else 422 if form.errors else 200
    return render(request, "manifests/settle.html", {"one": one, "form": form, "reasons": reasons}, status=status)
