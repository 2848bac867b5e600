"""The life of a Cargo Transfer Manifest and of its arrival at the destination (PN17 14.0, 14.1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.permissions import SYSTEM
from accounts.roles import COURIERS, Role
from counter.discarding import begun_at_the_counter
from eccs.workflow import GET_STATE, SIGNED_FILING, SIGNED_ORDER, Actor, Document, Step, step, take
from manifests.clearance import courier_in_force, signatory_examined

if TYPE_CHECKING:
    from transit.models import CargoTransferManifest, TransferArrival

FILING, FEE = "PN17 14.0", "PN17 14.1"
DRAFTERS = (*COURIERS, Role.IMPORTER)  # an importer for its own goods alone
FILERS = (Role.COURIER_SIGNATORY, Role.IMPORTER)  # who files signs for the firm, as on every other filing
KEEPERS = (Role.WAREHOUSE_KEEPER, Role.ARRIVAL_SCANNER)
REASON = "transit.forms.ReasonForm"


class Stage(models.TextChoices):
    """What a transfer manifest awaits."""

    DRAFT = "DRAFT", _("Draft")
    FEE = "FEE", _("Awaiting transshipment fee")
    APPROVAL = "APPROVAL", _("Transfer for approval")
    DEPARTURE = "DEPARTURE", _("For departure")
    IN_TRANSIT = "IN_TRANSIT", _("On the way to the destination")
    CERTIFICATE = "CERTIFICATE", _("Certificate of the destination awaited")
    SHORT = "SHORT", _("Arrived short")
    ARRIVED = "ARRIVED", _("Arrived at the destination")
    REFUSED = "REFUSED", _("Transfer refused")
    CANCELLED = "CANCELLED", _("Cancelled")
    DISCARDED = "DISCARDED", _("Discarded")


class ArrivalStage(models.TextChoices):
    """What an arrival awaits."""

    EXPECTED = "EXPECTED", _("Transfer expected")
    RECORDED = "RECORDED", _("Arrival certified")


BEFORE_DEPARTURE = (Stage.FEE, Stage.APPROVAL, Stage.DEPARTURE)
GIVEN_UP = (Stage.REFUSED, Stage.CANCELLED, Stage.DISCARDED)


def after_submission(transfer: CargoTransferManifest, **_answers: object) -> Stage:
    """The fee is paid first, where there is one."""
    return Stage.FEE if transfer.fee else Stage.APPROVAL


def way_of(transfer: CargoTransferManifest, **_answers: object) -> Stage:
    """To a station of ECCS, whose custodian records the arrival here; anywhere else a certificate comes back on paper."""
    return Stage.IN_TRANSIT if transfer.destination.station_id else Stage.CERTIFICATE


def after_arrival(transfer: CargoTransferManifest, **_answers: object) -> Stage:
    """All of it has arrived, or some is short and stays debited to the bond."""
    return Stage.SHORT if transfer.short_lines().exists() else Stage.ARRIVED


def courier_of_transfer_in_force(transfer: Any, actor: Actor) -> str:
    """A courier that files a transfer manifest is registered at the station on the day of filing."""
    return courier_in_force(transfer, actor) if transfer.courier_id is not None else ""


def may_be_submitted(transfer: Any, actor: Actor) -> str:
    """Shipments flagged for transshipment to a destination in force, free of bills, holds and other transfer manifests.

    Of an importer: in force, and what is consigned to it alone.
    """
    from transit.drafts import why_not_submit

    return " ".join(why_not_submit(transfer))


def bond_suffices(transfer: Any, actor: Actor) -> str:
    """A registered transshipment bond of the firm has a balance that covers the goods."""
    from transit.security import look

    return look(transfer).words()


def fee_is_paid(transfer: Any, actor: Actor) -> str:
    """The transshipment fee is paid."""
    return "" if transfer.fee_paid_at or not transfer.fee else gettext("The transshipment fee is not paid.")


def on_no_challan(transfer: Any, actor: Actor) -> str:
    """The fee stands on no challan that may still be paid."""
    live = transfer.challan_lines.filter(live=True).select_related("challan").first()
    if live is None:
        return ""
    return gettext("The fee stands on challan %(challan)s: withdraw it first, or wait for the bank.") % {
        "challan": live.challan
    }


def nothing_gated_out(transfer: Any, actor: Actor) -> str:
    """The custodian has not begun to let the goods out."""
    begun = transfer.scans.filter(way="OUT").exists()
    return gettext("The custodian has begun to let the goods out.") if begun else ""


def gate_is_in_order(transfer: Any, actor: Actor) -> str:
    """At least one shipment is at the gate, each of them whole, in the warehouse, neither held nor detained."""
    from transit.gate import why_not_depart

    return " ".join(why_not_depart(transfer))


def something_arrived(arrival: Any, actor: Actor) -> str:
    """At least one package was scanned or ticked at the destination."""
    found = arrival.transfer.scans.filter(way="IN").exists()
    return "" if found else gettext("Scan or tick what has arrived first.")


def nothing_arrived(arrival: Any, actor: Actor) -> str:
    """No package was scanned or ticked at the destination."""
    found = arrival.transfer.scans.filter(way="IN").exists()
    return gettext("Something of it has arrived: record the arrival.") if found else ""


def hold_shipments(transfer_id: int) -> None:
    """Hold the shipments first, as whoever changes the manifest does, so that neither waits for the other in a ring."""
    from manifests.models import HouseAirwayBill

    rows = HouseAirwayBill.objects.filter(transfer_lines__transfer=transfer_id).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def tell_if_short(transfer_id: int) -> None:
    """A draft that could not be filed because the bond is short: the firm is told to replenish it first (PN17 14.0)."""
    from transit.models import CargoTransferManifest
    from transit.security import alert_if_short

    with transaction.atomic():
        draft = (
            CargoTransferManifest.objects.select_for_update(of=("self",))
            .filter(pk=transfer_id, stage=Stage.DRAFT)
            .first()
        )
        if draft is not None:
            alert_if_short(draft)


class TransferClearance(Document):
    """The steps of a Cargo Transfer Manifest, in the order of the public notice."""

    told_of_all = True
    submitted_at: datetime | None
    departed_at: datetime | None
    arrived_at: datetime | None
    fee_paid_at: datetime | None
    certificate_on: date | None
    fee: Decimal

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The draft, which the firm begins on a page of its own, and every step declared below."""
        return {"draft": BEGIN, **super().steps()}

    @step(
        Stage.DRAFT, GET_STATE(after_submission, states=[Stage.FEE, Stage.APPROVAL]), role=FILERS,
        signed=SIGNED_FILING, label=_("File CTM"), para=FILING, guards=(courier_of_transfer_in_force, signatory_examined, may_be_submitted, bond_suffices), grave=True,
        first=hold_shipments, refused=tell_if_short,
    )  # fmt: skip
    def submit(self: CargoTransferManifest) -> None:
        """The courier, or the importer for its own goods, files the Cargo Transfer Manifest: the bond is debited, and the fee becomes due."""
        self.file()

    @step(
        Stage.DRAFT, Stage.DISCARDED, role=DRAFTERS, label=_("Discard draft"), para=FILING, guards=(begun_at_the_counter,), grave=True,
        anytime=True,
    )  # fmt: skip
    def discard(self: CargoTransferManifest) -> None:
        """A draft that is not needed is put away; its shipments are free again."""
        self.free_lines()

    @step(Stage.FEE, Stage.APPROVAL, role=Role.SYSTEM, label=_("Confirm fee"), para=FEE, many=True, follows=True)
    def confirm_fee(self: CargoTransferManifest, *, challan: str) -> None:
        """The bank has confirmed the transshipment fee: the Assessing Officer sees the payment."""
        self.fee_challan, self.fee_paid_at = challan, self.taken_at

    @step(
        Stage.APPROVAL, Stage.DEPARTURE, role=Role.ASSESSING_OFFICER, signed=SIGNED_ORDER, label=_("Approve transshipment"), para=FEE,
        guards=(fee_is_paid,), many=True,
    )  # fmt: skip
    def approve(self) -> None:
        """The Assessing Officer has seen the bond and the payment: the goods may leave for the destination."""

    @step(
        Stage.APPROVAL, Stage.REFUSED, role=Role.ASSESSING_OFFICER, signed=SIGNED_ORDER, label=_("Refuse transshipment"), para=FEE, form=REASON,
        grave=True,
    )  # fmt: skip
    def refuse(self: CargoTransferManifest, *, reason: str) -> None:
        """The goods stay at the station and the bond is credited; the firm reads why."""
        self.give_up(reason)

    @step(
        Stage.DEPARTURE, GET_STATE(way_of, states=[Stage.IN_TRANSIT, Stage.CERTIFICATE]), role=KEEPERS,
        signed=SIGNED_FILING, label=_("Record departure"), para=FILING, form="transit.forms.DepartureForm", guards=(gate_is_in_order,), grave=True,
    )  # fmt: skip
    def depart(self: CargoTransferManifest, *, conveyance: str, seal: str = "") -> Iterable[models.Model]:
        """The custodian lets out what was scanned or ticked at the gate; what stays behind leaves the transfer manifest."""
        return self.leave(conveyance, seal)

    @step(
        Stage.IN_TRANSIT, GET_STATE(after_arrival, states=[Stage.SHORT, Stage.ARRIVED]), role=Role.SYSTEM,
        label=_("Close the transfer"), para=FILING, follows=True,
    )  # fmt: skip
    def close_transfer(self: CargoTransferManifest, *, arrival: str) -> None:
        """The custodian of the destination has recorded the arrival: the bond is credited with what came."""
        self.credit_arrived()

    @step(
        Stage.CERTIFICATE, GET_STATE(after_arrival, states=[Stage.SHORT, Stage.ARRIVED]), role=Role.ASSESSING_OFFICER,
        label=_("Accept certificate of the destination"), para=FILING, form="transit.forms.CertificateForm", grave=True,
    )  # fmt: skip
    def accept_certificate(
        self: CargoTransferManifest, *, certificate: str, certificate_on: str, short: list[str] | None = None
    ) -> None:
        """The proper officer of the destination has certified the arrival on paper: the bond is credited with what came."""
        self.take_certificate(certificate, date.fromisoformat(certificate_on), short or [])

    @step(
        Stage.SHORT, Stage.ARRIVED, role=Role.ASSESSING_OFFICER, label=_("Settle what is short"), para=FILING,
        form=REASON, grave=True,
    )  # fmt: skip
    def settle_short(self: CargoTransferManifest, *, reason: str) -> None:
        """What did not arrive is accounted for, found or paid for: the rest of the debit is credited."""
        self.settle(reason)

    @step(
        BEFORE_DEPARTURE, Stage.CANCELLED, role=DRAFTERS, label=_("Cancel CTM"), para=FILING, form=REASON,
        guards=(on_no_challan, nothing_gated_out), grave=True, anytime=True,
    )  # fmt: skip
    def cancel(self: CargoTransferManifest, *, reason: str) -> None:
        """The firm gives the transshipment up before the goods leave: the bond is credited."""
        self.give_up(reason)


class ArrivalClearance(Document):
    """The steps of an arrival, at the station of destination."""

    unnumbered_stages = ()
    told_of_all = True
    recorded_at: datetime | None

    class Meta:
        abstract = True

    @classmethod
    def steps(cls) -> dict[str, Step]:
        """The announcement, which the departure makes, and every step declared below."""
        return {"announce": ANNOUNCE, **super().steps()}

    @step(
        ArrivalStage.EXPECTED, ArrivalStage.RECORDED, role=KEEPERS, signed=SIGNED_FILING, label=_("Record arrival"), para=FILING,
        form="transit.forms.ArrivalForm", guards=(something_arrived,), grave=True,
    )  # fmt: skip
    def record_arrival(self: TransferArrival, *, remarks: str = "") -> None:
        """The custodian certifies what has arrived, with what is short and in excess; the bond is credited."""
        self.remarks, self.recorded_at = remarks, self.taken_at
        take(self.transfer, "close_transfer", SYSTEM, at=self.taken_at, arrival=self.number)

    @step(
        ArrivalStage.EXPECTED, ArrivalStage.RECORDED, role=KEEPERS, signed=SIGNED_FILING, label=_("Record that nothing arrived"), para=FILING,
        form=REASON, guards=(nothing_arrived,), grave=True,
    )  # fmt: skip
    def record_nothing(self: TransferArrival, *, reason: str) -> None:
        """The custodian certifies that nothing has arrived: all of it is short and stays debited to the bond."""
        self.remarks, self.recorded_at = reason, self.taken_at
        take(self.transfer, "close_transfer", SYSTEM, at=self.taken_at, arrival=self.number)


BEGIN = Step(
    name="draft", document="cargotransfermanifest", sources=(), targets=(Stage.DRAFT,), roles=DRAFTERS,
    label=_("Begin CTM"),  # type: ignore[arg-type]  # every label is translated when it is shown
    para=FILING, rule="The courier, or the importer for its own goods, begins a transfer manifest with shipments flagged for one destination.",
)  # fmt: skip
ANNOUNCE = Step(
    name="announce", document="transferarrival", sources=(), targets=(ArrivalStage.EXPECTED,), roles=(Role.SYSTEM,),
    label=_("Announce transfer"),  # type: ignore[arg-type]  # every label is translated when it is shown
    para=FILING, rule="The goods have left their first station: the custodian of the destination expects them.",
)  # fmt: skip
