"""Express Cargo Manifests: the firm's own, their stage, shipments and Form A."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema

from accounts.requests import Request
from api.guarding import READ, actor_of
from api.reading.bills import PDF
from api.shapes import PROBLEMS, Cursor, Limit, Stage, Word, at_stage, keyed, page_of, stage_of
from eccs.audit_answers import concerns
from manifests import views
from manifests.models import ExpressCargoManifest

router = Router(auth=READ, tags=["Manifests"])


class Manifest(Schema):
    """An Express Cargo Manifest; a draft is called by its key until it has a number."""

    key: str
    number: str | None
    kind: str
    stage: Stage
    stage_since: datetime
    station: str
    airline: str
    flight_number: str
    airport_of_shipment: str
    scheduled_arrival: datetime
    actual_arrival: datetime | None
    igm_number: str
    submitted_at: datetime | None
    shipments: int
    packages: int
    gross_weight_kg: Decimal


class Manifests(Schema):
    """One page of manifests."""

    items: list[Manifest]
    next: str | None


class Shipment(Schema):
    """A house airway bill of a manifest, and how far it has arrived."""

    hawb: str
    mawb: str
    bag: str | None
    packages: int
    packages_arrived: int
    arrived_at: datetime | None
    gross_weight_kg: Decimal


class Shipments(Schema):
    """One page of shipments."""

    items: list[Shipment]
    next: str | None


def visible(request: Request) -> Any:
    """The manifests that whoever asks may see; what was put away is not among them."""
    return ExpressCargoManifest.objects.visible_to(actor_of(request)).exclude(stage="DISCARDED")


def told(manifest: ExpressCargoManifest) -> Manifest:
    """A manifest as it is answered."""
    return Manifest(
        key=manifest.key, number=manifest.number, kind=manifest.kind, stage=stage_of(manifest),
        stage_since=manifest.stage_since, station=manifest.station_id, airline=manifest.airline,
        flight_number=manifest.flight_number, airport_of_shipment=manifest.airport_of_shipment,
        scheduled_arrival=manifest.scheduled_arrival, actual_arrival=manifest.actual_arrival,
        igm_number=manifest.igm_number, submitted_at=manifest.submitted_at, shipments=manifest.hawb_count,
        packages=manifest.package_count, gross_weight_kg=manifest.gross_weight_kg,
    )  # fmt: skip


def one(request: Request, key: str) -> ExpressCargoManifest:
    """The manifest of an address."""
    found: ExpressCargoManifest = keyed(visible(request), key)
    concerns(request, found)
    return found


@router.get("/manifests", response={200: Manifests, **PROBLEMS}, url_name="api-manifests")
def manifests(
    request: Request, cursor: Cursor, limit: Limit, stage: Word, flight: Word
) -> Manifests:  # fmt: skip
    """The own manifests, the newest first; of one stage or flight where it is named."""
    rows = at_stage(visible(request), stage)
    page = page_of(rows.filter(flight_number=flight.upper()) if flight else rows, cursor, limit)
    return Manifests(items=[told(row) for row in page.rows], next=page.next_mark or None)


@router.get("/manifests/{key}", response={200: Manifest, **PROBLEMS}, url_name="api-manifest")
def manifest(request: Request, key: str) -> Manifest:
    """One manifest by its number, or a draft by its key."""
    return told(one(request, key))


@router.get("/manifests/{key}/shipments", response={200: Shipments, **PROBLEMS}, url_name="api-shipments")
def shipments(request: Request, key: str, cursor: Cursor, limit: Limit) -> Shipments:
    """The shipments of a manifest, in the order of its file."""
    rows = one(request, key).hawbs.select_related("master", "bag")
    page = page_of(rows, cursor, limit, "pk")
    told_of = [
        Shipment(
            hawb=row.number, mawb=row.master.number, bag=row.bag.number if row.bag else None, packages=row.packages,
            packages_arrived=row.packages_arrived, arrived_at=row.arrived_at, gross_weight_kg=row.gross_weight_kg,
        )
        for row in page.rows
    ]  # fmt: skip
    return Shipments(items=told_of, next=page.next_mark or None)


@router.get("/manifests/{key}/form-a.pdf", response=PROBLEMS, url_name="api-form-a", openapi_extra=PDF)
def printed(request: Request, key: str) -> HttpResponse:
    """The manifest as it is printed (Form A)."""
    return views.printed(request, key)
