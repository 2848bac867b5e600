"""The leave of the DC/AC to export by courier what the Regulations exclude: for one consignment, with the reason (Reg 2(2))."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from exports.querysets import OfShippingBillQuerySet


class ExcludedGoodsPermission(models.Model):
    """One tariff item of one house airway bill that a courier may file although it is excluded; it is never changed or withdrawn."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="+")
    hawb = models.CharField(max_length=20)
    cth = models.CharField(max_length=8)
    reason = models.CharField(max_length=400)
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    objects = OfShippingBillQuerySet.as_manager()

    class Meta:
        verbose_name = _("permission for excluded goods")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["courier", "station", "hawb", "cth"], name="excluded_goods_permitted_once")
        ]

    def __str__(self) -> str:
        return f"{self.hawb}, {self.cth}"
