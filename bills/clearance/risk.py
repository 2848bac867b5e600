"""What the RMS says later, and how an officer departs from it: steps that the trade reads nothing of (PN17 6, 6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import SYSTEM
from accounts.roles import Role
from bills import routing
from bills.stages import HELD, HERE, Stage
from eccs.workflow import GET_STATE, Document, Step, step, take

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry
    from bills.models.clearable import Clearable
    from bills.models.departure import Departure

PARA = "PN17 6.1"


def rms_has_decided(bill: Clearable, actor: Any) -> str:
    """The Risk Management System has decided on the bill."""
    waits = _(
        "The Risk Management System was away when the bill was filed or changed: the bill waits until it has decided."
    )
    return waits if bill.risk_pending else ""


def something_is_prescribed(bill: Clearable, actor: Any) -> str:
    """The RMS prescribed something that is still to be done."""
    return "" if bill.prescribed_now() else _("The RMS prescribes nothing that is still to be done.")


def no_departure_is_asked_for(bill: Clearable, actor: Any) -> str:
    """No other departure waits for the DC/AC."""
    waits = bill.departures.filter(stage=DepartureStage.REQUESTED).exists()
    return _("A departure from the RMS waits for the DC/AC already.") if waits else ""


def looked_at_one_by_one(bills: Sequence[Clearable]) -> dict[int, str]:
    """What the RMS draws the attention of the X-ray Officer to is not cleared together with others."""
    from rms.models import RiskDecision

    of_decision = {bill.risk_decision_id: bill.pk for bill in bills if bill.risk_decision_id}
    drawn = RiskDecision.objects.filter(
        models.Q(xray_attention=True) | models.Q(carried__xray=True), pk__in=of_decision
    )
    why = _("X-ray attention by the RMS: open it and clear it by itself.")
    return {of_decision[pk]: why for pk in drawn.values_list("pk", flat=True)}


class RiskSteps(Document):
    """What a bill hears from the RMS after it was filed, and how an officer departs from it."""

    facilitated: bool
    examined_at: datetime | None

    class Meta:
        abstract = True

    @step(
        HERE, GET_STATE(routing.after_hearing, states=list(HERE)), role=Role.SYSTEM, label=gettext_lazy("Decide on risk"),
        para=PARA, many=True, private=True, anytime=True, follows=True,
    )  # fmt: skip
    def hear_rms(self: CourierBillOfEntry, *, decision: int, lane: str, documents: str, rules: list[str]) -> None:
        """The RMS was away when the bill was filed, and decides now: the bill goes where it would have gone."""
        from bills.asking import hear

        self.risk_decision_id, self.risk_pending = decision, False
        self.assessment_required = self.examination_prescribed = False
        self.facilitated = lane == "FACILITATED" and not self.assessment_due
        hear(self, lane, documents)
        self.led_back_by(lane)

    @step(
        HERE, GET_STATE(routing.after_hearing_again, states=list(HERE)), role=Role.SYSTEM,
        label=gettext_lazy("Decide on risk again"), para=PARA, many=True, private=True, anytime=True, follows=True,
    )  # fmt: skip
    def hear_rms_again(
        self: CourierBillOfEntry,
        *,
        decision: int,
        lane: str,
        documents: str,
        rules: list[str],
        examine_again: bool = False,
        waits: bool = False,
    ) -> None:
        """What the RMS knows has changed: what it prescribes now is added to what it prescribed before.

        An intervention that prescribes an examination has the goods examined again; the reports made before are kept. Where it
        was heard while the RMS was away, the bill still waits for the RMS.
        """
        self.hear_again(decision, lane, documents, examine_again=examine_again, waits=waits)

    @step(
        (Stage.ASSESSMENT, Stage.EXAMINATION), None,
        role={Stage.ASSESSMENT: Role.ASSESSING_OFFICER, Stage.EXAMINATION: Role.INSPECTOR},
        label=gettext_lazy("Ask to depart from the RMS"), para=PARA, form="bills.forms.risk.DepartureForm",
        guards=(rms_has_decided, something_is_prescribed, no_departure_is_asked_for), private=True, anytime=True,
    )  # fmt: skip
    def request_departure(self: CourierBillOfEntry, *, what: str, reason: str) -> None:
        """What the RMS prescribes binds the officer, who may ask the DC/AC to depart from it, with the reason."""
        from bills.departures import open_departure

        open_departure(self, what, reason)

    @step(
        HERE, GET_STATE(routing.after_departure, states=list(HERE)), role=Role.SYSTEM,
        label=gettext_lazy("Depart from the RMS"), para=PARA, private=True, anytime=True, follows=True,
    )  # fmt: skip
    def depart_from_rms(self: CourierBillOfEntry, *, departure: str, what: str) -> Iterable[models.Model]:
        """The DC/AC has approved it: the bill goes on without what the RMS prescribed. It is not facilitated by that."""
        self.depart(what)
        return ()


class DepartureStage(models.TextChoices):
    """What a departure from the RMS awaits."""

    REQUESTED = "REQUESTED", gettext_lazy("Departure from the RMS requested")
    APPROVED = "APPROVED", gettext_lazy("Departure approved")
    REFUSED = "REFUSED", gettext_lazy("Departure refused")


def still_prescribed(departure: Departure, actor: Any) -> str:
    """What is to be left out is still prescribed by the RMS and still to be done; an officer may have to do it all the same."""
    bill = departure.bill
    if departure.what == "EXAMINATION":
        open_still = bill.examination_prescribed and bill.examined_at is None
    else:
        open_still = bill.assessment_required and bill.assessed_at is None
        if open_still and bill.stage in HELD:
            return _("The bill is at “%(stage)s”: that ends first.") % {"stage": bill.get_stage_display()}
        open_still = open_still and bill.stage == Stage.ASSESSMENT
    return "" if open_still else _("It is done already, or no longer prescribed.")


def assessed_all_the_same(departure: Departure) -> bool:
    """Whether an officer assesses the bill whatever the RMS says: it was amended, returned or is in doubt since the request."""
    bill = departure.bill
    return bool(departure.what == "ASSESSMENT" and departure.stage == DepartureStage.REQUESTED and bill.assessment_due)


class RiskDepartureSteps(Document):
    """The steps of a departure: asked for by one officer, decided by the supervisor."""

    unnumbered_stages = ()
    courier_id: ClassVar[None] = None  # no firm's: the trade reads nothing of it

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The request, which is made on the bill, and every step declared below."""
        request = Step(
            name="request", document=cls._meta.model_name or "", sources=(), targets=("REQUESTED",), roles=(Role.SYSTEM,),
            label=gettext_lazy("Ask to depart from the RMS"),  # type: ignore[arg-type]
            para=PARA, rule="The officer asks for it on the bill, with a reason.",
        )  # fmt: skip
        return {"request": request, **super().steps()}

    @step(
        DepartureStage.REQUESTED, DepartureStage.APPROVED, role=Role.DCAC, label=gettext_lazy("Approve departure"), para=PARA,
        guards=(still_prescribed,), apart_from=("request",), grave=True, private=True,
    )  # fmt: skip
    def approve(self: Departure) -> None:
        """The DC/AC has read the reason and approves it: the bill goes on without what the RMS prescribed.

        Where it was amended, returned or came in doubt meanwhile, that lifts the word of the RMS alone: it is assessed all the same.
        """
        take(self.bill, "depart_from_rms", SYSTEM, at=self.taken_at, departure=self.number, what=self.what)
        self.decided_at = self.taken_at

    @step(
        DepartureStage.REQUESTED, DepartureStage.REFUSED, role=Role.DCAC, label=gettext_lazy("Refuse departure"), para=PARA,
        form="bills.forms.holds.RemarksForm", apart_from=("request",), private=True,
    )  # fmt: skip
    def refuse(self: Departure, *, remarks: str) -> None:
        """What the RMS prescribes is done; the officer reads why."""
        self.decision, self.decided_at = remarks, self.taken_at
