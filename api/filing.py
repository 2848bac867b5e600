"""What a courier files by the API: a manifest, its bills, and replies to queries, by the very checks of page and file."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from ninja import Field, File, Router, Schema, Status
from ninja.files import UploadedFile

from accounts.models import AuthorisedCourier
from accounts.requests import Request
from api import sandbox, signing
from api.guarding import FILE, READ, REPLY, actor_of, key_of
from api.models import ApiKey
from api.reading import bills as imports
from api.reading import manifests, shipping
from api.repeated import OnceKey, once, told_before
from api.shapes import PROBLEMS, Problem, keyed
from api.site import FormFaults
from bills.filing import why_no_bills
from bills.views.uploads import KIND, why_not_file
from bills.xi import uploading
from bills.xi.selection import why_no_documents
from eccs import pages, problems, upload_runner
from eccs.models import Upload
from eccs.signing.models import ToSign
from eccs.upload_views import to_sign
from eccs.workflow import Refused
from manifests.clearance import Stage as ManifestStage
from manifests.forms import NewManifestForm, SubmitForm
from manifests.models import ExpressCargoManifest

router = Router(auth=FILE, tags=["Filing"])
DONE: dict[int, Any] = {**PROBLEMS, 409: Problem}
FAULTS_TOLD = 1000
State = Upload.State

Word = Annotated[str, Field(max_length=60)]


class NewManifest(Schema):
    """The header of a manifest, as on its page."""

    kind: Annotated[str, Field(max_length=20, description="NON_DOCUMENTS or DOCUMENTS.")] = "NON_DOCUMENTS"
    station: Word
    airline: Word
    flight_number: Word
    airport_of_shipment: Word
    country_of_exportation: Word
    first_port_of_arrival: Word
    scheduled_arrival: Annotated[str, Field(max_length=20, description="In India: YYYY-MM-DDTHH:MM.")]
    on_board_courier: Annotated[str, Field(max_length=120)] = ""


class Declared(Schema):
    """What the signatory declares: the sentences are told with what is to be signed, and each is sent back by its name."""

    declared: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=10)] = []


class Reply(Schema):
    """The answer to a query."""

    reply: Annotated[str, Field(max_length=4000)]


class Declaration(Schema):
    """A sentence that whoever signs declares, and its name."""

    name: str
    words: str


class UploadTold(Schema):
    """A file handed in: how far it is, what is wrong with it by row and field, or what would be signed."""

    id: int
    kind: str
    name: str
    state: str
    rows: int
    rows_checked: int
    received_at: datetime
    finished_at: datetime | None
    summary: dict[str, Any]
    declarations: list[Declaration]
    fault_count: int
    problem: Problem | None
    to_sign: Annotated[
        str,
        Field(
            description="Where the station demands a digital signature: the key under which `/signatures/{key}` tells what is signed."
        ),
    ] = ""


def _flight(request: Request, key: str) -> ExpressCargoManifest:
    """A manifest of the own firm."""
    actor = actor_of(request)
    found: ExpressCargoManifest = keyed(manifests.visible(request).filter(courier_id=actor.courier_id), key)
    return found


@manifests.router.post("/manifests", response={201: manifests.Manifest, **DONE}, url_name="api-manifests", auth=FILE)
def new_manifest(request: Request, told: NewManifest, once_key: OnceKey) -> HttpResponse:
    """Begin a manifest: its header, as a draft. The file of its shipments follows."""
    actor = actor_of(request)
    pages.require(actor, "manifest-new")
    courier = get_object_or_404(AuthorisedCourier, pk=actor.courier_id)

    def act() -> Schema:
        form = NewManifestForm(told.dict(), courier=courier, only=actor.firm_stations)
        if not form.is_valid():
            raise FormFaults(form.errors)
        made = form.save(commit=False)
        made.courier, made.created_by = courier, key_of(request).person
        made.save()
        return manifests.told(made)

    return once(request, once_key, act, 201)


def handed_in(request: Request, kind: str, subject: Any, file: UploadedFile, **more: Any) -> Any:
    """Keep a file and have it checked in the background; the same file again is the same upload."""
    if why := why_not_file(file):
        raise FormFaults({"file": [why]})
    key = key_of(request)
    if sandbox.is_undone(request):
        return Status(202, _tried(kind, key, subject, file))
    found = upload_runner.receive(kind, key.owner, subject.pk, key.person_id, file.name or "file", file.read(), **more)
    return Status(202, told_of(found, upload_runner.kind_of(found).context(found)))  # it may be checked by now


def _tried(kind: str, key: ApiKey, subject: Any, file: UploadedFile) -> UploadTold:
    """A file that is only tried is checked while its sender waits, and told at once as it would be later."""
    if (file.size or 0) > sandbox.LARGEST_FILE:
        raise FormFaults({"file": [_("In the sandbox a file has at most 1 MiB.")]})
    found = upload_runner.try_out(kind, key.owner, subject.pk, key.person_id, file.name or "file", file.read())
    return told_of(found, upload_runner.kind_of(found).context(found))


@manifests.router.post(
    "/manifests/{key}/shipments", response={202: UploadTold, **DONE}, url_name="api-shipments", auth=FILE
)
def hand_in_shipments(request: Request, key: str, file: Annotated[UploadedFile, File()]) -> Any:
    """Hand in the shipments of a draft as CSV or XLSX; they take the place of those it held. The same file again changes nothing."""
    pages.require(actor_of(request), "manifest-new")
    flight = _flight(request, key)
    if flight.stage != ManifestStage.DRAFT:
        raise Refused([_("The manifest is submitted already: ask for an amendment.")])
    return handed_in(request, flight.file_kind, flight, file, stands=lambda digest: bool(flight.file_digest == digest))


@router.post("/manifests/{key}/submit", response={200: manifests.Manifest, **DONE}, url_name="api-manifest-submit")
def submit(request: Request, key: str, told: Declared, once_key: OnceKey) -> HttpResponse:
    """Submit a manifest: it gets its number. Declared are `complete` and `true`, the sentences of Form A."""
    if (before := told_before(request, once_key)) is not None:
        return before
    flight = _flight(request, key)

    def act() -> Schema:
        form = SubmitForm(dict.fromkeys(told.declared, "on"), document=flight, actor=actor_of(request))
        if not form.is_valid():
            raise FormFaults({name: [str(form.fields[name].label)] for name in form.errors})
        return manifests.told(signing.take(request, flight, "submit", "FILE", **form.answers()))

    return once(request, once_key, act)


@router.post("/manifests/{key}/bills", response={202: UploadTold, **DONE}, url_name="api-manifest-bills")
def hand_in_bills(request: Request, key: str, file: Annotated[UploadedFile, File()]) -> Any:
    """Hand in the bills of a submitted manifest as CSV or XLSX. The same file again is the same upload."""
    pages.require(actor_of(request), "bill-start")
    flight = _flight(request, key)
    if why := why_no_documents(flight) if flight.is_documents else why_no_bills(flight):
        raise Refused([why])
    return handed_in(request, uploading.KIND if flight.is_documents else KIND, flight, file)


def _upload(request: Request, pk: int) -> tuple[Upload, dict[str, Any]]:
    """An upload of the own firm, at a station of the key, and what its page says."""
    found = get_object_or_404(Upload.objects.filter(owner=key_of(request).owner), pk=pk)
    context = upload_runner.kind_of(found).context(found)
    subject = context["subject"]
    get_object_or_404(type(subject)._default_manager.visible_to(actor_of(request)), pk=subject.pk)
    return found, context


def told_of(upload: Upload, context: dict[str, Any] | None = None, wanted: ToSign | None = None) -> UploadTold:
    """An upload as it is answered; its faults are those of its page, row by row."""
    problem = None
    if upload.state in (State.REFUSED, State.FAILED):
        faults = [
            problems.fault(column, reason, row, value) for row, column, value, reason in upload.faults[:FAULTS_TOLD]
        ]
        detail = upload.refusal or _("The file has errors. Nothing of it was saved.")
        problem = Problem(**problems.body(422, detail, faults))
    signs = upload.state == State.READY and context is not None
    said = context.get("declarations", ()) if signs and context else ()
    return UploadTold(
        id=upload.pk, kind=upload.kind, name=upload.name, state=upload.state, rows=upload.rows,
        rows_checked=upload.rows_checked, received_at=upload.created_at, finished_at=upload.finished_at,
        summary=upload.summary, fault_count=len(upload.faults), problem=problem,
        declarations=[Declaration(name=f"declare{n}", words=str(words)) for n, words in enumerate(said, 1)],
        to_sign=str(wanted.key) if wanted else "",
    )  # fmt: skip


Number = Annotated[int, Field(ge=1, lt=2**63)]


@router.get("/uploads/{pk}", response={200: UploadTold, **PROBLEMS}, url_name="api-upload", auth=READ)
def upload(request: Request, pk: Number) -> UploadTold:
    """How far a file is: being checked, refused with each fault by row and field, ready to sign, or filed."""
    return told_of(*_upload(request, pk))


@router.post("/uploads/{pk}/sign", response={202: UploadTold, **DONE}, url_name="api-upload-sign")
def sign(request: Request, pk: Number, told: Declared) -> Any:
    """Sign a checked file and have it filed; each declaration is named. A second signature does nothing.

    Where the station demands a digital signature nothing is filed yet: `to_sign` names what is signed at `/signatures/{key}`.
    """
    found, context = _upload(request, pk)
    actor = actor_of(request)
    if found.state in (State.SAVING, State.DONE):
        return Status(202, told_of(found, context))
    if found.state != State.READY:
        raise Refused([_("The file is not ready to sign.")])
    if not context["may_sign"](actor):
        raise PermissionDenied
    if reasons := context["hindrances"](actor) if "hindrances" in context else []:
        raise Refused(reasons)
    named = {f"declare{n}": words for n, words in enumerate(context.get("declarations", ()), 1)}
    if missing := {name: [str(words)] for name, words in named.items() if name not in told.declared}:
        raise FormFaults(missing)
    if wanted := to_sign(found, context, actor):
        return Status(202, told_of(found, context, wanted))
    upload_runner.sign(found, key_of(request).person_id, via=actor.key)
    found.refresh_from_db()
    return Status(202, told_of(found, context))


def _reply(request: Request, document: Any, told: Reply, once_key: str, shape: Any) -> HttpResponse:
    """Answer the open query of a bill, by the form of its page."""
    actor = actor_of(request)

    def act() -> Schema:
        step = type(document).steps()["reply_to_query"]
        if document.stage not in step.sources:
            raise Refused([_("No query on it waits for an answer.")])
        form = import_string(step.form)(told.dict(), None, document=document, actor=actor)
        if not form.is_valid():
            raise FormFaults(form.errors)
        answer: Schema = shape(signing.take(request, document, "reply_to_query", "REPLY", **form.answers()))
        return answer

    return once(request, once_key, act)


@router.post("/bills/{number}/reply", response={200: imports.Bill, **DONE}, url_name="api-bill-reply", auth=REPLY)
def reply(request: Request, number: str, told: Reply, once_key: OnceKey) -> HttpResponse:
    """Answer the query on a bill of entry (PN17 7.1(d))."""
    found = keyed(imports.filed(request), number)
    return _reply(request, found, told, once_key, lambda bill: imports.told(bill, actor_of(request)))


@router.post(
    "/shipping-bills/{number}/reply", response={200: shipping.ShippingBill, **DONE}, url_name="api-shipping-bill-reply",
    auth=REPLY,
)  # fmt: skip
def reply_on_export(request: Request, number: str, told: Reply, once_key: OnceKey) -> HttpResponse:
    """Answer the query on a shipping bill."""
    found = keyed(shipping.filed(request), number)
    return _reply(request, found, told, once_key, lambda bill: shipping.told(bill, actor_of(request)))
