"""The Bond Master: which types and categories of bonds there are, entered by one officer and approved by another (PN17 13.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from eccs.workflow import Document, Step, step

if TYPE_CHECKING:
    from bonds.models import BondMaster

PARA = "PN17 13.1"


class MasterStage(models.TextChoices):
    """What an entry of the Bond Master awaits."""

    ENTERED = "ENTERED", _("Bond type to be approved")
    IN_USE = "IN_USE", _("Bond type in use")
    REJECTED = "REJECTED", _("Bond type not approved")
    WITHDRAWN = "WITHDRAWN", _("Bond type withdrawn")


class Purpose(models.TextChoices):
    """What bonds of a type secure (PN17 13.2)."""

    PROVISIONAL = "PROVISIONAL", _("Bond for provisional assessment")
    RELEASE = "RELEASE", _("Bond for provisional release")
    TRANSSHIPMENT = "TRANSSHIPMENT", _("Bond for transshipment")


class Category(models.TextChoices):
    """How often a bond is used."""

    SPECIFIC = "SPECIFIC", _("Consignment specific")
    CONTINUITY = "CONTINUITY", _("Continuity")


class BondMasterSteps(Document):
    """The steps of an entry of the Bond Master."""

    unnumbered_stages = ()
    courier_id = None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The entering, which is done on a page of its own, and every step declared below."""
        return {"enter": ENTER, **super().steps()}

    @step(
        MasterStage.ENTERED, MasterStage.IN_USE, role=Role.BOND_CHECKER, label=_("Approve bond type"), para=PARA,
        apart_from=("enter",),
    )  # fmt: skip
    def approve(self: BondMaster) -> None:
        """The Bond Checker approves what the Bond Maker entered: firms can ask for bonds of this type."""

    @step(
        MasterStage.ENTERED, MasterStage.REJECTED, role=Role.BOND_CHECKER, label=_("Do not approve"), para=PARA,
        form="bonds.forms.RemarksForm", apart_from=("enter",),
    )  # fmt: skip
    def reject(self: BondMaster, *, remarks: str) -> None:
        """The entry is not used; the Bond Maker reads why."""
        self.remarks = remarks

    @step(
        MasterStage.IN_USE, MasterStage.WITHDRAWN, role=Role.BOND_CHECKER, label=_("Withdraw bond type"), para=PARA,
        form="bonds.forms.RemarksForm", grave=True, anytime=True,
    )  # fmt: skip
    def withdraw(self: BondMaster, *, remarks: str) -> None:
        """No new bond of this type is asked for; those registered stay as they are."""
        self.remarks = remarks


ENTER = Step(
    name="enter", document="bondmaster", sources=(), targets=(MasterStage.ENTERED,), roles=(Role.SYSTEM,),
    label=_("Enter bond type"),  # type: ignore[arg-type]  # every label is translated when it is shown
    para=PARA, rule="The Bond Maker defines a type of bond and its category at the station.",
)  # fmt: skip
