"""Filing a bill part by part: start, parts, items, papers, check, sign and file, confirmation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import Request
from accounts.sessions import keeps_draft
from bills import at_counter, attachments, checking, drafts
from bills.forms.courier import PaperForm
from bills.forms.entry import DraftForm, FilingForm, HeaderForm, ImporterForm, InvoiceForm, ItemForm
from bills.kinds import Kind
from bills.models import CourierBillOfEntry
from bills.models.clearable import Clearable
from bills.stages import Stage
from bills.views.start import kind_of, kinds_of
from bills.xi.shown import of_draft
from eccs import pages
from eccs.identifiers import mask_aadhaar
from eccs.signing import presenting
from eccs.workflow import Refused, take

PART_FORMS: dict[str, type[HeaderForm]] = {"importer": ImporterForm, "invoice": InvoiceForm}


def draft_of(request: Request, pk: int) -> CourierBillOfEntry:
    """A draft of the person's own firm, typed part by part."""
    bill = own_draft(request, pk)
    if bill.is_documents:
        raise Http404
    return bill


def own_draft(request: Request, pk: int) -> CourierBillOfEntry:
    """A draft of the person's own firm, on any form; at the Service Centre, of the customer who is served."""
    actor = request.actor
    rows = CourierBillOfEntry.objects.visible_to(actor).select_related("hawb__master", "manifest", "courier", "station")
    bill: CourierBillOfEntry = get_object_or_404(rows, pk=pk)
    pages.require(actor, "bill-start")
    if bill.stage == Stage.DRAFT and not (actor.is_trade or actor.serves(bill)):
        raise PermissionDenied
    return bill


@keeps_draft
@require_http_methods(["GET", "POST"])
def part(request: Request, pk: int, name: str) -> HttpResponse:
    """One part of the header. What is typed is kept, right or wrong; what is wrong is said."""
    bill = draft_of(request, pk)
    names = drafts.HEADER_PARTS[bill.kind].get(name)
    if names is None:
        raise Http404
    form = form_of(request, PART_FORMS.get(name, HeaderForm), drafts.header(bill), names=names)
    return typed(request, bill, form, checking.PARTS[name], lambda texts: drafts.keep_header(bill, texts))


def form_of(request: Request, kind: type[DraftForm], kept: dict[str, str], **more: Any) -> DraftForm:
    """A form of a draft with what is sent, or with what is kept."""
    return kind(request.POST if request.method == "POST" else None, kept=kept, **more)


@keeps_draft
@require_http_methods(["GET", "POST"])
def invoice(request: Request, pk: int, number: int) -> HttpResponse:
    """One invoice of a CBE-XIV; the number after the last adds one."""
    bill = draft_of(request, pk)
    held = drafts.invoices(bill)
    if bill.kind != Kind.XIV or not 1 <= number <= min(len(held) + 1, drafts.MOST_INVOICES):
        raise Http404
    kept = held[number - 1] if number <= len(held) else {}
    form = form_of(request, InvoiceForm, kept, names=drafts.INVOICE_OF_XIV)
    title = _("Invoice %(number)d") % {"number": number}
    keep = lambda texts: drafts.keep_invoice(bill, number, texts)  # noqa: E731
    return typed(request, bill, form, title, keep, back="bill-invoices", number=number)


@keeps_draft
@require_http_methods(["GET", "POST"])
def item(request: Request, pk: int, number: int) -> HttpResponse:
    """One item of the goods; the number after the last adds one."""
    bill = draft_of(request, pk)
    held = drafts.items(bill)
    if not 1 <= number <= len(held) + 1:
        raise Http404
    kept = held[number - 1] if number <= len(held) else {}
    title = _("Item %(number)d") % {"number": number}
    form = form_of(request, ItemForm, kept, bill=bill)
    suggests = request.actor.may(pages.activity_of("tariff"))
    if suggests:
        form.fields["cth"].widget.attrs["list"] = "tariff-items"
    keep = lambda texts: drafts.keep_item(bill, number, texts)  # noqa: E731
    return typed(request, bill, form, title, keep, back="bill-items", number=number, suggests=suggests)


def typed(
    request: Request, bill: Clearable, form: DraftForm, title: Any, keep: Any, *, back: str = "", **more: Any
) -> HttpResponse:  # fmt: skip
    """A part of a draft: what is typed is kept, right or wrong; what is wrong is said."""
    if request.method == "POST":
        is_right = form.is_valid()
        try:
            bill = keep(form.texts())
        except Refused as refusal:
            messages.error(request, " ".join(refusal.reasons))
            return redirect(bill)
        if request.headers.get("HX-Request"):
            return render(request, "bills/_saved.html", {"at": timezone.now()})
        if is_right and request.actor.customer is not None and isinstance(bill, CourierBillOfEntry):
            return redirect(checking.next_address(bill))  # at the counter from part to part, without a list between
        if is_right:
            return redirect(back, bill.pk) if back else redirect(bill)
    context = {"bill": bill, "form": form, "title": title, "header": drafts.header(bill), **more}
    return render(request, "bills/part.html", context, status=422 if form.is_bound else 200)


@require_GET
def draft(request: Request, pk: int) -> HttpResponse:
    """The parts of a draft, which stand on its page."""
    return redirect(own_draft(request, pk))


@require_GET
def items(request: Request, pk: int) -> HttpResponse:
    """The items typed so far."""
    bill = draft_of(request, pk)
    found = checking.check(bill)
    return render(
        request,
        "bills/items.html",
        {"bill": bill, "items": found.items(), "header": drafts.header(bill), "check": found},
    )


@require_POST
def remove_item(request: Request, pk: int, number: int) -> HttpResponse:
    """Take an item out."""
    return _changed(request, lambda bill: drafts.drop_item(bill, number), pk, "bill-items")


@require_POST
def remove_invoice(request: Request, pk: int, number: int) -> HttpResponse:
    """Take an invoice out with its items."""
    return _changed(request, lambda bill: drafts.drop_invoice(bill, number), pk, "bill-invoices")


@require_POST
def change_form(request: Request, pk: int) -> HttpResponse:
    """Put what is typed on the form that fits the goods."""
    actor = request.actor
    kind = kind_of(request.POST.get("form", ""), tuple(one for one in kinds_of(actor) if one != Kind.XI))
    return _changed(request, lambda bill: drafts.change_form(bill, kind), pk, "bill-draft")


def _changed(request: Request, change: Any, pk: int, back: str) -> HttpResponse:
    try:
        change(draft_of(request, pk))
    except Refused as refusal:
        messages.error(request, " ".join(refusal.reasons))
    return redirect(back, pk)


@require_GET
def invoices(request: Request, pk: int) -> HttpResponse:
    """The invoices typed so far, of a CBE-XIV."""
    bill = draft_of(request, pk)
    if bill.kind != Kind.XIV:
        raise Http404
    return render(request, "bills/invoices.html", {"bill": bill, "invoices": checking.check(bill).invoices()})


@keeps_draft
@require_http_methods(["GET", "POST"])
def papers(request: Request, pk: int) -> HttpResponse:
    """Attach the images of the house airway bill and of the invoice."""
    bill = draft_of(request, pk)
    scanned = at_counter.scanned_for(request.actor)
    if request.method == "POST" and "scanned" in request.POST:
        at_counter.attach_scanned(bill, scanned, request.actor.person_id)
        return redirect("bill-papers", pk)
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        for file in form.cleaned_data["papers"]:
            paper = attachments.attach_upload(bill, file, form.cleaned_data["kind"], request.actor.person_id)
            if name := at_counter.IMAGES.get(paper.kind):
                drafts.keep_header(bill, {name: paper.name})
        return redirect("bill-papers", pk)
    context = {
        "bill": bill,
        "form": form,
        "papers": bill.attachments.all(),
        "accepted": attachments.ACCEPTED,
        "scanned": scanned,
    }
    return render(request, "bills/papers.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def check(request: Request, pk: int) -> HttpResponse:
    """Everything typed, with value and duty as they would be today; the signatory declares, signs and files."""
    bill = own_draft(request, pk)
    if bill.stage != Stage.DRAFT:
        return redirect(bill)
    actor = request.actor
    may_sign = not actor.why_not(CourierBillOfEntry.steps()["file"].activity_at(Stage.DRAFT), bill)
    form = FilingForm(request.POST if request.method == "POST" else None, document=bill, actor=actor, prefix="file")
    reasons: list[str] = []
    if request.method == "POST" and may_sign and form.is_valid():
        try:
            if way := presenting.ask_where_demanded(request, bill, "file", form):
                return redirect(way)
            filed = take(bill, "file", actor, **form.answers())
        except Refused as refusal:
            reasons = refusal.reasons
        else:
            return redirect("bill-filed", filed.key)
    if bill.is_documents:
        told = {"bill": bill, "form": form, "reasons": reasons, "may_sign": may_sign, **of_draft(bill)}
        return render(request, "bills/xi_check.html", told, status=409 if reasons else 422 if form.is_bound else 200)
    context = {
        "bill": bill, "check": checking.check(bill), "form": form, "reasons": reasons, "may_sign": may_sign,
        "header": (header := drafts.header(bill)), "papers": bill.attachments.all(), "kyc_number": shown_kyc(header),
    }  # fmt: skip
    return render(request, "bills/check.html", context, status=409 if reasons else 422 if form.is_bound else 200)


def shown_kyc(header: dict[str, str]) -> str:
    """A KYC number as it may be shown: of an Aadhaar only the last four digits."""
    number = header.get("kyc_number", "")
    return mask_aadhaar(number) if header.get("kyc_type") == "AADHAAR" and number else number


@require_GET
def filed(request: Request, key: str) -> HttpResponse:
    """The number the bill was given, and what happens next."""
    rows = CourierBillOfEntry.objects.visible_to(request.actor).exclude(stage=Stage.DRAFT)
    bill = get_object_or_404(rows, number=key)
    return render(request, "bills/filed.html", {"bill": bill, "document": bill, "filed_at": bill.filed_at})
