"""The scan station where goods for export are received: the same as that of arrivals, for all couriers of the terminal."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import CustomsStation
from accounts.requests import Request
from eccs import pages
from exports import registering
from exports.models import GoodsScan
from manifests.forms import WeightForm
from manifests.scan_views import plain_scan, sent_scans
from manifests.scan_words import words


def _place(request: Request, key: str) -> CustomsStation:
    pages.require(request.actor, "goods-station")
    here = request.actor.stations_for([pages.activity_of("goods-station")])
    found: CustomsStation = get_object_or_404(CustomsStation.objects.filter(pk__in=here), pk=key)
    return found


@require_GET
def here(request: Request) -> HttpResponse:
    """The scan station of the terminal where the person works."""
    pages.require(request.actor, "goods-station")
    stations = sorted(request.actor.stations_for([pages.activity_of("goods-station")]))
    if len(stations) == 1:
        return redirect("goods-scan", stations[0])
    return render(request, "exports/stations.html", {"stations": CustomsStation.objects.filter(pk__in=stations)})


@require_GET
def station(request: Request, key: str) -> HttpResponse:
    """The full-screen scan station of a terminal."""
    place = _place(request, key)
    labels, arrived = registering.counts(place.pk)
    scans = GoodsScan.objects.filter(station=place)
    context = {
        "place": place, "labels": labels, "arrived": arrived, "left": labels - arrived, "excess": 0,
        "last": scans.order_by("-received_at")[:10], "fresh_key": uuid4(), "words": words(),
    }  # fmt: skip
    return render(request, "exports/scan.html", context)


@require_GET
def packages(request: Request, key: str) -> JsonResponse:
    """Every label that is awaited; the pieces of one shipment share its HAWB."""
    place = _place(request, key)
    told = {"pieces": registering.pieces(place.pk), "inside": registering.inside(place.pk), "shared": True, "own": {}}
    return JsonResponse(told)


@require_POST
def scans(request: Request, key: str) -> HttpResponse:
    """Scans from the station, or one label from the plain form; each known by its key, so sending twice does no harm."""
    place = _place(request, key)
    plain = request.content_type != "application/json"
    try:
        given = plain_scan(request) if plain else sent_scans(request.body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"refused": _("The scans could not be read.")}, status=400)
    answers = registering.record(place.pk, given, request.actor)
    return redirect("goods-scan", key) if plain else JsonResponse({"answers": answers})


@require_POST
def weight(request: Request, key: str) -> HttpResponse:
    """The actual weight of a shipment or a bag."""
    place, form = _place(request, key), WeightForm(request.POST)
    said = registering.weigh(place.pk, form.cleaned_data["hawb"], form.cleaned_data["kg"]) if form.is_valid() else ""
    told = said or (
        _("The HAWB or bag is not awaited here.")
        if form.is_valid()
        else _("Enter a weight in kg above zero for a HAWB or a bag.")
    )
    if "application/json" in request.headers.get("Accept", ""):
        status = 200 if said else 404 if form.is_valid() else 422
        return JsonResponse({"said" if said else "refused": told}, status=status)
    messages.info(request, told)
    return redirect("goods-scan", key)
