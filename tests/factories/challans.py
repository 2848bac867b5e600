"""Challans at every stage."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from bills.models import CourierBillOfEntry
from bills.stages import Stage as BillStage
from eccs import numbering
from payments.cash import ledger as cash
from payments.clearance import Stage
from payments.models import BankDifference, CashWithdrawal, Challan, ChallanLine
from payments.reconciling.models import BankScroll, ScrollEntry
from tests.factories.bills import bill

GIVEN_UP = (Stage.LATE, Stage.FAILED, Stage.REJECTED, Stage.WITHDRAWN)


def challan(
    stage: str = Stage.CREATED, *bills: CourierBillOfEntry, station: str = "BLR", firm: str = "swift", **given: Any
) -> Challan:
    """A challan at a stage, for bills that await duty."""
    own = {"importer": given["importer"]} if given.get("importer") else {}
    owed = bills or (bill(BillStage.DUTY, station=station, firm=firm, **own),)
    fields: dict[str, Any] = {
        "station_id": owed[0].station_id, "courier_id": owed[0].courier_id, "stage": stage,
        "amount": sum(one.amount_due for one in owed), "heads": {"duty": str(sum(one.amount_due for one in owed))},
        "bill_count": len(owed), "created_by": owed[0].created_by,
    }  # fmt: skip
    if stage == Stage.PAID:
        fields |= {"paid_at": timezone.now(), "bank_transaction": f"SBX{owed[0].pk:012d}"}
    made = Challan(**fields | given)
    numbering.number([made])
    made.save()
    ChallanLine.objects.bulk_create(
        ChallanLine(challan=made, bill=one, amount=one.amount_due, live=stage not in (*GIVEN_UP, Stage.PAID))
        for one in owed
    )
    return made


def bank_difference(stage: str = "OPEN", *, station: str = "BLR", **given: Any) -> BankDifference:
    """A debit of a bank's scroll for a challan that was given up here."""
    one = challan(Stage.FAILED, station=station)
    fields: dict[str, Any] = {
        "stage": stage, "station_id": station, "finding": "MISSING_HERE", "bank": "BANK", "day": timezone.localdate(),
        "challan": one, "challan_number": one.number, "bank_transaction": f"SBX{one.pk:012d}", "there_paise": one.paise,
        "remarks": "" if stage == "OPEN" else "Paid back by the bank.",
    }  # fmt: skip
    made = BankDifference(**fields | given)
    numbering.number([made])
    made.save()
    scroll = BankScroll.objects.create(
        bank="BANK", day=made.day, sha256=f"{made.pk:064d}", entry_count=1, total_paise=made.there_paise, sealed=True
    )
    ScrollEntry.objects.create(
        scroll=scroll, challan_number=made.challan_number, bank_transaction=made.bank_transaction,
        amount_paise=made.there_paise, decided_at=made.found_at,
    )  # fmt: skip
    return made


def withdrawal(stage: str = "REQUESTED", *, station: str = "BLR", **given: Any) -> CashWithdrawal:
    """A withdrawal of ten rupees from the cash ledger of Swift, or of an importer given, on which there is enough."""
    whose = {name: given[name] for name in ("importer", "courier_id") if name in given}
    one = funded(challan(Stage.FAILED, station=station, **whose))
    fields: dict[str, Any] = {
        "stage": stage, "station_id": station, "courier_id": one.courier_id, "amount": Decimal(10), "bank": "BANK", "holder": "Swift",
        "account_number": "123456789012", "ifsc": "SBIN0001234", "reason": "It is needed no more.",
        "requested_by": one.created_by,
    }  # fmt: skip
    if stage == "PAID_OUT":
        fields |= {"reference": "SBX261119140073318", "paid_on": timezone.localdate()}
    made = CashWithdrawal(**fields | given)
    numbering.number([made])
    made.save()
    return made


def funded(one: Challan) -> Challan:
    """The challan's firm has as much on its cash ledger as the challan asks for."""
    cash.credit_back(one, one.amount, f"funded:{one.pk}", "For a trial", None, from_bank=one.bank or "BANK")
    return one
