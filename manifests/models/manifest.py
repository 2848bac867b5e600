"""Express Cargo Manifests, master and house airway bills, packages and the scans that saw them arrive."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from manifests.clearance import ManifestClearance, Stage
from manifests.numbers import manifest_series
from manifests.querysets import HouseAirwayBillQuerySet, ManifestQuerySet


class ExpressCargoManifest(ManifestClearance):
    """An ECM-I in Form A: what one courier brings on one flight (PN17 5.1)."""

    class Kind(models.TextChoices):
        """Documents and non-documents are manifested apart."""

        DOCUMENTS = "DOCUMENTS", _("ECM (Documents)")
        NON_DOCUMENTS = "NON_DOCUMENTS", _("ECM (Non-documents)")

    kind = models.CharField(max_length=14, choices=Kind.choices, default=Kind.NON_DOCUMENTS)
    station = models.ForeignKey(CustomsStation, models.PROTECT, verbose_name=_("station"), db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="manifests", db_index=False)
    stage = StageField(choices=Stage.choices, default=Stage.DRAFT, max_length=14)
    airline = models.CharField(_("airline"), max_length=60)
    flight_number = models.CharField(_("flight number"), max_length=10)
    airport_of_shipment = models.CharField(_("airport of shipment"), max_length=3)
    country_of_exportation = models.CharField(_("country of exportation"), max_length=2)
    first_port_of_arrival = models.CharField(_("first port of arrival"), max_length=3)
    scheduled_arrival = models.DateTimeField(_("scheduled arrival"))
    on_board_courier = models.CharField(_("on-board courier"), max_length=120, blank=True)
    igm_number = models.CharField(_("IGM number"), max_length=10, blank=True)
    actual_arrival = models.DateTimeField(_("actual arrival"), null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    scan_started_at = models.DateTimeField(null=True, blank=True)
    scan_closed_at = models.DateTimeField(null=True, blank=True)
    hawb_count = models.PositiveIntegerField(default=0)
    package_count = models.PositiveIntegerField(default=0)
    gross_weight_kg = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    file_digest = models.CharField(max_length=64, blank=True)

    objects = ManifestQuerySet.as_manager()

    class Meta:
        verbose_name = _("manifest")
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=("DRAFT", "DISCARDED")) | Q(number__isnull=False, submitted_at__isnull=False),
                name="manifest_submitted_has_number",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=("DRAFT", "DISCARDED", "SUBMITTED"))
                | (~Q(igm_number="") & Q(actual_arrival__isnull=False)),
                name="manifest_past_igm_has_igm",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "stage", "stage_since", "id"], name="manifest_station_queue",
                condition=Q(stage__in=("SUBMITTED", "IGM_FED", "ARRIVAL_SCAN")),
            ),
            models.Index(fields=["courier", "stage", "stage_since", "id"], name="manifest_courier_queue"),
            models.Index(fields=["courier", "-created_at", "-id"], name="manifest_courier_newest"),
            models.Index(fields=["station", "-created_at", "-id"], name="manifest_station_newest"),
            models.Index(fields=["submitted_at", "id"], name="manifest_submitted_at"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or str(_("Draft manifest, %(flight)s") % {"flight": self.flight_number})

    def series(self) -> str:
        """Counted by station and financial year of submission, documents and non-documents in one series (PN17 5.1)."""
        assert self.submitted_at is not None
        return manifest_series(self.station_id, self.submitted_at)

    def numbered(self, serial: int) -> str:
        """`ECM_BLR_2026-2027_01`."""
        return f"{self.series()}_{serial:02d}"

    @property
    def is_documents(self) -> bool:
        """Whether it declares documents, in bags and loose."""
        return self.kind == self.Kind.DOCUMENTS

    @property
    def file_kind(self) -> str:
        """The name under which the file of its kind is known to the uploads."""
        return "ecm-documents" if self.is_documents else "ecm"

    def declared(self) -> dict[str, Any]:
        """The header as declared, for the trail."""
        return {
            "kind": self.kind, "station": self.station_id, "courier": self.courier.number,
            "airline": self.airline, "flight": self.flight_number, "airport_of_shipment": self.airport_of_shipment,
            "country_of_exportation": self.country_of_exportation, "first_port_of_arrival": self.first_port_of_arrival,
            "scheduled_arrival": self.scheduled_arrival, "on_board_courier": self.on_board_courier,
            "hawbs": self.hawb_count, "packages": self.package_count, "gross_weight_kg": self.gross_weight_kg,
            "file_sha256": self.file_digest,
        }  # fmt: skip


class ManifestTrail(TrailLine):
    """The trail of a manifest."""

    document = models.ForeignKey(ExpressCargoManifest, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="manifest_trail_seq")]
        indexes = [models.Index(fields=["id"], name="manifest_trail_outbox", condition=Q(noticed_at=None))]


ExpressCargoManifest.trail_model = ManifestTrail


class MasterAirwayBill(models.Model):
    """A master airway bill on a manifest: airline prefix and eight digits, the last a check digit."""

    manifest = models.ForeignKey(ExpressCargoManifest, models.CASCADE, related_name="masters")
    number = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["manifest", "number"], name="master_once_a_manifest")]
        indexes = [models.Index(fields=["number"], name="master_number")]

    def __str__(self) -> str:
        return self.number


class Bag(models.Model):
    """A bag of document shipments: scanned as one, and with it everything that is in it (PN17 5.2)."""

    manifest = models.ForeignKey(ExpressCargoManifest, models.CASCADE, related_name="bags", db_index=False)
    number = models.CharField(max_length=30)
    arrived_at = models.DateTimeField(null=True, blank=True)
    actual_weight_kg = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)

    class Meta:
        verbose_name = _("bag")
        constraints = [models.UniqueConstraint(fields=["manifest", "number"], name="bag_once_a_manifest")]
        indexes = [models.Index(fields=["number"], name="bag_number")]

    def __str__(self) -> str:
        return self.number


class HouseAirwayBill(models.Model):
    """One shipment on a manifest, as the courier declares it (Form A)."""

    manifest = models.ForeignKey(ExpressCargoManifest, models.CASCADE, related_name="hawbs", db_index=False)
    master = models.ForeignKey(MasterAirwayBill, models.PROTECT, related_name="hawbs")
    bag = models.ForeignKey(Bag, models.PROTECT, null=True, blank=True, related_name="hawbs", db_index=False)
    number = models.CharField(max_length=20)
    ucr = models.CharField(max_length=35, blank=True)
    packages = models.PositiveIntegerField()
    packages_arrived = models.PositiveIntegerField(default=0)
    arrived_at = models.DateTimeField(null=True, blank=True)
    gross_weight_kg = models.DecimalField(max_digits=10, decimal_places=3)
    actual_weight_kg = models.DecimalField(max_digits=10, decimal_places=3, null=True, blank=True)
    description = models.CharField(max_length=240, blank=True)
    consignor_name = models.CharField(max_length=120)
    consignor_address = models.CharField(max_length=240, blank=True)
    consignor_country = models.CharField(max_length=2)
    consignee_name = models.CharField(max_length=120)
    consignee_address = models.CharField(max_length=240, blank=True)
    consignee_city = models.CharField(max_length=60, blank=True)
    consignee_state = models.CharField(max_length=60, blank=True)
    consignee_pin = models.CharField(max_length=6, blank=True)
    invoice_value = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    invoice_currency = models.CharField(max_length=3, blank=True)
    transshipment = models.BooleanField(default=False)
    transshipment_to = models.CharField(max_length=6, blank=True)
    held_since = models.DateTimeField(null=True, blank=True)  # on hold by the courier (PN17 5.3)

    objects = HouseAirwayBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("house airway bill")
        constraints = [
            models.UniqueConstraint(fields=["manifest", "number"], name="hawb_once_a_manifest"),
            models.CheckConstraint(
                condition=Q(packages__gt=0, gross_weight_kg__gt=0, invoice_value__gte=0), name="hawb_counts_above_zero"
            ),
            models.CheckConstraint(condition=Q(packages_arrived__lte=F("packages")), name="hawb_no_more_than_declared"),
            models.CheckConstraint(
                condition=Q(arrived_at=None) | Q(packages_arrived=F("packages")), name="hawb_arrived_whole"
            ),
        ]
        indexes = [
            models.Index(fields=["number"], name="hawb_number_begins", opclasses=["varchar_pattern_ops"]),
            models.Index(OpClass(Upper("consignee_name"), "text_pattern_ops"), name="hawb_consignee_begins"),
            models.Index(fields=["bag"], name="hawb_of_bag", condition=Q(bag__isnull=False)),
            models.Index(fields=["ucr"], name="hawb_ucr", condition=~Q(ucr="")),
            models.Index(fields=["manifest"], name="hawb_sent_on", condition=Q(transshipment=True)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def did_not_land(self) -> bool:
        """Whether nothing of it had been scanned when the arrival was closed, nor since: wholly short (PN17 5.2, 12.0)."""
        return self.packages_arrived == 0 and self.manifest.scan_closed_at is not None


class Package(models.Model):
    """One package: named by its Cross Reference Number, or by the HAWB where there is only one (PN17 5.2)."""

    manifest = models.ForeignKey(ExpressCargoManifest, models.CASCADE, related_name="+", db_index=False)
    hawb = models.ForeignKey(HouseAirwayBill, models.CASCADE, related_name="pieces")
    crn = models.CharField(max_length=30)
    part = models.PositiveIntegerField()
    arrived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["manifest", "crn"], name="package_once_a_manifest")]
        indexes = [models.Index(fields=["crn"], name="package_crn")]

    def __str__(self) -> str:
        return self.crn


class ArrivalScan(models.Model):
    """One pull of the scanner's trigger, kept under its own key so that a repeated message changes nothing."""

    class Verdict(models.TextChoices):
        """What the station says to the person at the belt."""

        ARRIVED = "ARRIVED", _("Arrived")
        DUPLICATE = "DUPLICATE", _("Already scanned")
        UNKNOWN = "UNKNOWN", _("Not on this manifest")

    key = models.UUIDField(primary_key=True)
    manifest = models.ForeignKey(ExpressCargoManifest, models.PROTECT, related_name="scans", db_index=False)
    code = models.CharField(max_length=60)
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    package = models.ForeignKey(Package, models.PROTECT, null=True, related_name="scans")
    scanned_at = models.DateTimeField()
    received_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["manifest", "received_at"], name="scan_by_manifest")]

    def __str__(self) -> str:
        return f"{self.code}: {self.get_verdict_display()}"
