"""The register of goods that wait at the terminal to be exported."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exports.models.bill import CourierShippingBill
from manifests.models import RegisterLine, RegisterMove
from manifests.querysets import RegisterQuerySet


class ExportRegisterQuerySet(RegisterQuerySet):
    """The register of export goods, by who asks."""

    page = "export-goods-register"


class ExportGoods(RegisterLine):
    """A line of the register: the goods of one shipping bill, in with the first scan, out with the flight."""

    class Out(models.TextChoices):
        """On what the goods left."""

        EXPORTED = "EXPORTED", _("Exported")
        BACK_TO_TOWN = "BACK_TO_TOWN", _("Back to town")
        CANCELLED = "CANCELLED", _("Shipping bill cancelled")

    bill = models.OneToOneField(CourierShippingBill, models.CASCADE, related_name="kept")
    out_on = models.CharField(max_length=12, choices=Out.choices, blank=True)
    pieces_here = models.PositiveIntegerField(null=True)  # of documents that left in part, what is still here

    objects = ExportRegisterQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the register of export goods")
        constraints = [
            models.CheckConstraint(
                condition=Q(out_at=None, out_on="") | Q(out_at__isnull=False) & ~Q(out_on=""),
                name="export_goods_out_says_on_what",
            )
        ]
        indexes = [
            models.Index(fields=["station", "in_at", "id"], name="export_goods_in_stock", condition=Q(out_at=None)),
            models.Index(fields=["station", "-id"], name="export_goods_of_station"),
        ]

    def __str__(self) -> str:
        return str(self.bill)

    def bags(self) -> list[dict[str, Any]]:
        """Of documents each bag and loose shipment, here or with the flight it left on."""
        from exports.iii.register import parts

        return parts(self.bill)

    @property
    def packages(self) -> str:
        """What is here of how many: packages, and of documents bags and loose pieces."""
        here = self.bill.packages_in if self.pieces_here is None else self.pieces_here
        return f"{here}/{self.bill.packages}"


class ExportGoodsMove(RegisterMove):
    """Goods for export put at another place in the warehouse."""

    entry = models.ForeignKey(ExportGoods, models.CASCADE, related_name="moves")
