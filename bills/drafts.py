"""Bills that are still being typed: texts under the names of a file's columns, so that both are checked alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from bills.columns import CHARGES, INVOICE_E, ITEM_E, ONLY_XIV
from bills.kinds import Kind
from bills.models import CourierBillOfEntry
from bills.models.clearable import Clearable
from bills.stages import Stage
from eccs.workflow import Refused
from manifests.models import HouseAirwayBill

IMPORTER = (
    "kyc_type", "kyc_number", "iec", "iec_branch", "gstin", "state_code", "ad_code", "government",
)  # fmt: skip
OF_INVOICE = ("invoice_number", "invoice_date", "invoice_terms", "currency", *CHARGES)
FLAGS = ("ecommerce", "eou", "repair_and_return")
INVOICE = (*OF_INVOICE, *FLAGS, "return_of")
ITEM = (
    "cth", "description", "country_of_origin", "quantity", "uom", "unit_price", "nature", "gift_kind", "manufacturer",
    "notification", "notification_sl_no", "licence_number", "licence_type", "cetsh", "gst_code", "item_packages", "item_marks", "notification_type",
    "igst_notification", "igst_notification_sl_no", "cess_notification", "cess_notification_sl_no",
)  # fmt: skip
CLASS = (
    "importer_category",
    *FLAGS,
    "return_of",
    "be_category",
    "be_class",
    "be_type",
    "cha_licence",
    "cha_name",
    "cha_address",
)
REQUESTS = (
    "high_sea_sale", "high_sea_seller", "high_sea_seller_iec", "first_proviso", "first_check", "provisional_documents",
    "extension_48", "extension_reason",
)  # fmt: skip
CARRIAGE = (
    "country_of_consignment", "mawb_date", "hawb_date", "marks", "package_type", "gateway_port", "gateway_igm", "bond_number",
    "bond_amount",
)  # fmt: skip
INVOICE_OF_XIV = (
    *OF_INVOICE, "loading_charges", "other_charges", "order_number", "order_date", "contract_number", "contract_date",
    "credit_number", "credit_date", "supplier", "supplier_address", "seller", "seller_address", "broker", "broker_address",
    "valuation_rule", "related", "price_influenced", "svb_order", "svb_order_date",
)  # fmt: skip
HEADER_PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    Kind.XII: {"importer": IMPORTER, "invoice": INVOICE},
    Kind.XIII: {"importer": IMPORTER, "invoice": INVOICE},
    Kind.XIV: {"importer": IMPORTER, "class": CLASS, "requests": REQUESTS, "carriage": CARRIAGE},
}
MOST_INVOICES = 99

Texts = dict[str, str]
Draft = TypeVar("Draft", bound=Clearable)


def header(bill: Draft) -> Texts:
    """What has been typed for the bill as a whole."""
    return dict(bill.draft.get("header", {}))


def items(bill: Draft) -> list[Texts]:
    """What has been typed for each item."""
    return [dict(item) for item in bill.draft.get("items", [])]


def invoices(bill: CourierBillOfEntry) -> list[Texts]:
    """What has been typed for each invoice; on the other forms the one invoice stands in the header."""
    if bill.kind == Kind.XIV:
        return [dict(invoice) for invoice in bill.draft.get("invoices", [])]
    return [{name: text for name, text in header(bill).items() if name in OF_INVOICE}]


def place_of(item: Mapping[str, str]) -> int:
    """Which invoice an item stands on."""
    text = item.get("invoice_place", "")
    return int(text) if text.isdigit() and 0 < int(text) <= MOST_INVOICES else 1


def item_names(bill: CourierBillOfEntry) -> tuple[str, ...]:
    """What is asked of an item on the form of the bill."""
    return (*ITEM, *ITEM_E, "invoice_place") if bill.kind == Kind.XIV else ITEM


def start(
    hawb: HouseAirwayBill, user_id: int, kind: str = Kind.XIII, importer_id: int | None = None,
    earlier: dict[str, Any] | None = None,
) -> CourierBillOfEntry:  # fmt: skip
    """A draft for a house airway bill, with what its manifest knows already, or with what an earlier bill declared."""
    bill = CourierBillOfEntry(
        kind=Kind.XIII, station_id=hawb.manifest.station_id, courier_id=hawb.manifest.courier_id, importer_id=importer_id,
        manifest=hawb.manifest, hawb=hawb, created_by_id=user_id, arrived_at=hawb.arrived_at,
        draft={
            "header": {"currency": hawb.invoice_currency, "invoice_terms": "FOB"},
            "items": [{"description": hawb.description, "country_of_origin": hawb.consignor_country}],
        },
    )  # fmt: skip
    if earlier is None:
        _put_on(bill, kind)
    else:
        bill.kind, bill.draft = kind, earlier
    bill.save()
    return bill


def change_form(bill: CourierBillOfEntry, kind: str) -> CourierBillOfEntry:
    """Put what is typed on another form; what that form does not ask is dropped."""
    return _change(bill, lambda held: _put_on(held, kind))


def _put_on(bill: CourierBillOfEntry, kind: str) -> None:
    if kind == bill.kind:
        return
    draft = bill.draft
    if kind == Kind.XIV:
        told = draft.get("header", {})
        draft["invoices"] = [{name: told.pop(name) for name in OF_INVOICE if name in told}]
    elif bill.kind == Kind.XIV:
        several = draft.pop("invoices", [{}]) or [{}]
        draft["header"] = {
            **{name: text for name, text in draft.get("header", {}).items() if name not in ONLY_XIV},
            **{name: text for name, text in several[0].items() if name not in INVOICE_E},
        }
        for item in draft.get("items", []):
            for name in (*ITEM_E, "invoice_place"):
                item.pop(name, None)
    bill.kind = kind


def keep_header(bill: Draft, given: Mapping[str, str]) -> Draft:
    """Keep a part of the header as typed; the other parts stay as anybody left them."""

    def change(held: Any) -> None:
        held.draft["header"] = {**held.draft.get("header", {}), **given}

    return _change(bill, change)


def keep_item(bill: Draft, number: int, given: Mapping[str, str]) -> Draft:
    """Keep an item as typed; a number one past the last adds an item."""
    return _keep(bill, "items", number, given)


def keep_invoice(bill: CourierBillOfEntry, number: int, given: Mapping[str, str]) -> CourierBillOfEntry:
    """Keep an invoice as typed; a number one past the last adds an invoice."""
    return _keep(bill, "invoices", number, given)


def _keep(bill: Draft, rows: str, number: int, given: Mapping[str, str]) -> Draft:
    def change(held: Any) -> None:
        kept = held.draft.setdefault(rows, [])
        if number > len(kept):
            kept.append(dict(given))
        else:
            kept[number - 1] = {**kept[number - 1], **given}

    return _change(bill, change)


def keep_choice(bill: CourierBillOfEntry, chosen: dict[str, Any]) -> CourierBillOfEntry:
    """Keep which shipments a CBE-XI is to cover."""

    def change(held: Any) -> None:
        held.draft = chosen

    return _change(bill, change)


def drop_item(bill: Draft, number: int) -> Draft:
    """Take an item out; those after it move up."""

    def change(held: Any) -> None:
        kept = held.draft.get("items", [])
        if 0 < number <= len(kept):
            del kept[number - 1]

    return _change(bill, change)


def drop_invoice(bill: CourierBillOfEntry, number: int) -> CourierBillOfEntry:
    """Take an invoice out with its items; those after it move up. The last one stays."""

    def change(held: Any) -> None:
        kept = held.draft.get("invoices", [])
        if not 0 < number <= len(kept) or len(kept) == 1:
            return
        del kept[number - 1]
        stay = [item for item in held.draft.get("items", []) if place_of(item) != number]
        for item in stay:
            item["invoice_place"] = str(place_of(item) - (place_of(item) > number))
        held.draft["items"] = stay

    return _change(bill, change)


def _change(bill: Draft, change: Any) -> Draft:
    """Change what is typed, with the row locked, so that two people at two parts do not lose each other's words."""
    with transaction.atomic():
        rows: Any = type(bill)._default_manager
        locked: Draft | None = rows.select_for_update(of=("self",)).filter(pk=bill.pk).first()
        if locked is None or locked.stage != Stage.DRAFT:
            raise Refused([_("The bill is no longer a draft: what is filed is changed by an amendment.")], bill)
        change(locked)
        locked.save(update_fields=["draft", "kind"])
    return locked
