"""A penalty imposed with absolute confiscation: the goods are gone, the penalty is due (PN17 7.1(k), 8.0; section 112)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

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


def _demand(label: Any) -> Step:
    """How a demand begins: by the order, which writes the first line of its trail."""
    return Step(
        name="demand", document="penaltydemand", sources=(), targets=(PenaltyStage.DUE,), roles=(Role.SYSTEM,), label=label,
        para="PN17 7.1(k)", rule="The order confiscates the goods absolutely and imposes a penalty on the firm.",
    )  # fmt: skip


class PenaltyClearance(Document):
    """The steps of a demanded penalty: imposed by the order, paid by a challan."""

    unnumbered_stages = ()
    told_of_all = True
    amount: Decimal
    paid_at: datetime | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The demand, which the order makes, and every step declared below."""
        return {"demand": _demand(_("Demand penalty")), **super().steps()}

    @step(
        PenaltyStage.DUE, PenaltyStage.PAID, role=Role.SYSTEM, label=_("Confirm payment"), para="PN17 8.0", many=True,
    )  # fmt: skip
    def confirm_penalty(self: PenaltyDemand, *, amount: Decimal, challan: str, interest: str = "0") -> None:
        """The bank has confirmed the challan of the penalty: nothing more is due under the order."""
        self.paid_at = self.taken_at
