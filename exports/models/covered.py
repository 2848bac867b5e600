"""What a CSB-III covers: the flight of Form G, and the house airway bills of documents, bagged and loose."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from exports.models.bill import CourierShippingBill
from exports.models.manifest import ExportManifestLine


class FormG(models.Model):
    """The flight with which the documents of a CSB-III are to leave (Form G)."""

    bill = models.OneToOneField(CourierShippingBill, models.PROTECT, related_name="form_g")
    airline = models.CharField(max_length=60)
    flight_number = models.CharField(max_length=10)
    mawb = models.CharField(max_length=12)
    departs_at = models.DateTimeField()
    lands_on = models.DateField()  # expected
    ulds = models.PositiveIntegerField(default=0)  # unit load devices that the bags are in

    class Meta:
        verbose_name = _("flight of a CSB-III")

    def __str__(self) -> str:
        return self.flight_number


class ExportBag(models.Model):
    """A bag of documents on a CSB-III: it comes to the terminal with everything that is in it."""

    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="bags", db_index=False)
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=30)
    arrived_at = models.DateTimeField(null=True)
    actual_weight_kg = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    ended_at = models.DateTimeField(null=True)  # the bill was cancelled: another bag may have the number

    class Meta:
        verbose_name = _("bag of a CSB-III")
        constraints = [
            models.UniqueConstraint(fields=["bill", "number"], name="export_bag_once_a_bill"),
            models.UniqueConstraint(
                fields=["station", "number"], condition=Q(arrived_at=None, ended_at=None), name="export_bag_awaited_once",
                violation_error_message=_("A bag of this number is awaited at the terminal already."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["station", "number"], name="export_bag_label")]

    def __str__(self) -> str:
        return self.number


class ExportShipment(models.Model):
    """One house airway bill of documents on a CSB-III; as long as that stands, it is on no other shipping bill."""

    bill = models.ForeignKey(CourierShippingBill, models.PROTECT, related_name="shipments", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="+", db_index=False)
    bag = models.ForeignKey(ExportBag, models.PROTECT, null=True, related_name="shipments")
    number = models.CharField(max_length=20)
    packages = models.PositiveIntegerField()
    gross_weight_kg = models.DecimalField(max_digits=10, decimal_places=3)
    description = models.CharField(max_length=240, blank=True)
    consignor_name = models.CharField(max_length=120)
    consignor_address = models.CharField(max_length=240, blank=True)
    consignee_name = models.CharField(max_length=120)
    consignee_address = models.CharField(max_length=240, blank=True)
    consignee_city = models.CharField(max_length=60, blank=True)
    packages_arrived = models.PositiveIntegerField(default=0)
    arrived_at = models.DateTimeField(null=True)
    actual_weight_kg = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    left_with = models.ForeignKey(ExportManifestLine, models.PROTECT, null=True, related_name="left")
    ended_at = models.DateTimeField(null=True)  # the bill was cancelled: the shipment may have another

    consignor_country = "IN"  # as the lists of shipments tell it

    class Meta:
        verbose_name = _("shipment of a CSB-III")
        constraints = [
            models.UniqueConstraint(
                fields=["courier", "number"], condition=Q(ended_at=None), name="export_shipment_once",
                violation_error_message=_("A shipping bill for this house airway bill exists already."),
            ),
            models.CheckConstraint(condition=Q(packages_arrived__lte=F("packages")), name="export_shipment_pieces"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["bill", "id"], name="export_shipment_by_bill"),
            models.Index(fields=["number"], name="export_shipment_number"),
        ]

    def __str__(self) -> str:
        return self.number


class ShipmentShutOut(models.Model):
    """A house airway bill of documents that stayed behind when the rest of its shipping bill went with a flight."""

    line = models.ForeignKey(ExportManifestLine, models.PROTECT, related_name="shut_out")
    shipment = models.ForeignKey(ExportShipment, models.PROTECT, related_name="shut_out")
    at = models.DateTimeField()
    reason = models.CharField(max_length=400)

    class Meta:
        verbose_name = _("shipment that was shut out")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["line", "shipment"], name="export_shipment_shut_out_once")]

    def __str__(self) -> str:
        return f"{self.shipment}: {self.reason}"
