"""Filing shipping bills: beginning one, its parts and items, and many from a file. What is signed is a step like any other."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import AuthorisedCourier
from accounts.requests import Request
from accounts.sessions import keeps_draft
from bills import drafts as typing
from bills.views.entry import form_of, typed
from bills.views.uploads import why_not_file
from counter.serving import led_to_counter
from eccs import pages, upload_runner
from eccs.models import Upload
from eccs.workflow import Refused
from exports import drafts
from exports.columns import COLUMNS
from exports.filing import KIND, hold_hawbs_of
from exports.forms.entry import ExporterForm, FlightPartForm, PartForm, ShipmentForm, StartForm
from exports.kinds import Kind
from exports.models import CourierShippingBill, ShippingBillFile
from exports.reading import stands_in_the_way
from exports.stages import UNFILED, Stage

MOST_ITEMS = 999


def courier_of(request: Request, page: str = "csb-start") -> AuthorisedCourier:
    """The firm of a person to whom the page belongs."""
    pages.require(request.actor, page)
    return get_object_or_404(AuthorisedCourier, pk=request.actor.files_for_courier)


def stations_of(request: Request, courier: AuthorisedCourier) -> Any:
    """Where the person files for the firm."""
    own, only = courier.stations_on(), request.actor.firm_stations
    return own if only is None else own.filter(pk__in=only)


@require_http_methods(["GET", "POST"])
def start(request: Request) -> HttpResponse:
    """Begin a shipping bill for a house airway bill, or go on to a file of many."""
    if away := led_to_counter(request):
        return away
    if request.actor.customer is not None and request.actor.customer.courier_id is None:
        messages.error(request, _("Shipping bills are filed by couriers: an importer files none."))
        return redirect("counter")
    courier = courier_of(request)
    stations = stations_of(request, courier)
    copied = _copied(request)
    begun = {"form": copied.kind, "station": copied.station_id} if copied else {}
    form = StartForm(request.POST if request.method == "POST" else None, stations=stations, initial=begun)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with transaction.atomic():
            hold_hawbs_of(courier.pk)
            held = stands_in_the_way(courier.pk, given["hawb"]) if given["hawb"] else None
            return _led_to(request, held or _begin(request, courier, given, copied))
    context = {"form": form, "stations": stations, "copied": copied}
    return render(request, "exports/start.html", context, status=422 if form.is_bound else 200)


def _led_to(request: Request, bill: CourierShippingBill) -> HttpResponse:
    """On to the bill; at the Service Centre only to one that the firm or the counter has begun and not filed."""
    if CourierShippingBill.objects.visible_to(request.actor).filter(pk=bill.pk).exists():
        return redirect(bill)
    words = _("The shipping bill of this house airway bill is filed already, or was begun at another counter.")
    messages.error(request, words)
    return redirect("csb-start")


def _copied(request: Request) -> CourierShippingBill | None:
    """The earlier shipping bill that is copied, one of the own firm."""
    if not (key := request.GET.get("copy", "")):
        return None
    rows = CourierShippingBill.objects.visible_to(request.actor).exclude(stage__in=UNFILED)
    found: CourierShippingBill = get_object_or_404(rows, number=key)
    return found


def _begin(
    request: Request, courier: AuthorisedCourier, given: dict[str, Any], copied: CourierShippingBill | None
) -> CourierShippingBill:
    begun: dict[str, Any] = {"header": {}} if given["form"] == Kind.III else {"header": {"invoice_terms": "FOB"}}
    as_before = copied is not None and copied.is_documents == (given["form"] == Kind.III)
    draft = drafts.earlier(copied) if copied and as_before else {**begun, "items": [{}]}
    bill: CourierShippingBill = CourierShippingBill.objects.create(
        kind=given["form"], station=given["station"], courier=courier, hawb=given["hawb"], draft=draft,
        created_by_id=request.actor.person_id,
    )  # fmt: skip
    return bill


def draft_of(request: Request, pk: int) -> CourierShippingBill:
    """A draft of the firm, for whom its pages belong to."""
    pages.require(request.actor, "csb-start")
    rows = CourierShippingBill.objects.visible_to(request.actor).select_related("courier", "station")
    found: CourierShippingBill = get_object_or_404(rows, pk=pk, stage=Stage.DRAFT)
    if not (request.actor.is_trade or request.actor.serves(found)):
        raise PermissionDenied
    return found


def no_files_at_counter(request: Request) -> None:
    """At the Service Centre each form is typed and sealed by itself: files of many are the firm's own."""
    if not request.actor.is_trade:
        raise PermissionDenied


@keeps_draft
@require_http_methods(["GET", "POST"])
def part(request: Request, pk: int, name: str) -> HttpResponse:
    """One part of the header."""
    bill = draft_of(request, pk)
    parts = drafts.parts_of(bill)
    if name not in parts:
        raise Http404
    title, names = parts[name]
    kind = {"exporter": ExporterForm, "flight": FlightPartForm}.get(name, PartForm)
    form = form_of(request, kind, typing.header(bill), names=names)
    return typed(request, bill, form, title, lambda texts: typing.keep_header(bill, texts))


@keeps_draft
@require_http_methods(["GET", "POST"])
def item(request: Request, pk: int, number: int) -> HttpResponse:
    """One item of the goods; the number after the last adds one."""
    bill = draft_of(request, pk)
    held = typing.items(bill)
    if not 1 <= number <= min(len(held) + 1, MOST_ITEMS):
        raise Http404
    kept = held[number - 1] if number <= len(held) else {}
    form = form_of(request, ShipmentForm if bill.is_documents else PartForm, kept, names=drafts.item_names(bill))
    word = _("House airway bill %(number)d") if bill.is_documents else _("Item %(number)d")
    title = word % {"number": number}
    return typed(request, bill, form, title, lambda texts: typing.keep_item(bill, number, texts))


@require_POST
def remove_item(request: Request, pk: int, number: int) -> HttpResponse:
    """Take an item out; those after it move up."""
    bill = draft_of(request, pk)
    try:
        typing.drop_item(bill, number)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.reasons))
    return redirect(bill)


@require_http_methods(["GET", "POST"])
def upload(request: Request, station: str) -> HttpResponse:
    """Hand in the shipping bills of a station as CSV or XLSX."""
    courier = courier_of(request)
    no_files_at_counter(request)
    place = get_object_or_404(stations_of(request, courier), pk=station)
    owner, fault = f"courier:{courier.pk}", ""
    if request.method == "POST":
        file = request.FILES.get("file")
        fault = why_not_file(file)
        if file is not None and not fault:
            subject, _made = ShippingBillFile.objects.get_or_create(courier=courier, station=place)
            content = file.read()
            received = upload_runner.receive(KIND, owner, subject.pk, request.actor.person_id, file.name or "", content)
            return redirect("upload", received.pk)
    subjects = ShippingBillFile.objects.filter(courier=courier, station=place)
    earlier = Upload.objects.filter(kind=KIND, owner=owner, subject_id__in=subjects.values("pk")).order_by("-pk")[:5]
    context = {"station": place, "columns": COLUMNS, "file_kind": KIND, "fault": fault, "earlier": earlier}
    return render(request, "exports/upload.html", context, status=422 if fault else 200)
