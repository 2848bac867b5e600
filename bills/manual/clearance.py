"""Manual clearance and its numbered paper forms, step by step (PN17 15.0)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.people import concerned_at
from accounts.permissions import SYSTEM
from accounts.roles import Role
from eccs.models import Notice
from eccs.notices import worded
from eccs.papers import moment
from eccs.workflow import SIGNED_FILING, SIGNED_ORDER, Actor, Document, Refused, Step, step, take

if TYPE_CHECKING:
    from bills.models import ManualClearance, ManualForm

PARA = "PN17 15.0"
REMARKS = "bills.manual.forms.RemarksForm"


class ManualStage(models.TextChoices):
    """What a manual clearance awaits."""

    PROPOSED = "PROPOSED", gettext_lazy("Manual clearance proposed")
    APPROVED = "APPROVED", gettext_lazy("Manual clearance approved")
    ENDED = "ENDED", gettext_lazy("Manual clearance ended")
    RECONCILED = "RECONCILED", gettext_lazy("Reconciled")
    REJECTED = "REJECTED", gettext_lazy("Not approved")


class FormStage(models.TextChoices):
    """What a numbered paper form awaits."""

    ISSUED = "ISSUED", gettext_lazy("Issued, blank")
    USED = "USED", gettext_lazy("Used, bill to be entered")
    ENTERED = "ENTERED", gettext_lazy("Bill entered, to be verified")
    REGULARISED = "REGULARISED", gettext_lazy("Regularised")
    SPOILED = "SPOILED", gettext_lazy("Spoiled")
    MISSING = "MISSING", gettext_lazy("Missing")


def nothing_is_decided_first(form: ManualForm, actor: Actor) -> str:
    """No hold stood on the goods when they left on the paper, and no query, request or adjudication is open on the bill."""
    from bills.manual.holding import waits

    return " ".join(waits([form]).get(form.pk, []))


def _first(document: str, name: str, target: str, label: Any, rule: str) -> Step:
    """How the document begins: on a page of its own, which writes the first line of its trail."""
    return Step(
        name=name, document=document, sources=(), targets=(target,), roles=(Role.SYSTEM,), label=label, para=PARA, rule=rule
    )  # fmt: skip


def _period(order: ManualClearance) -> dict[str, str]:
    return {"station": str(order.station), "from": moment(order.begins_at), "until": moment(order.until_at)}


def _told(order: ManualClearance, subject: Callable[[], str]) -> list[Notice]:
    """A notice for whoever is concerned: the couriers of the station, its custodian, and who proposed it."""
    audiences = [*concerned_at(order.station_id), f"person:{order.proposed_by_id}"]

    def words() -> tuple[str, str]:
        return subject(), "\n".join(filter(None, (str(order), order.decision)))

    return [worded(audience, words, order.station_id) for audience in audiences]


def _waiting(order: ManualClearance) -> list[str]:
    """What the used forms wait for before they can be regularised, the first few of them."""
    from bills.manual.holding import waits

    rows = order.forms.filter(stage__in=(FormStage.USED, FormStage.ENTERED)).select_related("bill").order_by("pk")
    of_form = {one.pk: one for one in rows[:2000]}
    found = waits(list(of_form.values()))
    return [f"{of_form[pk]}: {' '.join(words)}" for pk, words in sorted(found.items())[:10]]


class ManualClearanceSteps(Document):
    """The steps of a manual clearance, in their order."""

    unnumbered_stages = ()
    courier_id = None
    decided_at: datetime | None
    ended_at: datetime | None
    ordered_at: datetime | None
    begins_at: datetime
    until_at: datetime

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The proposal, which is made on its own page, and every step declared below."""
        rule = "The DC/AC proposes manual clearance at the station, with reason and period, and the order where one was given outside ECCS."
        return {
            "propose": _first("manualclearance", "propose", "PROPOSED", gettext_lazy("Propose manual clearance"), rule),
            **super().steps(),
        }  # fmt: skip

    @step(
        ManualStage.PROPOSED, ManualStage.APPROVED, role=Role.COMMISSIONER, signed=SIGNED_ORDER, label=gettext_lazy("Approve manual clearance"),
        para=PARA, form=REMARKS, apart_from=("propose",), grave=True,
    )  # fmt: skip
    def approve(self: ManualClearance, *, remarks: str = "") -> Iterable[models.Model]:
        """The Commissioner permits it for the period, or confirms the order given while ECCS was down: never for what was before."""
        if self.ordered_at is None:
            if self.until_at <= self.taken_at:
                raise Refused([_("The period is over: propose another one.")], self)
            self.begins_at = max(self.begins_at, self.taken_at)
        self.decision, self.decided_at = remarks, self.taken_at
        return _told(
            self, lambda: _("Manual clearance at %(station)s is approved from %(from)s until %(until)s") % _period(self)
        )

    @step(
        ManualStage.PROPOSED, ManualStage.REJECTED, role=Role.COMMISSIONER, signed=SIGNED_ORDER, label=gettext_lazy("Do not approve"), para=PARA,
        form="bills.manual.forms.ReasonForm", apart_from=("propose",),
    )  # fmt: skip
    def reject(self: ManualClearance, *, remarks: str) -> Iterable[models.Model]:
        """Nothing is cleared on paper; the station, its couriers and its custodian learn why."""
        self.decision, self.decided_at = remarks, self.taken_at
        return _told(self, lambda: _("Manual clearance at %(station)s is not approved") % _period(self))

    @step(
        ManualStage.APPROVED, ManualStage.ENDED, role=(Role.COMMISSIONER, Role.DCAC, Role.SYSTEM),
        label=gettext_lazy("End manual clearance"), para=PARA, grave=True,
    )  # fmt: skip
    def end(self: ManualClearance) -> Iterable[models.Model]:
        """The system works again, or the period is over: from now on nothing is cleared on paper. Couriers and custodian are told."""
        self.ended_at = min(self.taken_at, self.until_at)
        return _told(self, lambda: _("Manual clearance at %(station)s has ended: file in ECCS again") % _period(self))

    @step(
        ManualStage.ENDED, ManualStage.RECONCILED, role=Role.DCAC, label=gettext_lazy("Close reconciliation"), para=PARA,
        form="bills.manual.forms.ReconciliationForm", grave=True,
    )  # fmt: skip
    def reconcile(self: ManualClearance, *, blank: int, remarks: str = "") -> None:
        """Every form used under the approval is regularised, and the station's blank forms are counted: as many as are issued and neither used, spoiled nor missing."""
        from bills.manual.issuing import blank_forms

        left = self.forms.filter(stage__in=(FormStage.USED, FormStage.ENTERED)).count()
        if left:
            words = ngettext(
                "%(n)d used form is not regularised yet.", "%(n)d used forms are not regularised yet.", left
            )
            raise Refused([words % {"n": left}, *_waiting(self)], self)
        if blank != (known := blank_forms(self.station_id)):
            told = {"counted": blank, "known": known}
            words = _(
                "%(counted)d blank forms are counted, and %(known)d should be there: record those that were used, spoiled or are missing."
            )
            raise Refused([words % told], self)

    @step(
        ManualStage.RECONCILED, ManualStage.ENDED, role=Role.DCAC, label=gettext_lazy("Reopen reconciliation"), para=PARA,
        form="bills.manual.forms.ReasonForm", anytime=True,
    )  # fmt: skip
    def reopen(self: ManualClearance, *, remarks: str) -> None:
        """A form has come to light that was used under the approval: it is recorded, and the reconciliation closed again."""


class ManualFormSteps(Document):
    """The steps of a numbered paper form: issued blank, used once, regularised; or spoiled, or missing."""

    unnumbered_stages = ()
    told_of_all = True
    collected: Decimal | None
    fine: Decimal
    penalty: Decimal
    bill: Any

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The issue, which is made for many forms at once, and every step declared below."""
        rule = "Numbered blank forms are issued to the station and printed in advance."
        return {
            "issue": _first("manualform", "issue", "ISSUED", gettext_lazy("Issue to the station"), rule),
            **super().steps(),
        }  # fmt: skip

    @step(
        FormStage.ISSUED, FormStage.USED, role=Role.SHED_SUPERINTENDENT, label=gettext_lazy("Record use"), para=PARA,
        form="bills.manual.forms.UseForm", anytime=True,
    )  # fmt: skip
    def record_use(self: ManualForm, **paper: Any) -> None:
        """What the paper says is entered with a scan of it: what was cleared, when, under which approval, what X-ray and examination showed, what was collected, who received the goods."""
        from bills.manual.papers_used import put

        put(self, **paper)

    @step(
        FormStage.ISSUED, FormStage.SPOILED, role=Role.SHED_SUPERINTENDENT, label=gettext_lazy("Record as spoiled"),
        para=PARA, form="bills.manual.forms.ReasonForm", anytime=True,
    )  # fmt: skip
    def spoil(self: ManualForm, *, remarks: str) -> None:
        """The paper was torn or written wrongly: it is kept, and its number is never used."""
        self.remarks = remarks

    @step(
        FormStage.ISSUED, FormStage.MISSING, role=Role.SHED_SUPERINTENDENT, label=gettext_lazy("Report as missing"),
        para=PARA, form="bills.manual.forms.ReasonForm", anytime=True,
    )  # fmt: skip
    def report_missing(self: ManualForm, *, remarks: str) -> None:
        """The paper cannot be found."""
        self.remarks = remarks

    @step(
        FormStage.MISSING, FormStage.ISSUED, role=Role.SHED_SUPERINTENDENT, label=gettext_lazy("Record as found"),
        para=PARA, form="bills.manual.forms.ReasonForm", anytime=True,
    )  # fmt: skip
    def record_found(self: ManualForm, *, remarks: str) -> None:
        """The paper has come to light: it can be recorded as used, or as spoiled."""
        self.remarks = remarks

    @step(
        FormStage.USED, FormStage.ISSUED, role=Role.DCAC, label=gettext_lazy("Withdraw record of use"), para=PARA,
        form="bills.manual.forms.ReasonForm", apart_from=("record_use",), grave=True, anytime=True,
    )  # fmt: skip
    def withdraw_use(self: ManualForm, *, remarks: str) -> Iterable[models.Model]:
        """What was recorded is not what the paper says: it is recorded anew. The first record stays in the trail, and the courier is told."""
        from bills.manual.papers_used import take_back

        return take_back(self, remarks)

    @step(
        FormStage.USED, FormStage.ENTERED, role=Role.COURIER_SIGNATORY, signed=SIGNED_FILING, label=gettext_lazy("Link the bill"), para=PARA,
        form="bills.manual.forms.BillForm",
    )  # fmt: skip
    def link_bill(self: ManualForm, *, bill: str) -> None:
        """The courier has entered what the paper declares as a bill, and links it to the number of the paper."""
        from bills.manual.papers_used import bill_for

        self.bill = bill_for(self, bill)

    @step(
        FormStage.ENTERED, FormStage.REGULARISED, role=Role.DCAC, label=gettext_lazy("Regularise"), para=PARA,
        form="bills.manual.forms.RegulariseForm", guards=(nothing_is_decided_first,), apart_from=("record_use",), grave=True,
    )  # fmt: skip
    def regularise(self: ManualForm, *, remarks: str = "") -> None:
        """What was collected is set against the duty as the system reckons it, a difference is kept with its reason, and the bill is closed as cleared manually.

        A hold that came after the goods had left ends with it, and the remarks say why.
        """
        from bills.manual import holding
        from bills.manual.papers_used import compare

        late = holding.came_after(self)
        if late and not remarks:
            words = _("After the goods had left, %(holds)s: say in the remarks why the bill is closed all the same.")
            raise Refused([words % {"holds": "; ".join(late)}], self)
        self.remarks = remarks
        assert self.bill is not None and self.collected is not None
        self.bill = take(
            self.bill, "clear_manually", SYSTEM, at=self.taken_at, form=self.number, collected=str(self.collected),
            cleared_at=self.cleared_at.isoformat() if self.cleared_at else "",
            **({"left_at": holding.left_at(self).isoformat()} if late else {}),
            **({"fine": str(self.fine), "penalty": str(self.penalty)} if self.fine or self.penalty else {}),
        )  # fmt: skip
        compare(self, remarks)

    @step(
        FormStage.ENTERED, FormStage.USED, role=Role.DCAC, label=gettext_lazy("Return to courier"), para=PARA,
        form="bills.manual.forms.ReasonForm",
    )  # fmt: skip
    def return_to_courier(self: ManualForm, *, remarks: str) -> None:
        """The bill is not what the paper says: the courier links another one."""
        self.bill, self.remarks = None, remarks
