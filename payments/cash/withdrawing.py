"""The life of a withdrawal from the Electronic Cash Ledger (Customs Act 1962, section 51A)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from eccs.workflow import Actor, Document, Refused, Step, step
from payments.clearance import PAYERS

if TYPE_CHECKING:
    from payments.cash.withdrawals import CashWithdrawal

PARA = "Customs Act 1962, s.51A"
FORMS = "payments.cash.withdrawing_forms"


class WithdrawalStage(models.TextChoices):
    """What a withdrawal awaits."""

    REQUESTED = "REQUESTED", gettext_lazy("Withdrawal requested")
    VERIFIED = "VERIFIED", gettext_lazy("Withdrawal verified")
    WITH_BANK = "WITH_BANK", gettext_lazy("Withdrawal with the bank")
    PAID_OUT = "PAID_OUT", gettext_lazy("Paid out")
    RETURNED = "RETURNED", gettext_lazy("Returned by the bank")
    REFUSED = "REFUSED", gettext_lazy("Withdrawal refused")
    CANCELLED = "CANCELLED", gettext_lazy("Withdrawal cancelled")


def balance_suffices(withdrawal: Any, actor: Actor) -> str:
    """As much is on the firm's cash ledger as it asks to withdraw."""
    from payments.cash import ledger

    balance = ledger.balance_of(courier_id=withdrawal.courier_id, importer_id=withdrawal.importer_id)
    return ledger.why_not(balance, withdrawal.amount, told=ledger.tells_balance(actor))


class WithdrawalSteps(Document):
    """The steps of a withdrawal: asked for by the firm, verified by one officer, approved by another."""

    unnumbered_stages = ()
    told_of = (WithdrawalStage.WITH_BANK,)
    paid_on: date | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The request, which has no desk before it, and every step declared below."""
        return {"request_withdrawal": REQUEST, **super().steps()}

    @step(
        WithdrawalStage.REQUESTED, WithdrawalStage.VERIFIED, role=Role.ASSESSING_OFFICER,
        label=gettext_lazy("Verify withdrawal"), para=PARA, form=f"{FORMS}.RemarksForm", guards=(balance_suffices,),
    )  # fmt: skip
    def verify(self: CashWithdrawal, *, remarks: str) -> None:
        """The Assessing Officer verifies whose account it is, and that the firm owes nothing for which the money is kept."""
        self.remarks = remarks

    @step(
        WithdrawalStage.VERIFIED, WithdrawalStage.WITH_BANK, role=Role.DCAC, label=gettext_lazy("Approve withdrawal"),
        para=PARA, guards=(balance_suffices,), apart_from=("verify",), grave=True, weighty=True,
    )  # fmt: skip
    def approve(self: CashWithdrawal) -> None:
        """The DC/AC approves: the amount is debited to the cash ledger, and the bank is to pay it out."""
        from payments.cash import ledger

        self.approved_at = self.taken_at
        ledger.pay_out(self)

    @step(
        (WithdrawalStage.REQUESTED, WithdrawalStage.VERIFIED), WithdrawalStage.REFUSED,
        role={WithdrawalStage.REQUESTED: Role.ASSESSING_OFFICER, WithdrawalStage.VERIFIED: Role.DCAC},
        label=gettext_lazy("Refuse withdrawal"), para=PARA, form=f"{FORMS}.RemarksForm",
    )  # fmt: skip
    def refuse(self: CashWithdrawal, *, remarks: str) -> None:
        """The money stays on the cash ledger; the firm reads why."""
        self.remarks = remarks

    @step(
        (WithdrawalStage.REQUESTED, WithdrawalStage.VERIFIED), WithdrawalStage.CANCELLED, role=PAYERS,
        label=gettext_lazy("Cancel withdrawal"), para=PARA, grave=True, anytime=True,
    )  # fmt: skip
    def cancel(self) -> None:
        """The firm keeps the money on its cash ledger after all."""

    @step(
        WithdrawalStage.WITH_BANK, WithdrawalStage.PAID_OUT, role=Role.DCAC, label=gettext_lazy("Record payment out"),
        para=PARA, form=f"{FORMS}.PaidOutForm",
    )  # fmt: skip
    def record_payment_out(self: CashWithdrawal, *, reference: str, paid_on: str) -> None:
        """The bank has paid the amount out, under its own transaction number."""
        if reason := self.used_before(reference):
            raise Refused([reason], self)
        self.reference, self.paid_on = reference, date.fromisoformat(paid_on)

    @step(
        WithdrawalStage.WITH_BANK, WithdrawalStage.RETURNED, role=Role.DCAC,
        label=gettext_lazy("Record return by the bank"), para=PARA, form=f"{FORMS}.RemarksForm", grave=True, weighty=True,
        apart_from=("approve",),
    )  # fmt: skip
    def record_return(self: CashWithdrawal, *, remarks: str) -> None:
        """The bank could not pay it out: the amount goes back onto the cash ledger, once; another officer than who approved says so."""
        _put_back(self, remarks)

    @step(
        WithdrawalStage.PAID_OUT, WithdrawalStage.RETURNED, role=Role.DCAC, label=gettext_lazy("Record that it came back"),
        para=PARA, form=f"{FORMS}.RemarksForm", grave=True, weighty=True, anytime=True,
        apart_from=("approve", "record_payment_out"),
    )  # fmt: skip
    def record_coming_back(self: CashWithdrawal, *, remarks: str) -> None:
        """What the bank paid out came back to it: the amount is on the cash ledger again, once; a third officer says so."""
        _put_back(self, remarks)


def _put_back(withdrawal: CashWithdrawal, remarks: str) -> None:
    from payments.cash import ledger

    withdrawal.remarks = remarks
    ledger.put_back(withdrawal)


REQUEST = Step(
    name="request_withdrawal", document="cashwithdrawal", sources=(), targets=(WithdrawalStage.REQUESTED,), roles=PAYERS,
    label=gettext_lazy("Request withdrawal"),  # type: ignore[arg-type]  # every label is translated when it is shown
    para=PARA, rule="A firm asks for money on its Electronic Cash Ledger to be paid out to its bank account.",
)  # fmt: skip
