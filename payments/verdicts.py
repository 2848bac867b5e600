"""What becomes of something the bank said: a pure function of the challan and the message.

    the bank says      | the challan              | then
    -------------------+--------------------------+---------------------------------------------------------------
    paid               | unknown to ECCS          | for reconciliation
    anything           | taken to another bank    | for reconciliation where it says paid, else only noted
    paid               | at the bank, unknown,    | credited; with another amount, or a transaction number that
                       | bank silent              | paid another challan: the bank is asked, and where it answers
                       |                          | the same, the DC/AC decides
    paid               | another payment          | credited where amount and transaction fit after all; told
                       |                          | before: known already; else for reconciliation
    paid               | paid, same transaction   | known already
    paid               | failed, rejected         | the late payment goes to the DC/AC; reported before: known already
    paid               | any other                | for reconciliation: paid twice, or late
    failed             | the bank is asked        | failure recorded
    failed             | paid, another payment    | for reconciliation: the bank contradicts itself
    failed             | any other                | known already
    pending            | any                      | noted: the payer is still at the bank
    knows of none      | the bank is asked        | rejected once the bank can no longer take the payment; else noted
    knows of none      | paid, another payment    | for reconciliation: the bank contradicts itself
    knows of none      | any other                | known already

A question that named a transaction number and found none says nothing about the challan: it is only noted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from payments.bank import CLOCKS_DIFFER, PAYABLE_FOR, Status
from payments.clearance import ASKED, Stage


class Verdict(StrEnum):
    """What is done."""

    CREDIT = "CREDITED"
    FAIL = "FAILED"
    REJECT = "REJECTED"
    LATE = "LATE"
    DIFFER = "DIFFERS"
    REPEATED = "REPEATED"
    NOTE = "NOTED"
    QUEUE = "QUEUED"


class Reason(StrEnum):
    """Why something is left to people."""

    NONE = ""
    NO_CHALLAN = "NO_CHALLAN"
    AMOUNT = "AMOUNT"
    PAID_TWICE = "PAID_TWICE"
    LATE = "LATE"
    CONTRADICTION = "CONTRADICTION"
    TRANSACTION = "TRANSACTION"
    BANK = "BANK"


@dataclass(frozen=True)
class Said:
    """What the bank said, amount in paise; whether its transaction was asked for, paid another challan, came before."""

    status: Status
    amount_paise: int
    bank_transaction: str
    named_transaction: bool = False
    transaction_of_another: bool = False
    told_before: bool = False  # the very same was left to the DC/AC before
    is_answer: bool = False  # said when it was asked
    on_the_ledger: bool = False  # what it brought was credited to a firm's cash ledger
    of_another_bank: bool = False


def verdict(challan: Any, said: Said, now: datetime) -> tuple[Verdict, Reason]:
    """What is done about a message, and why it is left to people where it is."""
    if said.status is Status.PENDING:
        return Verdict.NOTE, Reason.NONE
    if said.status is Status.PAID:
        return _paid(challan, said)
    if challan is None or said.of_another_bank:
        return Verdict.NOTE, Reason.NONE
    if said.status is Status.UNKNOWN and said.named_transaction:
        return Verdict.NOTE, Reason.NONE
    if challan.stage in (Stage.PAID, Stage.DIFFERS):
        return Verdict.QUEUE, Reason.CONTRADICTION
    if challan.stage not in ASKED:
        return Verdict.REPEATED, Reason.NONE
    if said.status is Status.FAILED:
        return Verdict.FAIL, Reason.NONE
    over = abs(now - challan.sent_to_bank_at) > PAYABLE_FOR + CLOCKS_DIFFER  # or sent by a clock that ran ahead
    return (Verdict.REJECT if over else Verdict.NOTE), Reason.NONE


def may_be_booked(challan: Any, said: Said) -> bool:
    """Whether it matters where else the transaction stands: for a payment of a challan of this bank that is not paid yet."""
    return said.status is Status.PAID and challan.stage != Stage.PAID and not said.of_another_bank


def _paid(challan: Any, said: Said) -> tuple[Verdict, Reason]:
    if challan is None:
        return Verdict.QUEUE, Reason.NO_CHALLAN
    if said.of_another_bank:
        return Verdict.QUEUE, Reason.BANK
    if challan.stage == Stage.PAID:
        if said.bank_transaction != challan.bank_transaction:
            return Verdict.QUEUE, Reason.PAID_TWICE
        return (Verdict.REPEATED, Reason.NONE) if said.amount_paise == challan.paise else (Verdict.QUEUE, Reason.AMOUNT)
    if said.amount_paise != challan.paise:
        return _differs(challan, said), Reason.AMOUNT
    if said.transaction_of_another or not said.bank_transaction:
        return _differs(challan, said), Reason.TRANSACTION
    if challan.stage in (*ASKED, Stage.DIFFERS):
        return (_differs(challan, said), Reason.TRANSACTION) if said.on_the_ledger else (Verdict.CREDIT, Reason.NONE)
    if said.told_before or said.on_the_ledger:
        return Verdict.REPEATED, Reason.NONE
    given_up = challan.stage in (Stage.FAILED, Stage.REJECTED)
    return Verdict.LATE if given_up else Verdict.QUEUE, Reason.LATE


def _differs(challan: Any, said: Said) -> Verdict:
    """A payment that is not the challan's: the DC/AC decides on the challan once the bank, asked, says so itself."""
    if challan.stage in ASKED:
        return Verdict.DIFFER if said.is_answer else Verdict.QUEUE
    return Verdict.REPEATED if said.told_before else Verdict.QUEUE
