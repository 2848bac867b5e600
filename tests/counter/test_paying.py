"""The custodian pays at its own terminal, for the customer who is served, what was filed there (PN17 7.1(g), 2.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import AuthorisedCourier, User
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from payments import services
from payments.models import Challan, ChallanTrail
from tests.bills.conftest import SignedIn
from tests.counter.conftest import OPERATOR, Counter
from tests.factories.bills import bill
from tests.factories.firms import courier
from tests.payments.conftest import KEY, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bank(settings: Any) -> None:
    """The bank of the tests."""
    settings.BANK_URL, settings.BANK_KEY = "http://bank.example", KEY


@pytest.fixture
def operator(people: Callable[[str], User]) -> User:
    """Who sits at the terminal."""
    return people(OPERATOR)


def filed_by(person: User, **given: Any) -> CourierBillOfEntry:
    """A bill that waits for duty, entered by this person."""
    return bill(Stage.DUTY, created_by=person, **given)


def test_7g_the_custodian_pays_what_was_filed_at_its_terminal_and_both_stand_in_the_trail(
    counter: Counter, swift: AuthorisedCourier, operator: User, signed_in: SignedIn
) -> None:
    mine = filed_by(operator)
    assert counter.browser.get(reverse("new-challan")).status_code == 302  # nobody is served
    visit = counter.serve(str(swift.number))
    page = counter.browser.get(reverse("new-challan"))
    assert [one.pk for one in page.context["rows"]] == [mine.pk]
    made = counter.post("new-challan", bill=mine.pk)
    challan = Challan.objects.get()
    assert made["Location"] == challan.get_absolute_url()
    assert (challan.courier, challan.importer, challan.created_by) == (swift, None, operator)
    shown = counter.browser.get(challan.get_absolute_url()).content.decode()
    assert reverse("go-to-bank", args=[challan.number]) in shown and reverse("cash-deposit") not in shown
    sent = counter.post("go-to-bank", challan.number)
    assert sent["Location"].startswith("http://bank.example")
    services.receive(told(challan))
    assert Challan.objects.get().stage == "PAID"
    assert CourierBillOfEntry.objects.get(pk=mine.pk).duty_paid == challan.amount
    lines = ChallanTrail.objects.filter(document=challan, step__in=("create", "go_to_bank"))
    assert {line.role for line in lines} == {"SERVICE_CENTRE"}
    assert {line.by_name for line in lines} == {f"{operator.full_name} on behalf of {swift.name}, {visit}"}
    receipt = counter.browser.get(reverse("cyber-receipt", args=[challan.number]))
    assert receipt.content.startswith(b"%PDF")
    assert str(challan.number) in signed_in("courier.swift").get(reverse("payment-history")).content.decode()


def test_7g_nothing_that_was_not_filed_there_for_the_customer_is_seen_or_paid(
    counter: Counter, swift: AuthorisedCourier, operator: User, people: Callable[[str], User]
) -> None:
    others = [
        filed_by(people("courier.swift")), filed_by(operator, courier=courier("metro")),
        filed_by(people("servicecentre.del")), filed_by(operator, station="DEL"),
    ]  # fmt: skip
    own = filed_by(people("courier.swift"))
    theirs = services.create_challan([own.pk], _actor(people("courier.swift")))
    counter.serve(str(swift.number))
    assert not counter.browser.get(reverse("new-challan")).context["rows"]
    for one in others:
        assert counter.post("new-challan", bill=one.pk).status_code == 409, one
    assert Challan.objects.count() == 1
    assert str(theirs.number) not in counter.browser.get(reverse("payment-history")).content.decode()
    for name in ("go-to-bank", "challan-anew"):
        assert counter.post(name, theirs.number).status_code == 404
    assert counter.browser.get(theirs.get_absolute_url()).status_code == 404
    for name in ("cash-ledger", "cash-deposit", "fee-challan", "fine-challan", "refunds"):
        assert counter.browser.get(reverse(name)).status_code == 403, name


def _actor(person: User) -> Any:
    from accounts.permissions import Actor

    return Actor.of(person)


def test_7g_once_the_customer_has_gone_a_challan_of_the_terminal_is_read_and_not_paid(
    counter: Counter, swift: AuthorisedCourier, operator: User, signed_in: SignedIn
) -> None:
    mine, visit = filed_by(operator), counter.serve(str(swift.number))
    counter.post("new-challan", bill=mine.pk)
    challan = Challan.objects.get()
    counter.post("counter-step", visit.key, "finish")
    assert counter.browser.get(challan.get_absolute_url()).status_code == 200
    counter.post("go-to-bank", challan.number)
    assert Challan.objects.get().stage == "CREATED"
    assert signed_in("servicecentre.del").get(challan.get_absolute_url()).status_code == 404
    assert signed_in("scan.blr").get(challan.get_absolute_url()).status_code in (403, 404)
