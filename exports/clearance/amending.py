"""The life of an amendment of an export manifest: asked for by the courier, decided by the DC/AC (Form F)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy

from accounts.permissions import SYSTEM
from accounts.roles import COURIERS, Role
from eccs.workflow import SIGNED_ORDER, Actor, Document, Step, step, take

if TYPE_CHECKING:
    from exports.models import ExportManifestAmendment

PARA = "Reg 6; Form F"
ASKED: Any = gettext_lazy("Request amendment")


class AmendmentStage(models.TextChoices):
    """What a requested amendment awaits."""

    REQUESTED = "REQUESTED", gettext_lazy("Requested")
    APPROVED = "APPROVED", gettext_lazy("Approved")
    REJECTED = "REJECTED", gettext_lazy("Rejected")
    WITHDRAWN = "WITHDRAWN", gettext_lazy("Withdrawn")


def manifest_as_it_was(amendment: Any, actor: Actor) -> str:
    """The export manifest still reads as it did when the change was asked for, and what is to be added may still leave."""
    from exports.amending import changed_since

    return changed_since(amendment)


class ManifestAmendmentClearance(Document):
    """The steps of an amendment of an export manifest."""

    unnumbered_stages = ()
    told_of_all = True
    decided_at: datetime | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The request, which is made on the manifest, and every step declared below."""
        asked = Step(
            name="request", document="exportmanifestamendment", sources=(), targets=("REQUESTED",), roles=(Role.SYSTEM,),
            label=ASKED, para=PARA, rule="The courier asks for it on the export manifest, with a reason.",
        )  # fmt: skip
        return {"request": asked, **super().steps()}

    @step(
        AmendmentStage.REQUESTED, AmendmentStage.APPROVED, role=Role.DCAC, signed=SIGNED_ORDER, label=gettext_lazy("Approve amendment"), para=PARA,
        guards=(manifest_as_it_was,), apart_from=("request",), grave=True,
    )  # fmt: skip
    def approve(self: ExportManifestAmendment) -> None:
        """The DC/AC permits the changes: the manifest is changed at once, its shipping bills with it, and its earlier version is kept."""
        self.earlier, self.version, self.decided_at = self.manifest.as_kept(), self.manifest.version, self.taken_at
        self.manifest = take(
            self.manifest, "amend", SYSTEM, at=self.taken_at, amendment=self.number, changes=self.changes, reason=self.reason
        )  # fmt: skip

    @step(
        AmendmentStage.REQUESTED, AmendmentStage.REJECTED, role=Role.DCAC, signed=SIGNED_ORDER, label=gettext_lazy("Reject amendment"), para=PARA,
        form="bills.forms.holds.RemarksForm", apart_from=("request",),
    )  # fmt: skip
    def reject(self: ExportManifestAmendment, *, remarks: str) -> None:
        """The export manifest stays as it is; the courier learns why."""
        self.decision, self.decided_at = remarks, self.taken_at

    @step(
        AmendmentStage.REQUESTED, AmendmentStage.WITHDRAWN, role=COURIERS, label=gettext_lazy("Withdraw"), para=PARA,
        grave=True, anytime=True,
    )  # fmt: skip
    def withdraw(self: ExportManifestAmendment) -> None:
        """The courier asks for it no longer: the manifest stays as it is."""
        self.decided_at = self.taken_at
