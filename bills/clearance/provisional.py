"""A provisional assessment, from its bond to the final assessment (PN17 7.1(c); Customs Act 1962, section 18)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from bills.clearance import guards
from eccs.dated_rules import rule_book
from eccs.workflow import GET_STATE, SIGNED_ORDER, Document, step

if TYPE_CHECKING:
    from bills.models import ProvisionalAssessment

NOTHING = Decimal(0)


class ProvisionalStage(models.TextChoices):
    """What a provisional assessment awaits."""

    PROVISIONAL = "PROVISIONAL", _("Provisionally assessed")
    APPROVAL = "APPROVAL", _("For approval")
    EXTRA_DUTY = "EXTRA_DUTY", _("Awaiting extra duty")
    FINAL = "FINAL", _("Finally assessed")
    SUPERSEDED = "SUPERSEDED", _("Superseded")


def after_finalising(assessment: ProvisionalAssessment, **_answers: object) -> ProvisionalStage:
    """The DC/AC approves a final assessment above the limit, as any appraisal (PN17 7.1(f))."""
    assert assessment.bill.presented_on is not None and assessment.final_value is not None
    limit = rule_book().amount("dcac_approval_above", assessment.bill.presented_on, assessment.station_id)
    return ProvisionalStage.APPROVAL if assessment.final_value > limit else after_approving(assessment)


def after_approving(assessment: ProvisionalAssessment, **_answers: object) -> ProvisionalStage:
    """What the final duty is more than was paid is paid first; else the assessment is closed (section 18(2))."""
    return ProvisionalStage.EXTRA_DUTY if assessment.extra_duty else ProvisionalStage.FINAL


class ProvisionalClearance(Document):
    """The steps of a provisional assessment."""

    unnumbered_stages = ()
    finalised_at: datetime | None
    duty_before: Decimal | None
    final_duty: Decimal | None
    final_value: Decimal | None
    provisional_heads: dict[str, str]
    final_heads: dict[str, str]
    returned: str
    approved_at: datetime | None
    extra_duty: Decimal | None
    refund: Decimal | None
    interest: Decimal
    extra_paid_at: datetime | None
    bond_released_at: datetime | None

    class Meta:
        abstract = True

    @step(
        ProvisionalStage.PROVISIONAL,
        GET_STATE(
            after_finalising, states=[ProvisionalStage.APPROVAL, ProvisionalStage.EXTRA_DUTY, ProvisionalStage.FINAL]
        ),
        role=Role.ASSESSING_OFFICER, label=_("Finalise assessment"), para="PN17 7.1(c); section 18",
        form="bills.forms.final.FinalAssessmentForm", guards=(guards.goods_have_left,), grave=True,
        weighty=True,  # it may free the bond
    )  # fmt: skip
    def finalise_assessment(
        self: ProvisionalAssessment,
        *,
        heads: dict[str, str],
        assessable_value: str,
        remarks: str,
        documents_received_on: str | None = None,
    ) -> Iterable[models.Model]:
        """Value and duty are assessed finally, head by head: what is more than was paid is to be paid, what is less is a refund."""
        from bills import final_assessment

        self.documents_received_on = date.fromisoformat(documents_received_on) if documents_received_on else None
        self.remarks_final, self.finalised_at = remarks, self.taken_at
        final_assessment.put(self, {head: Decimal(amount) for head, amount in heads.items()}, Decimal(assessable_value))
        self.snapshot_for_trail = final_assessment.told(self)
        if after_finalising(self) == ProvisionalStage.APPROVAL:
            return ()
        return final_assessment.settle(self)

    @step(
        ProvisionalStage.APPROVAL,
        GET_STATE(after_approving, states=[ProvisionalStage.EXTRA_DUTY, ProvisionalStage.FINAL]),
        role=Role.DCAC, signed=SIGNED_ORDER, label=_("Approve final assessment"), para="PN17 7.1(f); section 18",
        apart_from=("finalise_assessment",), grave=True,
        weighty=True,  # it may free the bond
    )  # fmt: skip
    def approve_final_assessment(self: ProvisionalAssessment) -> Iterable[models.Model]:
        """The DC/AC approves the final assessment of a value above the limit: from now on it stands."""
        from bills import final_assessment

        self.approved_at = self.finalised_at = self.taken_at
        return final_assessment.settle(self)

    @step(
        ProvisionalStage.APPROVAL, ProvisionalStage.PROVISIONAL, role=Role.DCAC, label=_("Return to Assessing Officer"),
        para="PN17 7.1(f)", form="bills.forms.officers.ReturnForm",
    )  # fmt: skip
    def return_final_assessment(self: ProvisionalAssessment, *, remarks: str) -> None:
        """The DC/AC sends the final assessment back with remarks: the assessment is provisional as before."""
        self.returned = remarks
        self.finalised_at = self.final_duty = self.extra_duty = self.refund = self.duty_before = None

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
