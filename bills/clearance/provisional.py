"""A provisional assessment, from its bond to the final assessment (PN17 7.1(c); Customs Act 1962, section 18)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from bills.clearance import guards
from eccs.workflow import Document, step

if TYPE_CHECKING:
    from bills.models import ProvisionalAssessment


class ProvisionalStage(models.TextChoices):
    """What a provisional assessment awaits."""

    PROVISIONAL = "PROVISIONAL", _("Provisionally assessed")
    FINAL = "FINAL", _("Finally assessed")
    SUPERSEDED = "SUPERSEDED", _("Superseded")


class ProvisionalClearance(Document):
    """The steps of a provisional assessment."""

    unnumbered_stages = ()
    finalised_at: datetime | None
    final_duty: Decimal | None
    extra_duty: Decimal | None
    refund: Decimal | None

    class Meta:
        abstract = True

    @step(
        ProvisionalStage.PROVISIONAL, ProvisionalStage.FINAL, role=Role.ASSESSING_OFFICER, label=_("Finalise assessment"),
        para="PN17 7.1(c); section 18", form="bills.forms.requests.FinalAssessmentForm", guards=(guards.goods_have_left,),
        grave=True,
    )  # fmt: skip
    def finalise_assessment(
        self: ProvisionalAssessment, *, final_duty: str, remarks: str, documents_received_on: str | None = None
    ) -> None:
        """The duty is assessed finally; what is to be paid besides or given back is recorded."""
        duty = Decimal(final_duty)
        self.final_duty, self.remarks_final, self.finalised_at = duty, remarks, self.taken_at
        self.documents_received_on = date.fromisoformat(documents_received_on) if documents_received_on else None
        difference = duty - self.provisional_duty
        self.extra_duty, self.refund = max(difference, Decimal(0)), max(-difference, Decimal(0))
        type(self.bill).objects.filter(pk=self.bill_id).update(provisional=False)

    @step(
        ProvisionalStage.PROVISIONAL, ProvisionalStage.SUPERSEDED, role=Role.SYSTEM, label=_("Supersede"),
        para="PN17 7.1(c)",
    )  # fmt: skip
    def supersede(self: ProvisionalAssessment) -> None:
        """The bill was assessed again, adjudicated or cancelled before the final assessment."""
