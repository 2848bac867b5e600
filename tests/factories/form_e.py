"""Bills of CBE-XIV with their blocks and two invoices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from bills.models import BillInvoice, CourierBillOfEntry, FormE, Item
from bills.stages import Stage
from tests.factories.bills import bill

RATE = {"exchange_rate": Decimal("95.85"), "exchange_source": "84/2026-Customs (N.T.)"}


def large_bill(stage: str = Stage.ASSESSMENT, **given: Any) -> CourierBillOfEntry:
    """A CBE-XIV of a 100 % export oriented unit at a stage, an item on each of its invoices."""
    made = bill(stage, **{"kind": "CBE-XIV", "eou": True, **given})
    if made.filed_at is None:
        return made
    FormE.objects.create(
        bill=made, importer_category="OTHER", be_category="HOME", be_class="NEW", be_type="PRIOR",
        country_of_consignment="HK", marks="KE 1-4",
    )  # fmt: skip
    for place, number in enumerate(("LBA-26-11873", "B-2"), 1):
        BillInvoice.objects.create(
            bill=made, place=place, invoice_number=number, invoice_date=date(2026, 11, 12), invoice_terms="FOB",
            currency="USD", valuation_rule="3", **RATE,
        )  # fmt: skip
    Item.objects.create(
        bill=made, item_no=2, cth="49019900", description="Manuals", country_of_origin="CN", quantity=Decimal(4), uom="NOS",
        unit_price=Decimal(2), invoice_place=2, assessable_value=0, total_duty=0,
    )  # fmt: skip
    Item.objects.create(
        bill=made, item_no=3, cth="49019900", description="Leaflets", country_of_origin="CN", quantity=Decimal(4), uom="NOS",
        unit_price=Decimal(1), invoice_place=2, assessable_value=0, total_duty=0,
    )  # fmt: skip
    return made
