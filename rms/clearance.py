"""The life of a risk rule: written by one officer, put in force by another, suspended, retired (PN17 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Role
from eccs import audit
from eccs.workflow import Document, Refused, Step, step

if TYPE_CHECKING:
    from rms.models import RiskRule

PARA = "PN17 6.1"
REMARKS = "rms.forms.RemarksForm"
WRITERS = ("write", "write_version")


class Stage(models.TextChoices):
    """What a risk rule awaits."""

    DRAFT = "DRAFT", gettext_lazy("Rule drafted")
    PROPOSED = "PROPOSED", gettext_lazy("Rule proposed")
    ACTIVE = "ACTIVE", gettext_lazy("Rule active")
    REVISED = "REVISED", gettext_lazy("Rule active, new version proposed")
    SUSPENDED = "SUSPENDED", gettext_lazy("Rule suspended")
    RETIRED = "RETIRED", gettext_lazy("Rule retired")
    DISCARDED = "DISCARDED", gettext_lazy("Rule discarded")


IN_FORCE = (Stage.ACTIVE, Stage.REVISED)


def version_can_come_into_force(rule: RiskRule, actor: Any) -> str:
    """The last day of the version lies ahead."""
    last = rule.newest()
    if last is None:
        return _("Nothing is written yet.")
    if last.to_date is not None and last.to_date < timezone.localdate():
        return _("Its last day, %(day)s, has passed: write a version with a later one.") % {
            "day": f"{last.to_date:%d/%m/%Y}"
        }
    return ""


def version_is_new(rule: RiskRule, actor: Any) -> str:
    """A version was written that is not in force."""
    return "" if rule.latest_no != rule.in_force_no else _("No new version is written.")


def back_in_force(rule: RiskRule, actor: Any) -> str:
    """It was in force before it was suspended."""
    return "" if rule.in_force_no else _("It was never in force: propose it.")


class RiskRuleSteps(Document):
    """The steps of a risk rule, in their order."""

    courier_id: ClassVar[None] = None  # it is no firm's

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The writing, which begins on a page of its own, and every step declared below."""
        return {"write": WRITE, **super().steps()}

    @step(
        (Stage.DRAFT, Stage.ACTIVE, Stage.SUSPENDED), None, role=Role.RISK_OFFICER, label=gettext_lazy("Write a version"),
        para=PARA, anytime=True,
    )  # fmt: skip
    def write_version(self: RiskRule, *, version: int, title: str, seal: str = "") -> None:
        """The Risk Officer writes the rule anew; the versions before it are kept, and the one in force stays in force."""
        if version != self.latest_no + 1:
            raise Refused([_("Somebody else wrote a version meanwhile: look at it first.")], self)
        self.latest_no, self.title = version, title

    @step(
        Stage.DRAFT, Stage.PROPOSED, role=Role.RISK_OFFICER, label=gettext_lazy("Propose rule"), para=PARA,
        guards=(version_can_come_into_force,), form="rms.forms.ProposalForm",
    )  # fmt: skip
    def propose(self: RiskRule, *, despite: bool = False) -> None:
        """The rule is ready: a Risk Approver is asked to put it in force."""
        self.refuse_danger(despite)

    @step(
        Stage.PROPOSED, Stage.ACTIVE, role=Role.RISK_APPROVER, label=gettext_lazy("Activate rule"), para=PARA,
        guards=(version_can_come_into_force,), apart_from=(*WRITERS, "propose"), grave=True, weighty=True,
    )  # fmt: skip
    def activate(self: RiskRule) -> None:
        """Another person puts the rule in force: from its first day it decides on every bill that is filed."""
        self.put_in_force()

    @step(
        Stage.PROPOSED, Stage.DRAFT, role=Role.RISK_APPROVER, label=gettext_lazy("Return rule"), para=PARA, form=REMARKS,
    )  # fmt: skip
    def return_rule(self: RiskRule, *, remarks: str) -> None:
        """The rule goes back to the Risk Officer with remarks."""
        self.remarks = remarks

    @step(
        Stage.ACTIVE, Stage.REVISED, role=Role.RISK_OFFICER, label=gettext_lazy("Propose new version"), para=PARA,
        guards=(version_is_new, version_can_come_into_force), form="rms.forms.ProposalForm", anytime=True,
    )  # fmt: skip
    def propose_version(self: RiskRule, *, despite: bool = False) -> None:
        """A Risk Approver is asked to put the new version in the place of the one in force."""
        self.refuse_danger(despite)

    @step(
        Stage.REVISED, Stage.ACTIVE, role=Role.RISK_APPROVER, label=gettext_lazy("Activate new version"), para=PARA,
        guards=(version_can_come_into_force,), apart_from=(*WRITERS, "propose_version"), grave=True, weighty=True,
    )  # fmt: skip
    def activate_version(self: RiskRule) -> None:
        """Another person puts the new version in force; the one before it is kept."""
        self.put_in_force()

    @step(
        Stage.REVISED, Stage.ACTIVE, role=Role.RISK_APPROVER, label=gettext_lazy("Return new version"), para=PARA, form=REMARKS,
    )  # fmt: skip
    def return_version(self: RiskRule, *, remarks: str) -> None:
        """The version in force stays in force; the Risk Officer reads why."""
        self.remarks = remarks

    @step(
        IN_FORCE, Stage.SUSPENDED, role=(Role.RISK_OFFICER, Role.RISK_APPROVER), label=gettext_lazy("Suspend rule"),
        para=PARA, form=REMARKS, anytime=True, grave=True,
    )  # fmt: skip
    def suspend(self: RiskRule, *, remarks: str) -> None:
        """The rule hits nothing from now on; what it has decided stands."""
        self.remarks = remarks
        self.tell("suspended", remarks)

    @step(
        Stage.SUSPENDED, Stage.ACTIVE, role=Role.RISK_APPROVER, label=gettext_lazy("Activate again"), para=PARA,
        guards=(back_in_force,), apart_from=WRITERS, grave=True, weighty=True, anytime=True,
    )  # fmt: skip
    def resume(self: RiskRule) -> None:
        """The version that was in force is in force again."""
        self.come_into_force()

    @step(
        (*IN_FORCE, Stage.SUSPENDED), Stage.RETIRED, role=Role.RISK_APPROVER, label=gettext_lazy("Retire rule"), para=PARA,
        form=REMARKS, anytime=True, grave=True,
    )  # fmt: skip
    def retire(self: RiskRule, *, remarks: str) -> None:
        """The rule is not needed any more; it stays on record with all it has decided."""
        self.remarks = remarks
        self.tell("retired", remarks)

    @step(Stage.DRAFT, Stage.DISCARDED, role=Role.RISK_OFFICER, label=gettext_lazy("Discard"), para=PARA, grave=True)
    def discard(self: RiskRule) -> None:
        """A rule that was never in force is put away."""

    def refuse_danger(self: RiskRule, despite: bool) -> None:  # type: ignore[misc]
        """A rule that hits everything, or nothing, or was not tested, is proposed only where the officer says so. Raises Refused."""
        from rms.backtest import danger_of

        if not despite and (why := danger_of(self)):
            raise Refused([why, _("Test it, or say that it is proposed all the same.")], self)

    def come_into_force(self: RiskRule) -> None:  # type: ignore[misc]
        """The audit log learns it; a shipment on which the rule intervenes may be here already."""
        from rms.events import intervention_in_force

        self.tell("activated")
        if self.kind == self.Kind.INTERVENTION:
            intervention_in_force.send(type(self), rule=self)

    def tell(self: RiskRule, what: str, why: str = "") -> None:  # type: ignore[misc]
        """The audit log learns what comes into force and what ends, once the step is kept."""
        by, version = self.taken_by, self.in_force_no
        transaction.on_commit(
            lambda: audit.record(
                f"risk.{what}", by=by, about=self.key, station=self.station_id or "", why=why, version=version
            )
        )


WRITE: Any = Step(
    name="write", document="riskrule", sources=(), targets=(Stage.DRAFT,), roles=(Role.SYSTEM,),
    label=gettext_lazy("Write a rule"),  # type: ignore[arg-type]  # every label is translated when it is shown
    para=PARA, rule="The Risk Officer writes a rule: what it looks at, what follows, what the officer is told.",
)  # fmt: skip
