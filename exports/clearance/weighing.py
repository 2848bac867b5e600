"""The amendment that the scale calls for: opened by the system, asked for by the courier, decided as any other (PN17 5.2, 11.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import SYSTEM
from accounts.roles import Role
from bills.models.requests import AmendmentRequest
from eccs.workflow import SIGNED_FILING, Step, step, take, take_many

if TYPE_CHECKING:
    from exports.models import ExportAmendment

PARA = "PN17 5.2"
FOUND: Any = gettext_lazy("Record weight discrepancy")


class AmendmentStage(models.TextChoices):
    """What an amendment of a shipping bill awaits."""

    CALLED_FOR = "CALLED_FOR", gettext_lazy("Weight beyond the tolerance")
    REQUESTED = "REQUESTED", gettext_lazy("Requested")
    PROCESSED = "PROCESSED", gettext_lazy("Processed")
    APPROVED = "APPROVED", gettext_lazy("Approved")
    REJECTED = "REJECTED", gettext_lazy("Rejected")
    WITHDRAWN = "WITHDRAWN", gettext_lazy("Withdrawn")


OPEN = (AmendmentStage.CALLED_FOR, AmendmentStage.REQUESTED, AmendmentStage.PROCESSED)


class WeightAmendmentClearance(AmendmentRequest):
    """The steps of an amendment of a shipping bill: those of any bill, and those that follow the scale."""

    unnumbered_stages = ()
    bill: Any

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """How the scale opens it, and every step declared below."""
        called = Step(
            name="call_for", document=cls._meta.model_name or "", sources=(), targets=("CALLED_FOR",), roles=(Role.SYSTEM,),
            label=FOUND, para=PARA,
            rule="The custodian weighed the goods, and the difference is beyond the tolerance.",
        )  # fmt: skip
        return {"call_for": called, **super().steps()}

    def end_wait(self) -> None:
        """The courier owes nothing more for the weight: the clock of the desk that stood still for it goes on."""
        if self.stage == AmendmentStage.CALLED_FOR:
            bill, since = self.bill, self.stage_since.isoformat()
            take_many(type(bill), [bill.pk], "end_wait_for_weight", SYSTEM, at=self.taken_at, since=since)

    @step(
        AmendmentStage.CALLED_FOR, AmendmentStage.REQUESTED, role=Role.COURIER_SIGNATORY, signed=SIGNED_FILING,
        label=gettext_lazy("Request amendment"), para="PN17 5.2, 11.0", form="exports.forms.manifests.ReasonForm",
    )  # fmt: skip
    def ask(self: ExportAmendment, *, reason: str) -> None:
        """The courier asks that the weight is declared as the scale shows it, and says why it was declared otherwise."""
        self.end_wait()
        self.reason, self.requested_by_id, self.requested_at = reason, self.taken_by.user_id, self.taken_at

    @step(OPEN, AmendmentStage.CALLED_FOR, role=Role.SYSTEM, label=gettext_lazy("Weigh again"), para=PARA, anytime=True)
    def weigh_again(self: ExportAmendment, *, kg: str) -> None:
        """The custodian weighed the goods again, and they still weigh otherwise than declared: the latest weight counts."""
        from exports.weight_amendments import changes_called_for

        self.changes = changes_called_for(self.bill)
        self.remarks, self.processed_at = "", None

    @step(
        OPEN, AmendmentStage.WITHDRAWN, role=Role.SYSTEM, label=gettext_lazy("Weight agrees"), para=PARA, anytime=True
    )
    def weight_agrees(self: ExportAmendment, *, kg: str) -> None:
        """Weighed again the goods are within the tolerance: there is nothing to amend, and the bill goes on."""
        self.decision, self.decided_at = (
            _("Weighed again: %(kg)s kg, within the tolerance.") % {"kg": kg},
            self.taken_at,
        )
        self.end_wait()
        self.bill = take(self.bill, "close_request", SYSTEM, at=self.taken_at, request=self.number)
