"""What of a shipping bill is entered at the Service Centre: as it is printed, signed and sealed by the customer (PN17 2.3, 2.4)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from bills import drafts as typing
from bills.at_counter import header_of, rows_of
from counter.answering import bring_papers
from counter.entered import Form, Part, register
from eccs.money import rupees
from exports import drafts
from exports.filing import declarations
from exports.forms.words import CHOICES, LABELS, OF_DOCUMENTS, YES_NO
from exports.iii.reading import Covered
from exports.models import CourierShippingBill


def _in_words(name: str, text: str) -> Any:
    """What was typed or chosen, as people read it."""
    if name in YES_NO:
        return _("Yes") if text.upper() == "Y" else _("No")
    return dict(CHOICES.get(name, ())).get(text, text)


def _figures(bill: CourierShippingBill) -> list[tuple[str, str]]:
    """What the shipping bill comes to as it stands; or how much is still to mend."""
    found = drafts.check(bill)
    if isinstance(found.prepared, Covered):
        return [(_("Bags"), str(len(found.prepared.bags))), (_("House airway bills"), str(found.prepared.count))]
    if found.prepared is not None:
        return [(_("FOB value"), rupees(found.prepared.fob_value))]
    return [(_("To be filled in"), str(len(found.faults)))]


def _head(bill: CourierShippingBill) -> list[tuple[str, str]]:
    return [(_("Form"), str(bill.kind)), (_("HAWB"), bill.hawb), (_("Station"), str(bill.station))]


def parts(bill: CourierShippingBill) -> list[Part]:
    """Every answer of the form, and the value of today."""
    labels, header = OF_DOCUMENTS if bill.is_documents else LABELS, header_of(bill)
    told = [Part(_("Shipping bill"), tuple((label, text) for label, text in _head(bill) if text))]
    told += [
        Part(str(title), rows_of(header, names, labels, _in_words)) for title, names in drafts.parts_of(bill).values()
    ]
    word = _("House airway bill %(number)d") if bill.is_documents else _("Item %(number)d")
    for n, one in enumerate(typing.items(bill), 1):
        told.append(Part(word % {"number": n}, rows_of(one, drafts.item_names(bill), labels, _in_words)))
    return [*told, Part(_("In all, by the rates of today"), tuple(_figures(bill)))]


def sums(bill: CourierShippingBill) -> list[tuple[str, str]]:
    """What the customer looks at first: consignee, invoice, goods, value."""
    header = typing.header(bill)
    told = [
        *_head(bill),
        (_("Consignee"), header.get("consignee_name", "")),
        (_("Invoice"), header.get("invoice_number", "")),
    ]
    told += [(_("Flight"), header.get("flight_number", ""))]
    for n, item in enumerate(typing.items(bill)[:8], 1):
        words = " ".join(
            filter(
                None, (item.get("hawb", item.get("cth", "")), item.get("description", ""), item.get("fob_value", ""))
            )
        )
        told.append((_("Item %(number)d") % {"number": n}, words))
    return [(label, text) for label, text in [*told, *_figures(bill)] if text]


def said(bill: CourierShippingBill) -> Any:
    """What was typed, and for which shipment."""
    return {"form": bill.kind, "station": bill.station_id, "hawb": bill.hawb, "draft": bill.draft}


register(
    Form(
        model=CourierShippingBill,
        title=lambda bill: _("%(form)s for HAWB %(hawb)s") % {"form": bill.kind, "hawb": bill.hawb} if bill.hawb else str(bill.kind),
        parts=parts, sums=sums, said=said,
        declared=lambda bill: declarations(documents=bill.is_documents),
        check=lambda bill: bill.get_absolute_url(),
    )
)  # fmt: skip

bring_papers(CourierShippingBill._meta.label_lower, "submit_compulsory_documents", "bills.forms.courier.DocumentsForm")
