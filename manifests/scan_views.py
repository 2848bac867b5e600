"""The arrival scan station: the page, the packages it judges by, and the scans it sends."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from eccs.pages import activity_of
from manifests import arrival
from manifests.arrival import Scan
from manifests.clearance import Stage
from manifests.forms import WeightForm
from manifests.models import ExpressCargoManifest, Package
from manifests.scan_words import words

AT_ONCE = 100


def _manifest(request: HttpRequest, key: str) -> ExpressCargoManifest:
    stations = request.actor.stations_for([activity_of("scan-station")])  # type: ignore[attr-defined]
    rows = ExpressCargoManifest.objects.filter(station_id__in=stations).exclude(
        stage__in=(Stage.DRAFT, Stage.DISCARDED)
    )
    found: ExpressCargoManifest = get_object_or_404(
        rows.select_related("station", "courier"), ExpressCargoManifest.by_key(key)
    )
    return found


@require_GET
def station(request: HttpRequest, key: str) -> HttpResponse:
    """The full-screen scan station of one manifest."""
    manifest = _manifest(request, key)
    if manifest.stage != Stage.ARRIVAL_SCAN:
        return redirect(manifest)
    arrived = Package.objects.filter(manifest=manifest).exclude(arrived_at=None).count()
    excess = manifest.scans.filter(verdict="UNKNOWN").values("code").distinct().count()
    context = {
        "manifest": manifest, "arrived": arrived, "left": manifest.package_count - arrived, "excess": excess,
        "last": manifest.scans.order_by("-received_at")[:10], "fresh_key": uuid4(),
        "words": words(),
    }  # fmt: skip
    return render(request, "manifests/scan.html", context)


@require_GET
def packages(request: HttpRequest, key: str) -> JsonResponse:
    """Every package of the manifest: code, HAWB, parts, declared kilograms, time of arrival."""
    manifest = _manifest(request, key)
    rows = Package.objects.filter(manifest=manifest).values_list(
        "crn", "hawb__number", "hawb__packages", "hawb__gross_weight_kg", "arrived_at"
    )
    return JsonResponse(
        {
            "pieces": [
                [c, h, n, str(kg), timezone.localtime(at).strftime("%H:%M:%S") if at else ""]
                for c, h, n, kg, at in rows
            ]
        }
    )


@require_POST
def scans(request: HttpRequest, key: str) -> HttpResponse:
    """Scans from the station, or one label from the plain form; each known by its key, so sending twice does no harm."""
    manifest = _manifest(request, key)
    plain = request.content_type != "application/json"
    if manifest.stage not in (Stage.ARRIVAL_SCAN, Stage.ARRIVED):
        if plain:
            raise Http404
        return JsonResponse({"refused": _("The arrival scan of this manifest is not open.")}, status=409)
    try:
        given = _plain(request) if plain else _sent(request.body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"refused": _("The scans could not be read.")}, status=400)
    answers = arrival.record(manifest.pk, given, request.actor)  # type: ignore[attr-defined]
    return redirect("scan-station", key) if plain else JsonResponse({"answers": answers})


def _plain(request: HttpRequest) -> list[Scan]:
    return [Scan(UUID(request.POST["key"]), arrival.clean(request.POST["code"]), timezone.now())]


def _sent(body: bytes) -> list[Scan]:
    """The scans of a message: `{"scans": [{"key": uuid, "code": label, "at": moment}]}`, at most a hundred."""
    listed: list[dict[str, Any]] = json.loads(body)["scans"]
    if not 0 < len(listed) <= AT_ONCE:
        raise ValueError
    return [Scan(UUID(one["key"]), _code(one["code"]), _moment(one["at"])) for one in listed]


def _code(raw: str) -> str:
    code = arrival.clean(raw)
    if not code or "\x00" in code:
        raise ValueError
    return code


def _moment(given: str) -> datetime:
    moment = datetime.fromisoformat(given)
    if moment.tzinfo is None:
        raise ValueError
    return moment


@require_POST
def weight(request: HttpRequest, key: str) -> HttpResponse:
    """The actual weight of a shipment (PN17 5.2)."""
    manifest, form = _manifest(request, key), WeightForm(request.POST)
    status, words = _weighed(manifest, form)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"said" if status == 200 else "refused": words}, status=status)
    messages.info(request, words)
    return redirect("scan-station", key)


def _weighed(manifest: ExpressCargoManifest, form: WeightForm) -> tuple[int, str]:
    if manifest.stage not in (Stage.ARRIVAL_SCAN, Stage.ARRIVED):
        return 409, _("The arrival scan of this manifest is not open.")
    if not form.is_valid():
        return 422, _("Enter a weight in kg above zero for a HAWB.")
    said = arrival.weigh(manifest, form.cleaned_data["hawb"], form.cleaned_data["kg"])
    return (200, said) if said else (404, _("The HAWB is not on this manifest."))


@require_GET
def differences(request: HttpRequest, key: str) -> HttpResponse:
    """What is short and what landed in excess."""
    rows = ExpressCargoManifest.objects.visible_to(request.actor).select_related("station", "courier")  # type: ignore[attr-defined]
    manifest = get_object_or_404(rows, ExpressCargoManifest.by_key(key))
    if manifest.scan_started_at is None:
        raise Http404
    return render(request, "manifests/differences.html", {"manifest": manifest, **arrival.differences(manifest)})
