"""A penalty imposed with absolute confiscation: the goods are gone, the penalty is due (PN17 7.1(k), 8.0; section 112)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from eccs.workflow import Document, Step, step

if TYPE_CHECKING:
    from bills.models import PenaltyDemand


class PenaltyStage(models.TextChoices):
    """What a demanded penalty awaits."""

    DUE = "DUE", _("Awaiting penalty")
    PAID = "PAID", _("Penalty paid")


class DemandSteps(Document):
    """What is alike of money that an order demands, of imports and of exports: it begins with the order, and the firm is told of all."""

    unnumbered_stages = ()
    told_of_all = True
    demanded: ClassVar[Any]  # the name of the beginning
    orders: ClassVar[str]  # what the order does
    paid_at: datetime | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The demand, by the order, which writes the first line of the trail; and every step declared below."""
        begun = Step(
            name="demand", document=str(cls._meta.model_name), sources=(), targets=(PenaltyStage.DUE,), roles=(Role.SYSTEM,),
            label=cls.demanded, para="PN17 7.1(k)", rule=cls.orders,
        )  # fmt: skip
        return {"demand": begun, **super().steps()}


class PenaltyClearance(DemandSteps):
    """The steps of a demanded penalty: imposed by the order, paid by a challan."""

    demanded = _("Demand penalty")
    orders = "The order confiscates the goods absolutely and imposes a penalty on the firm."

    class Meta:
        abstract = True

    @step(
        PenaltyStage.DUE, PenaltyStage.PAID, role=Role.SYSTEM, label=_("Confirm payment"), para="PN17 8.0", many=True,
    )  # fmt: skip
    def confirm_penalty(self: PenaltyDemand, *, amount: Decimal, challan: str, interest: str = "0") -> None:
        """The bank has confirmed the challan of the penalty: nothing more is due under the order."""
        self.paid_at = self.taken_at
