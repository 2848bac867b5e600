"""The arrival scan station: the page, the packages it judges by, and the scans it sends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import Actor
from accounts.requests import Request
from eccs.pages import activity_of
from manifests import arrival
from manifests.arrival import Scan
from manifests.clearance import Stage
from manifests.forms import WeightForm
from manifests.models import ExpressCargoManifest
from manifests.reconciliation import after_late_scans, put_bills_on
from manifests.scan_words import words

AT_ONCE = 100
FIRST_YEAR, LAST_YEAR = 1970, 9000  # of a scan


def _manifest(request: Request, key: str) -> ExpressCargoManifest:
    stations = request.actor.stations_for([activity_of("scan-station")])
    rows = ExpressCargoManifest.objects.filter(station_id__in=stations).exclude(
        stage__in=(Stage.DRAFT, Stage.DISCARDED)
    )
    found: ExpressCargoManifest = get_object_or_404(
        rows.select_related("station", "courier"), ExpressCargoManifest.by_key(key)
    )
    return found


@require_GET
def station(request: Request, key: str) -> HttpResponse:
    """The full-screen scan station of one manifest."""
    manifest = _manifest(request, key)
    labels, arrived = arrival.labels(manifest)
    if manifest.stage != Stage.ARRIVAL_SCAN and not (manifest.stage == Stage.ARRIVED and arrived < labels):
        return redirect(manifest)
    excess = manifest.scans.filter(verdict="UNKNOWN").values("code").distinct().count()
    context = {
        "manifest": manifest, "labels": labels, "arrived": arrived, "left": labels - arrived, "excess": excess,
        "last": manifest.scans.order_by("-received_at")[:10], "fresh_key": uuid4(),
        "words": words(),
    }  # fmt: skip
    return render(request, "manifests/scan.html", context)


@require_GET
def packages(request: Request, key: str) -> JsonResponse:
    """Every label of the manifest, and in which bag each shipment of documents is."""
    manifest = _manifest(request, key)
    inside = manifest.hawbs.exclude(bag=None).values_list("number", "bag__number") if manifest.is_documents else ()
    told = {"pieces": arrival.pieces(manifest), "inside": dict(inside), "shared": manifest.is_documents}
    return JsonResponse(told | {"own": arrival.own_labels(manifest)})


@require_POST
def scans(request: Request, key: str) -> HttpResponse:
    """Scans from the station, or one label from the plain form; each known by its key, so sending twice does no harm."""
    manifest = _manifest(request, key)
    plain = request.content_type != "application/json"
    if manifest.stage not in (Stage.ARRIVAL_SCAN, Stage.ARRIVED):
        if plain:
            raise Http404
        return JsonResponse({"refused": _("The arrival scan of this manifest is not open.")}, status=409)
    try:
        given = plain_scan(request) if plain else sent_scans(request.body)
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"refused": _("The scans could not be read.")}, status=400)
    answers = recorded(manifest, given, request.actor)
    return redirect("scan-station", key) if plain else JsonResponse({"answers": answers})


def recorded(manifest: ExpressCargoManifest, given: list[Scan], actor: Actor) -> list[dict[str, Any]]:
    """The answers to scans; what comes after the close is taken off the list of the short, or put on that of the excess.

    A station whose clock is wrong scans nothing before the scan began. The stage is read again after the scans are kept:
    the arrival may have been closed meanwhile, by somebody who did not see them yet.
    """
    begun = manifest.scan_started_at
    given = [replace(one, scanned_at=max(one.scanned_at, begun)) if begun else one for one in given]
    answers = arrival.record(manifest.pk, given, actor, documents=manifest.is_documents)
    if ExpressCargoManifest.objects.filter(pk=manifest.pk, stage=Stage.ARRIVED).exists():
        after_late_scans(manifest)
    return answers


def plain_scan(request: Request) -> list[Scan]:
    """The one label of the plain form."""
    return [Scan(UUID(request.POST["key"]), arrival.clean(request.POST["code"]), timezone.now())]


def sent_scans(body: bytes) -> list[Scan]:
    """The scans of a message: `{"scans": [{"key": uuid, "code": label, "at": moment}]}`, at most a hundred."""
    try:
        listed: list[dict[str, Any]] = json.loads(body)["scans"]
    except RecursionError as deep:
        raise ValueError from deep
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
    if moment.tzinfo is None or not can_be_read_back(moment):
        raise ValueError
    return moment


def can_be_read_back(moment: datetime) -> bool:
    """Whether a moment lies where every zone of the world can tell it: a clock may be wrong, but by no thousands of years."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR


@require_POST
def weight(request: Request, key: str) -> HttpResponse:
    """The actual weight of a shipment or a bag (PN17 5.2)."""
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
        return 422, _("Enter a weight in kg above zero for a HAWB or a bag.")
    said = arrival.weigh(manifest, form.cleaned_data["hawb"], form.cleaned_data["kg"])
    return (200, said) if said else (404, _("The HAWB or bag is not on this manifest."))


@require_GET
def differences(request: Request, key: str) -> HttpResponse:
    """What is short and what landed in excess."""
    rows = ExpressCargoManifest.objects.visible_to(request.actor).select_related("station", "courier")
    manifest = get_object_or_404(rows, ExpressCargoManifest.by_key(key))
    if manifest.scan_started_at is None:
        raise Http404
    return render(request, "manifests/differences.html", _differences(request, manifest))


def _differences(request: Request, manifest: ExpressCargoManifest) -> dict[str, Any]:
    found = list(manifest.differences.select_related("amendment", "settled_by").order_by("kind", "code")[:1000])
    put_bills_on(found)
    may_settle = bool(request.actor.acts_as(activity_of("difference-settle"), manifest))
    may_amend = bool(request.actor.acts_as(activity_of("manifest-amend"), manifest))
    told = {"manifest": manifest, "found": found, "may_settle": may_settle, "may_amend": may_amend}
    told["amend_url"] = reverse("manifest-amend", args=[manifest.key])
    return {**told, **arrival.differences(manifest)}
