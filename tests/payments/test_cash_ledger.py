"""The Electronic Cash Ledger: deposits, debits, credits back, never below nought, every entry balanced (section 51A)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Posting, User
from accounts.permissions import SYSTEM, Actor
from bills.models import CourierBillOfEntry
from eccs import dated_rules
from eccs.dated_rules import DatedRule
from eccs.models import Notice
from eccs.workflow import Refused, take
from payments import services, tasks
from payments.cash import ledger
from payments.cash import statement as cash_statement
from payments.cash.deposits import create_deposit
from payments.cash.models import CashAccount, CashEntry, CashLine
from payments.cash.statement import statement
from payments.models import Challan, ChallanLine, CyberReceipt
from tests.factories.bills import bill
from tests.factories.challans import challan, funded
from tests.factories.firms import actor
from tests.payments.conftest import Flight, told
from tests.races.together import together


def deposited(payer: Actor, amount: int, transaction_number: str = "SBX261121000000077") -> Challan:
    made = create_deposit({"amount": Decimal(amount), "place": "BLR:BANK"}, payer)
    services.send_to_bank(made, payer, "http://testserver/payments/bank/return/")
    made = Challan.objects.get(pk=made.pk)
    for _n in range(3):  # however often the bank says so
        services.receive(told(made, bank_transaction=transaction_number))
    return Challan.objects.get(pk=made.pk)


def balance(payer: Actor) -> Decimal:
    return ledger.balance_of(courier_id=payer.courier_id, importer_id=payer.importer_id)


def books_agree() -> None:
    """Balances are the sums of their lines, and all lines of all accounts come to nought."""
    assert not ledger.faults().exists()
    assert sum(CashLine.objects.values_list("amount", flat=True)) == 0


@pytest.mark.django_db
def test_a_deposit_is_on_the_ledger_once_and_pays_challans_without_a_bank(swift: Flight, payer: Actor) -> None:
    made = deposited(payer, 5000)
    assert (made.stage, balance(payer)) == ("PAID", 5000)
    assert CyberReceipt.objects.filter(challan=made).count() == 1
    owed = services.create_challan([swift.bill(1200).pk, swift.bill(1300).pk], payer)
    paid = take(owed, "pay_from_ledger", payer)
    assert (paid.stage, paid.bank, paid.bank_transaction[:3], balance(payer)) == ("PAID", "", "ECL", 2500)
    assert {one.stage for one in CourierBillOfEntry.objects.filter(challan_lines__challan=paid)} == {"ARRIVAL"}
    with pytest.raises(Refused):
        take(paid, "pay_from_ledger", payer)
    too_much = services.create_challan([swift.bill(2501).pk], payer)
    with pytest.raises(Refused, match="cannot be debited"):
        take(too_much, "pay_from_ledger", payer)
    assert (balance(payer), Challan.objects.get(pk=too_much.pk).stage) == (2500, "CREATED")
    assert ledger.received_from("BANK") == 5000
    books_agree()


@pytest.mark.django_db
def test_a_challan_paid_at_the_bank_is_deposited_and_debited_at_once(at_bank: Challan, payer: Actor) -> None:
    services.receive(told(at_bank))
    assert [str(n) for n in at_bank.cash_entries.values_list("sort", flat=True)] == ["DIRECT"]
    assert (balance(payer), ledger.received_from("BANK")) == (0, at_bank.amount)
    books_agree()


@pytest.mark.django_db
@pytest.mark.parametrize("days", [-1, 0])
def test_the_way_of_paying_is_a_dated_rule_of_the_station(swift: Flight, payer: Actor, days: int) -> None:
    """From its first day on, a station's rule takes the bank away, or the ledger; the day before it does not."""
    first = timezone.localdate() - timedelta(days=days)
    for name in ("pay_at_bank", "pay_from_cash_ledger"):
        owed = funded(services.create_challan([swift.bill(100).pk], payer))
        row = DatedRule.objects.create(name=name, station_code="BLR", from_date=first, value="off", source="Order 7")
        dated_rules.forget()
        step = "go_to_bank" if name == "pay_at_bank" else "pay_from_ledger"
        if days == 0:
            with pytest.raises(Refused, match="At this station"):
                take(owed, step, payer)
        else:
            assert take(owed, step, payer).stage in ("AT_BANK", "PAID")
        row.delete()
        dated_rules.forget()


@pytest.mark.django_db
def test_a_deposit_is_made_at_the_bank_where_challans_are_paid_from_the_ledger_alone(payer: Actor) -> None:
    DatedRule.objects.create(
        name="pay_at_bank", station_code="BLR", from_date=timezone.localdate(), value="off", source="Order 7"
    )
    dated_rules.forget()
    assert deposited(payer, 700).stage == "PAID"
    with pytest.raises(Refused, match="A deposit is paid at the bank"):
        take(create_deposit({"amount": Decimal(1), "place": "BLR:BANK"}, payer), "pay_from_ledger", payer)


@pytest.mark.django_db
def test_what_could_not_be_credited_to_a_bill_goes_back_onto_the_ledger_once(
    at_bank: Challan, payer: Actor, people: Callable[[str], User]
) -> None:
    line = at_bank.lines.select_related("bill")[0]
    assert line.bill is not None
    take(line.bill, "cancel", SYSTEM, cancellation="CAN_BLR_2026-2027_000001")
    services.receive(told(at_bank))
    line = ChallanLine.objects.get(pk=line.pk)
    assert line.refusal
    dcac = Client()
    dcac.force_login(people("dcac.blr"))
    for _twice in range(2):
        dcac.post(f"/payments/reconciliation/lines/{line.pk}/refundable/", {"settlement": "The bill was cancelled"})
    assert balance(payer) == line.amount
    books_agree()


@pytest.mark.django_db
def test_the_books_refuse_what_is_unbalanced_changed_or_below_nought(swift: Flight, payer: Actor) -> None:
    deposited(payer, 100)
    account = CashAccount.objects.of_firms().get()
    entry = CashEntry.objects.get()
    for deed in (
        lambda: CashEntry.objects.filter(pk=entry.pk).update(amount=1),
        lambda: CashLine.objects.filter(entry=entry).update(amount=1),
        lambda: CashLine.objects.filter(entry=entry).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            deed()
    with pytest.raises(IntegrityError, match="cash_never_below_zero"), transaction.atomic():
        CashAccount.objects.filter(pk=account.pk).update(balance=-1)
    for amounts in ([], [Decimal(5)], [Decimal(5), Decimal(-4)]):
        with pytest.raises(DatabaseError, match="is not balanced"):
            _write_raw(account, amounts)
    with pytest.raises(DatabaseError, match="another moment"):
        _write_raw(account, [Decimal(5), Decimal(-5)], timedelta(days=1))


@transaction.atomic
def _write_raw(account: CashAccount, amounts: list[Decimal], late: timedelta = timedelta(0)) -> None:
    made = CashEntry.objects.create(key=f"raw:{amounts}", sort="DEPOSIT", amount=5, by_name="Nobody")
    CashLine.objects.bulk_create(
        CashLine(entry=made, account=account, amount=one, at=made.at + late) for one in amounts
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_sixteen_challans_at_once_take_no_more_than_is_on_the_ledger() -> None:
    operator = actor("COURIER_OPERATOR")
    owed = [challan("CREATED", bill("DUTY")) for _ in range(16)]
    for one in owed[:5]:
        funded(one)
    enough = sum(one.amount for one in owed[:5])
    found = together(*(partial(take, one, "pay_from_ledger", operator) for one in owed))
    paid = [one for one in found if isinstance(one, Challan)]
    assert len(paid) == 5, found
    assert all(isinstance(one, Challan | Refused) for one in found), found
    assert sum(one.amount for one in paid) == enough
    assert balance(operator) == 0
    books_agree()


@pytest.mark.django_db
def test_the_statement_runs_from_the_balance_before_to_the_balance_after(
    swift: Flight, payer: Actor, people: Callable[[str], User]
) -> None:
    deposited(payer, 9000)
    paid = take(services.create_challan([swift.bill(4000).pk], payer), "pay_from_ledger", payer)
    mine, officer, other = Client(), Client(), Client()
    for browser, name in ((mine, "signatory.swift"), (officer, "dcac.blr"), (other, "courier.metro")):
        browser.force_login(people(name))
    page = mine.get("/payments/ledger/")
    shown = page.context["told"]
    assert [(one.debit, one.credit, one.balance) for one in shown.lines] == [(None, 9000, 9000), (4000, None, 5000)]
    assert (shown.opening, shown.credits, shown.debits, shown.closing) == (0, 9000, 4000, 5000)
    only = mine.get(f"/payments/ledger/?sort=PAYMENT&challan={paid.number}").context["told"]
    assert [one.balance for one in only.lines] == [5000]
    text = mine.get("/payments/ledger/export/").getvalue().decode("utf-8-sig").splitlines()
    assert text[0].split(",")[-3:] == ["debit", "credit", "balance"]
    assert text[2].endswith(f"{paid.number},,4000.00,0.00,5000.00")
    assert mine.get("/payments/ledger/print/").content.startswith(b"%PDF")
    assert not other.get("/payments/ledger/").context["told"].lines
    account = CashAccount.objects.of_firms().get()
    assert "5,000" in officer.get("/payments/ledger/firms/").content.decode()
    assert officer.get(f"/payments/ledger/firms/{account.pk}/").status_code == 200
    officer.force_login(people("dcac.del"))
    assert officer.get(f"/payments/ledger/firms/{account.pk}/").status_code == 404


@pytest.mark.django_db
def test_a_statement_of_some_days_opens_and_closes_with_what_the_ledger_had_then(payer: Actor) -> None:
    """Entries before, on the first and the last day, and after; whatever the order in which their keys were given."""
    india = timezone.get_default_timezone()
    for day, rupees in ((20, 100), (9, 3000), (15, 70), (10, 40), (21, 5000)):
        with time_machine.travel(datetime(2026, 11, day, 23, 59, tzinfo=india), tick=False):
            deposited(payer, rupees, f"SBX2611{day:02}000000077")
    account = CashAccount.objects.of_firms().get()
    told = statement(account, {"since": date(2026, 11, 10), "until": date(2026, 11, 20)})
    assert (told.opening, told.credits, told.debits, told.closing) == (3000, 210, 0, 3210)
    assert {one.credit for one in told.lines} == {100, 70, 40} and told.lines[-1].balance == 3210
    after = statement(account, {"since": date(2026, 11, 22), "until": date(2026, 11, 22)})
    assert (after.opening, after.closing, after.lines) == (8210, 8210, [])


@pytest.mark.django_db
def test_money_is_deposited_by_the_page_and_a_challan_paid_from_its_page(
    swift: Flight, payer: Actor, people: Callable[[str], User]
) -> None:
    browser = Client()
    browser.force_login(people("courier.swift"))
    assert browser.post("/payments/ledger/deposit/", {"amount": "0", "place": "BLR:BANK"}).status_code == 422
    assert browser.post("/payments/ledger/deposit/", {"amount": "5", "place": "BLR:OTHER"}).status_code == 422
    answer = browser.post("/payments/ledger/deposit/", {"amount": "1,00,000", "place": "BLR:BANK"})
    made = Challan.objects.get()
    assert (answer.headers["Location"], made.amount) == (made.get_absolute_url(), 100_000)
    assert "Deposit of Swift" in browser.get(made.get_absolute_url()).content.decode()
    services.send_to_bank(made, payer, "http://testserver/payments/bank/return/")
    services.receive(told(made))
    assert "The money is on the cash ledger" in browser.get(made.get_absolute_url()).content.decode()
    owed = services.create_challan([swift.bill(2500).pk], payer)
    page = browser.get(owed.get_absolute_url()).content.decode()
    assert "1,00,000" in page
    address = f"/payments/challans/{owed.number}/pay-from-ledger/"
    assert address in page
    browser.post(address)
    assert Challan.objects.get(pk=owed.pk).stage == "CREATED"  # asked first
    browser.post(address, {"confirm": "yes"})
    assert Challan.objects.get(pk=owed.pk).stage == "PAID"
    assert balance(payer) == 97_500
    assert browser.get(f"/payments/challans/{owed.number}/receipt/").content.startswith(b"%PDF")


@pytest.mark.django_db
@pytest.mark.parametrize("narrowed", [{}, {"sort": "PAYMENT"}])
def test_a_statement_goes_on_from_page_to_page_with_the_balance_running_on(
    swift: Flight,
    payer: Actor,
    people: Callable[[str], User],
    monkeypatch: pytest.MonkeyPatch,
    narrowed: dict[str, str],
) -> None:
    deposited(payer, 5000)
    for duty in (100, 200, 300, 400):
        take(services.create_challan([swift.bill(duty).pk], payer), "pay_from_ledger", payer)
    monkeypatch.setattr(cash_statement, "ON_A_PAGE", 2)
    browser = Client()
    browser.force_login(people("courier.swift"))
    whole = browser.get("/payments/ledger/", narrowed | {"skip": "0"})
    pages, balances, skip = 0, [], "0"
    while skip:
        page = browser.get("/payments/ledger/", narrowed | {"skip": skip})
        balances += [one.balance for one in page.context["told"].lines]
        later, pages = page.context["later"], pages + 1
        assert (page.context["told"].opening, page.context["told"].closing) == (0, 4000)
        assert (f"skip={later}" in page.content.decode()) == bool(later)
        assert ('rel="prev"' in page.content.decode()) == (pages > 1)
        skip = str(later) if later else ""
    expected = [5000, 4900, 4700, 4400, 4000]
    assert balances == (expected[1:] if narrowed else expected) and pages == (2 if narrowed else 3)
    assert [one.balance for one in whole.context["told"].lines] == balances[:2]
    assert browser.get("/payments/ledger/", {"skip": "-3"}).status_code == 200


@pytest.mark.django_db
def test_the_system_never_pays_from_somebodys_ledger(swift: Flight, payer: Actor) -> None:
    owed = funded(services.create_challan([swift.bill(100).pk], payer))
    with pytest.raises(Refused):
        take(owed, "pay_from_ledger", SYSTEM)


@pytest.mark.django_db
def test_a_balance_is_locked_without_its_key_so_that_no_entry_waits_for_it_at_its_end(
    swift: Flight, payer: Actor
) -> None:
    with CaptureQueriesContext(connection) as queries:
        deposited(payer, 5)
    locks = [q["sql"] for q in queries if "payments_cashaccount" in q["sql"] and " FOR " in q["sql"]]
    assert locks and all("FOR NO KEY UPDATE" in one for one in locks)


@pytest.mark.django_db
def test_whoever_works_at_one_station_sees_its_entries_alone_and_no_balance_beside_them(
    swift: Flight, payer: Actor, people: Callable[[str], User]
) -> None:
    deposited(payer, 9000)
    delhi = Flight(swift.user, "DEL")
    here, there = (
        take(services.create_challan([flight.bill(1000).pk], payer), "pay_from_ledger", payer)
        for flight in (swift, delhi)
    )
    user = people("courier.swift")
    Posting.objects.filter(user=user).update(station="DEL")
    browser = Client()
    browser.force_login(user)
    told = browser.get("/payments/ledger/").context["told"]
    assert [one.entry.challan for one in told.lines] == [there]
    assert (told.opening, told.closing, told.debits, told.stations) == (None, None, 1000, ("DEL",))
    for text in (
        browser.get("/payments/ledger/").content.decode(),
        browser.get("/payments/ledger/export/").getvalue().decode("utf-8-sig"),
    ):
        assert str(there.number) in text and str(here.number) not in text
    assert browser.get("/payments/ledger/print/").content.startswith(b"%PDF")
    account = CashAccount.objects.of_firms().get()
    browser.force_login(people("dcac.del"))
    page = browser.get(f"/payments/ledger/firms/{account.pk}/").content.decode()
    assert str(there.number) in page and str(here.number) not in page


@pytest.mark.django_db
def test_books_that_do_not_balance_are_told_to_the_system_admin_and_stand_on_the_page(
    swift: Flight, payer: Actor, people: Callable[[str], User]
) -> None:
    deposited(payer, 100)
    admin, browser = people("sysadmin"), Client()
    browser.force_login(admin)
    assert tasks.check_books() == 0
    assert "The books balance" in browser.get("/payments/books/").content.decode()
    assert not Notice.objects.filter(audience=f"person:{admin.pk}").exists()
    CashAccount.objects.of_firms().update(balance=101)
    assert tasks.check_books() == 1
    assert Notice.objects.filter(audience=f"person:{admin.pk}", subject__contains="do not balance").count() == 1
    page = browser.get("/payments/books/").content.decode()
    assert "The books do not balance" in page and "written 100.00, kept 101.00" in page
    browser.force_login(people("dcac.blr"))
    assert browser.get("/payments/books/").status_code == 403
