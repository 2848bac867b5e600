"""What is due to ICEGATE and the Reserve Bank of each bill: the line of a register, its versions, and the file it went with."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from bills.models import CourierBillOfEntry
from eccs.numbering import Numbered
from exports.models.bill import CourierShippingBill
from exports.querysets import TransmissionQuerySet


class Destination(models.TextChoices):
    """The registers."""

    IGST = "IGST", _("ICEGATE: refund of IGST")
    EDPMS = "EDPMS", _("RBI: export payments (EDPMS)")
    IDPMS = "IDPMS", _("RBI: import payments (IDPMS)")


class TransmissionFile(Numbered):
    """The lines of one register and station that were sent together: numbered by day, and never made twice."""

    register = models.CharField(max_length=5, choices=Destination.choices)
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    line_count = models.PositiveIntegerField()

    objects = TransmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["station", "-id"], name="transmission_file_of_station")]

    def __str__(self) -> str:
        return self.number or "–"

    def series(self) -> str:
        """Counted by register, station and day."""
        on: date = self.day
        return f"{self.register}_{self.station_id}_{on:%Y-%m-%d}"

    def numbered(self, serial: int) -> str:
        """`EDPMS_BLR_2026-11-22_01`."""
        return f"{self.series()}_{serial:02d}"


class Transmission(models.Model):
    """One version of what a register is told of one bill."""

    class State(models.TextChoices):
        """What became of it."""

        DUE = "DUE", _("Due")
        SENT = "SENT", _("Sent")
        ACCEPTED = "ACCEPTED", _("Accepted")
        REFUSED = "REFUSED", _("Refused")

    class Act(models.TextChoices):
        """What the register is to do with it."""

        NEW = "NEW", _("New")
        CHANGE = "CHANGE", _("Correction")
        WITHDRAW = "WITHDRAW", _("Withdrawal")

    register = models.CharField(max_length=5, choices=Destination.choices)
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="+", db_index=False)
    shipping_bill = models.ForeignKey(
        CourierShippingBill, models.PROTECT, null=True, related_name="transmissions", db_index=False
    )
    bill = models.ForeignKey(
        CourierBillOfEntry, models.PROTECT, null=True, related_name="transmissions", db_index=False
    )
    version = models.PositiveIntegerField(default=1)
    current = models.BooleanField(default=True)  # the last version of this bill
    act = models.CharField(max_length=8, choices=Act.choices, default=Act.NEW)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField(default=timezone.now)
    corrected = models.JSONField(default=dict)  # what the courier put right, by column
    content = models.JSONField(default=dict)  # as it was sent, by column
    file = models.ForeignKey(TransmissionFile, models.PROTECT, null=True, related_name="lines")
    answered_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)  # why it was refused

    objects = TransmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("transmission")
        constraints = [
            models.UniqueConstraint(fields=["shipping_bill", "register", "version"], name="transmission_once_a_csb"),
            models.UniqueConstraint(fields=["bill", "register", "version"], name="transmission_once_a_bill"),
            models.UniqueConstraint(
                fields=["shipping_bill", "register"], condition=Q(current=True), name="transmission_one_current_of_csb"
            ),
            models.UniqueConstraint(
                fields=["bill", "register"], condition=Q(current=True), name="transmission_one_current_of_bill"
            ),
            models.CheckConstraint(
                condition=Q(bill=None, shipping_bill__isnull=False) & ~Q(register="IDPMS")
                | Q(bill__isnull=False, shipping_bill=None, register="IDPMS"),
                name="transmission_is_of_one_bill",
            ),
            models.CheckConstraint(
                condition=Q(state="DUE", file=None) | ~Q(state="DUE") & Q(file__isnull=False), name="transmission_sent_has_file"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["station", "register", "state", "id"], name="transmission_queue", condition=Q(current=True)),
            models.Index(fields=["courier", "-id"], name="transmission_of_courier"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.register} {self.of}, {self.version}"

    @property
    def of(self) -> Any:
        """The bill it is about."""
        return self.shipping_bill or self.bill
