"""Consignor, consignee and description of a shipment, amended with its bill (PN17 11.0, 12.0).

They stand on the manifest, where they are locked as soon as a bill is filed. An approved amendment of the bill changes them
there, so that bill and manifest never disagree. After the arrival is closed that needs an adjudication reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bills.requests import Change
from manifests import by_bill
from manifests.by_bill import adjudication_wanted, whole
from manifests.forms import label_of
from manifests.locks import DETAILS
from manifests.models import HouseAirwayBill

if TYPE_CHECKING:
    from bills.models import BillAmendment, CourierBillOfEntry

REFERENCE = "adjudication_reference"


def shipment_of(bill: CourierBillOfEntry) -> HouseAirwayBill | None:
    """The shipment whose details are amended with the bill; a CBE-XI covers many and amends none."""
    return None if bill.hawb_id is None else whole(bill.hawb_id)


def why_on_adjudication(bill: CourierBillOfEntry) -> str:
    """Why these details are changed on an adjudication alone, or nothing."""
    found = shipment_of(bill)
    return adjudication_wanted(found) if found is not None else ""


def label(name: str) -> Any:
    """What a detail of the shipment is called."""
    return label_of(name)


def details(changes: list[Change]) -> dict[str, str]:
    """The new details of the shipment among the changes of an amendment."""
    return {one["name"]: one["new"] for one in changes if one.get("hawb") and one["name"] in DETAILS}


def carry(amendment: BillAmendment) -> None:
    """The manifest says what the approved amendment of the bill says. Raises Refused where it cannot by now."""
    if amendment.bill.hawb_id is None or not (after := details(amendment.changes)):
        return
    reference = next((one["new"] for one in amendment.changes if one["name"] == REFERENCE), "")
    by_bill.carry(
        amendment.bill.hawb_id, after, amendment.number or "", amendment.reason, reference, amendment.taken_at
    )
