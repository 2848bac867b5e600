"""The life of a challan, from its making to the confirmed payment (PN17 8.0, 8.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import COURIERS, Role
from bills.clearance.penalties import PenaltyStage
from bills.clearance.provisional import ProvisionalStage
from bills.querysets import owed
from bills.stages import Stage as BillStage
from eccs.rows import lock_rows
from eccs.workflow import Actor, Document, Refused, Step, step
from exports.clearance.adjudging import DemandStage
from transit.clearance import Stage as TransferStage

if TYPE_CHECKING:
    from payments.models import Challan

FIRST_ASKED_AFTER = timedelta(minutes=5)
"""So long the payer is left alone at the bank before ECCS asks the bank by itself."""


PAYERS = (*COURIERS, Role.IMPORTER)  # an importer for the bills and transfer manifests that it filed itself
AT_BANK_PAYERS = (
    *PAYERS,
    Role.SERVICE_CENTRE,
)  # the custodian at its terminal, for the customer who is served (7.1(g), 2.3)


class Stage(models.TextChoices):
    """What a challan awaits."""

    CREATED = "CREATED", gettext_lazy("Created")
    AT_BANK = "AT_BANK", gettext_lazy("At bank")
    UNKNOWN = "UNKNOWN", gettext_lazy("Unknown")
    SILENT = "SILENT", gettext_lazy("Bank silent for days")
    DIFFERS = "DIFFERS", gettext_lazy("Bank names another payment")
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

AWAITED = (Stage.AT_BANK, Stage.UNKNOWN)
"""Nobody but the bank has it: the payer waits."""
ASKED = (*AWAITED, Stage.SILENT)
"""The bank is asked again and again, and what it says decides."""
GIVEN_UP = (Stage.FAILED, Stage.REJECTED, Stage.WITHDRAWN)


def bills_still_due(challan: Any, actor: Actor) -> str:
    """Every bill still waits for exactly the amount that stands on the challan, with the interest that has run until today."""
    if challan.stage == Stage.LATE:
        return _still_awaited(challan)
    words = challan.changed_today
    if not words:
        return ""
    if challan.stage == Stage.AT_BANK:
        return _("%(words)s The bank is asked first: once nothing was paid, make the challan anew.") % {"words": words}
    return _("%(words)s Make the challan anew.") % {"words": words}


def _still_awaited(challan: Any) -> str:
    """The same of a payment that was made on an earlier day: the interest is that of the challan."""
    due = owed("bill__") - F("bill__duty_paid") + F("interest")
    final = F("assessment__extra_duty") + F("interest")
    extra = Q(assessment__stage=ProvisionalStage.EXTRA_DUTY, amount=final)
    fee = Q(transfer__stage=TransferStage.FEE, amount=F("transfer__fee"))
    penalty = Q(penalty__stage=PenaltyStage.DUE, amount=F("penalty__amount"))
    demand = Q(demand__stage=DemandStage.DUE, amount=F("demand__amount"))
    stands = Q(assessment=None, penalty=None, bill__stage=BillStage.DUTY, amount=due) | extra | penalty | fee | demand
    changed = challan.lines.exclude(pk__in=challan.lines.filter(stands).values("pk"))
    named = changed.order_by("bill_id", "transfer_id", "demand_id").values_list(
        Coalesce("bill__number", "transfer__number", "demand__number"), flat=True
    )
    numbers = ", ".join(named[:3])
    return (
        _("The amount due has changed since the challan was made: %(bills)s.") % {"bills": numbers} if numbers else ""
    )


def bills_on_no_other_challan(challan: Any, actor: Actor) -> str:
    """None of the bills stands on another challan that may still be paid."""
    from payments.models import ChallanLine

    same = Q()
    for what in ("bill", "transfer", "demand"):
        same |= Q(**{f"{what}__in": challan.lines.values(what)})
    taken = ChallanLine.objects.filter(same, live=True).exclude(challan=challan)
    return _("Some of the bills stand on another challan.") if taken.exists() else ""


def _hold_what_it_pays(challan: Any) -> None:
    """Whoever puts the same bills, fees or fines on another challan, or pays them by it, waits, or is waited for."""
    for name in ("bill", "transfer", "demand"):
        ids = list(challan.lines.exclude(**{name: None}).values_list(name, flat=True))
        if ids:
            lock_rows(challan.lines.model._meta.get_field(name).related_model, ids, ("id",))


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
    return ledger.why_not(balance, challan.amount, told=ledger.tells_balance(actor))


def difference_is_on_no_ledger(challan: Any, actor: Actor) -> str:
    """The bank was paid something for this challan that stands nowhere yet, and the firm's cash ledger can take it."""
    from payments import transactions
    from payments.cash.ledger import may_pay_from_ledger

    said = challan.differing_payment()
    if said is None:
        return _("The bank has named no other payment for this challan.")
    if not said.bank_transaction or not said.amount_paise:
        return _("The bank gave no transaction or no amount: nothing can be credited.")
    if not may_pay_from_ledger(challan.station_id):
        return _("At this station challans are not paid from the Electronic Cash Ledger.")
    return transactions.stands_elsewhere(said) or transactions.why_refused(said.bank, said.bank_transaction)


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
        (Stage.CREATED, Stage.AT_BANK), Stage.AT_BANK, role=AT_BANK_PAYERS, label=gettext_lazy("Pay at the bank"),
        para="PN17 7.1(g), 8.0", guards=(bank_takes_it, bills_still_due),
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
        role=AT_BANK_PAYERS,
        label=gettext_lazy("Withdraw challan"),
        para="PN17 8.0",
        grave=True,
    )
    def withdraw(self: Challan) -> None:
        """A challan that never went to the bank is put away; its bills may be put on another."""
        self.release_bills()

    @step(
        AWAITED, Stage.UNKNOWN, role=AT_BANK_PAYERS, label=gettext_lazy("Verify payment"), para="PN17 8.1",
        form="payments.forms.VerifyPaymentForm",
    )  # fmt: skip
    def verify_payment(self: Challan, *, bank_transaction: str) -> None:
        """The payer gives the bank's transaction number, and the bank is asked at once."""
        self.ask_at_once(bank_transaction)

    @step(
        Stage.SILENT, None, role=AT_BANK_PAYERS, label=gettext_lazy("Verify payment"), para="PN17 8.1",
        form="payments.forms.VerifyPaymentForm", anytime=True,
    )  # fmt: skip
    def verify_silent_payment(self: Challan, *, bank_transaction: str) -> None:
        """The payer gives the bank's transaction number while the DC/AC has the challan, and the bank is asked at once."""
        self.ask_at_once(bank_transaction)

    @step(
        Stage.AT_BANK, Stage.UNKNOWN, role=Role.SYSTEM, label=gettext_lazy("No answer from the bank"), para="PN17 8.1"
    )
    def lose_touch(self) -> None:
        """The bank did not answer: nobody pays again before it has said how it went."""

    @step(
        AWAITED, Stage.SILENT, role=Role.SYSTEM, label=gettext_lazy("Hand over to the DC/AC"), para="PN17 8.1", many=True
    )  # fmt: skip
    def report_silence(self) -> None:
        """The bank has given no final word for days: the DC/AC takes the challan up; the bank is still asked."""

    @step(
        Stage.SILENT, None, role=Role.DCAC, label=gettext_lazy("Ask the bank again"), para="PN17 8.1",
        form="payments.forms.AskAgainForm",
    )  # fmt: skip
    def ask_again(self: Challan, *, bank_transaction: str = "") -> None:
        """The DC/AC asks the bank once more, about the challan or about a transaction that the payer named."""
        self.ask_at_once(bank_transaction)

    @step(
        Stage.SILENT, Stage.REJECTED, role=Role.DCAC, label=gettext_lazy("Give up the challan"), para="PN17 8.1",
        form="payments.forms.GivingUpForm", grave=True,
    )  # fmt: skip
    def give_up(self: Challan, *, remarks: str) -> None:
        """The bank does not answer: the bills may be put on another challan; a payment that comes to light is a late one."""
        self.release_bills()

    @step(
        ASKED, Stage.DIFFERS, role=Role.SYSTEM, label=gettext_lazy("Report another payment"), para="PN17 8.1"
    )  # fmt: skip
    def report_difference(self: Challan, *, bank_transaction: str, amount: str) -> None:
        """The bank, asked, answers with another amount, or with a transaction that paid something else: the DC/AC decides."""

    @step(
        Stage.DIFFERS, Stage.REJECTED, role=Role.DCAC, label=gettext_lazy("Credit to the cash ledger"),
        para="Customs Act 1962, s.51A", form="payments.forms.CreditForm", guards=(difference_is_on_no_ledger,),
        grave=True, weighty=True,
    )  # fmt: skip
    def credit_difference(self: Challan, *, remarks: str) -> None:
        """What the bank received goes onto the firm's Electronic Cash Ledger, once; the challan is rejected, its bills are paid anew."""
        self.take_onto_ledger(remarks)
        self.release_bills()

    @step(
        Stage.DIFFERS, Stage.REJECTED, role=Role.DCAC, label=gettext_lazy("Refuse the payment"), para="PN17 8.1",
        form="payments.forms.RefusalForm", grave=True,
    )  # fmt: skip
    def refuse_difference(self: Challan, *, remarks: str) -> None:
        """What the bank received goes back to the payer through the bank; the challan is rejected, its bills are paid anew."""
        if said := self.differing_payment():
            self.close_messages(remarks, said.bank_transaction)
        self.release_bills()

    @step(
        (*ASKED, Stage.DIFFERS), Stage.PAID, role=Role.SYSTEM, label=gettext_lazy("Confirm payment"), para="PN17 8.0"
    )  # fmt: skip
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
        _hold_what_it_pays(self)
        if not _still_awaited(self) and not bills_on_no_other_challan(self, self.taken_by):
            self.lines.update(live=True)

    @step(
        Stage.LATE, Stage.PAID, role=Role.DCAC, label=gettext_lazy("Accept late payment"), para="PN17 8.1",
        guards=(late_payment_reported, bills_still_due, bills_on_no_other_challan), grave=True,
    )  # fmt: skip
    def accept_late_payment(self: Challan) -> Iterable[models.Model]:
        """A payment that the bank reported after the challan was given up is credited after all."""
        from payments import transactions

        late = self.late_payment()
        _hold_what_it_pays(self)
        if reason := _still_awaited(self) or bills_on_no_other_challan(self, self.taken_by):
            raise Refused([reason], self)
        transactions.hold(late.bank, late.bank_transaction)
        if reason := transactions.stands_elsewhere(late):
            raise Refused([reason], self)
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
    name="create", document="challan", sources=(), targets=(Stage.CREATED,), roles=AT_BANK_PAYERS,
    label=gettext_lazy("Create challan"),  # type: ignore[arg-type]  # every label is translated when it is shown
    para="PN17 8.0",
    rule="Bills of one firm and one station that wait for duty are put on a challan; at the custodian's terminal those filed there.",
)  # fmt: skip


def wait_before_asking_again(asked: int, now: datetime) -> datetime:
    """After 2, 4, 8 … minutes, never more than an hour."""
    return now + timedelta(minutes=min(2 ** min(asked + 1, 6), 60))
