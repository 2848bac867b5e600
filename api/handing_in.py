"""What else a courier hands in by the API: shipping bills of a station in bulk, papers for a bill; and what the registers were told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from accounts.requests import Request
from api import sandbox
from api.filing import DONE, UploadTold, handed_in
from api.guarding import FILE, READ, REPLY, actor_of
from api.reading import bills as imports
from api.reading import shipping
from api.shapes import PROBLEMS, Cursor, Limit, Word, keyed, page_of
from api.site import FormFaults
from bills import attachments
from bills.forms.courier import OF_COURIER
from bills.models import CourierBillOfEntry
from bills.stages import CLOSED
from eccs import pages
from eccs.workflow import Refused
from exports import stages as exports
from exports.filing import KIND
from exports.models import Destination, ShippingBillFile, Transmission
from exports.views.entry import courier_of, stations_of

router = Router(auth=FILE, tags=["Shipping bills"])


@router.post(
    "/stations/{station}/shipping-bills", response={202: UploadTold, **DONE}, url_name="api-shipping-bills-file"
)
def hand_in(request: Request, station: str, file: Annotated[UploadedFile, File()]) -> Any:
    """Hand in shipping bills of a station as CSV or XLSX; the upload is read and signed as that of bills. The same file again is the same upload."""
    courier = courier_of(request)
    place = get_object_or_404(stations_of(request, courier), pk=station)
    subject, _made = ShippingBillFile.objects.get_or_create(courier=courier, station=place)
    return handed_in(request, KIND, subject, file)


class PaperTold(Schema):
    """A paper that is kept for a bill."""

    name: str
    kind: str
    size: int
    sha256: str


def _keep(request: Request, bill: Any, file: UploadedFile, kind: str, *, closed: bool) -> Any:
    """Keep a paper for a bill by the rules of its page; the same paper again is kept once."""
    actor = actor_of(request)
    pages.require(actor, bill.attach_view)
    if kind not in dict(OF_COURIER):
        raise FormFaults({"kind": [_("There is no such kind of paper.")]})
    if why := attachments.why_not(file):
        raise FormFaults({"file": [why]})
    if closed:
        raise Refused([_("The bill is closed: nothing can be attached any more.")])
    if sandbox.is_undone(request):
        content = attachments.content_of(file)[0]
        kept = attachments.described(bill, file.name or "", content, kind, actor.person_id)[0]
    else:
        kept = attachments.attach_upload(bill, file, kind, actor.person_id)
    return Status(201, PaperTold(name=kept.name, kind=kept.kind, size=kept.size, sha256=kept.sha256))


Kind = Annotated[str, Form(max_length=8, description="HAWB, INVOICE or OTHER.")]


@imports.router.post(
    "/bills/{number}/papers", response={201: PaperTold, **DONE}, url_name="api-bill-papers", auth=REPLY
)
def paper(request: Request, number: str, file: Annotated[UploadedFile, File()], kind: Kind = "OTHER") -> Any:
    """Hand in a paper for a bill of entry: PDF, JPEG, PNG or TIFF; the answer to a query that asks for it follows by `reply`."""
    found: CourierBillOfEntry = keyed(imports.filed(request), number)
    return _keep(request, found, file, kind, closed=found.stage in CLOSED)


@shipping.router.post(
    "/shipping-bills/{number}/papers",
    response={201: PaperTold, **DONE},
    url_name="api-shipping-bill-papers",
    auth=REPLY,
)
def export_paper(request: Request, number: str, file: Annotated[UploadedFile, File()], kind: Kind = "OTHER") -> Any:
    """The same for a shipping bill."""
    found = keyed(shipping.filed(request), number)
    return _keep(request, found, file, kind, closed=found.stage in exports.CLOSED)


class TransmissionTold(Schema):
    """What a register was told of a bill, and what became of it."""

    told_to: str
    document: str
    act: str
    version: int
    state: str
    due_at: datetime
    file: str | None
    answered_at: datetime | None
    reason: str


class Transmissions(Schema):
    """One page of what registers were told."""

    items: list[TransmissionTold]
    next: str | None


@router.get("/transmissions", response={200: Transmissions, **PROBLEMS}, url_name="api-transmissions", auth=READ)
def transmissions(
    request: Request, cursor: Cursor, limit: Limit, told_to: Word, state: Word, number: Word
) -> Transmissions:  # fmt: skip
    """What ICEGATE and the Reserve Bank were told of the own bills, the newest first: due, sent, accepted, or refused and why."""
    pages.require(actor_of(request), "transmissions")
    rows = Transmission.objects.visible_to(actor_of(request)).filter(current=True)
    for name, given, known in (("register", told_to, Destination.values), ("state", state, Transmission.State.values)):
        if given and given not in known:
            raise FormFaults({"told_to" if name == "register" else name: [_("There is no such value.")]})
        rows = rows.filter(**{name: given}) if given else rows
    if number:
        rows = rows.filter(shipping_bill__number=number) | rows.filter(bill__number=number)
    page = page_of(rows.select_related("shipping_bill", "bill", "file"), cursor, limit)
    return Transmissions(items=[_transmission(one) for one in page.rows], next=page.next_mark or None)


def _transmission(one: Transmission) -> TransmissionTold:
    return TransmissionTold(
        told_to=one.register, document=str(one.shipping_bill or one.bill), act=one.act, version=one.version, state=one.state,
        due_at=one.due_at, file=one.file.number if one.file else None, answered_at=one.answered_at, reason=one.reason,
    )  # fmt: skip
