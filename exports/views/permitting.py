"""The DC/AC permits goods that the Regulations exclude, consignment by consignment."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import CustomsStation
from accounts.requests import Request
from eccs import audit, pages
from eccs.beginning import begin
from exports.forms.permitting import PermissionForm
from exports.models import ExcludedGoodsPermission


@require_http_methods(["GET", "POST"])
def permit(request: Request) -> HttpResponse:
    """One tariff item of one consignment may be filed although it is excluded; who permitted it, when and why is kept."""
    actor = request.actor
    pages.require(actor, "goods-permit")
    stations = CustomsStation.objects.filter(code__in=actor.stations_for([pages.activity_of("goods-permit")]))
    form = PermissionForm(request.POST if request.method == "POST" else None, stations=stations)
    if form.is_valid():
        at = timezone.now()
        made = ExcludedGoodsPermission(given_by_id=actor.person_id, given_at=at, stage_since=at, **form.cleaned_data)
        try:
            with transaction.atomic():
                begin([made], "give", actor, pages.activity_of("goods-permit"), reason=made.reason)
        except IntegrityError:
            form.add_error("cth", _("This is permitted already."))
        else:
            audit.record(
                "goods.permitted", request=request, about=made.hawb, station=made.station_id, why=made.reason,
                courier=made.courier.number, tariff_item=made.cth, number=made.number,
            )  # fmt: skip
            messages.success(request, _("%(goods)s may be exported by courier.") % {"goods": made.consignment})
            return redirect("goods-by-courier")
    return render(request, "exports/permit.html", {"form": form}, status=422 if form.errors else 200)
