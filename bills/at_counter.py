"""What of a bill is entered at the Service Centre: as it is printed, signed and sealed by the customer (PN17 2.3, 2.4)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from bills import attachments, checking, declarations, drafts
from bills.forms.words import LABELS, in_words
from bills.models import Attachment, CourierBillOfEntry
from bills.models.clearable import Clearable
from bills.xi.shown import of_draft
from counter.answering import bring_papers
from counter.entered import Form, Part, register
from counter.models import BroughtPaper
from eccs.identifiers import mask_aadhaar
from eccs.money import rupees

IMAGES: dict[str, str] = {Attachment.Kind.HAWB: "hawb_image", Attachment.Kind.INVOICE: "invoice_image"}


def rows_of(
    typed: dict[str, str], names: Any, labels: dict[str, Any] = LABELS, words: Any = in_words
) -> tuple[tuple[str, str], ...]:
    """What was typed, each with its label, in the order of the form."""
    return tuple((str(labels[name]), str(words(name, typed[name]))) for name in names if typed.get(name))


def header_of(bill: Clearable) -> dict[str, str]:
    """The header as typed; of an Aadhaar number only the last four digits are shown."""
    header = drafts.header(bill)
    if header.get("kyc_type") == "AADHAAR" and header.get("kyc_number"):
        header["kyc_number"] = mask_aadhaar(header["kyc_number"])
    return header


def parts(bill: CourierBillOfEntry) -> list[Part]:
    """Every answer of the form, with the shipment as the manifest declares it, and the value and duty of today."""
    if bill.is_documents:
        return _documents(bill)
    header, found = header_of(bill), checking.check(bill)
    told = [Part(str(_("Shipment and flight")), _shipment(bill))]
    told += [
        Part(str(checking.PARTS[name]), rows_of(header, names))
        for name, names in drafts.HEADER_PARTS[bill.kind].items()
    ]
    if len(invoices := drafts.invoices(bill)) > 1 or bill.kind == "CBE-XIV":
        told += [
            Part(_("Invoice %(number)d") % {"number": n}, rows_of(one, drafts.INVOICE_OF_XIV))
            for n, one in enumerate(invoices, 1)
        ]
    told += [
        Part(_("Item %(number)d") % {"number": n}, rows_of(one, drafts.item_names(bill)))
        for n, one in enumerate(drafts.items(bill), 1)
    ]
    if found.prepared is not None:
        told.append(Part(str(_("Value and duty, by the rates of today")), tuple(_figures(found))))
    return told


def _documents(bill: CourierBillOfEntry) -> list[Part]:
    """What a CBE-XI covers as it stands: its bags, and every house airway bill."""
    judged = of_draft(bill)["judged"]
    rows = tuple((one.number, f"{one.packages}, {one.bag or _('Loose')}") for one in judged.shipments)
    return [Part(str(_("What it covers")), tuple(sums(bill))), Part(str(_("House airway bills")), rows)]


def _sums_of_documents(bill: CourierBillOfEntry) -> list[tuple[str, str]]:
    told, manifest = of_draft(bill), bill.manifest
    judged = told["judged"]
    figures = [
        (_("House airway bills"), str(len(judged.shipments))), (_("Bags"), ", ".join(judged.bags)), (_("Loose"), str(judged.loose)),
        (_("Packages, weight"), f"{judged.packages}, {judged.weight.normalize():f} kg"),
        (_("To be filled in"), "; ".join(told["wrong"][:5])),
    ]  # fmt: skip
    head = [(_("Form"), str(bill.kind)), (_("Manifest"), f"{manifest}, {manifest.flight_number}")]
    return [(label, text) for label, text in [*head, *figures] if text]


def _shipment(bill: CourierBillOfEntry) -> tuple[tuple[str, str], ...]:
    hawb, manifest = bill.hawb, bill.manifest
    assert hawb is not None
    return (
        (_("HAWB"), hawb.number),
        (_("Manifest"), f"{manifest}, {manifest.flight_number}"),
        (_("Packages, weight"), f"{hawb.packages}, {hawb.gross_weight_kg.normalize():f} kg"),
        (_("Consignor"), f"{hawb.consignor_name}, {hawb.consignor_address} ({hawb.consignor_country})"),
        (
            _("Consignee"),
            f"{hawb.consignee_name}, {hawb.consignee_address}, {hawb.consignee_city} {hawb.consignee_pin}",
        ),
    )


def _figures(found: checking.Check) -> list[tuple[str, str]]:
    assert found.prepared is not None
    return [
        (_("Assessable value"), rupees(found.prepared.assessable_value)),
        (_("Duty"), rupees(found.prepared.duty.total)),
    ]


def sums(bill: CourierBillOfEntry) -> list[tuple[str, str]]:
    """What the customer looks at first: shipment, invoice, goods, value, duty."""
    if bill.hawb is None:
        return _sums_of_documents(bill)
    header, items, found = drafts.header(bill), drafts.items(bill), checking.check(bill)
    invoice = (drafts.invoices(bill) or [{}])[0]
    told = [
        (_("Form"), str(bill.kind)),
        (_("HAWB"), bill.hawb.number),
        (_("Invoice"), " ".join(filter(None, (invoice.get("invoice_number"), invoice.get("invoice_date"), invoice.get("invoice_terms"))))),
        (_("IEC"), header.get("iec", "")),
    ]  # fmt: skip
    for n, item in enumerate(items[:8], 1):
        words = f"{item.get('cth', '')} {item.get('description', '')}, {item.get('quantity', '')} {item.get('uom', '')}"
        price = f" × {invoice.get('currency', '')} {item['unit_price']}" if item.get("unit_price") else ""
        told.append((_("Item %(number)d") % {"number": n}, f"{words}{price}"))
    if len(items) > 8:
        told.append((_("Further items"), str(len(items) - 8)))
    told += _figures(found) if found.prepared is not None else [(_("To be filled in"), str(len(found.wrong)))]
    return [(label, text) for label, text in told if text]


def said(bill: CourierBillOfEntry) -> Any:
    """What was typed, and for which shipment; of documents, which of them it covers now."""
    if bill.is_documents:
        covered = [one.number for one in of_draft(bill)["judged"].shipments]
        return {"form": bill.kind, "manifest": bill.manifest_id, "draft": bill.draft, "covers": covered}
    return {"form": bill.kind, "hawb": bill.hawb_id, "draft": bill.draft}


def scanned_for(actor: Actor) -> list[BroughtPaper]:
    """The papers that the customer who is served has brought, as they were scanned at the counter."""
    return list(BroughtPaper.objects.filter(visit=actor.customer.visit_id)) if actor.customer is not None else []


def attach_scanned(bill: CourierBillOfEntry, papers: list[BroughtPaper], user_id: int) -> None:
    """Put the papers scanned at the counter on a draft, and name the two images that the form asks for."""
    for paper in papers:
        with paper.file.open("rb") as held:
            kind = paper.kind if paper.kind in Attachment.Kind.values else Attachment.Kind.OTHER
            made = attachments.attach(bill, paper.name, held.read(), kind, user_id)
        if name := IMAGES.get(made.kind):
            drafts.keep_header(bill, {name: made.name})


def _title(bill: CourierBillOfEntry) -> str:
    if bill.is_documents:
        return _("%(form)s, manifest %(manifest)s") % {"form": bill.kind, "manifest": bill.manifest}
    return _("%(form)s for HAWB %(hawb)s") % {"form": bill.kind, "hawb": bill.consignment}


register(
    Form(
        model=CourierBillOfEntry,
        title=_title,
        parts=parts, sums=sums, said=said,
        declared=declarations.printed,
        check=lambda bill: reverse("bill-check", args=[bill.pk]),
    )
)  # fmt: skip

bring_papers(CourierBillOfEntry._meta.label_lower, "submit_compulsory_documents", "bills.forms.courier.DocumentsForm")
