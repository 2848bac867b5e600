"""Comparing what a bank's scroll says it paid out with the withdrawals from the cash ledgers (section 51A).

    the scroll says          | the books of ECCS                        | finding
    -------------------------+------------------------------------------+---------------------
    paid out                 | recorded under it, also if it came back  | matched
    paid out                 | the withdrawal, of another amount        | different amount
    paid out                 | not recorded under it, or none           | missing here
    nothing                  | recorded as paid out on that day         | missing at the bank

A payment out is recorded by the DC/AC, never by a line of a file: once it is, a difference is cleared up by itself.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from payments.cash.withdrawals import CashWithdrawal
from payments.cash.withdrawing import WithdrawalStage
from payments.reconciling.models import Finding, ScrollEntry
from payments.reconciling.standing import Standing, transactions_told

PAID = (WithdrawalStage.PAID_OUT, WithdrawalStage.RETURNED)


def finding_of(entry: Any, withdrawal: Any, bank: str) -> Finding:
    """What one payment out is beside the withdrawal that it names: a pure function."""
    if withdrawal is None or withdrawal.bank != bank:
        return Finding.MISSING_HERE
    if entry.amount_paise != withdrawal.paise:
        return Finding.AMOUNT
    return Finding.MATCHED if _recorded(withdrawal, entry.bank_transaction) else Finding.MISSING_HERE


def _recorded(withdrawal: Any, transaction: str) -> bool:
    return bool(withdrawal.stage in PAID and withdrawal.reference == transaction)


def compared(bank: str, entries: list[ScrollEntry]) -> list[tuple[ScrollEntry, Finding, Standing]]:
    """Each payment out of a scroll with what is found of it."""
    numbers = {entry.challan_number for entry in entries}
    known = {one.number: one for one in CashWithdrawal.objects.filter(number__in=numbers)} if numbers else {}
    told = []
    for entry in entries:
        one = known.get(entry.challan_number)
        finding = finding_of(entry, one, bank)
        here = one.paise if one is not None and one.bank == bank and _recorded(one, entry.bank_transaction) else 0
        standing = Standing(
            finding, entry.challan_number, entry.bank_transaction, entry.amount_paise, here, withdrawal=one, payout=True
        )
        told.append((entry, finding, standing))
    return told


def missing_there(bank: str, day: date) -> list[Standing]:
    """What is recorded as paid out on that day and stands in no scroll of the bank that counts."""
    paid = CashWithdrawal.objects.filter(bank=bank, stage=WithdrawalStage.PAID_OUT, paid_on=day)
    rows = {one.reference: one for one in paid}
    told = transactions_told(bank, rows)
    return [
        Standing(Finding.MISSING_THERE, str(one.number), number, 0, one.paise, withdrawal=one, payout=True)
        for number, one in rows.items()
        if number not in told
    ]
