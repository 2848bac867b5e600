"""The Courier Export Manifest: what one courier sends with one flight, built from shipping bills that Customs has let go."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from accounts.permissions import SYSTEM
from bills.models import ReturnToOrigin
from bills.numbers import series_of
from eccs.numbering import number
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from eccs.workflow import Refused, take_many
from exports.clearance.leaving import NAMED, LeavingClearance, Stage
from exports.kinds import GOODS, Kind
from exports.models.bill import CourierShippingBill
from exports.querysets import ShippingBillQuerySet
from exports.stages import Stage as BillStage


class CourierExportManifest(LeavingClearance):
    """A CEM in Form F: the goods of shipping bills with a Let Export Order, on one flight."""

    importer_id: ClassVar[None] = None

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="export_manifests", db_index=False)
    stage = StageField(choices=Stage.choices, default=Stage.DRAFT, max_length=9)
    airline = models.CharField(_("airline"), max_length=60)
    flight_number = models.CharField(_("flight number"), max_length=10)
    mawb = models.CharField(_("MAWB"), max_length=12)
    airport_of_destination = models.CharField(_("airport of destination"), max_length=3)
    scheduled_departure = models.DateTimeField(_("scheduled departure"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    filed_at = models.DateTimeField(null=True, blank=True)
    egm_number = models.CharField(max_length=10, blank=True)
    departed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)  # one more with each approved amendment
    bill_count = models.PositiveIntegerField(default=0)
    package_count = models.PositiveIntegerField(default=0)
    gross_weight_kg = models.DecimalField(max_digits=12, decimal_places=3, default=Decimal(0))

    objects = ShippingBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("export manifest")
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=("DRAFT", "DISCARDED")) | Q(number__isnull=False, filed_at__isnull=False),
                name="cem_filed_has_number",
            ),
            models.CheckConstraint(
                condition=~Q(stage="EXPORTED") | (~Q(egm_number="") & Q(departed_at__isnull=False)),
                name="cem_exported_has_egm",
            ),
        ]
        indexes = [
            models.Index(fields=["courier", "stage", "stage_since", "id"], name="cem_courier_queue"),
            models.Index(fields=["station", "stage", "stage_since", "id"], name="cem_station_queue"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number or str(_("Draft export manifest, %(flight)s") % {"flight": self.flight_number})

    def series(self) -> str:
        """Counted by station and financial year of filing."""
        assert self.filed_at is not None
        return series_of("CEM", self.station_id, self.filed_at)

    def numbered(self, serial: int) -> str:
        """`CEM_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"

    def live_lines(self) -> models.QuerySet[ExportManifestLine]:
        """The shipping bills that stand on it."""
        found: models.QuerySet[ExportManifestLine] = self.lines.filter(live=True)
        return found

    def file_it(self) -> None:
        """Number and sums, as the step that files it finds them; every shipping bill and return goes with the flight."""
        from exports import going_back

        self.filed_at = self.taken_at
        number([self])  # first, as the trails of its shipping bills name it
        self.move(self.live_lines(), "put_on_manifest")
        going_back.bind(self)
        self.sum_up()
        self.snapshot_for_trail = self.declared()

    def leave_behind(self, hawbs: Collection[str], reason: str, *, step: str) -> None:
        """These goods stay behind: shut out before the aircraft leaves, or found to be short-shipped afterwards. Documents stay by the bag."""
        from exports import warehouse
        from exports.iii import leaving

        documents: Q
        if step == "shut_out":
            documents = Q(pk__in=leaving.shut_out(self, hawbs, reason, self.taken_at))
        else:
            back = leaving.short_ship(self, hawbs, reason, self.taken_at)
            here = CourierShippingBill.objects.filter(pk__in=back, stage=BillStage.EXPORTED)
            self.take_on(list(here.values_list("pk", flat=True)), step, reason=reason)
            warehouse.count_documents(back)
            documents = Q(pk__in=())
        rows = self.lines.filter(~Q(bill__kind=Kind.III) & named_so(hawbs) | documents, live=True)
        self.move(rows, step, reason=reason)
        rows.update(live=False, shut_out_at=self.taken_at, reason=reason)

    def move(self, lines: models.QuerySet[ExportManifestLine], name: str, **told: Any) -> None:
        """Take one step on the shipping bills of these lines, all or none. Raises Refused."""
        self.take_on(list(lines.values_list("bill", flat=True)), name, **told)

    def take_on(self, ids: list[int], name: str, **told: Any) -> None:
        """Take one step on these shipping bills, all or none. Raises Refused."""
        outcome = take_many(
            CourierShippingBill, ids, name, SYSTEM, at=self.taken_at, manifest=self.number or "", **told
        )
        if outcome.refused:
            raise Refused([f"{one.document}: {one}" for one in outcome.refused[:NAMED]], self)
        self.tell_others(name, ids)

    def tell_others(self, name: str, bills: list[int]) -> None:
        """Goods leave the terminal's register with the aircraft, and ICEGATE and the Reserve Bank are told; what changes is told anew."""
        from exports import transmission, warehouse

        if name == "export":
            warehouse.take_out(bills, self.taken_at, "EXPORTED")
            transmission.due_of_exports(bills, self.taken_at)
        elif name == "short_ship":
            warehouse.take_back(bills)
            transmission.told_anew(bills, self.taken_at, "WITHDRAW")
        elif name == "correct_egm":
            transmission.told_anew(bills, self.taken_at, "CHANGE")

    def sum_up(self) -> None:
        """How many shipping bills and packages stand on it, and what they weigh, as weighed or as declared."""
        from exports import going_back
        from exports.iii.labels import load
        from exports.iii.leaving import aboard

        rows = CourierShippingBill.objects.filter(manifest_lines__manifest=self, manifest_lines__live=True)
        weight = models.functions.Coalesce("actual_weight_kg", "gross_weight_kg")
        goods = Q(kind__in=GOODS)
        told = rows.aggregate(
            n=models.Count("pk"), goods=models.Count("pk", filter=goods), packages=Sum("packages", filter=goods),
            kg=Sum(weight, filter=goods),
        )  # fmt: skip
        _hawbs, labels, kg = load(aboard(self)) if told["n"] > told["goods"] else (0, 0, Decimal(0))
        back, back_kg = going_back.load(self)
        self.bill_count, self.package_count = told["n"], (told["packages"] or 0) + labels + back
        self.gross_weight_kg = (told["kg"] or Decimal(0)) + kg + back_kg

    def as_kept(self) -> dict[str, Any]:
        """The manifest word for word, as an amendment keeps its earlier version."""
        told = self.declared() | {"egm_number": self.egm_number, "departed_at": self.departed_at}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in told.items()}

    def declared(self) -> dict[str, Any]:
        """What is filed, for the trail."""
        return {
            "airline": self.airline, "flight": self.flight_number, "mawb": self.mawb, "to": self.airport_of_destination,
            "scheduled_departure": self.scheduled_departure, "packages": self.package_count, "kg": str(self.gross_weight_kg),
            "shipping_bills": list(self.live_lines().order_by("pk").values_list("bill__number", flat=True)),
            "re_exports": list(self.re_exports.filter(live=True).order_by("pk").values_list("origin__re_export__number", flat=True)),
        }  # fmt: skip


class ExportManifestTrail(TrailLine):
    """The trail of an export manifest."""

    document = models.ForeignKey(CourierExportManifest, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="cem_trail_seq")]
        indexes = [models.Index(fields=["id"], name="cem_trail_outbox", condition=Q(noticed_at=None))]


CourierExportManifest.trail_model = ExportManifestTrail


def named_so(numbers: Collection[str]) -> Q:
    """The condition of lines whose shipping bill has such a house airway bill, or such a number."""
    return Q(bill__hawb__in=numbers) | Q(bill__number__in=numbers)


class OnManifest(models.Model):
    """What stands on an export manifest; what was shut out stays to be seen."""

    live = models.BooleanField(default=True)
    shut_out_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        abstract = True

    @property
    def short_shipped(self) -> bool:
        """Whether it was found to have stayed behind only when the aircraft had left."""
        left: datetime | None = self.manifest.departed_at  # type: ignore[attr-defined]  # each has its manifest
        return bool(left and self.shut_out_at and self.shut_out_at > left)


class ReExportLine(OnManifest):
    """Imported goods on an export manifest that go back to their sender under a re-export record."""

    manifest = models.ForeignKey(CourierExportManifest, models.PROTECT, related_name="re_exports")
    origin = models.ForeignKey(ReturnToOrigin, models.PROTECT, related_name="manifest_lines")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["origin"], condition=Q(live=True), name="cem_re_export_one_live")
        ]

    def __str__(self) -> str:
        return f"{self.manifest} · {self.origin}"


class ExportManifestLine(OnManifest):
    """One shipping bill on an export manifest."""

    manifest = models.ForeignKey(CourierExportManifest, models.PROTECT, related_name="lines")
    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="manifest_lines")
    in_part = models.BooleanField(
        default=False
    )  # of a CSB-III some has left with the flight, the rest waits for another

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["bill"], condition=Q(live=True, in_part=False), name="cem_line_one_live_for_a_bill"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manifest} · {self.bill}"
