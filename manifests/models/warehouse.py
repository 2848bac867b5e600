"""Holds, the custodian's warehouse register, and what was short or in excess (PN17 5.2, 5.3)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomsStation
from manifests.models.amendment import ManifestAmendment
from manifests.models.manifest import ExpressCargoManifest, HouseAirwayBill
from manifests.querysets import OfManifestQuerySet, RegisterQuerySet


class Hold(models.Model):
    """A shipment the courier keeps from clearance, pending further documents or clarification (PN17 5.3)."""

    hawb = models.ForeignKey(HouseAirwayBill, models.CASCADE, related_name="holds")
    reason = models.CharField(max_length=300)
    held_at = models.DateTimeField()
    held_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["hawb"], condition=Q(released_at=None), name="hold_one_open_for_a_hawb")
        ]

    def __str__(self) -> str:
        return f"{self.hawb}: {self.reason}"


class RegisterLine(models.Model):
    """What a line of every register of goods tells: where, since when, until when."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    in_at = models.DateTimeField(null=True)  # nothing while the goods are held and have not come yet
    location = models.CharField(max_length=20, blank=True)
    out_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class RegisterMove(models.Model):
    """Goods put at another place in the warehouse."""

    at = models.DateTimeField()
    location = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.entry}: {self.location}"  # type: ignore[attr-defined]


class WarehouseEntry(RegisterLine):
    """A line of the custodian's computerised warehouse register: one house airway bill, in and out (PN17 5.3)."""

    class Out(models.TextChoices):
        """On what the goods left."""

        OUT_OF_CHARGE = "OUT_OF_CHARGE", _("Out of Charge")
        MANUAL = "MANUAL", _("Cleared manually")
        RELEASED = "RELEASED", _("Released provisionally")
        RETURNED = "RETURNED", _("Returned to origin")
        TRANSSHIPPED = "TRANSSHIPPED", _("Sent on in transshipment")
        DISPOSED = "DISPOSED", _("Disposed of")
        CONFISCATED = "CONFISCATED", _("Confiscated: to the disposal store")

    hawb = models.OneToOneField(HouseAirwayBill, models.CASCADE, related_name="warehouse_entry")
    detained_since = models.DateTimeField(null=True)
    out_on = models.CharField(max_length=13, choices=Out.choices, blank=True)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the warehouse register")
        constraints = [
            models.CheckConstraint(
                condition=Q(out_at=None, out_on="") | Q(out_at__isnull=False) & ~Q(out_on=""),
                name="entry_out_says_on_what",
            )
        ]
        indexes = [
            models.Index(fields=["station", "in_at", "id"], name="entry_in_stock", condition=Q(out_at=None)),
            models.Index(fields=["station", "-id"], name="entry_of_station"),
        ]

    def __str__(self) -> str:
        return str(self.hawb)


class WarehouseMove(RegisterMove):
    """Goods that came in put at another place in the warehouse."""

    entry = models.ForeignKey(WarehouseEntry, models.CASCADE, related_name="moves")


class WarehouseDetention(models.Model):
    """Goods of the register detained by a memo of Customs, and until when (PN17 7.1(e))."""

    entry = models.ForeignKey(WarehouseEntry, models.CASCADE, related_name="detentions")
    memo = models.CharField(max_length=60)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["entry", "memo"], name="detention_once_a_memo")]

    def __str__(self) -> str:
        return f"{self.entry}: {self.memo}"


class Difference(models.Model):
    """A label manifested and never scanned, or scanned and not manifested, listed when the arrival was closed (PN17 5.2)."""

    class Kind(models.TextChoices):
        """Which of the two."""

        SHORT = "SHORT", _("Short")
        EXCESS = "EXCESS", _("Excess")

    manifest = models.ForeignKey(ExpressCargoManifest, models.PROTECT, related_name="differences", db_index=False)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    code = models.CharField(max_length=60)  # the package, the bag, or the HAWB of a loose document shipment
    hawb = models.CharField(max_length=20, blank=True)
    count = models.PositiveIntegerField(default=1)  # of a loose document shipment, so many pieces
    opened_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    settlement = models.CharField(max_length=300, blank=True)
    amendment = models.ForeignKey(ManifestAmendment, models.PROTECT, null=True, related_name="settles", db_index=False)

    objects = OfManifestQuerySet.as_manager()

    class Meta:
        verbose_name = _("short or excess")
        constraints = [
            models.UniqueConstraint(fields=["manifest", "kind", "code"], name="difference_once_a_manifest"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settlement="") | Q(settled_at__isnull=False) & ~Q(settlement=""),
                name="difference_settled_says_how",
            ),
        ]
        indexes = [models.Index(fields=["opened_at", "id"], name="difference_open", condition=Q(settled_at=None))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.code}"
