"""Bills that are still being typed: texts under the names of a file's columns, so that both are checked alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from bills.kinds import Kind
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.workflow import Refused
from manifests.models import HouseAirwayBill

IMPORTER = (
    "kyc_type", "kyc_number", "iec", "iec_branch", "gstin", "state_code", "ad_code", "government",
)  # fmt: skip
INVOICE = (
    "invoice_number", "invoice_date", "invoice_terms", "currency", "freight", "insurance", "inland_charges", "discount",
    "ecommerce", "eou", "repair_and_return",
)  # fmt: skip
ITEM = (
    "cth", "description", "country_of_origin", "quantity", "uom", "unit_price", "manufacturer", "notification",
    "notification_sl_no", "licence_number",
)  # fmt: skip

Texts = dict[str, str]


def header(bill: CourierBillOfEntry) -> Texts:
    """What has been typed for the bill as a whole."""
    return dict(bill.draft.get("header", {}))


def items(bill: CourierBillOfEntry) -> list[Texts]:
    """What has been typed for each item."""
    return [dict(item) for item in bill.draft.get("items", [])]


def start(hawb: HouseAirwayBill, user_id: int) -> CourierBillOfEntry:
    """A draft for a house airway bill, with what its manifest knows already."""
    return CourierBillOfEntry.objects.create(
        kind=Kind.XIII, station_id=hawb.manifest.station_id, courier_id=hawb.manifest.courier_id,
        manifest=hawb.manifest, hawb=hawb, created_by_id=user_id, arrived_at=hawb.arrived_at,
        draft={
            "header": {"currency": hawb.invoice_currency, "invoice_terms": "FOB"},
            "items": [{"description": hawb.description, "country_of_origin": hawb.consignor_country}],
        },
    )  # fmt: skip


def keep_header(bill: CourierBillOfEntry, given: Mapping[str, str]) -> CourierBillOfEntry:
    """Keep a part of the header as typed; the other parts stay as anybody left them."""

    def change(draft: dict[str, Any]) -> None:
        draft["header"] = {**draft.get("header", {}), **given}

    return _change(bill, change)


def keep_item(bill: CourierBillOfEntry, number: int, given: Mapping[str, str]) -> CourierBillOfEntry:
    """Keep an item as typed; a number one past the last adds an item."""

    def change(draft: dict[str, Any]) -> None:
        held = draft.setdefault("items", [])
        if number > len(held):
            held.append(dict(given))
        else:
            held[number - 1] = {**held[number - 1], **given}

    return _change(bill, change)


def drop_item(bill: CourierBillOfEntry, number: int) -> CourierBillOfEntry:
    """Take an item out; those after it move up."""

    def change(draft: dict[str, Any]) -> None:
        held = draft.get("items", [])
        if 0 < number <= len(held):
            del held[number - 1]

    return _change(bill, change)


def _change(bill: CourierBillOfEntry, change: Any) -> CourierBillOfEntry:
    """Change what is typed, with the row locked, so that two people at two parts do not lose each other's words."""
    with transaction.atomic():
        locked: CourierBillOfEntry | None = (
            CourierBillOfEntry.objects.select_for_update(of=("self",)).filter(pk=bill.pk).first()
        )
        if locked is None or locked.stage != Stage.DRAFT:
            raise Refused([_("The bill is no longer a draft: what is filed is changed by an amendment.")], bill)
        change(locked.draft)
        locked.save(update_fields=["draft"])
    return locked
