"""The clearance of a Courier Bill of Entry, in the order of the public notice (PN17 6 to 9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import COURIERS, Role
from bills import routing
from bills.clearance import guards
from bills.clearance.risk import RiskSteps, looked_at_one_by_one, rms_has_decided
from bills.stages import HERE, OPEN, UNFILED, Stage
from counter.discarding import begun_at_the_counter
from counter.sealing import sealed_print_attached
from eccs.workflow import GET_STATE, SIGNED_FILING, SIGNED_ORDER, step
from manifests.clearance import not_on_hold, signatory_examined

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry

AFTER_PAYMENT = [Stage.ARRIVAL, Stage.XRAY, Stage.EXAMINATION, Stage.FOR_OUT_OF_CHARGE]
AFTER_APPROVAL = [Stage.DUTY, *AFTER_PAYMENT]
AFTER_ASSESSMENT = [Stage.DOCUMENTS, Stage.APPROVAL, *AFTER_APPROVAL]
AFTER_FILING = [Stage.DOCUMENTS, Stage.ASSESSMENT, Stage.DUTY, Stage.ARRIVAL, Stage.XRAY]
AFTER_DOCUMENTS = [Stage.ASSESSMENT, *AFTER_APPROVAL]
FILERS = (Role.COURIER_SIGNATORY, Role.IMPORTER)  # an importer for its own goods alone (PN17 5.4.4)
ELSEWHERE = [stage for stage in OPEN if stage not in (Stage.DRAFT, Stage.DUTY)]  # filed, open, and not awaiting duty
NOTHING = Decimal(0)
ASKING = (Stage.ASSESSMENT, Stage.FOR_OUT_OF_CHARGE, Stage.ADJUDICATION)


class ImportClearance(RiskSteps):
    """The steps of a bill, desk by desk."""

    unnumbered_stages = UNFILED
    rates_on: date | None
    unreckoned: str
    facilitated: bool
    assessment_due: bool
    assessment_remarks: str
    examination_mandated: bool
    assessed_at: datetime | None
    approved_at: datetime | None
    xray_at: datetime | None
    examined_at: datetime | None

    class Meta:
        abstract = True

    @step(
        Stage.DRAFT, GET_STATE(routing.after_filing, states=AFTER_FILING), role=(*FILERS, Role.SERVICE_CENTRE), signed=SIGNED_FILING, label=_("File bill"),
        para="PN17 5.4", form="bills.forms.entry.FilingForm",
        guards=(guards.courier_in_force_or_cleared_on_paper, signatory_examined, guards.importer_files_own_goods, not_on_hold, sealed_print_attached), grave=True,
    )  # fmt: skip
    def file(self: CourierBillOfEntry) -> Iterable[models.Model]:
        """The declaration is checked as a whole, valued, assessed to duty, put to the RMS and numbered."""
        from bills.filing import file_draft

        return file_draft(self)

    @step(
        Stage.DRAFT, Stage.DISCARDED, role=(*COURIERS, Role.IMPORTER, Role.SERVICE_CENTRE), label=_("Discard"), para="PN17 5.4",
        guards=(guards.discarded_by_whoever_began_it, begun_at_the_counter), grave=True,
    )  # fmt: skip
    def discard(self: CourierBillOfEntry) -> None:
        """A draft nobody needs is put away; it never had a number, and what was typed is not kept."""
        self.draft, self.discarded_at = dict[str, Any](), self.taken_at

    @step(
        Stage.DOCUMENTS, GET_STATE(routing.after_filing, states=AFTER_DOCUMENTS), role=FILERS,
        signed=SIGNED_FILING, label=_("Submit compulsory documents"), para="PN17 6.1", guards=(guards.compulsory_documents_attached,),
    )  # fmt: skip
    def submit_compulsory_documents(self: CourierBillOfEntry) -> None:
        """The documents a compulsory requirement asks for are handed in; then the bill is taken up."""
        self.documents_complete = True

    @step(
        Stage.ASSESSMENT, GET_STATE(routing.after_assessment, states=AFTER_ASSESSMENT), role=Role.ASSESSING_OFFICER,
        label=_("Assess"), para="PN17 7.1(b)", form="bills.forms.officers.AssessmentForm", guards=(rms_has_decided,),
    )  # fmt: skip
    def assess(
        self: CourierBillOfEntry, *, mandate_examination: bool = False, remarks: str = "",
        alterations: list[dict[str, Any]] | None = None, bond: dict[str, str] | None = None, waive_late_charge: bool = False,
    ) -> Iterable[models.Model]:  # fmt: skip
        """Second check: classification, value and rate are accepted or altered, examination mandated or not; final or with a bond."""
        from bills.altering import accept_claims, reassess
        from bills.models import Item
        from bills.provisional import assess_provisionally, supersede
        from bills.risk import ask_again

        self.assessed_at, self.assessment_due = self.taken_at, False
        ordered = self.examination_mandated and bool(self.xray_result)  # by the Shed Superintendent, after X-ray
        self.examination_mandated, self.assessment_remarks = mandate_examination or ordered, remarks
        again = alterations or self.unreckoned
        items = list(reassess(self, alterations or []) if again else accept_claims(self.items.all()))
        if again:
            ask_again(self, [item for item in items if isinstance(item, Item)], "REASSESSED")
        self.returned_on = timezone.localdate(self.taken_at)
        if waive_late_charge:
            self.late_charge = NOTHING
        self.unreckoned = ""  # an item that is still in no tariff is refused
        supersede(self)
        if bond is not None:
            assess_provisionally(self, bond, remarks)
        return items

    @step(
        Stage.ASSESSMENT,
        GET_STATE(routing.after_first_check_ordered, states=[Stage.FIRST_CHECK_ARRIVAL, Stage.FIRST_CHECK]),
        role=Role.ASSESSING_OFFICER, label=_("Send for first check"), para="PN17 7.1(a)",
        form="bills.forms.officers.FirstCheckForm", guards=(guards.not_examined_yet, guards.goods_not_released),
    )  # fmt: skip
    def send_for_first_check(self: CourierBillOfEntry, *, remarks: str = "") -> None:
        """The goods are examined first, as soon as they have arrived; then the bill is assessed."""

    @step(
        Stage.FIRST_CHECK, Stage.ASSESSMENT, role=Role.INSPECTOR, signed=SIGNED_ORDER, label=_("Report first-check examination"),
        para="PN17 7.1(a), 7.1(i)", form="bills.forms.officers.ExaminationForm",
    )  # fmt: skip
    def report_first_check_examination(self: CourierBillOfEntry, **report: Any) -> Iterable[models.Model]:
        """The Inspector reports what was opened and found; with the report the Assessing Officer assesses the bill."""
        from bills.risk import reported

        return reported(self, self.examined(first_check=True, **report))

    @step(
        ASKING, Stage.QUERY,
        role={
            Stage.ASSESSMENT: Role.ASSESSING_OFFICER, Stage.FOR_OUT_OF_CHARGE: Role.SHED_SUPERINTENDENT,
            Stage.ADJUDICATION: Role.ASSESSING_OFFICER,
        },
        signed=SIGNED_ORDER, label=_("Raise query"), para="PN17 7.1(d), 7.1(j), 7.1(k)", form="bills.forms.officers.QueryForm",
    )  # fmt: skip
    def raise_query(self: CourierBillOfEntry, *, question: str, documents_wanted: str = "") -> Iterable[models.Model]:
        """A question or a call for documents goes to the courier; the answer comes back to the desk that asked."""
        return self.asked(question, documents_wanted)

    @step(
        Stage.QUERY, GET_STATE(routing.after_reply, states=[Stage.DOCUMENTS, Stage.EXAMINATION, *ASKING]), role=FILERS, signed=SIGNED_FILING, label=_("Reply to query"),
        para="PN17 7.1(d)", form="bills.forms.courier.ReplyForm",
    )  # fmt: skip
    def reply_to_query(self: CourierBillOfEntry, *, reply: str) -> Iterable[models.Model]:
        """The courier answers, with documents where they were asked for."""
        return self.answered(reply)

    @step(
        Stage.APPROVAL, GET_STATE(routing.after_approval, states=AFTER_APPROVAL), role=Role.DCAC,
        label=_("Approve appraisal"), para="PN17 7.1(f)", apart_from=("assess",), many=True,
    )  # fmt: skip
    def approve_appraisal(self: CourierBillOfEntry) -> None:
        """The DC/AC approves the appraisal of a bill above the limit."""
        self.approved_at, self.returned_on = self.taken_at, timezone.localdate(self.taken_at)

    @step(
        Stage.APPROVAL, Stage.ASSESSMENT, role=Role.DCAC, label=_("Return to Assessing Officer"), para="PN17 7.1(f)",
        form="bills.forms.officers.ReturnForm",
    )  # fmt: skip
    def return_to_assessing_officer(self: CourierBillOfEntry, *, remarks: str) -> None:
        """The DC/AC sends the appraisal back with remarks."""
        self.assessed_at, self.assessment_due, self.facilitated = None, True, False

    @step(
        Stage.DUTY, GET_STATE(routing.after_approval, states=[*AFTER_APPROVAL, Stage.FINALISED]), role=Role.SYSTEM,
        label=_("Confirm payment"), para="PN17 8.0", many=True,
    )  # fmt: skip
    def confirm_payment(
        self: CourierBillOfEntry,
        *,
        amount: Decimal,
        challan: str,
        interest: str = "0",
        heads: dict[str, str] | None = None,
    ) -> None:
        """The bank has confirmed the challan: its amount, in rupees, is credited; the bill waits for what is still due."""
        from bills.dues import credit

        credit(self, amount, interest, heads)

    @step(ELSEWHERE, None, role=Role.SYSTEM, label=_("Credit payment"), para="PN17 8.0", many=True, anytime=True)
    def credit_payment(
        self: CourierBillOfEntry,
        *,
        amount: Decimal,
        challan: str,
        interest: str = "0",
        heads: dict[str, str] | None = None,
    ) -> None:
        """The bank has confirmed the challan while the bill was at another desk: the amount is credited, the bill stays there."""
        from bills.dues import credit

        credit(self, amount, interest, heads)

    @step(
        Stage.FIRST_CHECK_ARRIVAL, Stage.FIRST_CHECK, role=Role.ARRIVAL_SCANNER, label=_("Record arrival"),
        para="PN17 5.2, 7.1(a)", guards=(guards.all_packages_arrived,), many=True, follows=True,
    )  # fmt: skip
    def record_arrival_for_first_check(self) -> None:
        """The last package has been scanned: the goods are examined before the bill is assessed."""

    @step(
        Stage.ARRIVAL, Stage.XRAY, role=Role.ARRIVAL_SCANNER, label=_("Record arrival"), para="PN17 5.2, 7.1(h)",
        guards=(guards.all_packages_arrived,), many=True, follows=True,
    )  # fmt: skip
    def record_arrival(self) -> None:
        """The last package has been scanned."""

    @step(
        HERE, GET_STATE(routing.after_recomputing, states=list(HERE)), role=Role.SYSTEM, label=_("Recompute duty"),
        para="PN17 5.1", many=True,
    )  # fmt: skip
    def recompute_duty(
        self: CourierBillOfEntry,
        *,
        total_duty: Decimal,
        heads: dict[str, str],
        rates_on: str,
        before: str,
        late_charge: str | None = None,
    ) -> None:
        """The duty is worked out again with the rates of the day the aircraft arrived, where they are later (section 15)."""
        days = ("before", self.rates_on.isoformat() if self.rates_on else ""), ("after", rates_on)
        figures = {"before": (self.total_duty, self.duty_heads), "after": (total_duty, heads)}
        self.snapshot_for_trail = {
            when: {
                "rates_on": day,
                "total_duty": f"{Decimal(figures[when][0]):.2f}",
                "duty_heads": dict(figures[when][1]),
            }
            for when, day in days
        }
        if (
            late_charge is not None
        ):  # it was presented after a day of arrival that was not known, or not rightly, before
            for when, charge in (("before", self.late_charge), ("after", Decimal(late_charge))):
                self.snapshot_for_trail[when]["late_charge"] = f"{charge:.2f}"
            self.late_charge = Decimal(late_charge)
        self.total_duty, self.duty_heads = Decimal(total_duty), heads
        self.rates_on = datetime.fromisoformat(rates_on).date()

    @step(
        HERE, GET_STATE(routing.after_doubt, states=list(HERE)), role=Role.SYSTEM, label=_("Send back for assessment"),
        para="PN17 5.1; section 15", many=True,
    )  # fmt: skip
    def send_back_for_assessment(self: CourierBillOfEntry, *, reason: str, rates_on: str) -> Iterable[models.Model]:
        """The duty cannot be worked out with the rates of the day the aircraft arrived: an officer assesses the bill again."""
        from bills.news import notices_about

        self.unreckoned, self.rates_on = reason[:300], date.fromisoformat(rates_on)
        self.assess_anew()
        self.led_back()
        return notices_about(self, lambda: gettext("%(bill)s goes to the Assessing Officer") % {"bill": self}, reason)

    @step(
        Stage.XRAY,
        GET_STATE(routing.after_clear_xray, states=[Stage.OUT_OF_CHARGE, Stage.EXAMINATION, Stage.FOR_OUT_OF_CHARGE]),
        role=Role.XRAY_OFFICER, label=_("Clear X-ray"), para="PN17 7.1(h); Circular 40/2019",
        guards=(guards.cleared_on_no_paper,), many=True, singly=looked_at_one_by_one,
    )  # fmt: skip
    def clear_xray(self: CourierBillOfEntry) -> Iterable[models.Model]:
        """The picture shows nothing suspicious. A facilitated bill is Out of Charge at once, where the dated rule allows."""
        self.xray_result, self.xray_at = "CLEAR", self.taken_at
        if routing.after_clear_xray(self) == Stage.OUT_OF_CHARGE:
            return self.out_of_charge(automatic=True)
        return ()

    @step(
        Stage.XRAY, Stage.EXAMINATION, role=Role.XRAY_OFFICER, label=_("Mark suspicious"), para="PN17 7.1(h)",
        form="bills.forms.officers.SuspicionForm", guards=(guards.cleared_on_no_paper,), many=True,
    )  # fmt: skip
    def mark_suspicious(self: CourierBillOfEntry, *, remarks: str) -> None:
        """The picture is suspicious: the goods are examined."""
        self.suspected(remarks)

    @step(
        Stage.EXAMINATION, Stage.FOR_OUT_OF_CHARGE, role=Role.INSPECTOR, signed=SIGNED_ORDER, label=_("Report examination"), para="PN17 7.1(i)",
        form="bills.forms.officers.ExaminationForm",
    )  # fmt: skip
    def report_examination(self: CourierBillOfEntry, **report: Any) -> Iterable[models.Model]:
        """The Inspector reports what was opened and found, and recommends what to do."""
        from bills.risk import reported

        return reported(self, self.examined(first_check=False, **report))

    @step(
        Stage.FOR_OUT_OF_CHARGE, Stage.OUT_OF_CHARGE, role=Role.SHED_SUPERINTENDENT, signed=SIGNED_ORDER, label=_("Give Out of Charge"),
        para="PN17 7.1(b)", guards=(*guards.OUT_OF_CHARGE, guards.cleared_on_no_paper),
        apart_from=("report_examination", "report_first_check_examination"), grave=True, many=True,
    )  # fmt: skip
    def give_out_of_charge(self: CourierBillOfEntry) -> Iterable[models.Model]:
        """The goods may leave."""
        return self.out_of_charge(automatic=False)

    @step(
        Stage.FOR_OUT_OF_CHARGE, Stage.EXAMINATION, role=Role.SHED_SUPERINTENDENT, label=_("Order re-examination"),
        para="PN17 7.1(m)", form="bills.forms.officers.ReexaminationForm",
    )  # fmt: skip
    def order_re_examination(self: CourierBillOfEntry, *, remarks: str) -> None:
        """In case of suspicion or dispute the goods are examined again; the reports made before are kept."""
        self.examination_mandated, self.examined_at = True, None
