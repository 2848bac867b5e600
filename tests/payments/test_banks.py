"""Several banks: configuration and dated data; what is not a bank's goes to a desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from accounts.sessions import PROVED
from eccs.workflow import Refused, take
from payments import bank, banks, services
from payments.authorised import BankAuthorisation, banks_at
from payments.models import BankMessage, Challan, RefusedMessage
from tests.factories.transit import transfer
from tests.payments.conftest import KEY, Flight, told

pytestmark = pytest.mark.django_db

OTHER_KEY = "cd" * 32


@pytest.fixture
def deccan(settings: Any) -> bank.KeyRing:
    """A second bank: nothing but configuration and an authorisation."""
    settings.MORE_BANKS = {
        "DECCAN": {
            "url": "http://deccan.example",
            "key": OTHER_KEY,
            "name": "Deccan Bank",
            "adapter": "payments.bank.Bank",
        }
    }
    today = timezone.localdate()
    BankAuthorisation.objects.create(station_id="BLR", bank="DECCAN", from_date=today, source="Order 7")
    return bank.KeyRing.of(OTHER_KEY)


def test_a_second_bank_takes_challans_confirms_them_and_is_found_by_its_key(
    deccan: bank.KeyRing, swift: Flight, payer: Actor, client: Client
) -> None:
    challan = services.create_challan([swift.bill(1000).pk], payer)
    assert challan.bank == "DECCAN"  # the station's own goes before the national one
    address = services.send_to_bank(challan, payer, "http://testserver/payments/bank/return/")
    assert address.startswith("http://deccan.example/pay?")
    said = told(Challan.objects.get(pk=challan.pk))
    answer = client.post("/payments/bank/confirmation/", said.signed(deccan))
    assert (answer.status_code, answer.content) == (200, b"CREDITED\n")
    assert BankMessage.objects.get().bank == "DECCAN"


def test_14_1_a_transshipment_fee_is_paid_through_the_bank_that_the_courier_chooses(
    deccan: bank.KeyRing, swift: Flight, people: Callable[[str], User], client: Client
) -> None:
    BankAuthorisation.objects.create(station_id="BLR", bank="BANK", from_date=timezone.localdate(), source="Order 8")
    client.force_login(people("courier.swift"))
    fee = transfer("FEE", fee=500)
    page = client.get("/payments/fees/").content.decode()
    assert "Pay through" in page and "Deccan Bank" in page
    assert client.post("/payments/fees/", {"transfer": fee.pk, "bank": "NOBODY"}).status_code == 409
    client.post("/payments/fees/", {"transfer": fee.pk, "bank": "BANK"})
    assert [one.bank for one in Challan.objects.all()] == ["BANK"]


def test_a_bank_cannot_pay_a_challan_that_was_taken_to_another(
    at_bank_of_first: Challan, deccan: bank.KeyRing, client: Client
) -> None:
    said = told(at_bank_of_first)
    answer = client.post("/payments/bank/confirmation/", said.signed(deccan))
    assert answer.content == b"QUEUED\n"
    assert BankMessage.objects.get().reason == "BANK"
    failed = told(at_bank_of_first, status=bank.Status.FAILED)
    assert client.post("/payments/bank/confirmation/", failed.signed(deccan)).content == b"NOTED\n"
    assert Challan.objects.get(pk=at_bank_of_first.pk).stage == "AT_BANK"


@pytest.fixture
def at_bank_of_first(at_bank: Challan) -> Challan:
    """A challan taken to the first bank, before there was another."""
    return at_bank


@pytest.mark.parametrize(
    ("starts", "ends", "there"), [(0, None, True), (1, None, False), (-5, -1, False), (-5, 0, True)]
)
def test_a_bank_is_authorised_from_its_first_to_its_last_day(
    deccan: bank.KeyRing, starts: int, ends: int | None, there: bool
) -> None:
    today = timezone.localdate()
    BankAuthorisation.objects.filter(station="BLR").update(
        from_date=today + timedelta(days=starts), until=None if ends is None else today + timedelta(days=ends)
    )
    assert ("DECCAN" in banks_at("BLR"), "BANK" in banks_at("BLR")) == (there, not there)
    assert list(banks_at("DEL")) == ["BANK"]


def test_no_challan_goes_to_a_bank_whose_authorisation_has_ended(
    deccan: bank.KeyRing, swift: Flight, payer: Actor
) -> None:
    challan = services.create_challan([swift.bill().pk], payer)
    with pytest.raises(Refused, match="not authorised"):
        services.create_challan([swift.bill().pk], payer, bank_code="BANK")
    BankAuthorisation.objects.filter(bank="DECCAN").update(
        until=timezone.localdate() - timedelta(days=1), from_date=timezone.localdate() - timedelta(days=9)
    )
    with pytest.raises(Refused, match="not authorised"):
        take(challan, "go_to_bank", payer)


def test_a_bank_that_is_configured_no_more_is_silent_and_keeps_its_name_in_the_books(swift: Flight) -> None:
    with pytest.raises(bank.BankSilent):
        banks.gateway("GONE")
    assert banks.name_of("GONE") == "GONE"


def test_the_port_admin_keeps_the_banks_of_the_own_station_alone(
    people: Callable[[str], User], deccan: bank.KeyRing
) -> None:
    BankAuthorisation.objects.filter(bank="DECCAN").delete()
    today = f"{timezone.localdate():%d/%m/%Y}"
    admin = Client()
    admin.force_login(people("portadmin.blr"))
    session = admin.session
    session[PROVED] = int(timezone.now().timestamp())
    session.save()
    given = {"station": "BLR", "bank": "DECCAN", "from_date": today, "source": "Order 7/2026"}
    for station, status in (("DEL", 422), ("", 422), ("BLR", 302)):
        assert admin.post("/payments/banks/authorise/", given | {"station": station}).status_code == status
    assert admin.post("/payments/banks/authorise/", given).status_code == 422  # it is there already
    assert list(banks_at("BLR")) == ["DECCAN"]
    national = BankAuthorisation.objects.get(station=None)
    assert admin.post(f"/payments/banks/{national.pk}/end/").status_code == 404
    own = BankAuthorisation.objects.get(station="BLR")
    assert admin.post(f"/payments/banks/{own.pk}/end/").status_code == 302
    assert BankAuthorisation.objects.get(pk=own.pk).until == timezone.localdate()
    page = admin.get("/payments/banks/").content.decode()
    assert "Deccan Bank" in page
    officer = Client()
    officer.force_login(people("ao.blr"))
    assert officer.get("/payments/banks/").status_code == 403


def test_every_refused_message_is_counted_at_the_desk_and_credits_nothing(
    at_bank: Challan, client: Client, people: Callable[[str], User]
) -> None:
    keys, strangers = bank.KeyRing.of(KEY), bank.KeyRing.of("ef" * 32)
    stale = told(at_bank, sent_at=timezone.now() - timedelta(hours=1))
    forged = told(at_bank).signed(keys) | {"amount_paise": "1"}
    foreign = told(at_bank, currency="USD").signed(keys)
    for said in (forged, forged, forged, told(at_bank).signed(strangers), stale.signed(keys), foreign):
        assert client.post("/payments/bank/confirmation/", said).status_code == 400
    counts = dict(RefusedMessage.objects.values_list("fault", "count"))
    assert counts == {"FORGED": 3, "UNKNOWN_KEY": 1, "EXPIRED": 1, "UNREADABLE": 1}
    assert Challan.objects.get(pk=at_bank.pk).stage == "AT_BANK"
    dcac = Client()
    dcac.force_login(people("dcac.blr"))
    assert str(at_bank.number) in dcac.get("/payments/reconciliation/?view=refused").content.decode()
    one = RefusedMessage.objects.get(fault="FORGED")
    address = f"/payments/reconciliation/refused/{one.pk}/close/"
    elsewhere = Client()
    elsewhere.force_login(people("dcac.del"))
    assert elsewhere.post(address, {"settlement": "A trial"}).status_code == 404
    dcac.post(address, {"settlement": "A trial of a tester"})
    assert RefusedMessage.objects.get(pk=one.pk).settlement == "A trial of a tester"
    client.post("/payments/bank/confirmation/", forged)
    assert RefusedMessage.objects.get(fault="FORGED", settled_at=None).count == 1  # told anew


def test_a_nonce_counts_once_however_often_it_is_replayed(at_bank: Challan, client: Client) -> None:
    said = told(at_bank).signed(bank.KeyRing.of(KEY))
    for _n in range(3):
        assert client.post("/payments/bank/confirmation/", said).status_code == 200
    assert BankMessage.objects.count() == 1


def test_the_history_is_filtered_by_bank_and_amount_and_exported(
    at_bank: Challan, swift: Flight, payer: Actor, people: Callable[[str], User]
) -> None:
    small = services.create_challan([swift.bill(10).pk], payer)
    browser = Client()
    browser.force_login(people("courier.swift"))

    def listed(query: str) -> list[str]:
        lines = browser.get(f"/payments/export/{query}").getvalue().decode("utf-8-sig").splitlines()[1:]
        assert [line.split(",")[0] for line in lines] == [
            one.number for one in browser.get(f"/payments/{query}").context["rows"]
        ]
        return [line.split(",")[0] for line in lines]

    assert listed("") == [small.number, at_bank.number]
    assert listed("?least=11") == [at_bank.number]
    assert listed("?most=10") == [small.number]
    assert listed("?bank=BANK") == [small.number, at_bank.number]
    assert listed("?bank=OURS") == []
    assert listed("?stage=AT_BANK&most=99999") == [at_bank.number]
