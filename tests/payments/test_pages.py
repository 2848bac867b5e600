"""Who sees which page about payments, and what stands on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from django.test import Client

from accounts.models import User
from accounts.permissions import Actor
from eccs.workflow import take
from payments import services, today
from payments.bank import Status
from payments.models import BankMessage, Challan
from tests.payments.conftest import Flight, told

pytestmark = pytest.mark.django_db

SignedIn = Callable[[str], Client]


@pytest.fixture
def signed_in(people: Callable[[str], User]) -> SignedIn:
    """Somebody's browser, the same one all through a test."""

    def browser(username: str) -> Client:
        client = Client()
        client.force_login(people(username))
        return client

    return cache(browser)


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("courier.swift", 200), ("signatory.swift", 200), ("ao.blr", 200), ("courier.metro", 404), ("ao.del", 404),
        ("scan.blr", 404), ("importer.kaveri", 404),
    ],
)  # fmt: skip
def test_a_challan_is_seen_by_its_firm_and_by_the_stations_officers(
    at_bank: Challan, signed_in: SignedIn, username: str, status: int
) -> None:
    services.receive(told(at_bank))
    browser = signed_in(username)
    for address in (f"/payments/challans/{at_bank.number}/", f"/payments/challans/{at_bank.number}/receipt/"):
        assert browser.get(address).status_code == status


@pytest.mark.parametrize("username", ["courier.metro", "ao.blr", "signatory.metro"])
def test_nobody_else_takes_a_challan_to_the_bank(at_bank: Challan, signed_in: SignedIn, username: str) -> None:
    answer = signed_in(username).post(f"/payments/challans/{at_bank.number}/go-to-bank/")
    assert answer.status_code == 404 or "bank.example" not in answer.headers["Location"]


def test_strangers_sign_in_first(at_bank: Challan, client: Client) -> None:
    for address in (
        "/payments/",
        "/payments/new/",
        f"/payments/challans/{at_bank.number}/",
        "/payments/reconciliation/",
    ):
        assert client.get(address).status_code == 302


@pytest.mark.parametrize(
    ("username", "status"), [("ao.blr", 403), ("courieradmin.swift", 403), ("signatory.swift", 200)]
)
def test_only_couriers_pick_bills(signed_in: SignedIn, swift: Flight, username: str, status: int) -> None:
    assert signed_in(username).get("/payments/new/").status_code == status


def test_the_bills_that_wait_are_offered_and_those_of_others_are_not(
    signed_in: SignedIn, swift: Flight, metro: Flight
) -> None:
    mine, theirs = swift.bill(1234), metro.bill(4321)
    page = signed_in("courier.swift").get("/payments/new/?select=page").content.decode()
    assert f'value="{mine.pk}"' in page
    assert "1,234.00" in page
    assert f'value="{theirs.pk}"' not in page
    assert "checked" in page


def test_ticking_nothing_is_answered_with_the_reason_on_the_page(signed_in: SignedIn, swift: Flight) -> None:
    swift.bill()
    answer = signed_in("courier.swift").post("/payments/new/", {})
    assert answer.status_code == 409
    assert "Tick the bills" in answer.content.decode()


def test_the_history_lists_paid_and_unpaid_challans_and_filters_them(
    signed_in: SignedIn, at_bank: Challan, swift: Flight, payer: Actor
) -> None:
    services.receive(told(at_bank))
    unpaid = services.create_challan([swift.bill().pk], payer)
    browser = signed_in("courier.swift")

    def listed(query: str) -> set[str]:
        page = browser.get(f"/payments/{query}").content.decode()
        return {n for n in (str(at_bank.number), str(unpaid.number)) if f"/challans/{n}/" in page}

    assert listed("") == {at_bank.number, unpaid.number}
    assert listed("?stage=PAID") == {at_bank.number}
    assert listed(f"?number={unpaid.number}") == {unpaid.number}
    assert listed("?since=2099-01-01") == set()
    paid = Challan.objects.get(pk=at_bank.pk)
    line = paid.lines.select_related("bill__hawb")[0]
    assert line.bill and line.bill.hawb
    assert listed(f"?transaction={paid.bank_transaction.lower()}") == {at_bank.number}
    assert (
        listed(f"?paid_for={line.bill.number}")
        == listed(f"?paid_for={line.bill.hawb.number.lower()}")
        == {at_bank.number}
    )
    browser = signed_in("ao.blr")
    assert listed("?payer=swift") == {at_bank.number, unpaid.number}
    assert listed("?payer=metro") == set()
    browser = signed_in("courier.metro")
    assert listed(f"?paid_for={line.bill.number}") == set()
    assert listed("?stage=NONSENSE&since=x") == set()


def test_the_history_is_walked_page_by_page(signed_in: SignedIn, swift: Flight, payer: Actor) -> None:
    made = [str(services.create_challan([swift.bill().pk], payer).number) for _ in range(30)]
    browser, seen, address = signed_in("courier.swift"), [], "/payments/"
    for _ in range(2):
        answer = browser.get(address)
        seen += [challan.number for challan in answer.context["rows"]]
        address = f"/payments/{answer.context['next_url']}"
    assert seen == made[::-1]


def test_a_message_that_does_not_fit_is_closed_with_words_by_the_dcac_of_the_station(
    at_bank: Challan, signed_in: SignedIn
) -> None:
    message = services.receive(told(at_bank, amount_paise=1))
    address = f"/payments/reconciliation/{message.pk}/close/"
    assert signed_in("ao.blr").get("/payments/reconciliation/").status_code == 403
    assert signed_in("dcac.del").post(address, {"settlement": "Refunded by the bank"}).status_code == 404
    dcac = signed_in("dcac.blr")
    assert str(at_bank.number) in dcac.get("/payments/reconciliation/").content.decode()
    dcac.post(address, {"settlement": ""})
    assert BankMessage.objects.get(pk=message.pk).settled_at is None
    dcac.post(address, {"settlement": "Refunded by the bank"})
    assert BankMessage.objects.get(pk=message.pk).settlement == "Refunded by the bank"
    assert dcac.post(address, {"settlement": "Again"}).status_code == 404


def test_a_return_that_is_not_the_banks_is_answered_by_a_page(client: Client, at_bank: Challan) -> None:
    answer = client.post("/payments/bank/return/", {"challan": at_bank.number, "status": "PAID"})
    assert answer.status_code == 400
    assert "Do not pay again" in answer.content.decode()
    assert Challan.objects.get(pk=at_bank.pk).stage == "AT_BANK"


@pytest.mark.parametrize("status", [Status.PAID, Status.FAILED])
def test_each_stage_of_a_challan_has_its_page(at_bank: Challan, signed_in: SignedIn, status: Status) -> None:
    for username in ("courier.swift", "dcac.blr"):
        assert signed_in(username).get(f"/payments/challans/{at_bank.number}/").status_code == 200
    services.receive(told(at_bank, status=status))
    for username in ("courier.swift", "dcac.blr"):
        page = signed_in(username).get(f"/payments/challans/{at_bank.number}/").content.decode()
        assert ("R-BLR-" in page) is (status is Status.PAID)


def test_looking_at_pages_writes_nothing(at_bank: Challan, signed_in: SignedIn) -> None:
    before = list(Challan.objects.values())
    browser = signed_in("courier.swift")
    for address in ("/payments/", "/payments/new/", f"/payments/challans/{at_bank.number}/"):
        browser.get(address)
    assert browser.get(f"/payments/challans/{at_bank.number}/go-to-bank/").status_code == 405
    assert list(Challan.objects.values()) == before


def test_8_0_the_page_of_a_challan_works_out_what_is_due_today_once_for_every_button(
    swift: Flight, payer: Actor, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = services.create_challan([swift.bill(900).pk, swift.bill(901).pk], payer)
    asked, really = list[int](), today.lines_today

    def counted(challan: Challan) -> list[today.Today]:
        asked.append(challan.pk)
        return really(challan)

    monkeypatch.setattr(today, "lines_today", counted)
    page = signed_in("courier.swift").get(made.get_absolute_url())
    assert (page.status_code, asked) == (200, [made.pk])
    assert take(made, "go_to_bank", payer).stage == "AT_BANK"
    assert asked == [made.pk, made.pk]  # whoever pays works it out anew, on the locked row
