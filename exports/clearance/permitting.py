"""The life of a permission to export excluded goods by courier: given by the DC/AC for one consignment, and withdrawn (Reg 2(2))."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from eccs import audit
from eccs.workflow import Document, Step, step

if TYPE_CHECKING:
    from exports.models import ExcludedGoodsPermission

PARA = "Reg 2(2)"
GIVE: Any = gettext_lazy("Permit excluded goods")


class PermissionStage(models.TextChoices):
    """Whether a permission holds."""

    GIVEN = "GIVEN", gettext_lazy("Excluded goods permitted")
    WITHDRAWN = "WITHDRAWN", gettext_lazy("Permission withdrawn")


class PermissionClearance(Document):
    """The steps of a permission for excluded goods."""

    unnumbered_stages = ()
    told_of_all = True

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The permission, which is a page of its own, and every step declared below."""
        given = Step(
            name="give", document="excludedgoodspermission", sources=(), targets=(PermissionStage.GIVEN,), roles=(Role.SYSTEM,),
            label=GIVE, para=PARA, rule="The DC/AC permits one consignment of goods that the Regulations exclude, with a reason.",
        )  # fmt: skip
        return {"give": given, **super().steps()}

    @step(
        PermissionStage.GIVEN, PermissionStage.WITHDRAWN, role=Role.DCAC, label=gettext_lazy("Withdraw permission"), para=PARA,
        form="exports.forms.permitting.WithdrawalForm", grave=True, anytime=True,
    )  # fmt: skip
    def withdraw(self: ExcludedGoodsPermission, *, why: str) -> None:
        """The goods may no longer be filed; a shipping bill that is filed already stays as it is."""
        self.withdrawn_at, self.withdrawal = self.taken_at, why
        told = {"courier": self.courier.number, "tariff_item": self.cth, "number": self.number}
        record = partial(audit.record, "goods.permission-withdrawn", by=self.taken_by, about=self.hawb)
        transaction.on_commit(partial(record, station=self.station_id, why=why, **told))
