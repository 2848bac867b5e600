"""The life of a difference between a bank's scroll and the books of ECCS (PN17 8.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from eccs.workflow import Actor, Document, Refused, Step, step
from payments.clearance import ASKED, Stage

if TYPE_CHECKING:
    from payments.reconciling.models import BankDifference

PARA = "PN17 8.1"


class DifferenceStage(models.TextChoices):
    """What a difference awaits."""

    OPEN = "OPEN", gettext_lazy("Difference with the bank")
    SETTLED = "SETTLED", gettext_lazy("Difference settled")
    CLEARED = "CLEARED", gettext_lazy("Difference cleared up")


def ledger_takes_it(difference: Any, actor: Actor) -> str:
    """The bank received more for a challan than stands paid here, and the firm's cash ledger can take it."""
    from payments import transactions
    from payments.cash.ledger import is_on_the_ledger, may_pay_from_ledger

    if difference.payout:
        return _("It is about money that the bank paid out: it has received nothing.")
    if difference.challan is None:
        return _("There is no challan of this number, so nobody's cash ledger can take it.")
    if difference.surplus <= 0:
        return _("The bank has received no more than stands paid here.")
    if not may_pay_from_ledger(difference.challan.station_id):
        return _("At this station challans are not paid from the Electronic Cash Ledger.")
    if not difference.is_the_banks_word:
        return _(
            "Only what stands in a scroll that the bank has sealed is credited, never a line of a file loaded by hand."
        )
    if is_on_the_ledger(difference.bank, difference.bank_transaction):
        return _("What this transaction of the bank brought is on the firm's cash ledger already.")
    if refused := transactions.why_refused(difference.bank, difference.bank_transaction):
        return refused
    if difference.challan.stage in (*ASKED, Stage.DIFFERS, Stage.LATE):
        return _(
            "The challan is not decided yet: the bank is asked, or the DC/AC accepts or refuses its payment first."
        )
    return ""


class DifferenceSteps(Document):
    """The steps of a difference."""

    unnumbered_stages = ()

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The finding, which is the reconciliation's, and every step declared below."""
        return {"find": FIND, **super().steps()}

    @step(
        DifferenceStage.OPEN, DifferenceStage.SETTLED, role=Role.DCAC, label=gettext_lazy("Settle difference"), para=PARA,
        form="payments.forms.DifferenceForm",
    )  # fmt: skip
    def settle(self: BankDifference, *, remarks: str) -> None:
        """The DC/AC says how the difference was put right with the bank or the payer."""
        self.remarks = remarks

    @step(
        DifferenceStage.OPEN, DifferenceStage.SETTLED, role=Role.DCAC, label=gettext_lazy("Credit the firm's cash ledger"),
        para="Customs Act 1962, s.51A", form="payments.forms.DifferenceForm", guards=(ledger_takes_it,), grave=True, weighty=True,
    )  # fmt: skip
    def credit_ledger(self: BankDifference, *, remarks: str) -> None:
        """What the bank received beyond what stands paid here is credited to the firm's Electronic Cash Ledger, once."""
        from payments import transactions
        from payments.cash.ledger import credit_back, key_of
        from payments.models import Challan

        assert self.challan is not None
        self.challan = Challan.objects.select_for_update(of=("self",)).get(
            pk=self.challan.pk
        )  # what the bank says waits
        transactions.hold(self.bank, self.bank_transaction)
        if reason := ledger_takes_it(self, self.taken_by):
            raise Refused([reason], self)
        key = key_of(
            self.bank, self.bank_transaction
        )  # one debit of a bank is credited once, on whatever day it is listed
        credit_back(self.challan, self.surplus, key, remarks, self.taken_by, from_bank=self.bank)
        self.remarks = remarks

    @step(
        DifferenceStage.OPEN,
        DifferenceStage.CLEARED,
        role=Role.SYSTEM,
        label=gettext_lazy("Clear up difference"),
        para=PARA,
    )
    def clear_up(self: BankDifference) -> None:
        """The scroll and the books have come to agree: nobody has to do anything."""


FIND = Step(
    name="find", document="bankdifference", sources=(), targets=(DifferenceStage.OPEN,), roles=(Role.SYSTEM,),
    label=gettext_lazy("Find difference"),  # type: ignore[arg-type]  # every label is translated when it is shown
    para=PARA, rule="The nightly reconciliation finds that a bank's scroll and the books of ECCS do not agree.",
)  # fmt: skip
