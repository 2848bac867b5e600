"""What a custodian's own program does: arrival scans, weights, the warehouse, goods for export; by the checks of the scan station."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema
from pydantic import AwareDatetime

from accounts.models import CustomsStation
from accounts.requests import Request
from api.guarding import READ, TERMINAL, actor_of
from api.reading import manifests
from api.repeated import OnceKey, once
from api.shapes import PROBLEMS, Cursor, Limit, Problem, Word, keyed, page_of
from api.site import FormFaults
from eccs import pages
from eccs.workflow import Refused, take
from exports import registering
from exports.warehouse import REGISTER as EXPORTS
from manifests import arrival, scan_views
from manifests.arrival import Scan
from manifests.clearance import Stage
from manifests.forms import PlaceForm, WeightForm
from manifests.models import ExpressCargoManifest
from manifests.register import Register
from manifests.warehouse import REGISTER as IMPORTS

router = Router(auth=TERMINAL, tags=["Terminal"])
DONE: dict[int, Any] = {**PROBLEMS, 409: Problem}
SCANNED = (Stage.ARRIVAL_SCAN, Stage.ARRIVED)
Hawb = Annotated[str, Field(min_length=1, max_length=30)]


class ScanSent(Schema):
    """One label scanned: the key of the scan, so that it counts once however often it is sent; the HAWB, CRN or bag; when."""

    key: UUID
    code: Annotated[str, Field(min_length=1, max_length=60)]
    at: AwareDatetime


class ScansSent(Schema):
    """Scans, at most a hundred."""

    scans: Annotated[list[ScanSent], Field(min_length=1, max_length=scan_views.AT_ONCE)]


class ScanAnswer(Schema):
    """What became of a scan: ARRIVED, DUPLICATE or UNKNOWN, and how far its shipment is."""

    key: UUID
    code: str
    verdict: str
    hawb: str | None
    part: int | None
    arrived: int | None
    packages: int | None
    held: bool
    confiscated: bool
    in_bag: int | None


class ScanAnswers(Schema):
    """The answers, in the order of the scans."""

    answers: list[ScanAnswer]


class Weight(Schema):
    """What the scale showed of a shipment or a bag."""

    hawb: Hawb
    kg: Decimal


class Weights(Schema):
    """Weights, at most a hundred."""

    weights: Annotated[list[Weight], Field(min_length=1, max_length=100)]


class Weighed(Schema):
    """What was recorded of one."""

    hawb: str
    words: str


class AllWeighed(Schema):
    """What was recorded, in the order of the weights."""

    items: list[Weighed]


class Remarks(Schema):
    """Remarks on what is short or in excess."""

    remarks: Annotated[str, Field(max_length=500)] = ""


class Difference(Schema):
    """A label that was manifested and not scanned, or scanned and not manifested."""

    kind: str
    code: str
    hawb: str
    count: int
    opened_at: datetime | None
    settled_at: datetime | None
    settlement: str


class Differences(Schema):
    """What is short and in excess: as it stands while the scan is open, as it was listed once the arrival is closed."""

    closed: bool
    items: list[Difference]


class Move(Schema):
    """Shipments, and the place in the warehouse where they are now."""

    hawbs: Annotated[list[Hawb], Field(min_length=1, max_length=1000)]
    location: Annotated[str, Field(max_length=20)]


class Moved(Schema):
    """How many were put there, and which are not in the warehouse."""

    count: int
    not_here: list[str]


class Kept(Schema):
    """A line of the warehouse register."""

    hawb: str
    station: str
    location: str
    in_at: datetime | None
    out_at: datetime | None
    out_on: str


class AllKept(Schema):
    """One page of the register."""

    items: list[Kept]
    next: str | None


class Awaited(Schema):
    """A package of goods for export that is awaited, or that has come while others of its shipping bill have not."""

    code: str
    hawb: str
    packages: int
    gross_weight_kg: Decimal
    arrived: int


class AllAwaited(Schema):
    """What a terminal awaits."""

    items: list[Awaited]


def _scanned(told: ScansSent) -> list[Scan]:
    """Scans as the station sends them. Raises FormFaults."""
    codes = [arrival.clean(one.code) for one in told.scans]
    if blank := [n for n, code in enumerate(codes) if not code]:
        raise FormFaults({f"scans.{n}.code": [_("Enter a label.")] for n in blank})
    if odd := [n for n, one in enumerate(told.scans) if not scan_views.can_be_read_back(one.at)]:
        raise FormFaults({f"scans.{n}.at": [_("There is no such moment.")] for n in odd})
    return [Scan(one.key, code, one.at) for one, code in zip(told.scans, codes, strict=True)]


def _flight(request: Request, key: str) -> ExpressCargoManifest:
    """A manifest at a terminal where whoever asks scans."""
    actor = actor_of(request)
    pages.require(actor, "scan-station")
    here = actor.stations_for([pages.activity_of("scan-station")])
    found: ExpressCargoManifest = keyed(manifests.visible(request).filter(station_id__in=here), key)
    return found


def _open(request: Request, key: str) -> ExpressCargoManifest:
    """The same whose arrival scan has begun."""
    found = _flight(request, key)
    if found.stage not in SCANNED:
        raise Refused([_("The arrival scan of this manifest is not open.")])
    return found


def _step(request: Request, key: str, once_key: str, name: str, told: dict[str, Any]) -> HttpResponse:
    """Take a step of the scanner on a manifest, by the form of its page."""
    found, actor = _flight(request, key), actor_of(request)
    form_path = type(found).steps()[name].form

    def act() -> Schema:
        answers = {}
        if form_path:
            form = import_string(form_path)(told, None, document=found, actor=actor)
            if not form.is_valid():
                raise FormFaults(form.errors)
            answers = form.answers()
        return manifests.told(take(found, name, actor, **answers))

    return once(request, once_key, act)


@router.post("/manifests/{key}/arrival-scan", response={200: manifests.Manifest, **DONE}, url_name="api-arrival-begin")
def begin(request: Request, key: str, once_key: OnceKey) -> HttpResponse:
    """Begin the arrival scan of a manifest whose IGM number is fed (PN17 5.2)."""
    return _step(request, key, once_key, "start_arrival_scan", {})


@router.post("/manifests/{key}/scans", response={200: ScanAnswers, **DONE}, url_name="api-arrival-scans")
def scans(request: Request, key: str, told: ScansSent) -> ScanAnswers:
    """Scans of HAWBs, CRNs and bags as they land; each is kept once under its key, and answered at once."""
    found, given = _open(request, key), _scanned(told)
    return ScanAnswers(answers=[ScanAnswer(**one) for one in scan_views.recorded(found, given, actor_of(request))])


def _weighed(request: Request, told: Weights, once_key: str, weigh: Callable[[str, Decimal], str]) -> HttpResponse:
    """Record weights, all or none."""

    def act() -> Schema:
        found, faults = list[Weighed](), dict[str, list[str]]()
        for n, one in enumerate(told.weights):
            form = WeightForm({"hawb": one.hawb, "kg": str(one.kg)})
            if not form.is_valid():
                faults |= {
                    f"weights.{n}.{name}": [str(why) for why in told_so] for name, told_so in form.errors.items()
                }
            elif said := weigh(form.cleaned_data["hawb"], form.cleaned_data["kg"]):
                found.append(Weighed(hawb=form.cleaned_data["hawb"], words=said))
            else:
                faults[f"weights.{n}.hawb"] = [_("The HAWB or bag is not here.")]
        if faults:
            raise FormFaults(faults)
        return AllWeighed(items=found)

    return once(request, once_key, act)


@router.post("/manifests/{key}/weights", response={200: AllWeighed, **DONE}, url_name="api-arrival-weights")
def weights(request: Request, key: str, told: Weights, once_key: OnceKey) -> HttpResponse:
    """Actual weights of shipments and bags; beyond the tolerance the manifest must be amended (PN17 5.2). All or none."""
    found = _open(request, key)
    return _weighed(request, told, once_key, lambda hawb, kg: arrival.weigh(found, hawb, kg))


@router.post("/manifests/{key}/close-arrival", response={200: manifests.Manifest, **DONE}, url_name="api-arrival-close")
def close(request: Request, key: str, told: Remarks, once_key: OnceKey) -> HttpResponse:
    """Close the arrival: what is short and in excess is listed (PN17 5.2)."""
    return _step(request, key, once_key, "close_arrival", told.dict())


@router.get(
    "/manifests/{key}/differences", response={200: Differences, **PROBLEMS}, url_name="api-differences", auth=READ
)
def differences(request: Request, key: str) -> Differences:
    """What is short and in excess on a manifest: to its courier, and to the custodian of its terminal."""
    found = manifests.one(request, key)
    closed = found.stage == Stage.ARRIVED
    if closed:
        listed = [
            Difference(
                kind=one.kind, code=one.code, hawb=one.hawb, count=one.count, opened_at=one.opened_at,
                settled_at=one.settled_at, settlement=one.settlement,
            )
            for one in found.differences.order_by("kind", "code")
        ]  # fmt: skip
        return Differences(closed=True, items=listed)
    told = arrival.differences(found) if found.scan_started_at else {"short": [], "excess": []}
    blank: dict[str, Any] = {"opened_at": None, "settled_at": None, "settlement": ""}
    short = [Difference(kind="SHORT", code=code, hawb=hawb, count=n, **blank) for code, hawb, n in told["short"]]
    excess = [Difference(kind="EXCESS", code=code, hawb="", count=1, **blank) for code in told["excess"]]
    return Differences(closed=False, items=[*short, *excess])


def _hawb(book: Register) -> str:
    """By which field a line of a register names its shipment."""
    return "hawb__number" if book is IMPORTS else "bill__hawb"


def _lines(request: Request, book: Register) -> QuerySet[Any]:
    pages.require(actor_of(request), book.page("register"))
    rows: Any = book.lines()
    found: QuerySet[Any] = rows.visible_to(actor_of(request))
    return found


def _register(request: Request, book: Register, cursor: str, limit: int, hawb: str) -> AllKept:
    rows = _lines(request, book)
    page = page_of(
        rows.filter(**{_hawb(book): hawb.upper()}) if hawb else rows.filter(out_at=None), cursor, limit, "pk"
    )
    return AllKept(
        items=[
            Kept(
                hawb=one.hawb.number if book is IMPORTS else one.bill.hawb, station=one.station_id, location=one.location,
                in_at=one.in_at, out_at=one.out_at, out_on=one.out_on,
            )
            for one in page.rows
        ],
        next=page.next_mark or None,
    )  # fmt: skip


@router.get("/warehouse", response={200: AllKept, **PROBLEMS}, url_name="api-warehouse", auth=READ)
def warehouse(request: Request, cursor: Cursor, limit: Limit, hawb: Word) -> AllKept:
    """The warehouse register of imports: what is in, the first to come first; of one HAWB also what is out (PN17 5.3)."""
    return _register(request, IMPORTS, cursor, limit, hawb)


@router.get("/export-warehouse", response={200: AllKept, **PROBLEMS}, url_name="api-export-warehouse", auth=READ)
def export_warehouse(request: Request, cursor: Cursor, limit: Limit, hawb: Word) -> AllKept:
    """The register of goods for export, likewise; a line is out with its flight."""
    return _register(request, EXPORTS, cursor, limit, hawb)


def _moved(request: Request, book: Register, told: Move, once_key: str) -> HttpResponse:
    actor, field = actor_of(request), _hawb(book)
    pages.require(actor, book.page("move"))
    form = PlaceForm({"location": told.location})
    if not form.is_valid():
        raise FormFaults({"location": [_("Enter a location: letters, digits and hyphens, at most 20.")]})
    named = {hawb.strip().upper() for hawb in told.hawbs}

    def act() -> Schema:
        here = actor.stations_for([pages.activity_of(book.page("move"))])
        rows = book.lines().filter(station_id__in=here, out_at=None, in_at__isnull=False, **{f"{field}__in": named})
        found = dict(rows.values_list("pk", field))
        done = book.move(found, form.cleaned_data["location"], actor)
        return Moved(count=done, not_here=sorted(named - set(found.values())))

    return once(request, once_key, act)


@router.post("/warehouse/move", response={200: Moved, **DONE}, url_name="api-warehouse-move")
def move(request: Request, told: Move, once_key: OnceKey) -> HttpResponse:
    """Put imported shipments at a place in the warehouse; which of them are not in it is said (PN17 5.3)."""
    return _moved(request, IMPORTS, told, once_key)


@router.post("/export-warehouse/move", response={200: Moved, **DONE}, url_name="api-export-warehouse-move")
def move_export(request: Request, told: Move, once_key: OnceKey) -> HttpResponse:
    """The same for goods that are to leave."""
    return _moved(request, EXPORTS, told, once_key)


def _terminal(request: Request, station: str) -> CustomsStation:
    """A terminal where whoever asks receives goods for export."""
    actor = actor_of(request)
    pages.require(actor, "goods-station")
    here = actor.stations_for([pages.activity_of("goods-station")])
    found: CustomsStation = get_object_or_404(CustomsStation.objects.filter(pk__in=here), pk=station)
    return found


@router.get("/stations/{station}/goods", response={200: AllAwaited, **PROBLEMS}, url_name="api-goods")
def goods(request: Request, station: str) -> AllAwaited:
    """What a terminal awaits for export."""
    place = _terminal(request, station)
    return AllAwaited(
        items=[
            Awaited(code=row[0], hawb=row[1], packages=row[2], gross_weight_kg=Decimal(row[3] or 0), arrived=row[7])
            for row in registering.pieces(place.pk)
        ]
    )


@router.post("/stations/{station}/goods", response={200: ScanAnswers, **DONE}, url_name="api-goods")
def register_goods(request: Request, station: str, told: ScansSent) -> ScanAnswers:
    """Scans of goods handed in for export; goods that are whole are registered at once, and their shipping bill goes on."""
    place, given = _terminal(request, station), _scanned(told)
    return ScanAnswers(answers=[ScanAnswer(**one) for one in registering.record(place.pk, given, actor_of(request))])


@router.post("/stations/{station}/goods/weights", response={200: AllWeighed, **DONE}, url_name="api-goods-weights")
def weigh_goods(request: Request, station: str, told: Weights, once_key: OnceKey) -> HttpResponse:
    """Actual weights of goods for export; beyond the tolerance the shipping bill must be amended. All or none."""
    place = _terminal(request, station)
    return _weighed(request, told, once_key, lambda hawb, kg: registering.weigh(place.pk, hawb, kg))
