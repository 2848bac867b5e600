"""A provisional assessment, from its bond to the final assessment (PN17 7.1(c); Customs Act 1962, section 18)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from bills.clearance import guards
from eccs.workflow import GET_STATE, Document, step

if TYPE_CHECKING:
    from bills.models import ProvisionalAssessment

NOTHING = Decimal(0)


class ProvisionalStage(models.TextChoices):
    """What a provisional assessment awaits."""

    PROVISIONAL = "PROVISIONAL", _("Provisionally assessed")
    EXTRA_DUTY = "EXTRA_DUTY", _("Awaiting extra duty")
    FINAL = "FINAL", _("Finally assessed")
    SUPERSEDED = "SUPERSEDED", _("Superseded")


def after_finalising(assessment: ProvisionalAssessment, **_answers: object) -> ProvisionalStage:
    """What the final duty is more than was paid is paid first; else the assessment is closed (section 18(2))."""
    return ProvisionalStage.EXTRA_DUTY if assessment.extra_duty else ProvisionalStage.FINAL


class ProvisionalClearance(Document):
    """The steps of a provisional assessment."""

    unnumbered_stages = ()
    finalised_at: datetime | None
    duty_before: Decimal | None
    final_duty: Decimal | None
    extra_duty: Decimal | None
    refund: Decimal | None
    interest: Decimal
    extra_paid_at: datetime | None
    bond_released_at: datetime | None

    class Meta:
        abstract = True

    @step(
        ProvisionalStage.PROVISIONAL,
        GET_STATE(after_finalising, states=[ProvisionalStage.EXTRA_DUTY, ProvisionalStage.FINAL]),
        role=Role.ASSESSING_OFFICER, label=_("Finalise assessment"), para="PN17 7.1(c); section 18",
        form="bills.forms.requests.FinalAssessmentForm", guards=(guards.goods_have_left,), grave=True,
        weighty=True,  # it may free the bond
    )  # fmt: skip
    def finalise_assessment(
        self: ProvisionalAssessment, *, final_duty: str, remarks: str, documents_received_on: str | None = None
    ) -> Iterable[models.Model]:
        """The duty is assessed finally: what is more than was paid is to be paid, what is less is recorded as a refund."""
        from bills.news import refund_recorded

        duty, paid = Decimal(final_duty), self.bill.total_duty  # all of it was paid before the Out of Charge
        self.final_duty, self.remarks_final, self.finalised_at = duty, remarks, self.taken_at
        self.documents_received_on = date.fromisoformat(documents_received_on) if documents_received_on else None
        self.duty_before, self.extra_duty, self.refund = paid, max(duty - paid, NOTHING), max(paid - duty, NOTHING)
        self.snapshot_for_trail = {
            "duty_paid": f"{paid:.2f}", "final_duty": f"{duty:.2f}", "extra_duty": f"{self.extra_duty:.2f}",
            "refund": f"{self.refund:.2f}", "reason": remarks, "on": timezone.localdate(self.taken_at).isoformat(),
        }  # fmt: skip
        if not self.extra_duty:
            self.free_bond()
            type(self.bill).objects.filter(pk=self.bill_id).update(provisional=False)
        return refund_recorded(self) if self.refund else ()

    @step(
        ProvisionalStage.EXTRA_DUTY, ProvisionalStage.FINAL, role=Role.SYSTEM, label=_("Confirm payment"),
        para="PN17 8.0; section 18(2)", many=True,
    )  # fmt: skip
    def confirm_extra_duty(self, *, amount: Decimal, challan: str, interest: str = "0") -> None:
        """The bank has confirmed the challan of the extra duty, with its interest: the assessment is closed and the bond is free."""
        self.interest += Decimal(interest)
        self.extra_paid_at = self.bond_released_at = self.taken_at

    @step(
        ProvisionalStage.PROVISIONAL, ProvisionalStage.SUPERSEDED, role=Role.SYSTEM, label=_("Supersede"),
        para="PN17 7.1(c)",
    )  # fmt: skip
    def supersede(self: ProvisionalAssessment) -> None:
        """The bill was assessed again, adjudicated or cancelled before the final assessment."""
        self.free_bond()
