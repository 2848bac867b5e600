"""Cargo Transfer Manifests, the shipments on them, what was scanned at either gate, and arrivals (PN17 14.0)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.locations import Location
from accounts.of_one_firm import OfFirmAtStation
from bonds.models import Bond
from eccs import numbering
from eccs.beginning import begin_as
from eccs.dated_rules import rule_book
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from manifests import warehouse
from manifests.models import ExpressCargoManifest, HouseAirwayBill, WarehouseEntry
from transit.clearance import ArrivalClearance, ArrivalStage, Stage, TransferClearance
from transit.numbers import arrival_series, transfer_series
from transit.querysets import ArrivalQuerySet, TransferQuerySet

NOTHING = Decimal(0)


class CargoTransferManifest(OfFirmAtStation, TransferClearance):
    """A CTM: shipments of one manifest that its courier, or the importer whose goods they are, sends on to one destination (PN17 14.0)."""

    class Mode(models.TextChoices):
        """How the goods are sent on."""

        AIR = "AIR", _("By air")
        ROAD = "ROAD", _("By road")
        RAIL = "RAIL", _("By rail")

    manifest = models.ForeignKey(ExpressCargoManifest, models.PROTECT, related_name="transfers")
    destination = models.ForeignKey(Location, models.PROTECT, related_name="+", db_index=False)
    stage = StageField(choices=Stage.choices, default=Stage.DRAFT, max_length=11)
    mode = models.CharField(max_length=4, choices=Mode.choices, default=Mode.AIR)
    carrier = models.CharField(max_length=80, blank=True)
    marks = models.CharField(max_length=300, blank=True)  # the remarks of whoever files it
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True)
    hawb_count = models.PositiveIntegerField(default=0)
    package_count = models.PositiveIntegerField(default=0)
    value = models.DecimalField(max_digits=16, decimal_places=2, default=NOTHING)
    bond = models.ForeignKey(Bond, models.PROTECT, null=True, related_name="transfers")
    secured = models.DecimalField(max_digits=16, decimal_places=2, default=NOTHING)  # debited when it was filed
    short_told = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # of which the firm was alerted
    fee = models.DecimalField(max_digits=12, decimal_places=2, default=NOTHING)
    fee_challan = models.CharField(max_length=20, blank=True)
    fee_paid_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)  # of a refusal, a cancellation, a settlement
    conveyance = models.CharField(max_length=40, blank=True)  # flight or vehicle
    seal = models.CharField(max_length=40, blank=True)
    departed_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)  # the last day on which the goods arrive
    reminded_on = models.DateField(null=True)
    arrived_at = models.DateTimeField(null=True)
    certificate = models.CharField(max_length=60, blank=True)  # of a destination that is no station of ECCS
    certificate_on = models.DateField(null=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("transfer manifest")
        constraints = [
            models.CheckConstraint(
                condition=Q(courier=None, importer__isnull=False) | Q(courier__isnull=False, importer=None),
                name="transfer_has_one_firm",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=("DRAFT", "DISCARDED")) | Q(number__isnull=False, submitted_at__isnull=False),
                name="transfer_submitted_has_number",
            ),
            models.CheckConstraint(
                condition=Q(secured=0) | Q(secured__gt=0, bond__isnull=False), name="transfer_secured_by_a_bond"
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=("IN_TRANSIT", "CERTIFICATE", "SHORT", "ARRIVED"))
                | Q(departed_at__isnull=False, due_on__isnull=False),
                name="transfer_departed_has_a_last_day",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=("SHORT", "ARRIVED")) | Q(arrived_at__isnull=False),
                name="transfer_arrived_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["courier", "stage", "stage_since", "id"], name="transfer_courier_queue"),
            models.Index(fields=["station", "stage", "stage_since", "id"], name="transfer_station_queue"),
            models.Index(fields=["due_on"], name="transfer_due", condition=Q(stage__in=("IN_TRANSIT", "CERTIFICATE"))),
        ]

    def __str__(self) -> str:
        return self.number or str(_("Draft transfer manifest, %(to)s") % {"to": self.destination_id})

    def series(self) -> str:
        """Counted by station and financial year of submission."""
        assert self.submitted_at is not None
        return transfer_series(self.station_id, self.submitted_at)

    def numbered(self, serial: int) -> str:
        """`CTM_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"

    @property
    def firm_short(self) -> str:
        """The firm as a list names it."""
        return self.courier.short_name if self.courier else str(self.importer)

    @property
    def firm_number(self) -> str:
        """The courier's registration number, or the importer's code."""
        return str(self.courier.number if self.courier else self.importer.iec if self.importer else "")

    @property
    def debit_key(self) -> str:
        """Under which the bond was debited: once for a transfer manifest."""
        return f"ctm:{self.pk}"

    def live_lines(self) -> QuerySet[TransferLine, TransferLine]:
        """The shipments that stand on it."""
        found: QuerySet[TransferLine, TransferLine] = self.lines.filter(live=True)
        return found

    def short_lines(self) -> QuerySet[TransferLine, TransferLine]:
        """The shipments that left and did not arrive whole."""
        return self.live_lines().filter(packages_in__lt=F("packages"))

    def days_over(self, today: date) -> int:
        """How many days the goods are overdue; nothing before that."""
        late = self.stage in (Stage.IN_TRANSIT, Stage.CERTIFICATE) and self.due_on is not None and self.due_on < today
        return (today - self.due_on).days if late and self.due_on is not None else 0

    def file(self) -> None:
        """Number, value, debit and fee, as the step that files it finds them."""
        from transit import security
        from transit.drafts import value_lines

        self.submitted_at = self.taken_at
        self.live_lines().update(filed=True)
        numbering.number([self])  # first, as the ledger of the bond names it
        value_lines(self)
        security.debit(self)
        today = timezone.localdate(self.submitted_at)
        book = rule_book()
        charged = book.is_on("transshipment_fee", today, self.station_id)
        self.fee = book.amount("transshipment_fee_amount", today, self.station_id) if charged else NOTHING
        self.snapshot_for_trail = self.declared()

    def declared(self) -> dict[str, Any]:
        """What is filed, for the trail."""
        return {
            "manifest": self.manifest.number, "to": self.destination_id, "mode": self.mode, "carrier": self.carrier,
            "hawbs": list(self.live_lines().order_by("pk").values_list("hawb__number", flat=True)),
            "packages": self.package_count, "value": str(self.value), "bond": str(self.bond or ""),
            "secured": str(self.secured), "fee": str(self.fee),
        }  # fmt: skip

    def free_lines(self) -> None:
        """The shipments may stand on another transfer manifest."""
        self.lines.filter(live=True).update(live=False)

    def give_up(self, reason: str) -> None:
        """Refused or cancelled: shipments and bond are free again."""
        from transit import security

        self.reason = reason
        self.free_lines()
        security.credit_all(self)

    def leave(self, conveyance: str, seal: str) -> Iterable[models.Model]:
        """What was let out at the gate is on its way; what was not is off the manifest, and its part of the debit credited."""
        from transit import security

        self.conveyance, self.seal, self.departed_at = conveyance, seal, self.taken_at
        today = timezone.localdate(self.departed_at)
        self.due_on = today + timedelta(days=rule_book().count("transshipment_days", today, self.station_id))
        self.live_lines().filter(packages_out=0).update(live=False)
        security.credit_part(self, "behind", self.lines.filter(live=False))
        self.sum_up()
        gone = self.live_lines().values("hawb")
        warehouse.take_out(gone, self.departed_at, WarehouseEntry.Out.TRANSSHIPPED)
        if self.destination.station_id:
            made = TransferArrival(
                transfer=self, station_id=self.destination.station_id, courier_id=self.courier_id,
                importer_id=self.importer_id, expected_at=self.departed_at, stage_since=self.departed_at,
            )  # fmt: skip
            begin_as("SYSTEM", [made], "announce", self.taken_by, transfer=self.number)
        return []

    def sum_up(self) -> None:
        """How many shipments and packages stand on it."""
        packages = list(self.live_lines().values_list("packages", flat=True))
        self.hawb_count, self.package_count = len(packages), sum(packages)

    def credit_arrived(self) -> None:
        """The bond is credited with what arrived whole."""
        from transit import security

        self.arrived_at = self.taken_at
        security.credit_part(self, "arrived", self.live_lines().filter(packages_in=F("packages")))

    def take_certificate(self, certificate: str, on: date, short: list[str]) -> None:
        """All but what is named as short has arrived, as the destination certifies."""
        self.certificate, self.certificate_on = certificate, on
        self.live_lines().exclude(hawb__number__in=short).update(packages_in=F("packages"))
        self.credit_arrived()

    def settle(self, reason: str) -> None:
        """Nothing is short any more: the rest of the debit is credited."""
        from transit import security

        self.reason = reason
        security.credit_all(self)


class TransferTrail(TrailLine):
    """The trail of a transfer manifest."""

    document = models.ForeignKey(CargoTransferManifest, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="transfer_trail_seq")]
        indexes = [models.Index(fields=["id"], name="transfer_trail_outbox", condition=Q(noticed_at=None))]


CargoTransferManifest.trail_model = TransferTrail


class TransferLine(models.Model):
    """One shipment on a transfer manifest: what it is worth in rupees, and what was seen of it at either gate."""

    transfer = models.ForeignKey(CargoTransferManifest, models.PROTECT, related_name="lines", db_index=False)
    hawb = models.ForeignKey(HouseAirwayBill, models.PROTECT, related_name="transfer_lines")
    packages = models.PositiveIntegerField()
    packages_out = models.PositiveIntegerField(default=0)
    packages_in = models.PositiveIntegerField(default=0)
    value = models.DecimalField(max_digits=16, decimal_places=2, default=NOTHING)
    amount = models.DecimalField(max_digits=16, decimal_places=2, default=NOTHING)  # its part of the debit
    filed = models.BooleanField(default=False)  # what is only begun stands in no other firm's way
    live = models.BooleanField(default=True)  # off it again: discarded, cancelled, refused or left behind

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["transfer", "hawb"], name="transfer_line_once"),
            models.UniqueConstraint(
                fields=["hawb"], condition=Q(live=True, filed=True), name="transfer_one_filed_for_a_hawb"
            ),
            models.CheckConstraint(
                condition=Q(packages__gt=0, packages_out__lte=F("packages"), packages_in__lte=F("packages")),
                name="transfer_line_no_more_than_declared",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transfer} · {self.hawb}"

    @property
    def short(self) -> int:
        """How many of its packages did not arrive."""
        return self.packages - self.packages_in


class TransferScan(models.Model):
    """One label seen at a gate, once; without a line it belongs to nothing on the transfer manifest: in excess."""

    class Way(models.TextChoices):
        """At which gate."""

        OUT = "OUT", _("Out at the first station")
        IN = "IN", _("In at the destination")

    transfer = models.ForeignKey(CargoTransferManifest, models.PROTECT, related_name="scans", db_index=False)
    way = models.CharField(max_length=3, choices=Way.choices)
    code = models.CharField(max_length=60)
    line = models.ForeignKey(TransferLine, models.PROTECT, null=True, related_name="scans", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["transfer", "way", "code"], name="transfer_scan_once")]

    def __str__(self) -> str:
        return self.code


class TransferArrival(OfFirmAtStation, ArrivalClearance):
    """The arrival of a transfer manifest at a station of ECCS; once recorded it is the certificate of arrival."""

    transfer = models.OneToOneField(CargoTransferManifest, models.PROTECT, related_name="arrival")
    stage = StageField(choices=ArrivalStage.choices, default=ArrivalStage.EXPECTED, max_length=8)
    expected_at = models.DateTimeField(default=timezone.now)
    recorded_at = models.DateTimeField(null=True)
    remarks = models.TextField(blank=True)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrival of a transfer")
        constraints = [
            models.CheckConstraint(
                condition=Q(stage="EXPECTED", recorded_at=None) | Q(stage="RECORDED", recorded_at__isnull=False),
                name="arrival_recorded_says_when",
            ),
            models.CheckConstraint(
                condition=Q(courier=None, importer__isnull=False) | Q(courier__isnull=False, importer=None),
                name="arrival_has_one_firm",
            ),
        ]
        indexes = [
            models.Index(fields=["courier", "stage", "stage_since", "id"], name="arrival_courier_queue"),
            models.Index(fields=["station", "stage", "stage_since", "id"], name="arrival_station_queue"),
        ]

    def series(self) -> str:
        """Counted by station of destination and financial year."""
        expected: datetime = self.expected_at
        return arrival_series(self.station_id, expected)

    def numbered(self, serial: int) -> str:
        """`CTA_DEL_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class ArrivalTrail(TrailLine):
    """The trail of an arrival."""

    document = models.ForeignKey(TransferArrival, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="arrival_trail_seq")]
        indexes = [models.Index(fields=["id"], name="arrival_trail_outbox", condition=Q(noticed_at=None))]


TransferArrival.trail_model = ArrivalTrail
