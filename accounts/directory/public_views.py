"""What everybody may know of the directory: who is an authorised courier where, and who keeps the terminals."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.directory.firms import Custodian, CustodianStage, Importer
from accounts.directory.models import AuthorisedCourier
from accounts.directory.querysets import in_force
from accounts.directory.views import asked_for
from accounts.models import CustomsStation
from accounts.requests import Request
from eccs import keyset
from eccs.uploads import files


def _found(request: Request, today: date) -> tuple[QuerySet[Any], dict[str, str]]:
    """The registrations that stand and fit what was asked for. Nobody finds by PAN, address or person."""
    asked = asked_for(request) | {"stage": ""}
    rows = AuthorisedCourier.objects.public()
    if asked["q"]:
        rows = rows.named(asked["q"])
    if asked["station"]:
        rows = rows.at(asked["station"], today)
    return rows.with_stations(today), asked


def _shown(courier: Any, today: date) -> dict[str, Any]:
    """All that is told of a courier."""
    ended = courier.valid_until is not None and courier.valid_until < today
    return {
        "name": courier.name, "number": courier.number, "stations": [row.station for row in courier.stations_now],
        "status": _("Ended") if ended else courier.get_stage_display(), "in_force": not courier.why_not_in_force(today),
    }  # fmt: skip


@require_GET
@login_not_required
def couriers(request: Request) -> HttpResponse:
    """The authorised couriers: name, registration number, stations, status."""
    today = timezone.localdate()
    rows, asked = _found(request, today)
    page = keyset.page(rows, "name", request.GET.get("mark", ""))
    context = {
        "rows": [_shown(one, today) for one in page.rows], "page": page, "asked": asked, "filtered": any(asked.values()),
        "stations": CustomsStation.objects.all(), "today": today,
    }  # fmt: skip
    return render(request, "directory/public_couriers.html", context)


@require_GET
@login_not_required
def couriers_csv(request: Request) -> HttpResponse:
    """The same list as a file."""
    today = timezone.localdate()
    rows, _asked = _found(request, today)
    told = (_shown(one, today) for one in rows.order_by("name", "pk"))
    lines = ([c["name"], c["number"], " ".join(s.pk for s in c["stations"]), str(c["status"])] for c in told)
    names = [_("Name"), _("Registration number"), _("Stations"), _("Status")]
    answer = HttpResponse(files.written(names, lines, is_xlsx=False), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="authorised-couriers-{today:%Y-%m-%d}.csv"'
    return answer


@require_GET
@login_not_required
def custodians(request: Request) -> HttpResponse:
    """Who keeps the courier terminal at each station today."""
    today = timezone.localdate()
    rows = (
        Custodian.objects.filter(in_force(today))
        .exclude(stage=CustodianStage.SUSPENDED)
        .select_related("station")
        .order_by("station__name", "name")
    )
    return render(request, "directory/public_custodians.html", {"rows": rows, "today": today})


@require_GET
@login_not_required
def importers(request: Request) -> HttpResponse:
    """Whether a code is one that files here, and in force: asked for by the whole code, so that nobody lists importers."""
    iec = "".join(request.GET.get("iec", "").upper().split())[:20]
    found = Importer.objects.filter(iec=iec).first() if iec else None
    told = {"name": found.name, "iec": found.iec, "status": found.get_stage_display()} if found else None
    return render(
        request, "directory/public_importers.html", {"iec": iec, "found": told, "today": timezone.localdate()}
    )
