"""The clearance of a Courier Shipping Bill: goods, risk, assessment, X-ray, examination, Let Export Order (Reg 6; Circular 41/2020)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.roles import COURIERS, Role
from bills.clearance.guards import (
    NO_OPEN_REQUEST,
    by_the_desk_that_detained,
    compulsory_documents_attached,
    memo_not_answered,
    not_detained_already,
)
from bills.clearance.risk import looked_at_one_by_one
from bills.stages import Hold
from counter.discarding import begun_at_the_counter
from counter.sealing import sealed_print_attached
from eccs.workflow import GET_STATE, SIGNED_FILING, SIGNED_ORDER, Document, step
from exports import routing
from exports.clearance import guards
from exports.stages import ASKABLE, CANCELLABLE, HERE, UNFILED, Stage
from manifests.clearance import courier_in_force, signatory_examined

if TYPE_CHECKING:
    from exports.models import CourierShippingBill

FILING, AUTO = "Reg 6", "Circular 41/2020, 19/2023"
AFTER_DOCUMENTS = [Stage.XRAY, Stage.EXAMINATION, Stage.FOR_LET_EXPORT]
AFTER_ASSESSMENT = [Stage.DOCUMENTS, *AFTER_DOCUMENTS]
ASKING = (Stage.ASSESSMENT, Stage.FOR_LET_EXPORT, Stage.ADJUDICATION)
DETAINING = (Role.ASSESSING_OFFICER, Role.DCAC)
BEFORE_STOP = [stage for stage in HERE if stage != Stage.STOPPED]
BEFORE_DETENTION = [stage for stage in BEFORE_STOP if stage != Stage.DETAINED]
REMARKS = "bills.forms.holds.RemarksForm"


def hold_flight(bill: int) -> None:
    """Hold the export manifest on which a bill stands before the bill itself, as building the manifest does."""
    from exports.leaving import drafts_with

    list(drafts_with(bill).select_for_update(of=("self",)).order_by("pk").values_list("pk"))


class ExportClearance(Document):
    """The steps of a shipping bill, desk by desk."""

    unnumbered_stages = UNFILED
    assessment_due: bool
    assessed_at: datetime | None
    xray_at: datetime | None
    examined_at: datetime | None

    class Meta:
        abstract = True

    @step(
        Stage.DRAFT, Stage.GOODS, role=(Role.COURIER_SIGNATORY, Role.SERVICE_CENTRE), signed=SIGNED_FILING, label=_("File shipping bill"), para=FILING,
        form="exports.forms.filing.FilingForm", guards=(courier_in_force, signatory_examined, sealed_print_attached), grave=True,
    )  # fmt: skip
    def file(self: CourierShippingBill) -> Iterable[models.Model]:
        """The declaration is checked as a whole, valued in rupees and numbered; then the goods are awaited."""
        from exports.filing import file_draft

        return file_draft(self)

    @step(
        Stage.DRAFT, Stage.DISCARDED, role=(*COURIERS, Role.SERVICE_CENTRE), label=_("Discard"), para=FILING,
        guards=(begun_at_the_counter,), grave=True,
    )  # fmt: skip
    def discard(self: CourierShippingBill) -> None:
        """A draft nobody needs is put away; it never had a number, and what was typed is not kept."""
        self.draft, self.discarded_at = dict[str, Any](), self.taken_at

    @step(
        Stage.GOODS, GET_STATE(routing.after_registration, states=[Stage.DOCUMENTS, Stage.ASSESSMENT, Stage.XRAY]), role=Role.ARRIVAL_SCANNER,
        label=_("Register goods"), para=FILING, guards=(guards.every_piece_scanned,), many=True, follows=True,
    )  # fmt: skip
    def register_goods(self: CourierShippingBill, *, decision: int = 0, lane: str = "", documents: str = "") -> None:
        """The goods are at the terminal, scanned and weighed; only now the RMS decides on them."""
        from exports.risk import decide_one

        self.registered_at = self.taken_at
        if decision:
            self.hear(decision, lane, documents)
        else:
            decide_one(self)

    @step(
        Stage.DOCUMENTS, GET_STATE(routing.after_documents, states=[Stage.ASSESSMENT, *AFTER_DOCUMENTS]), role=Role.COURIER_SIGNATORY,
        signed=SIGNED_FILING, label=_("Submit compulsory documents"), para="PN17 6.1", guards=(compulsory_documents_attached,),
    )  # fmt: skip
    def submit_compulsory_documents(self: CourierShippingBill) -> None:
        """The documents a compulsory requirement asks for are handed in; then the bill is taken up."""
        self.documents_complete = True

    @step(
        HERE, GET_STATE(routing.after_hearing, states=list(HERE)), role=Role.SYSTEM, label=_("Decide on risk"),
        para="PN17 6.1", many=True, private=True, anytime=True, follows=True,
    )  # fmt: skip
    def hear_rms(self: CourierShippingBill, *, decision: int, lane: str, documents: str, rules: list[str]) -> None:
        """The RMS was away when the goods were registered, and decides now: the bill goes where it would have gone."""
        self.hear(decision, lane, documents)
        self.led_back_by(lane)

    @step(
        HERE, GET_STATE(routing.after_hearing_again, states=list(HERE)), role=Role.SYSTEM, label=_("Decide on risk again"),
        para="PN17 6.1", many=True, private=True, anytime=True, follows=True,
    )  # fmt: skip
    def hear_rms_again(
        self: CourierShippingBill,
        *,
        decision: int,
        lane: str,
        documents: str,
        rules: list[str],
        examine_again: bool = False,
        waits: bool = False,
    ) -> None:
        """What the RMS knows has changed, or an officer intervenes: what is prescribed now is added to what was prescribed.

        An intervention that prescribes an examination has the goods examined again; the reports made before are kept.
        """
        self.hear_again(decision, lane, documents, examine_again=examine_again, waits=waits)

    @step(
        Stage.ASSESSMENT, GET_STATE(routing.after_assessing, states=[Stage.FINE, *AFTER_ASSESSMENT]), role=Role.ASSESSING_OFFICER,
        label=_("Assess"), para=AUTO, form="exports.forms.officers.AssessmentForm", guards=(guards.rms_decided,),
    )  # fmt: skip
    def assess(
        self: CourierShippingBill, *, mandate_examination: bool = False, remarks: str = "",
        alterations: list[dict[str, Any]] | None = None,
    ) -> Iterable[models.Model]:  # fmt: skip
        """The officer accepts or alters the declaration under assessment, and mandates examination or not."""
        from exports.changes import apply_changes

        self.assessed_at, self.assessment_remarks, self.assessment_due = self.taken_at, remarks, False
        self.examination_mandated = mandate_examination or self.examination_mandated
        return apply_changes(self, alterations, "REASSESSED") if alterations else ()

    @step(
        ASKING, Stage.QUERY,
        role={
            Stage.ASSESSMENT: Role.ASSESSING_OFFICER, Stage.FOR_LET_EXPORT: Role.LEO_OFFICER,
            Stage.ADJUDICATION: Role.ASSESSING_OFFICER,
        },
        signed=SIGNED_ORDER, label=_("Raise query"), para=AUTO, form="bills.forms.officers.QueryForm",
    )  # fmt: skip
    def raise_query(self: CourierShippingBill, *, question: str, documents_wanted: str = "") -> Iterable[models.Model]:
        """A question or a call for documents goes to the courier; the answer comes back to the desk that asked."""
        return self.asked(question, documents_wanted)

    @step(
        Stage.QUERY, GET_STATE(routing.after_reply, states=[Stage.DOCUMENTS, Stage.EXAMINATION, *ASKING]), role=Role.COURIER_SIGNATORY,
        signed=SIGNED_FILING, label=_("Reply to query"), para=AUTO, form="bills.forms.courier.ReplyForm",
    )  # fmt: skip
    def reply_to_query(self: CourierShippingBill, *, reply: str) -> Iterable[models.Model]:
        """The courier answers, with documents where they were asked for."""
        return self.answered(reply)

    @step(
        Stage.XRAY, GET_STATE(routing.after_clear_xray, states=[Stage.LET_EXPORT, Stage.EXAMINATION, Stage.FOR_LET_EXPORT]),
        role=Role.XRAY_OFFICER, label=_("Clear X-ray"), para=AUTO, many=True,
        singly=looked_at_one_by_one,
    )  # fmt: skip
    def clear_xray(self: CourierShippingBill) -> Iterable[models.Model]:
        """The picture shows nothing suspicious. Where a dated rule allows, the Let Export Order follows at once."""
        self.xray_result, self.xray_at = "CLEAR", self.taken_at
        return self.let_export(automatic=True) if routing.after_clear_xray(self) == Stage.LET_EXPORT else ()

    @step(
        Stage.XRAY, Stage.EXAMINATION, role=Role.XRAY_OFFICER, label=_("Mark suspicious"), para=AUTO,
        form="bills.forms.officers.SuspicionForm", many=True,
    )  # fmt: skip
    def mark_suspicious(self: CourierShippingBill, *, remarks: str) -> None:
        """The picture is suspicious: the goods are examined."""
        self.suspected(remarks)

    @step(
        Stage.EXAMINATION, Stage.FOR_LET_EXPORT, role=Role.INSPECTOR, signed=SIGNED_ORDER, label=_("Report examination"), para=AUTO,
        form="exports.forms.officers.ExaminationForm",
    )  # fmt: skip
    def report_examination(self: CourierShippingBill, **report: Any) -> Iterable[models.Model]:
        """The Inspector reports what was opened and found, and recommends what to do."""
        from bills.risk import reported

        return reported(self, self.examined(**report))

    @step(
        Stage.FOR_LET_EXPORT, Stage.LET_EXPORT, role=Role.LEO_OFFICER, signed=SIGNED_ORDER, label=_("Give Let Export Order"), para="Section 51",
        guards=guards.LET_EXPORT, apart_from=("report_examination",), grave=True, many=True,
    )  # fmt: skip
    def give_let_export_order(self: CourierShippingBill) -> Iterable[models.Model]:
        """The goods may be loaded and leave (Customs Act 1962, section 51)."""
        return self.let_export(automatic=False)

    @step(
        Stage.FOR_LET_EXPORT, Stage.EXAMINATION, role=Role.LEO_OFFICER, label=_("Order re-examination"), para="Section 51",
        form="bills.forms.officers.ReexaminationForm",
    )  # fmt: skip
    def order_re_examination(self: CourierShippingBill, *, remarks: str) -> None:
        """In case of suspicion or dispute the goods are examined again; the reports made before are kept."""
        self.examination_mandated, self.examined_at = True, None

    @step(
        (Stage.ASSESSMENT, Stage.STOPPED), Stage.DETAINED,
        role={Stage.ASSESSMENT: Role.ASSESSING_OFFICER, Stage.STOPPED: Role.DCAC}, signed=SIGNED_ORDER, label=_("Detain"), para="PN17 7.1(e), 9.0",
        form="bills.forms.holds.DetentionForm", guards=(not_detained_already, guards.goods_registered), grave=True,
    )  # fmt: skip
    def detain(self: CourierShippingBill, *, grounds: str, documents_wanted: str = "") -> Iterable[models.Model]:
        """The goods are detained: a numbered detention memo goes to the courier, who answers it."""
        return self.detained(self.steps()["detain"].activity_at(self.stage), grounds, documents_wanted)

    @step(
        Stage.DETAINED, None, role=Role.COURIER_SIGNATORY, signed=SIGNED_FILING, label=_("Reply to detention memo"), para="PN17 7.1(e)",
        form="bills.forms.courier.DetentionReplyForm", guards=(memo_not_answered,),
    )  # fmt: skip
    def reply_to_detention_memo(self: CourierShippingBill, *, reply: str) -> Iterable[models.Model]:
        """The courier answers the memo, with documents where they were asked for; the desk that detained decides."""
        return self.memo_answered(reply)

    @step(
        Stage.DETAINED, GET_STATE(routing.after_lifting, states=BEFORE_DETENTION), role=DETAINING, signed=SIGNED_ORDER, label=_("Lift detention"),
        para="PN17 7.1(e)", form=REMARKS, guards=(by_the_desk_that_detained,),
    )  # fmt: skip
    def lift_detention(self: CourierShippingBill, *, remarks: str) -> Iterable[models.Model]:
        """The desk that detained the goods lets the clearance go on where it was."""
        return [self.detention_ended("LIFTED", remarks)]

    @step(
        BEFORE_STOP, Stage.STOPPED, role=Role.DCAC, label=_("Stop"), para="PN17 9.0", form=REMARKS, grave=True, anytime=True,
    )  # fmt: skip
    def stop(self: CourierShippingBill, *, remarks: str) -> None:
        """The DC/AC stops the clearance before Let Export Order: no other desk acts on the bill until the stop is cleared."""
        self.stopped()

    @step(
        Stage.STOPPED, GET_STATE(routing.after_clearing_stop, states=BEFORE_STOP), role=Role.DCAC, label=_("Clear stop"),
        para="PN17 9.0", form=REMARKS,
    )  # fmt: skip
    def clear_stop(self: CourierShippingBill, *, remarks: str) -> None:
        """The clearance goes on where it was."""
        self.end_hold(Hold.STOP)

    @step(
        ASKABLE, None, role=Role.COURIER_SIGNATORY, signed=SIGNED_FILING, label=_("Request cancellation"), para="PN17 10.0",
        form="bills.forms.requests.CancellationForm", guards=(*NO_OPEN_REQUEST, guards.nothing_has_left), grave=True, anytime=True,
    )  # fmt: skip
    def request_cancellation(self: CourierShippingBill, *, reason: str) -> None:
        """The courier asks to cancel the bill before the goods depart: the Assessing Officer verifies it, the DC/AC decides."""
        from bills.requests import open_cancellation

        open_cancellation(self, reason)
        self.hold(Hold.CANCELLATION)

    @step(
        (*ASKABLE, Stage.MANIFESTED), None, role=Role.SYSTEM, label=_("Record decision on request"), para="PN17 10.0, 11.0",
        anytime=True,
    )  # fmt: skip
    def close_request(self: CourierShippingBill, *, request: str) -> None:
        """The DC/AC has rejected the request: the bill stays as it was declared, and goes on."""
        from exports.weight_amendments import look_again

        self.end_hold(Hold.AMENDMENT, Hold.CANCELLATION)
        look_again(self, request)

    @step(
        CANCELLABLE, Stage.CANCELLED, role=Role.SYSTEM, label=_("Cancel"), para="PN17 10.0", anytime=True, first=hold_flight,
    )  # fmt: skip
    def cancel(self: CourierShippingBill, *, cancellation: str) -> None:
        """The bill is cancelled as approved, with its Let Export Order where it has one; the shipment may have another bill."""
        from exports.leaving import take_off_drafts

        self.end_hold(Hold.CANCELLATION)
        self.discarded_at = self.taken_at
        self.leave_register("CANCELLED")
        take_off_drafts(self)
        if self.is_documents:
            self.shipments.update(ended_at=self.taken_at)
            self.bags.update(ended_at=self.taken_at)

    @step(
        Stage.LET_EXPORT, Stage.MANIFESTED, role=Role.SYSTEM, label=_("Put on export manifest"), para=FILING,
        guards=NO_OPEN_REQUEST, many=True, follows=True,
    )  # fmt: skip
    def put_on_manifest(self: CourierShippingBill, *, manifest: str) -> None:
        """The courier has filed the export manifest of the flight with which the goods leave."""

    @step(
        Stage.MANIFESTED, Stage.LET_EXPORT, role=Role.SYSTEM, label=_("Shut out"), para=FILING, many=True, follows=True
    )
    def shut_out(self: CourierShippingBill, *, manifest: str, reason: str) -> None:
        """The goods stayed behind: they wait for another flight, their Let Export Order holds."""

    @step(
        Stage.MANIFESTED, Stage.EXPORTED, role=Role.SYSTEM, label=_("Export"), para=FILING, guards=NO_OPEN_REQUEST, many=True,
        follows=True,
    )  # fmt: skip
    def export(self: CourierShippingBill, *, manifest: str, egm_number: str) -> None:
        """The aircraft has left with the goods, and its export general manifest has a number."""
        self.exported_at, self.egm_number = self.taken_at, egm_number

    @step(
        Stage.EXPORTED, Stage.LET_EXPORT, role=Role.SYSTEM, label=_("Short-ship"), para=FILING, many=True, anytime=True,
    )  # fmt: skip
    def short_ship(self: CourierShippingBill, *, manifest: str, reason: str) -> None:
        """The goods were found to have stayed behind when the aircraft had left: their order holds, and they wait for another flight."""
        self.exported_at, self.egm_number = None, ""

    @step(Stage.EXPORTED, None, role=Role.SYSTEM, label=_("Correct EGM number"), para=FILING, many=True, anytime=True)
    def correct_egm(self: CourierShippingBill, *, manifest: str, egm_number: str) -> None:
        """The EGM number of the flight was fed wrongly and is corrected."""
        self.egm_number = egm_number

    @step(
        Stage.MANIFESTED,
        Stage.LET_EXPORT,
        role=Role.SYSTEM,
        label=_("Export in part"),
        para=FILING,
        many=True,
        follows=True,
    )
    def export_in_part(self: CourierShippingBill, *, manifest: str, egm_number: str) -> None:
        """Some bags of documents have left with the aircraft; the others wait for another flight, their order holds."""

    @step(
        Stage.LET_EXPORT, GET_STATE(routing.after_back_to_town, states=[Stage.BACK_TO_TOWN, Stage.EXPORTED]), role=Role.COURIER_SIGNATORY, signed=SIGNED_FILING, label=_("Back to town"), para=FILING,
        form="exports.forms.manifests.ReasonForm", guards=(*NO_OPEN_REQUEST, guards.on_no_manifest), grave=True, anytime=True,
    )  # fmt: skip
    def back_to_town(self: CourierShippingBill, *, reason: str) -> None:
        """The goods are not exported after all and leave the terminal again: the order falls. Documents that left stay exported."""
        gone = self.manifest_lines.filter(live=True, in_part=True).select_related("manifest").last()
        if gone is not None:
            self.exported_at, self.egm_number = self.taken_at, gone.manifest.egm_number
        self.leave_register("BACK_TO_TOWN")
