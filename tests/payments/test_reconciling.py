"""The nightly reconciliation: whatever differs between a bank's scroll and the books is at a desk, once, with an act that ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from eccs.workflow import Refused, take
from payments import bank, services
from payments.cash import ledger
from payments.models import BankDifference, Challan, RefusedMessage
from payments.reconciling import comparing, scrolls, tasks
from payments.reconciling.models import BankScroll, Finding
from payments.sandbox.ledger import Behaviour
from tests.payments.conftest import BankAtHand, Flight, told
from tests.payments.test_cash_ledger import deposited

pytestmark = pytest.mark.django_db

HEAD = "challan,bank_transaction,amount_paise,currency,status,decided_at\n"


@pytest.fixture
def dcac(people: Callable[[str], User]) -> Client:
    client = Client()
    client.force_login(people("dcac.blr"))
    return client


def paid_at_bank(
    swift: Flight, payer: Actor, sandbox: BankAtHand, duty: int, behaviour: Behaviour = Behaviour.HONEST
) -> Challan:
    challan = services.create_challan([swift.bill(duty).pk], payer)
    sandbox.pay(services.send_to_bank(challan, payer, "http://testserver/payments/bank/return/"), behaviour)
    return Challan.objects.get(pk=challan.pk)


def line(challan: Any, transaction: str = "SBX261121000000001", **changes: Any) -> str:
    facts = {
        "challan": getattr(challan, "number", challan), "transaction": transaction,
        "amount": getattr(challan, "paise", 100), "currency": "INR", "status": "PAID",
        "at": timezone.localtime().isoformat(),
    } | changes  # fmt: skip
    return ",".join(str(facts[n]) for n in ("challan", "transaction", "amount", "currency", "status", "at")) + "\n"


def loaded(*lines: str, day: date | None = None, sealed: bool = False) -> BankScroll | None:
    """A scroll of today, by hand or sealed by the bank, compared."""
    content, on = (HEAD + "".join(lines)).encode(), day or timezone.localdate()
    scrolls.keep("BANK", on, content, scrolls.read(content, on), sealed=sealed)
    return comparing.compare("BANK", on)


def found() -> set[tuple[str, str]]:
    return set(BankDifference.objects.values_list("finding", "stage"))


@pytest.mark.parametrize(
    ("amount", "stage", "transaction", "at", "finding"),
    [
        (500, "PAID", "T1", "BANK", Finding.MATCHED), (500, "PAID", "T2", "BANK", Finding.MISSING_HERE),
        (501, "PAID", "T1", "BANK", Finding.AMOUNT), (499, "AT_BANK", "", "BANK", Finding.AMOUNT),
        (500, "FAILED", "", "BANK", Finding.MISSING_HERE), (500, "PAID", "T1", "OTHER", Finding.MISSING_HERE),
        (500, None, "", "", Finding.MISSING_HERE),
    ],
)  # fmt: skip
def test_what_a_debit_is_beside_its_challan(
    amount: int, stage: Any, transaction: str, at: str, finding: Finding
) -> None:
    challan = SimpleNamespace(paise=500, stage=stage, bank_transaction=transaction, bank=at) if stage else None
    entry = SimpleNamespace(amount_paise=amount, bank_transaction="T1")
    assert comparing.finding_of(entry, challan, "BANK") == finding


def test_the_nightly_run_asks_matches_and_heals_and_a_second_run_changes_nothing(
    swift: Flight, payer: Actor, sandbox: BankAtHand
) -> None:
    """A day on which the bank was honest, dropped an answer, and forgot nothing."""
    honest = paid_at_bank(swift, payer, sandbox, 1000)
    dropped = paid_at_bank(swift, payer, sandbox, 2000, Behaviour.DROP)
    assert (honest.stage, dropped.stage) == ("PAID", "AT_BANK")
    today = timezone.localdate()
    for _twice in range(2):
        assert tasks.reconcile_day("BANK", today) == 1
        assert Challan.objects.get(pk=dropped.pk).stage == "PAID"
        scroll = BankScroll.objects.get()
        assert (scroll.sealed, scroll.entry_count, scroll.total_paise) == (True, 2, 300_000)
        assert set(scroll.entries.values_list("finding", flat=True)) == {"MATCHED"}
        assert not BankDifference.objects.exists()
    assert ledger.received_from("BANK") * 100 == scroll.total_paise


def test_the_task_fetches_every_day_of_the_week_that_is_missing_and_waits_for_a_silent_bank(
    sandbox: BankAtHand, swift: Flight
) -> None:
    sandbox.away = True
    assert tasks.reconcile() == 0
    sandbox.away = False
    assert tasks.reconcile() == 7
    assert tasks.reconcile() == 0
    assert BankScroll.objects.count() == 7


def test_a_day_whose_scroll_stays_away_is_never_forgotten_and_comes_to_a_desk_until_the_bank_seals_it(
    swift: Flight, payer: Actor, sandbox: BankAtHand, dcac: Client
) -> None:
    paid_at_bank(swift, payer, sandbox, 1000)
    start, day = timezone.now(), timezone.localdate()
    sandbox.away = True
    for nights, told_of in ((2, set()), (3, {("NO_SCROLL", "OPEN")}), (9, {("NO_SCROLL", "OPEN")})):
        with time_machine.travel(start + timedelta(days=nights), tick=False):
            tasks.reconcile()
            assert set(BankDifference.objects.filter(day=day).values_list("finding", "stage")) == told_of, nights
    missing = BankDifference.objects.get(day=day)
    page = dcac.get(missing.get_absolute_url()).content.decode()
    assert "The bank has sealed no scroll for this day" in page
    sandbox.away = False
    with time_machine.travel(start + timedelta(days=12), tick=False):
        tasks.reconcile()
        assert not scrolls.days_without("BANK", timezone.localdate())
    assert BankDifference.objects.get(pk=missing.pk).stage == "CLEARED"
    assert scrolls.latest("BANK", day).entry_count == 1  # type: ignore[union-attr]


def test_one_silent_bank_is_asked_once_a_night_and_keeps_no_other_waiting(
    sandbox: BankAtHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(code: str, day: date) -> None:
        asked.append(code)
        raise bank.BankSilent("away")

    monkeypatch.setattr(scrolls, "ask", ask)
    monkeypatch.setattr("payments.banks.names", lambda: {"BANK": "Bank", "OTHER": "Other"})
    assert tasks.reconcile() == 0
    assert asked == ["BANK", "OTHER"]


def test_what_a_bank_received_for_a_challan_of_another_bank_or_of_the_cash_ledger_is_booked_from_the_bank_that_has_it(
    swift: Flight, payer: Actor, sandbox: BankAtHand, people: Callable[[str], User], settings: Any
) -> None:
    settings.MORE_BANKS = {
        "OTHER": {
            "url": "http://other.example",
            "key": "cd" * 32,
            "name": "Other Bank",
            "adapter": "payments.bank.Bank",
        }
    }
    sandbox.away = True
    given_up = services.create_challan([swift.bill(300).pk], payer)
    services.send_to_bank(given_up, payer, "http://testserver/payments/bank/return/")
    services.receive(told(given_up, status=bank.Status.FAILED))
    deposited(payer, 5000)
    from_ledger = take(services.create_challan([swift.bill(200).pk], payer), "pay_from_ledger", payer)
    day, officer = timezone.localdate(), Actor.of(people("dcac.blr"))
    before = ledger.received_from("BANK")
    content = (HEAD + line(given_up) + line(from_ledger, "SBX261121000000777")).encode()
    scrolls.keep("OTHER", day, content, scrolls.read(content, day), sealed=True)
    comparing.compare("OTHER", day)
    for one in BankDifference.objects.all():
        take(one, "credit_ledger", officer, remarks="The money is at the other bank")
    assert (ledger.received_from("OTHER"), ledger.received_from("BANK")) == (500, before)
    assert not ledger.faults().exists()


def test_a_scroll_whose_seal_does_not_fit_is_refused_at_a_desk(
    sandbox: BankAtHand, swift: Flight, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = sandbox.fetch

    def tampered(*given: Any) -> tuple[bytes, dict[str, str]]:
        body, headers = honest(*given)
        return body + b"1911000001,SBX261121000000009,100,INR,PAID,x\n", headers

    monkeypatch.setattr(bank, "fetch", tampered)
    assert tasks.reconcile_day("BANK", timezone.localdate()) == 0
    refused = RefusedMessage.objects.get()
    assert (refused.sort, refused.fault, BankScroll.objects.count()) == ("scroll", "FORGED", 0)


def test_each_difference_is_at_the_desk_of_the_station_once_and_ended_with_words(
    swift: Flight, payer: Actor, sandbox: BankAtHand, dcac: Client, people: Callable[[str], User]
) -> None:
    sandbox.away = True
    paid, unpaid, given_up = (services.create_challan([swift.bill(d).pk], payer) for d in (100, 200, 300))
    for one in (paid, unpaid, given_up):
        services.send_to_bank(one, payer, "http://testserver/payments/bank/return/")
    services.receive(told(paid))
    services.receive(told(given_up, bank_transaction="SBX261121000000003", status=bank.Status.FAILED))
    lines = [
        line(unpaid, "SBX261121000000002", amount=20_001),
        line(given_up, "SBX261121000000003"),
        line("1911999999", "SBX261121000000004"),
    ]
    for _twice in range(2):
        loaded(*lines)
        expected = {("AMOUNT", "OPEN"), ("MISSING_HERE", "OPEN"), ("MISSING_THERE", "OPEN")}
        assert (found(), BankDifference.objects.count()) == (expected, 4)
    queue = dcac.get("/payments/differences/queue/open/")
    assert queue.status_code == 200, queue.status_code
    numbers = list(BankDifference.objects.values_list("number", flat=True))
    assert all(str(number) in queue.content.decode() for number in numbers)
    there = BankDifference.objects.get(finding="MISSING_THERE")
    address = there.step_url("settle")
    dcac.post(address, {"settle-remarks": ""})
    assert BankDifference.objects.get(pk=there.pk).stage == "OPEN"
    dcac.post(address, {"settle-remarks": "The bank entered it a day late"})
    there = BankDifference.objects.get(pk=there.pk)
    assert (there.stage, there.remarks) == ("SETTLED", "The bank entered it a day late")
    elsewhere = Client()
    elsewhere.force_login(people("dcac.del"))
    assert elsewhere.get(there.get_absolute_url()).status_code == 404
    loaded(*lines)
    assert BankDifference.objects.get(pk=there.pk).stage == "SETTLED"


def test_what_the_bank_received_for_a_given_up_challan_is_credited_to_the_cash_ledger_once(
    swift: Flight, payer: Actor, sandbox: BankAtHand, people: Callable[[str], User]
) -> None:
    sandbox.away = True
    given_up = services.create_challan([swift.bill(300).pk], payer)
    services.send_to_bank(given_up, payer, "http://testserver/payments/bank/return/")
    services.receive(told(given_up, status=bank.Status.FAILED))
    loaded(line(given_up))
    difference, officer = BankDifference.objects.get(), Actor.of(people("dcac.blr"))
    with pytest.raises(Refused, match="sealed"):  # whoever loads a file would make money with it
        take(difference, "credit_ledger", officer, remarks="The money is here")
    loaded(line(given_up, amount=40_000), sealed=True)
    assert BankDifference.objects.get().surplus == 400  # as the bank corrects it, it stands in the open difference
    loaded(line(given_up), sealed=True)
    take(difference, "credit_ledger", officer, remarks="The money is here")
    with pytest.raises(Refused):
        take(difference, "credit_ledger", officer, remarks="The money is here")
    assert ledger.balance_of(courier_id=payer.courier_id, importer_id=None) == 300
    loaded(line(given_up), day=timezone.localdate(), sealed=True)
    again = BankDifference.objects.create(
        **{f: getattr(difference, f) for f in ("finding", "bank", "challan", "challan_number", "bank_transaction", "there_paise")},
        station_id="BLR", day=timezone.localdate() - timedelta(days=1), number="DIF_2026-2027_000099",
    )  # fmt: skip
    with pytest.raises(Refused, match="on the firm's cash ledger already"):  # listed on another day too
        take(again, "credit_ledger", officer, remarks="And again")
    other = services.create_challan([swift.bill(300).pk], payer)
    services.send_to_bank(other, payer, "http://testserver/payments/bank/return/")
    services.receive(told(other))  # the same transaction, for another challan
    assert Challan.objects.get(pk=other.pk).stage == "AT_BANK"
    services.receive(told(given_up))  # the bank remembers, late: nothing more comes of it
    assert Challan.objects.get(pk=given_up.pk).stage == "FAILED"
    assert ledger.received_from("BANK") == 300
    assert not ledger.faults().exists()


def test_a_late_payment_that_was_accepted_is_not_credited_to_the_cash_ledger_too(
    swift: Flight, payer: Actor, sandbox: BankAtHand, people: Callable[[str], User]
) -> None:
    sandbox.away = True
    given_up = services.create_challan([swift.bill(300).pk], payer)
    services.send_to_bank(given_up, payer, "http://testserver/payments/bank/return/")
    services.receive(told(given_up, status=bank.Status.FAILED))
    loaded(line(given_up), sealed=True)
    services.receive(told(given_up))
    difference, officer = BankDifference.objects.get(), Actor.of(people("dcac.blr"))
    with pytest.raises(Refused, match="not decided yet"):
        take(difference, "credit_ledger", officer, remarks="The money is here")
    take(Challan.objects.get(pk=given_up.pk), "accept_late_payment", officer)
    with pytest.raises(Refused, match="no more than stands paid"):
        take(BankDifference.objects.get(), "credit_ledger", officer, remarks="The money is here")
    assert ledger.received_from("BANK") == 300


def test_a_difference_that_is_none_any_more_is_cleared_up_by_itself(
    swift: Flight, payer: Actor, sandbox: BankAtHand
) -> None:
    challan = services.create_challan([swift.bill(300).pk], payer)
    services.send_to_bank(challan, payer, "http://testserver/payments/bank/return/")
    sandbox.away = True
    loaded(line(challan))
    assert found() == {("MISSING_HERE", "OPEN")}
    services.receive(told(Challan.objects.get(pk=challan.pk)))
    assert comparing.compare_open() == 1
    assert found() == {("MISSING_HERE", "CLEARED")}


def test_a_line_of_a_file_credits_nothing_by_itself(swift: Flight, payer: Actor, sandbox: BankAtHand) -> None:
    """A forged file names a payment that the bank, asked, knows nothing of."""
    challan = services.create_challan([swift.bill(300).pk], payer)
    services.send_to_bank(challan, payer, "http://testserver/payments/bank/return/")
    loaded(line(challan))
    assert Challan.objects.get(pk=challan.pk).stage == "AT_BANK"
    assert found() == {("MISSING_HERE", "OPEN")}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "columns"), ("challan,amount\n", "columns"), (HEAD + "x,SBX261121000000001,1,INR,PAID,x\n", "challan"),
        (HEAD + line("1911999999", currency="USD"), "currency"), (HEAD + line("1911999999", amount="1.5"), "amount_paise"),
        (HEAD + line("1911999999", at="2020-01-01T00:00:00+05:30"), "moment"), (HEAD + 2 * line("1911999999"), "twice"),
        (HEAD + line("1911999999", status="FAILED"), "status"),
    ],
)  # fmt: skip
def test_a_scroll_that_cannot_be_read_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(scrolls.Unreadable, match=words):
        scrolls.read(text.encode(), timezone.localdate())


def test_the_days_and_the_report_are_the_stations_own_on_screen_as_csv_and_as_pdf(
    swift: Flight, payer: Actor, sandbox: BankAtHand, dcac: Client, people: Callable[[str], User]
) -> None:
    paid = paid_at_bank(swift, payer, sandbox, 1000)
    tasks.reconcile_day("BANK", timezone.localdate())
    base = f"/payments/reconciliation/scrolls/BANK/{timezone.localdate():%Y-%m-%d}/"
    assert base in dcac.get("/payments/reconciliation/scrolls/").content.decode()
    assert str(paid.number) in dcac.get(base).content.decode()
    assert f"MATCHED,{paid.number},BLR" in dcac.get(f"{base}export/").content.decode("utf-8-sig")
    assert dcac.get(f"{base}print/").content.startswith(b"%PDF")
    elsewhere = Client()
    elsewhere.force_login(people("dcac.del"))
    assert str(paid.number) not in elsewhere.get(base).content.decode()
    courier = Client()
    courier.force_login(people("courier.swift"))
    assert courier.get(base).status_code == 403


def test_a_scroll_is_loaded_by_hand_for_a_day_that_is_over(swift: Flight, sandbox: BankAtHand, dcac: Client) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    at = f"{yesterday:%Y-%m-%d}T12:00:00+05:30"
    text = (HEAD + line("1911999999", at=at)).encode()

    def sent(day: date, content: bytes) -> int:
        file = SimpleUploadedFile("scroll.csv", content, "text/csv")
        return dcac.post(
            "/payments/reconciliation/scrolls/load/", {"bank": "BANK", "day": f"{day:%d/%m/%Y}", "file": file}
        ).status_code

    assert sent(timezone.localdate(), text) == 422
    assert sent(yesterday, b"nonsense") == 422
    assert sent(yesterday, text) == 302
    scroll = BankScroll.objects.get()
    assert scroll.loaded_by is not None
    assert (scroll.sealed, scroll.entry_count, scroll.loaded_by.username) == (False, 1, "dcac.blr")
    comparing.compare("BANK", yesterday)
    assert found() == {("MISSING_HERE", "OPEN")}
