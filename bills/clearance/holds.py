"""What interrupts the clearance of a bill: detention, adjudication, stop, amendment and cancellation (PN17 7 to 11)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from bills import routing
from bills.clearance import guards
from bills.clearance.imports import AFTER_APPROVAL, FILERS, ImportClearance
from bills.stages import ASKABLE, FREE, HELD, HERE, Hold, Stage
from eccs.money import rupees
from eccs.workflow import GET_STATE, SIGNED_FILING, SIGNED_ORDER, Refused, step

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry

DETAINING = (Role.ASSESSING_OFFICER, Role.SHED_SUPERINTENDENT, Role.DCAC)
BEFORE_STOP = [stage for stage in HERE if stage != Stage.STOPPED]
BEFORE_DETENTION = [stage for stage in HERE if stage not in (Stage.STOPPED, Stage.DETAINED)]
UNCLEARED = (*FREE, Stage.QUERY)  # nothing is on against the goods
RELEASERS = (
    "release_provisionally",
    "refer_to_assessing_officer",
    "send_for_adjudication",
)  # who asked does not decide
EXAMINERS = ("report_examination", "report_first_check_examination")


def hold_goods(bill: int) -> None:
    """Hold the shipments of a bill before the bill itself, as a scan does: what is written in the warehouse register comes after."""
    from bills.models.covered import goods_of

    list(goods_of([bill]).select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))


class HeldClearance(ImportClearance):
    """The steps that hold a bill up, decide it otherwise, or change what was declared."""

    class Meta:
        abstract = True

    @step(
        (Stage.ASSESSMENT, Stage.STOPPED), Stage.DETAINED,
        role={Stage.ASSESSMENT: Role.ASSESSING_OFFICER, Stage.STOPPED: Role.DCAC}, signed=SIGNED_ORDER, label=_("Detain"),
        para="PN17 7.1(e), 9.0", form="bills.forms.holds.DetentionForm", guards=(guards.not_detained_already, guards.goods_not_released), grave=True,
        first=hold_goods,
    )  # fmt: skip
    def detain(self: CourierBillOfEntry, *, grounds: str, documents_wanted: str = "") -> Iterable[models.Model]:
        """The goods are detained: a numbered detention memo goes to the courier, who answers it."""
        activity = self.steps()["detain"].activity_at(self.stage)
        return self.detained(activity, grounds, documents_wanted)

    @step(
        Stage.FOR_OUT_OF_CHARGE, Stage.DETAINED, role=Role.SHED_SUPERINTENDENT, signed=SIGNED_ORDER, label=_("Issue detention memo"),
        para="PN17 7.1(l)", form="bills.forms.holds.DetentionForm", guards=(guards.not_detained_already,), grave=True, first=hold_goods,
    )  # fmt: skip
    def issue_detention_memo(
        self: CourierBillOfEntry, *, grounds: str, documents_wanted: str = ""
    ) -> Iterable[models.Model]:
        """After an examination the goods are detained: a numbered detention memo goes to the courier, who answers it."""
        return self.detained(self.steps()["issue_detention_memo"].activity_at(""), grounds, documents_wanted)

    @step(
        Stage.DETAINED, GET_STATE(routing.after_lifting, states=BEFORE_DETENTION), role=DETAINING, signed=SIGNED_ORDER, label=_("Lift detention"),
        para="PN17 7.1(e), 7.1(l)", form="bills.forms.holds.RemarksForm", guards=(guards.by_the_desk_that_detained,), first=hold_goods,
    )  # fmt: skip
    def lift_detention(self: CourierBillOfEntry, *, remarks: str) -> Iterable[models.Model]:
        """The desk that detained the goods lets the clearance go on where it was."""
        return [self.detention_ended("LIFTED", remarks)]

    @step(
        Stage.DETAINED, Stage.ADJUDICATION, role=DETAINING, label=_("Refer to Assessing Officer"), para="PN17 7.1(k)",
        form="bills.forms.holds.RemarksForm", guards=(guards.by_the_desk_that_detained,), first=hold_goods,
    )  # fmt: skip
    def refer_detained_goods(self: CourierBillOfEntry, *, remarks: str) -> Iterable[models.Model]:
        """The desk that detained the goods recommends adjudication and marks the bill to the Assessing Officer."""
        return [self.detention_ended("REFERRED", remarks)]

    @step(
        Stage.DETAINED, Stage.PROVISIONALLY_RELEASED, role=Role.SHED_SUPERINTENDENT, signed=SIGNED_ORDER, label=_("Release provisionally"),
        para="PN17 7.1(n)", form="bills.forms.holds.ReleaseForm", apart_from=EXAMINERS, grave=True,
        guards=(guards.all_packages_arrived, *guards.NO_OPEN_REQUEST, guards.no_open_manifest_amendment), first=hold_goods,
    )  # fmt: skip
    def release_provisionally(
        self: CourierBillOfEntry, *, bond_amount: str, bond_number: str = "", guarantee_number: str = "", **typed: str
    ) -> Iterable[models.Model]:
        """Detained goods leave against a bond and a bank guarantee; the final order follows."""
        from bills.news import notices_about
        from bills.releasing import secured

        release = secured(self, Decimal(bond_amount), bond_number, guarantee_number, typed)
        self.released_at = self.taken_at
        memo = self.detention_ended("RELEASED", "")
        return [
            memo,
            release,
            *notices_about(self, lambda: gettext("%(bill)s: the goods are released provisionally") % {"bill": self}),
        ]  # fmt: skip

    @step(
        Stage.DETAINED, None, role=FILERS, signed=SIGNED_FILING, label=_("Reply to detention memo"), para="PN17 7.1(e)",
        form="bills.forms.courier.DetentionReplyForm", guards=(guards.memo_not_answered,),
    )  # fmt: skip
    def reply_to_detention_memo(self: CourierBillOfEntry, *, reply: str) -> Iterable[models.Model]:
        """The courier answers the memo, with documents where they were asked for; the desk that detained decides, from now on its clock runs."""
        return self.memo_answered(reply)

    @step(
        Stage.FOR_OUT_OF_CHARGE, Stage.ADJUDICATION, role=Role.SHED_SUPERINTENDENT, label=_("Refer to Assessing Officer"),
        para="PN17 7.1(k)", form="bills.forms.holds.RemarksForm",
    )  # fmt: skip
    def refer_to_assessing_officer(self: CourierBillOfEntry, *, remarks: str) -> None:
        """The Shed Superintendent recommends adjudication and marks the bill to the Assessing Officer."""

    @step(
        Stage.ADJUDICATION,
        GET_STATE(routing.after_adjudication, states=[Stage.DOCUMENTS, *AFTER_APPROVAL, Stage.CONFISCATED]),
        role=Role.ASSESSING_OFFICER, signed=SIGNED_ORDER, label=_("Adjudicate"), para="PN17 7.1(k)", form="bills.forms.holds.AdjudicationForm",
        guards=guards.NO_OPEN_REQUEST, apart_from=("refer_to_assessing_officer", "send_for_adjudication"), grave=True, first=hold_goods,
    )  # fmt: skip
    def adjudicate(self: CourierBillOfEntry, *, outcome: str, **order: Any) -> Iterable[models.Model]:
        """The order: release with fine, penalty and revised duty, or absolute confiscation."""
        from bills.adjudication import adjudge
        from bills.risk import adverse, found

        found(self, examined=False, confirmed=adverse(outcome, **order))
        return adjudge(self, outcome, **order)

    @step(
        Stage.PROVISIONALLY_RELEASED, GET_STATE(routing.after_approval, states=[Stage.DUTY, Stage.FINALISED]),
        role=Role.ASSESSING_OFFICER, signed=SIGNED_ORDER, label=_("Finalise"), para="PN17 7.1(k), 7.1(n)", form="bills.forms.holds.FinalOrderForm",
        apart_from=RELEASERS, grave=True, weighty=True, first=hold_goods,  # it frees bond and guarantee
    )  # fmt: skip
    def finalise(self: CourierBillOfEntry, **order: Any) -> Iterable[models.Model]:
        """The adjudicating officer's order on goods released provisionally: what it demands is paid, then bond and guarantee are free."""
        from bills.adjudication import adjudge
        from bills.releasing import free_if_nothing_due

        release = self.releases.get()
        release.finalised_at = self.taken_at
        records = [release, *adjudge(self, "RELEASE", **order)]
        free_if_nothing_due(self)
        return records

    @step(
        BEFORE_STOP, Stage.STOPPED, role=Role.DCAC, label=_("Stop"), para="PN17 9.0", form="bills.forms.holds.RemarksForm",
        guards=(guards.goods_not_released,), grave=True, anytime=True,
    )  # fmt: skip
    def stop(self: CourierBillOfEntry, *, remarks: str) -> None:
        """The DC/AC stops the clearance before Out of Charge: no other desk acts on the bill until the stop is cleared."""
        self.stopped()

    @step(
        Stage.STOPPED, GET_STATE(routing.after_clearing_stop, states=BEFORE_STOP), role=Role.DCAC, label=_("Clear stop"),
        para="PN17 9.0", form="bills.forms.holds.RemarksForm",
    )  # fmt: skip
    def clear_stop(self: CourierBillOfEntry, *, remarks: str) -> None:
        """The clearance goes on where it was."""
        self.end_hold(Hold.STOP)

    @step(
        Stage.STOPPED, Stage.ADJUDICATION, role=Role.DCAC, label=_("Send for adjudication"), para="PN17 9.0",
        form="bills.forms.holds.RemarksForm", first=hold_goods,
    )  # fmt: skip
    def send_for_adjudication(self: CourierBillOfEntry, *, remarks: str) -> Iterable[models.Model]:
        """The DC/AC marks the stopped bill to the Assessing Officer for adjudication."""
        self.end_hold(Hold.STOP)
        records = self.query_withdrawn()
        return [*records, self.detention_ended("REFERRED", remarks)] if Hold.DETENTION in self.held_by else records

    @step(
        ASKABLE, None, role=FILERS, signed=SIGNED_FILING, label=_("Request amendment"), para="PN17 11.0",
        form="bills.forms.requests.amendment_form", guards=(*guards.NO_OPEN_REQUEST, guards.goods_not_released), anytime=True,
    )  # fmt: skip
    def request_amendment(self: CourierBillOfEntry, *, changes: list[dict[str, Any]], reason: str) -> None:
        """The courier asks to change what was declared: the Assessing Officer processes it, the DC/AC decides."""
        from bills.requests import open_amendment

        open_amendment(self, changes, reason)
        self.hold(Hold.AMENDMENT)

    @step(
        ASKABLE, None, role=FILERS, signed=SIGNED_FILING, label=_("Request cancellation"), para="PN17 10.0",
        form="bills.forms.requests.CancellationForm", guards=(*guards.NO_OPEN_REQUEST, guards.goods_not_released),
        grave=True, anytime=True,
    )  # fmt: skip
    def request_cancellation(self: CourierBillOfEntry, *, reason: str) -> None:
        """The courier asks to cancel the bill: the Assessing Officer verifies it, the DC/AC decides."""
        from bills.requests import open_cancellation

        open_cancellation(self, reason)
        self.hold(Hold.CANCELLATION)

    @step(
        HERE, None, role=Role.SYSTEM, label=_("Record decision on request"), para="PN17 10.0, 11.0", anytime=True,
    )  # fmt: skip
    def close_request(self: CourierBillOfEntry, *, request: str) -> None:
        """The DC/AC has rejected the request: the bill stays as it was declared."""
        self.end_hold(Hold.AMENDMENT, Hold.CANCELLATION)

    @step(
        FREE, GET_STATE(routing.after_amendment, states=[Stage.DOCUMENTS, Stage.ASSESSMENT, *AFTER_APPROVAL]), role=Role.SYSTEM,
        label=_("Amend"), para="PN17 11.0", anytime=True,
    )  # fmt: skip
    def amend(self: CourierBillOfEntry, *, amendment: str, changes: list[dict[str, Any]]) -> Iterable[models.Model]:
        """The declaration is changed as approved and the duty worked out again; the bill is assessed again."""
        from bills.assessment import tell_change, valued
        from bills.models import Item
        from bills.requests import apply_changes
        from bills.risk import ask_again

        before = valued(self)
        self.end_hold(Hold.AMENDMENT)
        if not self.is_documents:
            self.assess_anew()
        changed = apply_changes(self, changes)
        ask_again(self, [one for one in changed if isinstance(one, Item)], "AMENDED")
        tell_change(self, before)
        self.unreckoned = ""
        return changed

    @step(
        HERE, GET_STATE(routing.after_pieces, states=list(HERE)), role=Role.SYSTEM, label=_("Carry landed pieces"),
        para="PN17 5.2, 12.0", anytime=True,
    )  # fmt: skip
    def carry_pieces(
        self: CourierBillOfEntry, *, hawb: str, before: int, after: int, excess: bool, whole: bool, amendment: str
    ) -> Iterable[models.Model]:
        """The DC/AC has approved that a shipment counts as it landed, with fewer pieces or with more: the bill carries those."""
        from bills.landing import carried

        return carried(self, hawb=hawb, before=before, after=after, excess=excess, whole=whole)

    @step(
        HERE, GET_STATE(routing.after_hearing_again, states=list(HERE)), role=Role.SYSTEM, label=_("Carry amended shipment"),
        para="PN17 12.0, 6.1", anytime=True,
    )  # fmt: skip
    def carry_details(self: CourierBillOfEntry, *, hawb: str, amendment: str) -> Iterable[models.Model]:
        """The DC/AC has approved other details on the manifest than the bill was filed with: it follows, and the RMS looks at it again."""
        from bills.landing import details_carried

        return details_carried(self, hawb, amendment)

    @step(
        (Stage.FOR_OUT_OF_CHARGE, *HELD), None, role=Role.SYSTEM, label=_("End wait for weight"), para="PN17 5.2, 12.0",
        many=True, anytime=True,
    )  # fmt: skip
    def end_wait_for_weight(self: CourierBillOfEntry, *, since: str) -> None:
        """The courier has asked for the amendment that a weight called for, or the goods weigh what was declared: the clock of the desk, which stood still for it, goes on."""

    @step(FREE, Stage.CANCELLED, role=Role.SYSTEM, label=_("Cancel"), para="PN17 10.0", anytime=True)
    def cancel(self: CourierBillOfEntry, *, cancellation: str) -> None:
        """The bill is cancelled as approved; the shipment may have another."""
        from bills.provisional import supersede

        self.end_hold(Hold.CANCELLATION)
        self.discarded_at = self.taken_at
        self.covered.update(ended_at=self.taken_at)
        supersede(self)

    @step(
        UNCLEARED, Stage.RETURNED, role=Role.SYSTEM, label=_("Record return to origin"), para="Reg 5(6)", anytime=True,
        guards=guards.NO_OPEN_REQUEST,
    )  # fmt: skip
    def return_to_origin(self: CourierBillOfEntry, *, permission: str) -> Iterable[models.Model]:
        """The goods have gone back to their sender, uncleared: the bill is closed."""
        return _goods_gone(self)

    @step(
        UNCLEARED, Stage.DISPOSED, role=Role.SYSTEM, label=_("Record disposal"), para="PN17 5.0(v), Reg 5(5)", anytime=True,
        guards=guards.NO_OPEN_REQUEST,
    )  # fmt: skip
    def dispose(self: CourierBillOfEntry, *, permission: str) -> Iterable[models.Model]:
        """The goods were sold or destroyed, uncleared: the bill is closed."""
        return _goods_gone(self)

    @step(
        (*FREE, Stage.DETAINED, Stage.STOPPED), Stage.CLEARED_MANUALLY, role=Role.SYSTEM, label=_("Record manual clearance"), para="PN17 15.0", anytime=True,
        guards=guards.NO_OPEN_REQUEST, first=hold_goods,
    )  # fmt: skip
    def clear_manually(
        self: CourierBillOfEntry, *, form: str, collected: str, cleared_at: str, fine: str = "0", penalty: str = "0",
        left_at: str = "",
    ) -> Iterable[models.Model]:  # fmt: skip
        """The goods left in downtime on a numbered paper form: what was collected there is set against the duty, fine and penalty.

        A detention or stop that came after they had left ends with it; one that stood before is decided first.
        """
        from bills.manual import holding
        from bills.provisional import supersede
        from manifests import warehouse
        from manifests.models import WarehouseEntry

        self.fine += Decimal(fine)
        self.penalty += Decimal(penalty)
        self.duty_paid += Decimal(collected) + Decimal(fine) + Decimal(penalty)
        if self.amount_due > 0:
            words = gettext(
                "%(bill)s owes %(amount)s more than was collected on the paper: the courier pays the bill first."
            )
            raise Refused([words % {"bill": self, "amount": rupees(self.amount_due)}], self)
        records = holding.end(self, form, datetime.fromisoformat(left_at or cleared_at))
        supersede(self)
        warehouse.take_out_unseen(self.shipments(), datetime.fromisoformat(cleared_at), WarehouseEntry.Out.MANUAL)
        return records


def _goods_gone(bill: CourierBillOfEntry) -> list[models.Model]:
    """The goods are no longer here to be cleared: a query is not answered any more, nothing is assessed finally."""
    from bills.provisional import supersede

    records: list[Any] = bill.query_withdrawn()
    for memo in records:
        memo.reply = gettext("Withdrawn: the goods have left uncleared.")
    supersede(bill)
    return records
