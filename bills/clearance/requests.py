"""Requests of the courier on a filed bill: amendment and cancellation, decided by two officers (PN17 10.0, 11.0)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.permissions import SYSTEM
from accounts.roles import Role
from bills.clearance import guards
from eccs.workflow import SIGNED_ORDER, Document, Step, step, take

if TYPE_CHECKING:
    from bills.models import BillAmendment, BillCancellation

REMARKS = "bills.forms.holds.RemarksForm"


class AmendmentStage(models.TextChoices):
    """What a requested amendment awaits."""

    REQUESTED = "REQUESTED", _("Requested")
    PROCESSED = "PROCESSED", _("Processed")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")


class CancellationStage(models.TextChoices):
    """What a requested cancellation awaits."""

    REQUESTED = "REQUESTED", _("Requested")
    VERIFIED = "VERIFIED", _("Verified")
    APPROVED = "APPROVED", _("Approved")
    REJECTED = "REJECTED", _("Rejected")


def _request(document: str, label: Any, para: str) -> Step:
    """How a request begins: as a step of its bill, which writes the first line of the request's trail."""
    return Step(
        name="request", document=document, sources=(), targets=("REQUESTED",), roles=(Role.SYSTEM,), label=label, para=para,
        rule="The courier asks for it on the bill, with a reason.",
    )  # fmt: skip


class AmendmentClearance(Document):
    """The steps of an amendment: processed by one officer, decided by another (PN17 11.0)."""

    unnumbered_stages = ()
    processed_at: datetime | None
    decided_at: datetime | None
    refundable: Decimal | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The request, which is made on the bill, and every step declared below."""
        return {
            "request": _request(cls._meta.model_name or "", _("Request amendment"), "PN17 11.0"),
            **super().steps(),
        }

    def before_approval(self) -> None:
        """What is held or written before the bill is amended; mostly nothing."""

    def after_approval(self) -> None:
        """What the amendment keeps of the bill as it is now; mostly nothing."""

    @step(
        AmendmentStage.REQUESTED, AmendmentStage.PROCESSED, role=Role.ASSESSING_OFFICER, label=_("Process amendment"),
        para="PN17 11.0", form=REMARKS, apart_from=("request",),
    )  # fmt: skip
    def process(self: BillAmendment, *, remarks: str) -> None:
        """The Assessing Officer looks at what is to change and says what the DC/AC should know."""
        self.remarks, self.processed_at = remarks, self.taken_at

    @step(
        AmendmentStage.PROCESSED, AmendmentStage.APPROVED, role=Role.DCAC, signed=SIGNED_ORDER, label=_("Approve amendment"), para="PN17 11.0",
        guards=(guards.not_held,), apart_from=("request", "process"), grave=True,
    )  # fmt: skip
    def approve(self: BillAmendment) -> None:
        """The bill is changed and the duty worked out again; what was paid is set off, and the bill is assessed again."""
        self.before_approval()
        self.bill = take(self.bill, "amend", SYSTEM, at=self.taken_at, amendment=self.number, changes=self.changes)
        self.decided_at = self.taken_at
        self.after_approval()

    @step(
        AmendmentStage.PROCESSED, AmendmentStage.REJECTED, role=Role.DCAC, signed=SIGNED_ORDER, label=_("Reject amendment"), para="PN17 11.0",
        form=REMARKS, apart_from=("request", "process"),
    )  # fmt: skip
    def reject(self: BillAmendment, *, remarks: str) -> None:
        """The bill stays as it was declared; the courier learns why."""
        self.decision, self.decided_at = remarks, self.taken_at
        self.bill = take(self.bill, "close_request", SYSTEM, at=self.taken_at, request=self.number)


class CancellationClearance(Document):
    """The steps of a cancellation: verified by one officer, decided by another (PN17 10.0)."""

    unnumbered_stages = ()
    verified_at: datetime | None
    decided_at: datetime | None
    refundable: Decimal | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The request, which is made on the bill, and every step declared below."""
        return {
            "request": _request(cls._meta.model_name or "", _("Request cancellation"), "PN17 10.0"),
            **super().steps(),
        }

    def to_refund(self) -> Decimal | None:
        """What was paid on the bill and is given back when it is cancelled; nothing where nothing is ever paid."""
        return None

    def news_of_refund(self) -> Iterable[models.Model]:
        """The notices that say what is refundable; none where nothing is ever paid."""
        return []

    @step(
        CancellationStage.REQUESTED, CancellationStage.VERIFIED, role=Role.ASSESSING_OFFICER,
        label=_("Verify cancellation"), para="PN17 10.0", form=REMARKS, apart_from=("request",),
    )  # fmt: skip
    def verify(self: BillCancellation, *, remarks: str) -> None:
        """The Assessing Officer verifies the reason and says what the DC/AC should know."""
        self.remarks, self.verified_at = remarks, self.taken_at

    @step(
        CancellationStage.VERIFIED, CancellationStage.APPROVED, role=Role.DCAC, signed=SIGNED_ORDER, label=_("Approve cancellation"),
        para="PN17 10.0", guards=(guards.not_held,), apart_from=("request", "verify"), grave=True,
    )  # fmt: skip
    def approve(self: BillCancellation) -> Iterable[models.Model]:
        """The bill is cancelled; the duty paid on it, with its interest, is recorded as refundable, and its firms are told."""
        self.refundable = self.to_refund()
        self.bill = take(self.bill, "cancel", SYSTEM, at=self.taken_at, cancellation=self.number)
        self.decided_at = self.taken_at
        return self.news_of_refund()

    @step(
        CancellationStage.VERIFIED, CancellationStage.REJECTED, role=Role.DCAC, signed=SIGNED_ORDER, label=_("Reject cancellation"),
        para="PN17 10.0", form=REMARKS, apart_from=("request", "verify"),
    )  # fmt: skip
    def reject(self: BillCancellation, *, remarks: str) -> None:
        """The bill goes on; the courier learns why."""
        self.decision, self.decided_at = remarks, self.taken_at
        self.bill = take(self.bill, "close_request", SYSTEM, at=self.taken_at, request=self.number)
