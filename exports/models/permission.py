"""The leave of the DC/AC to export by courier what the Regulations exclude: for one consignment, with the reason (Reg 2(2))."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from bills.numbers import series_of
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from exports.clearance.permitting import PermissionClearance, PermissionStage
from exports.models.bill import CourierShippingBill
from exports.models.covered import ExportShipment
from exports.querysets import OfShippingBillQuerySet


class ExcludedGoodsPermission(PermissionClearance):
    """One tariff item of one house airway bill that a courier may file although it is excluded; no tariff item where it is of documents."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="+")
    stage = StageField(choices=PermissionStage.choices, default=PermissionStage.GIVEN, max_length=9)
    hawb = models.CharField(max_length=20)
    cth = models.CharField(max_length=8, blank=True)
    goods = models.CharField(max_length=240, blank=True)
    reason = models.CharField(max_length=400)
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal = models.CharField(max_length=400, blank=True)

    objects = OfShippingBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("permission for excluded goods")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["courier", "station", "hawb", "cth"], condition=Q(stage="GIVEN"),
                name="excluded_goods_permitted_once",
            ),
            models.CheckConstraint(
                condition=Q(stage="GIVEN", withdrawn_at=None, withdrawal="")
                | Q(stage="WITHDRAWN", withdrawn_at__isnull=False) & ~Q(withdrawal=""),
                name="excluded_goods_withdrawn_says_why",
            ),
        ]  # fmt: skip

    @property
    def consignment(self) -> str:
        """What it is about, in a word."""
        return ", ".join(filter(None, (self.hawb, self.cth)))

    def series(self) -> str:
        """Counted by station and financial year."""
        return series_of("PXG", self.station_id, self.given_at)

    def numbered(self, serial: int) -> str:
        """`PXG_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"

    @property
    def filed(self) -> CourierShippingBill | None:
        """The shipping bill of the consignment, where one is filed."""
        covering = ExportShipment.objects.filter(courier=self.courier_id, number=self.hawb, ended_at=None).values(
            "bill"
        )
        rows = CourierShippingBill.objects.filter(courier=self.courier_id, filed_at__isnull=False, discarded_at=None)
        return rows.filter(Q(pk__in=covering) | Q(hawb=self.hawb)).order_by("-pk").first()


class ExcludedGoodsPermissionTrail(TrailLine):
    """The trail of a permission for excluded goods."""

    document = models.ForeignKey(ExcludedGoodsPermission, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="excluded_permit_trail_seq")]
        indexes = [models.Index(fields=["id"], name="excluded_permit_trail_outbox", condition=Q(noticed_at=None))]


ExcludedGoodsPermission.trail_model = ExcludedGoodsPermissionTrail


def of_bill(bill: CourierShippingBill) -> models.QuerySet[ExcludedGoodsPermission]:
    """The permissions under which a bill was filed, or may be amended: given for one of its house airway bills, and not withdrawn before."""
    rows = ExcludedGoodsPermission.objects.filter(courier=bill.courier_id, station=bill.station_id)
    own = Q(hawb__in=bill.shipments.values("number")) if bill.is_documents else Q(hawb=bill.hawb)
    held: models.QuerySet[ExcludedGoodsPermission] = rows.filter(own).filter(
        Q(withdrawn_at=None) | Q(withdrawn_at__gt=bill.filed_at)
    )
    return held
