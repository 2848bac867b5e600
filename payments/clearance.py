"""The life of a challan, from its making to the confirmed payment (PN17 8.0, 8.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import COURIERS, Role
from bills import dues
from bills.clearance.penalties import PenaltyStage
from bills.clearance.provisional import ProvisionalStage
from bills.querysets import owed
from bills.stages import Stage as BillStage
from eccs.celery import after_commit
from eccs.workflow import Actor, Document, Step, step
from transit.clearance import Stage as TransferStage

if TYPE_CHECKING:
    from payments.models import Challan

FIRST_ASKED_AFTER = timedelta(minutes=5)
"""So long the payer is left alone at the bank before ECCS asks the bank by itself."""


PAYERS = (*COURIERS, Role.IMPORTER)  # an importer for the bills that it filed itself


class Stage(models.TextChoices):
    """What a challan awaits."""

    CREATED = "CREATED", gettext_lazy("Created")
    AT_BANK = "AT_BANK", gettext_lazy("At bank")
    UNKNOWN = "UNKNOWN", gettext_lazy("Unknown")
    PAID = "PAID", gettext_lazy("Paid")
    LATE = "LATE", gettext_lazy("For reconciliation")
    FAILED = "FAILED", gettext_lazy("Failed")
    REJECTED = "REJECTED", gettext_lazy("Rejected")
    WITHDRAWN = "WITHDRAWN", gettext_lazy("Withdrawn")


class Kind(models.TextChoices):
    """What a challan is for."""

    DUES = "DUES", gettext_lazy("Duty and other dues")
    DEPOSIT = "DEPOSIT", gettext_lazy("Deposit into the cash ledger")


LEDGER = "ledger"
"""Who told of a payment that was taken from the Electronic Cash Ledger: nobody but the ledger."""

OPEN = (Stage.CREATED, Stage.AT_BANK, Stage.UNKNOWN)
ASKED = (Stage.AT_BANK, Stage.UNKNOWN)


def bills_still_due(challan: Any, actor: Actor) -> str:
    """Every bill still waits for exactly the amount that stands on the challan."""
    due = owed("bill__") - F("bill__duty_paid") + F("interest")
    final = F("assessment__extra_duty") + F("interest")
    extra = Q(assessment__stage=ProvisionalStage.EXTRA_DUTY, amount=final)
    fee = Q(transfer__stage=TransferStage.FEE, amount=F("transfer__fee"))
    penalty = Q(penalty__stage=PenaltyStage.DUE, amount=F("penalty__amount"))
    stands = Q(assessment=None, penalty=None, bill__stage=BillStage.DUTY, amount=due) | extra | penalty | fee
    changed = challan.lines.exclude(pk__in=challan.lines.filter(stands).values("pk"))
    named = changed.order_by("bill_id", "transfer_id").values_list(
        Coalesce("bill__number", "transfer__number"), flat=True
    )
    numbers = list(named[:3])
    if not numbers and challan.stage == Stage.CREATED:
        numbers = _with_other_interest(challan)
    if not numbers:
        return ""
    return _("The amount due has changed since the challan was made: %(bills)s. Withdraw it and make a new one.") % {
        "bills": ", ".join(numbers)
    }


def _with_other_interest(challan: Any) -> list[str]:
    """The first bills on which other interest has run until today than stands on a challan that was not sent to the bank yet."""
    today = timezone.localdate()
    lines = list(
        challan.lines.exclude(bill=None)
        .filter(penalty=None)
        .select_related("bill__manifest", "assessment")
        .order_by("bill_id")
    )
    calendar = dues.calendar_for(line.bill for line in lines)
    now = {
        line.pk: dues.final_interest(line.assessment, today)
        if line.assessment
        else dues.due(line.bill, today, calendar).accrued
        for line in lines
    }
    return [line.bill.number for line in lines if line.interest != now[line.pk].amount][:3]


def bills_on_no_other_challan(challan: Any, actor: Actor) -> str:
    """None of the bills stands on another challan that may still be paid."""
    from payments.models import ChallanLine

    same = Q(bill__in=challan.lines.values("bill")) | Q(transfer__in=challan.lines.values("transfer"))
    taken = ChallanLine.objects.filter(same, live=True).exclude(challan=challan)
    return _("Some of the bills stand on another challan.") if taken.exists() else ""


def bank_takes_it(challan: Any, actor: Actor) -> str:
    """The challan's bank is authorised at the station, where challans are paid at a bank directly."""
    from payments.authorised import banks_at
    from payments.cash.ledger import may_pay_at_bank

    if not challan.is_deposit and not may_pay_at_bank(challan.station_id):
        return _("At this station challans are paid from the Electronic Cash Ledger.")
    if challan.bank not in banks_at(challan.station_id):
        return _("The bank of this challan is not authorised at this station now. Withdraw it and make a new one.")
    return ""


def ledger_pays(challan: Any, actor: Actor) -> str:
    """The challan is paid from the Electronic Cash Ledger at this station, and enough is on it."""
    from payments.cash import ledger

    if challan.is_deposit:
        return _("A deposit is paid at the bank.")
    if not ledger.may_pay_from_ledger(challan.station_id):
        return _("At this station challans are not paid from the Electronic Cash Ledger.")
    balance = ledger.balance_of(courier_id=challan.courier_id, importer_id=challan.importer_id)
    return ledger.why_not(balance, challan.amount)


def late_payment_reported(challan: Any, actor: Actor) -> str:
    """The bank reported, after all, a payment of the right amount for this challan."""
    return "" if challan.late_payment() else _("The bank has reported no late payment of this amount for this challan.")


class ChallanClearance(Document):
    """The steps of a challan, in the order of the public notice."""

    unnumbered_stages = ()
    sent_to_bank_at: Any
    ask_again_at: Any

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The making of a challan, which has no desk before it, and every step declared below."""
        return {"create": CREATE, **super().steps()}

    @step(
        (Stage.CREATED, Stage.AT_BANK), Stage.AT_BANK, role=PAYERS, label=gettext_lazy("Pay at the bank"),
        para="PN17 8.0", guards=(bank_takes_it, bills_still_due),
    )  # fmt: skip
    def go_to_bank(self: Challan) -> None:
        """The payer is sent to the bank with the challan; the bank takes each challan once, however often one goes."""
        now = self.taken_at
        self.sent_to_bank_at, self.asked, self.ask_again_at = now, 0, now + FIRST_ASKED_AFTER

    @step(
        Stage.CREATED, Stage.PAID, role=PAYERS, label=gettext_lazy("Pay from the cash ledger"),
        para="Customs Act 1962, s.51A", guards=(ledger_pays, bills_still_due), grave=True,
    )  # fmt: skip
    def pay_from_ledger(self: Challan) -> Iterable[models.Model]:
        """The amount is debited to the firm's Electronic Cash Ledger: every bill is credited at once, without a bank."""
        from payments.cash import ledger

        self.bank = ""
        return self.settle(ledger.debit(self).number, LEDGER)

    @step(
        Stage.CREATED,
        Stage.WITHDRAWN,
        role=PAYERS,
        label=gettext_lazy("Withdraw challan"),
        para="PN17 8.0",
        grave=True,
    )
    def withdraw(self: Challan) -> None:
        """A challan that never went to the bank is put away; its bills may be put on another."""
        self.release_bills()

    @step(
        ASKED, Stage.UNKNOWN, role=PAYERS, label=gettext_lazy("Verify payment"), para="PN17 8.1",
        form="payments.forms.VerifyPaymentForm",
    )  # fmt: skip
    def verify_payment(self: Challan, *, bank_transaction: str) -> None:
        """The payer gives the bank's transaction number, and the bank is asked at once."""
        from payments.tasks import verify_challan

        challan_id = self.pk
        self.ask_again_at = self.taken_at  # should the queue be away, the sweep asks
        after_commit(verify_challan, challan_id, bank_transaction)

    @step(
        Stage.AT_BANK, Stage.UNKNOWN, role=Role.SYSTEM, label=gettext_lazy("No answer from the bank"), para="PN17 8.1"
    )
    def lose_touch(self) -> None:
        """The bank did not answer: nobody pays again before it has said how it went."""

    @step(ASKED, Stage.PAID, role=Role.SYSTEM, label=gettext_lazy("Confirm payment"), para="PN17 8.0")
    def confirm_paid(self: Challan, *, bank_transaction: str, told_by: str) -> Iterable[models.Model]:
        """The bank has debited the account: every bill is credited, and the cyber receipt is made out."""
        return self.settle(bank_transaction, told_by)

    @step(ASKED, Stage.FAILED, role=Role.SYSTEM, label=gettext_lazy("Record failure"), para="PN17 8.0")
    def fail(self: Challan, *, bank_transaction: str = "") -> None:
        """The bank declined: nothing was debited, and the bills may be put on another challan."""
        self.release_bills()

    @step(ASKED, Stage.REJECTED, role=Role.SYSTEM, label=gettext_lazy("Reject"), para="PN17 8.1")
    def reject(self: Challan) -> None:
        """The bank knows of no payment and can no longer take one: the bills may be put on another challan."""
        self.release_bills()

    @step(
        (Stage.FAILED, Stage.REJECTED), Stage.LATE, role=Role.SYSTEM, label=gettext_lazy("Report late payment"),
        para="PN17 8.1",
    )  # fmt: skip
    def report_late_payment(self: Challan, *, bank_transaction: str) -> None:
        """The bank reports a payment after the challan was given up: the DC/AC decides; nobody pays again meanwhile."""
        if not bills_still_due(self, self.taken_by) and not bills_on_no_other_challan(self, self.taken_by):
            self.lines.update(live=True)

    @step(
        Stage.LATE, Stage.PAID, role=Role.DCAC, label=gettext_lazy("Accept late payment"), para="PN17 8.1",
        guards=(late_payment_reported, bills_still_due, bills_on_no_other_challan), grave=True,
    )  # fmt: skip
    def accept_late_payment(self: Challan) -> Iterable[models.Model]:
        """A payment that the bank reported after the challan was given up is credited after all."""
        late = self.late_payment()
        late.close(self.taken_by, _("Accepted as payment of the challan."))
        self.lines.update(live=True)
        return self.settle(late.bank_transaction, late.sort)

    @step(
        Stage.LATE, Stage.REJECTED, role=Role.DCAC, label=gettext_lazy("Refuse late payment"), para="PN17 8.1",
        form="payments.forms.RefusalForm", grave=True,
    )  # fmt: skip
    def refuse_late_payment(self: Challan, *, remarks: str) -> None:
        """A late payment that is not taken goes back to the payer through the bank; the bills may be paid anew."""
        if late := self.late_payment():
            late.close(self.taken_by, remarks)
        self.release_bills()


CREATE = Step(
    name="create", document="challan", sources=(), targets=(Stage.CREATED,), roles=PAYERS,
    label=gettext_lazy("Create challan"),  # type: ignore[arg-type]  # every label is translated when it is shown
    para="PN17 8.0",
    rule="Bills of one firm and one station that wait for duty are put on a challan.",
)  # fmt: skip


def wait_before_asking_again(asked: int, now: datetime) -> datetime:
    """After 2, 4, 8 … minutes, never more than an hour."""
    return now + timedelta(minutes=min(2 ** min(asked + 1, 6), 60))
