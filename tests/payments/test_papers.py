"""Challans, receipts, the cash ledger and bonds as they are printed: what each says, in its order (PN17 8.0, 13)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from bonds import ledger
from bonds.papers import bond_print, statement
from payments.cash.models import CashAccount
from payments.cash.papers import printed
from payments.cash.statement import statement as told
from payments.challan_papers import challan_print
from payments.clearance import Kind, Stage
from payments.documents import cyber_receipt
from payments.models import CyberReceipt
from tests.factories.bonds import bond
from tests.factories.challans import challan, funded
from tests.papers import reading

pytestmark = pytest.mark.django_db


def test_8_0_a_challan_and_its_receipt_have_their_fields_in_their_order() -> None:
    one = challan(Stage.PAID, heads={"duty": "31"})
    line = one.lines.get()
    reading.in_order(
        reading.text(challan_print(one, "A. Rao")),
        ["TR-6 challan", str(one.number), "To pay", "31.00", "In words", "Stage", "Payer", "Swift Consignments Private Limited, AAQCS4821KAC01",
         "14 Ring Road", "Station", "Bengaluru (BLR)", "Bank", "Sandbox bank", one.bank_transaction, "Confirmed", "By head of account",
         "31.00", "Total", "What is paid", str(line.paid_for.number), line.consignment, "31.00"],
    )  # fmt: skip
    receipt = CyberReceipt(challan=one, station=one.station, issued_at=timezone.now(), number="R-BLR-26-0000001")
    receipt.save()
    reading.in_order(
        reading.text(cyber_receipt(one, "A. Rao")),
        ["Cyber receipt", "R-BLR-26-0000001", "Received", "31.00", "In words", "R-BLR-26-0000001, ", "TR-6 challan", str(one.number), "Paid by",
         "Swift Consignments", "Station", "Paid from", "Sandbox bank", one.bank_transaction, "Confirmed", "Paid by head", "What is paid",
         str(line.paid_for.number)],
    )  # fmt: skip


def test_8_0_the_challan_of_a_deposit_names_no_bills() -> None:
    one = challan(Stage.CREATED)
    one.lines.all().delete()
    one.kind, one.bill_count = Kind.DEPOSIT, 0
    paper = reading.text(challan_print(one))
    assert "Byheadofaccount" in paper and "HAWB" not in paper and "Whatispaid" not in paper


def test_13_2_a_bond_and_its_statement_have_their_fields_in_their_order() -> None:
    one = bond(amount=100_000)
    ledger.debit(one.pk, Decimal(400), "bill 1", ledger.Of("CBE-XIII_BLR_1", "CBE"), "A. Rao")
    one.refresh_from_db()
    guarantee = [
        "Bank guarantees",
        "Bank and branch",
        "Valid until",
        "Amount",
        f"BG/{one.pk}",
        "Deccan Bank, Yelahanka",
        "25,000.00",
    ]
    entries = ["Ledger", "Debit", "Credit", "Balance", "1,00,000.00", "400.00", "99,600.00"]
    firm = "Swift Consignments Private Limited, AAQCS4821KAC01"
    reading.in_order(
        reading.text(bond_print(one, "A. Rao")),
        ["Bond", str(one.number), "Stage", "Firm", firm, "Bond type", "Category", "House airway bill", "Amount", "1,00,000.00", "In words",
         "Executed on", "Valid until", *guarantee, "Approved", "Registered", *entries, "Debited", "400.00", "99,600.00"],
    )  # fmt: skip
    reading.in_order(
        reading.text(statement(one, "A. Rao")),
        ["Statement of a bond", str(one.number), "Firm", firm, "Bond type", "Amount", "1,00,000.00", "Secured now", "400.00", "Balance",
         "99,600.00", "Stage", "Executed on", "Valid until", "Registered", *guarantee, *entries],
    )  # fmt: skip


def test_a_statement_of_the_cash_ledger_has_its_fields_in_their_order() -> None:
    one = funded(challan(Stage.FAILED))
    account = CashAccount.objects.get(courier=one.courier)
    reading.in_order(
        reading.text(printed(told(account, {}), "A. Rao")),
        ["Electronic Cash Ledger", f"ECL-{account.firm_number}", "Firm", "Swift Consignments Private Limited, AAQCS4821KAC01", "Days",
         "Balance before", "0.00", "Credits", "31.00", "Debits", "0.00", "Balance after", "31.00", "Entries", "When", "Challan", "Debit",
         "Credit", "Balance", "Credited back", str(one.number), "31.00"],
    )  # fmt: skip


def test_a_statement_that_is_cut_says_so() -> None:
    one = funded(challan(Stage.FAILED))
    account = CashAccount.objects.get(courier=one.courier)
    cut = "Therearemoreentriesthanareprinted"
    assert cut in reading.text(printed(told(account, {}, most=0), "A. Rao"))
    assert cut not in reading.text(printed(told(account, {}, most=1), "A. Rao"))
