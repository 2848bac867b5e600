"""Goods for export that are adjudicated: referred, decided by an order, and the fine and penalty that it imposes (PN17 7.1(k), 8.0)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from bills.clearance.guards import NO_OPEN_REQUEST, by_the_desk_that_detained
from bills.clearance.penalties import DemandSteps
from bills.stages import Hold
from eccs.workflow import GET_STATE, SIGNED_ORDER, step
from exports import routing
from exports.clearance import guards
from exports.clearance.changing import ChangedClearance
from exports.clearance.shipping import AFTER_ASSESSMENT, DETAINING, REMARKS
from exports.stages import HERE, Stage

if TYPE_CHECKING:
    from exports.models import CourierShippingBill, ExportDemand

PARA = "PN17 7.1(k); section 125"
REFERRING = ("refer_to_assessing_officer", "refer_detained_goods", "send_for_adjudication")  # who asked does not decide


class AdjudgedClearance(ChangedClearance):
    """The steps of goods that an order decides on."""

    class Meta:
        abstract = True

    @step(
        Stage.FOR_LET_EXPORT, Stage.ADJUDICATION, role=Role.LEO_OFFICER, label=_("Refer to Assessing Officer"), para=PARA,
        form=REMARKS,
    )  # fmt: skip
    def refer_to_assessing_officer(self: CourierShippingBill, *, remarks: str) -> None:
        """The LEO Officer recommends adjudication and marks the bill to the Assessing Officer."""

    @step(
        Stage.DETAINED, Stage.ADJUDICATION, role=DETAINING, label=_("Refer to Assessing Officer"), para=PARA, form=REMARKS,
        guards=(by_the_desk_that_detained,),
    )  # fmt: skip
    def refer_detained_goods(self: CourierShippingBill, *, remarks: str) -> Iterable[models.Model]:
        """The desk that detained the goods recommends adjudication and marks the bill to the Assessing Officer."""
        return [self.detention_ended("REFERRED", remarks)]

    @step(
        Stage.STOPPED, Stage.ADJUDICATION, role=Role.DCAC, label=_("Send for adjudication"), para="PN17 9.0", form=REMARKS,
        guards=(guards.goods_registered,),
    )  # fmt: skip
    def send_for_adjudication(self: CourierShippingBill, *, remarks: str) -> Iterable[models.Model]:
        """The DC/AC marks the stopped bill to the Assessing Officer for adjudication."""
        self.end_hold(Hold.STOP)
        records = self.query_withdrawn()
        return [*records, self.detention_ended("REFERRED", remarks)] if Hold.DETENTION in self.held_by else records

    @step(
        Stage.ADJUDICATION, Stage.ASSESSMENT, role=Role.ASSESSING_OFFICER, label=_("Assess again"), para="PN17 7.1(b)",
        guards=(*NO_OPEN_REQUEST, guards.of_goods),
    )  # fmt: skip
    def assess_again(self: CourierShippingBill) -> None:
        """There is nothing to adjudicate, but what is declared is in doubt: the Assessing Officer assesses the bill once more."""
        self.assess_anew()
        self.reopened_at = self.taken_at

    @step(
        Stage.ADJUDICATION,
        GET_STATE(routing.after_adjudication, states=[Stage.FINE, *AFTER_ASSESSMENT, Stage.CONFISCATED]),
        role=Role.ASSESSING_OFFICER, signed=SIGNED_ORDER, label=_("Adjudicate"), para=PARA, form="exports.forms.officers.AdjudicationForm",
        guards=NO_OPEN_REQUEST, apart_from=REFERRING, grave=True,
    )  # fmt: skip
    def adjudicate(self: CourierShippingBill, *, outcome: str, **order: Any) -> Iterable[models.Model]:
        """The order: release against a redemption fine and a penalty, or absolute confiscation."""
        from bills.risk import adverse, found
        from exports.adjudication import adjudge

        found(self, examined=False, confirmed=adverse(outcome, **order))
        return adjudge(self, outcome, **order)

    @step(
        HERE, GET_STATE(routing.after_fine, states=list(HERE)), role=Role.SYSTEM, label=_("Confirm payment"), para="PN17 8.0",
        many=True, anytime=True,
    )  # fmt: skip
    def confirm_payment(self: CourierShippingBill, *, challan: str) -> None:
        """The bank has confirmed the challan of the fine and the penalty: nothing more is due under the order."""
        self.end_hold(Hold.FINE)


class DemandStage(models.TextChoices):
    """What the money that an order demands awaits."""

    DUE = "DUE", _("Awaiting fine and penalty")
    PAID = "PAID", _("Fine and penalty paid")


class DemandClearance(DemandSteps):
    """The steps of a fine and penalty: imposed by the order, paid by a challan."""

    demanded = _("Demand fine and penalty")
    orders = "The order imposes a redemption fine, a penalty, or both."

    class Meta:
        abstract = True

    @step(
        DemandStage.DUE, DemandStage.PAID, role=Role.SYSTEM, label=_("Confirm payment"), para="PN17 8.0", many=True,
    )  # fmt: skip
    def confirm_demand(self: ExportDemand, *, challan: str) -> None:
        """The bank has confirmed the challan of the fine and the penalty."""
        self.paid_at = self.taken_at
