"""What is declared when a bill is filed: by its form, by who files it, and by what is declared of importer and goods.

The sentences are the same where they are ticked and where they are printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from bills import drafts
from bills.kinds import Kind
from bills.models import CourierBillOfEntry, FormE
from bills.stages import Stage

USE = {  # for what an importer of a category brings the goods in
    FormE.Category.GOVERNMENT: lambda: _("The goods are for the department that imports them, and for no other use."),
    FormE.Category.UNDERTAKING: lambda: _("The goods are for the undertaking that imports them, and for no other use."),
    FormE.Category.DIPLOMATIC: lambda: _(
        "The goods are for the mission or organisation, or its members, as the certificate that exempts them says."
    ),
}


def authority(bill: CourierBillOfEntry) -> str:
    """By what right somebody files the bill: the importer for itself, the courier or a customs broker for others (PN17 5.4.4)."""
    if bill.importer_id is not None:
        return _("We are the importer of these goods, and own them or act for their owner.")
    if bill.kind != Kind.XIV:
        return _("We are authorised by the consignor or consignee to file this bill.")
    if _told(bill).get("cha_licence"):
        return _(
            "The importer has authorised us and the customs broker named here, whose licence is in force, to file this bill."
        )
    return _("We are authorised by the importer to file this bill.")


def documents_alone() -> str:
    """What a CBE-XI covers (Form B)."""
    return _("The bags and packages hold documents alone, of no commercial value, free of duty and of any prohibition.")


def truth() -> str:
    """That what is said is true, and what happens where it turns out not to be."""
    return _("What this bill says is true and complete. If we receive a document that shows otherwise, we will tell the Commissioner of Customs at once.")  # fmt: skip


def of_goods(bill: CourierBillOfEntry) -> list[str]:
    """What is declared of the goods and their value, beyond what every form declares (Forms C and E)."""
    if bill.kind == Kind.XII:
        return [_("The goods are free samples or gifts: nothing is paid for them, and nothing will be.")]
    if bill.kind != Kind.XIV:
        return []
    told = _told(bill)
    said = [
        _("The invoices are those of the seller. The price declared is all that is paid or payable, and whatever else bears on the value is declared."),
        _("The goods are for home consumption, and the duty assessed on them will be paid."),
    ]  # fmt: skip
    category = told.get("importer_category") or (FormE.Category.GOVERNMENT if told.get("government") else "")
    if category in USE:
        said.append(USE[FormE.Category(category)]())
    further = (
        ("eou", _("The goods go to the export oriented unit and are used there as the notification claimed asks.")),
        ("repair_and_return", _("The goods come for repair and go back within the time the notification claimed allows.")),
        ("high_sea_sale", _("The goods were bought on the high seas: the contract is attached and its price is declared.")),
        ("related", _("Buyer and seller are related: how that bears on the price is declared.")),
        ("first_proviso", _("What we cannot declare yet we will declare as soon as we know it.")),
    )  # fmt: skip
    return said + [words for name, words in further if told.get(name)]


def printed(bill: CourierBillOfEntry) -> list[str]:
    """Every declaration of the bill, in order."""
    if bill.is_documents:
        return of_documents()
    return [authority(bill), *of_goods(bill), truth()]


def of_documents(authority: str = "") -> list[str]:
    """What the courier declares of documents, in or out (Forms B and G), on the page, in an upload and in print."""
    clears = _("We are authorised by the consignors or consignees to clear these documents.")
    return [authority or clears, documents_alone(), truth()]


def _told(bill: CourierBillOfEntry) -> Mapping[str, Any]:
    """What decides on the declarations of a CBE-XIV: as typed in a draft, as declared in a filed bill."""
    if bill.stage == Stage.DRAFT:
        typed = drafts.header(bill)
        related = any(invoice.get("related") for invoice in drafts.invoices(bill))
        flags = ("eou", "repair_and_return", "high_sea_sale", "first_proviso", "government")
        return typed | {name: typed.get(name) == "Y" for name in flags} | {"related": related}
    blocks: FormE | None = getattr(bill, "form_e", None)
    told = {name: getattr(bill, name) for name in ("eou", "repair_and_return", "government")}
    if blocks is not None:
        names = ("importer_category", "cha_licence", "high_sea_sale", "first_proviso")
        told |= {name: getattr(blocks, name) for name in names}
        told["related"] = any(invoice.related for invoice in bill.invoices.all())
    return told
