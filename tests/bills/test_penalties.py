"""A penalty imposed with absolute confiscation is due on the firm until a challan has paid it (PN17 7.1(k), 8.0)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounts.permissions import SYSTEM
from bills.listing import duty_unpaid
from bills.models import PenaltyDemand
from bills.stages import Stage
from eccs.models import Notice
from eccs.workflow import Refused, take
from payments import services
from payments.models import Challan
from tests.bills.conftest import SignedIn
from tests.bills.desks import ORDER, Desks, fresh
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.requests import penalty_demand

pytestmark = pytest.mark.django_db

CONFISCATED = ORDER | {"outcome": "CONFISCATE", "fine": "0", "penalty": "200"}
DUES = "/payments/new/"


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


def test_7k_a_penalty_beside_a_confiscation_is_due_until_a_challan_has_paid_it(desks: Desks) -> None:
    one = desks.act(
        "ao.blr", bill(Stage.ADJUDICATION, arrived=True, duty_paid=Decimal(31)), "adjudicate", **CONFISCATED
    )
    demand = PenaltyDemand.objects.get(bill=one)
    assert (one.stage, one.penalty, demand.stage, demand.amount) == (Stage.CONFISCATED, 0, "DUE", 200)
    assert (demand.order_number, demand.order_date) == ("31/2026", date(2026, 11, 19))
    assert demand.trail.get().step == "demand"
    for reader in ("dcac.blr", "signatory.swift"):
        assert str(demand) in desks.page(reader, one)
        assert "31/2026" in desks.page(reader, demand) and "₹ 200" in desks.page(reader, demand)
    payer, other = desks.signed_in("signatory.swift"), bill(Stage.DUTY)
    dues = payer.get(DUES).content.decode()
    assert str(one.number) in dues and "200.00" in dues and ">Penalty<" in dues
    assert "2 bills" in duty_unpaid(one.courier_id)
    sent = payer.post(DUES, {"bill": [one.pk, other.pk]})
    challan = Challan.objects.get(number=sent.headers["Location"].split("/")[-2])
    assert (challan.amount, challan.heads["penalty"]) == (200 + other.amount_due, "200.00")
    assert str(demand) in desks.page("signatory.swift", challan)
    with pytest.raises(Refused, match="can no longer be paid"):
        services.create_challan([one.pk], actor("COURIER_SIGNATORY"))
    challan = take(challan, "go_to_bank", actor("COURIER_SIGNATORY"))
    take(challan, "confirm_paid", SYSTEM, bank_transaction=f"SBX{challan.pk:015d}", told_by="confirmation")
    demand = fresh(demand)
    assert (demand.stage, demand.paid_at is not None, fresh(one).duty_paid) == ("PAID", True, 31)
    assert all(line.credited_at for line in challan.lines.all())
    assert str(one.number) not in payer.get(DUES).content.decode()
    assert ", paid" in desks.page("ao.blr", demand)
    assert Notice.objects.filter(audience=f"courier:{one.courier_id}", subject__contains="confiscated").exists()


def test_7k_a_confiscation_without_a_penalty_demands_nothing(desks: Desks) -> None:
    one = desks.act("ao.blr", bill(Stage.ADJUDICATION), "adjudicate", **CONFISCATED | {"penalty": "0"})
    assert not one.penalty_demands.exists()


def test_a_penalty_is_the_firms_own(desks: Desks) -> None:
    demand = penalty_demand()
    for username, status in (("signatory.swift", 200), ("signatory.metro", 404), ("ao.blr", 200), ("ao.del", 404)):
        assert desks.signed_in(username).get(demand.get_absolute_url()).status_code == status
    assert str(demand.bill.number) not in desks.signed_in("signatory.metro").get(DUES).content.decode()
    with pytest.raises(Refused):
        services.create_challan([demand.bill_id], actor("COURIER_SIGNATORY", firm="metro"))
