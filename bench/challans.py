"""A challan of a thousand bills: made, taken to the bank and confirmed in as many statements as one of five."""

from __future__ import annotations

from time import perf_counter

from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from bench import world
from bench.bulk import lay_bills
from bench.measure import Row, at_most
from bills.models import CourierBillOfEntry
from payments import bank, services
from payments.models import Challan

FEW, MANY = 5, 1000


def run() -> list[Row]:
    """Pay for five bills, then for a thousand, and count."""
    paid_for(FEW)  # what is read once and remembered is read here
    few, _seconds = paid_for(FEW)
    many, seconds = paid_for(MANY)
    return [
        at_most(
            "challan of 1,000 bills: statements", f"{many} in {seconds:.2f} s", f"{few} of five bills", many / few, 1
        )
    ]


def paid_for(count: int) -> tuple[int, float]:
    """The statements and the seconds in which a challan of so many bills is made, taken to the bank and confirmed."""
    who, bills = world.actor("signatory.swift"), lay_bills(count, "DUTY")
    rows = CourierBillOfEntry.objects.filter(pk__in=bills)
    rows.update(total_duty=1000 + F("pk") % 5000, duty_paid=0, duty_heads={}, item_count=1)
    start = perf_counter()
    with CaptureQueriesContext(connection) as queries:
        challan = services.create_challan(bills, who)
        services.send_to_bank(challan, who, "http://127.0.0.1:8000/payments/bank/return/")
        said = bank.Confirmation(
            challan=str(challan.number), amount_paise=challan.paise, status=bank.Status.PAID,
            bank_transaction=f"SBX{challan.pk:015d}",
        )  # fmt: skip
        services.receive(said, challan.bank)
    seconds = perf_counter() - start
    assert Challan.objects.get(pk=challan.pk).stage == "PAID"
    assert not rows.exclude(duty_paid=F("total_duty")).exists()
    return len(queries), seconds
