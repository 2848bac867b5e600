"""What belongs to a bill: items, queries, examinations, orders and attached papers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomsStation
from bills.claims import Decision, is_claim
from bills.kinds import Gift, Nature, NotificationType
from bills.models.bill import CourierBillOfEntry
from bills.models.covered import goods_of
from bills.numbers import out_of_charge_series
from eccs.numbering import Numbered
from manifests.events import goods_released


def _rupees() -> Any:
    return models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0))


class Item(models.Model):
    """One item of a bill, with its value and its duty by head, in rupees."""

    bill = models.ForeignKey(CourierBillOfEntry, models.CASCADE, related_name="items", db_index=False)
    item_no = models.PositiveIntegerField()
    cth = models.CharField(max_length=8)
    description = models.CharField(max_length=240)
    country_of_origin = models.CharField(max_length=2)
    manufacturer = models.CharField(max_length=120, blank=True)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    uom = models.CharField(max_length=5)
    unit_price = models.DecimalField(max_digits=16, decimal_places=4)
    notification = models.CharField(max_length=20, blank=True)
    notification_sl_no = models.CharField(max_length=12, blank=True)
    notification_type = models.CharField(max_length=14, choices=NotificationType.choices, blank=True)
    igst_notification = models.CharField(max_length=20, blank=True)  # exempts from IGST, as declared
    igst_notification_sl_no = models.CharField(max_length=12, blank=True)
    cess_notification = models.CharField(max_length=20, blank=True)  # exempts from compensation cess, as declared
    cess_notification_sl_no = models.CharField(max_length=12, blank=True)
    licence_number = models.CharField(max_length=20, blank=True)
    licence_type = models.CharField(max_length=20, blank=True)
    gst_code = models.CharField(max_length=8, blank=True)  # HSN of the GST
    item_packages = models.PositiveIntegerField(null=True, blank=True)  # packages that hold this item
    item_marks = models.CharField(max_length=120, blank=True)
    nature = models.CharField(max_length=6, choices=Nature.choices, blank=True)  # free of duty on CBE-XII
    gift_kind = models.CharField(max_length=16, choices=Gift.choices, blank=True)
    cetsh = models.CharField(max_length=8, blank=True)  # tariff item of the Central Excise Tariff
    licence_debit = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    general_description = models.CharField(max_length=120, blank=True)  # of the goods as a class (Form E)
    brand = models.CharField(max_length=60, blank=True)
    invoice_place = models.PositiveIntegerField(default=1)  # which invoice of a CBE-XIV it stands on
    assessable_value = _rupees()
    bcd = _rupees()
    aidc = _rupees()
    sws = _rupees()
    igst = _rupees()
    cess = _rupees()
    duty_forgone = _rupees()
    total_duty = _rupees()
    altered = models.BooleanField(default=False)  # by the Assessing Officer
    claim = models.CharField(max_length=8, choices=Decision.choices, blank=True)  # what became of the exemption claimed
    claim_reason = models.CharField(max_length=300, blank=True)  # why it was denied

    class Meta:
        ordering = ["bill_id", "item_no"]
        constraints = [models.UniqueConstraint(fields=["bill", "item_no"], name="item_once_a_bill")]

    def __str__(self) -> str:
        return f"{self.item_no}. {self.description}"

    @property
    def why_free(self) -> str:
        """What makes the item free of duty, in words; nothing where it is not."""
        return ": ".join(str(label) for label in (self.get_nature_display(), self.get_gift_kind_display()) if label)

    @property
    def claims(self) -> bool:
        """Whether it claims an exemption, which an officer may accept or deny."""
        return is_claim(self.notification, self.notification_sl_no, self.nature)

    @property
    def beside(self) -> list[str]:
        """What is declared beside description, quantity and value, in the order of Form D; what was left empty is left out."""
        named = (
            (gettext("General description"), (self.general_description,), " "),
            (gettext("Brand"), (self.brand,), " "),
            (gettext("Manufacturer"), (self.manufacturer,), " "),
            (gettext("Packages"), (self.item_packages, self.item_marks), ", "),
            (gettext("Type of notification"), (self.get_notification_type_display(),), " "),
            (gettext("Notification"), (self.notification, self.notification_sl_no), gettext(", sl. ")),
            (
                gettext("IGST exemption claimed"),
                (self.igst_notification, self.igst_notification_sl_no),
                gettext(", sl. "),
            ),
            (
                gettext("Cess exemption claimed"),
                (self.cess_notification, self.cess_notification_sl_no),
                gettext(", sl. "),
            ),
            (gettext("Licence"), (self.licence_type, self.licence_number), " "),
            (gettext("CETSH"), (self.cetsh,), " "),
            (gettext("GST code"), (self.gst_code,), " "),
        )
        told = ((label, between.join(str(part) for part in parts if part)) for label, parts, between in named)
        return [f"{label}: {value}" for label, value in told if value]


class QueryMemo(models.Model):
    """A question to the courier and its answer (PN17 7(d), 7(j))."""

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="queries")
    raised_from = models.CharField(max_length=20)
    question = models.TextField()
    documents_wanted = models.CharField(max_length=240, blank=True)
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=timezone.now)
    reply = models.TextField(blank=True)
    replied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True)
    chased_at = models.DateTimeField(null=True)  # when the courier was last reminded

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["bill"], condition=models.Q(replied_at=None), name="query_one_open_a_bill")
        ]
        indexes = [models.Index(fields=["raised_at"], name="query_unanswered", condition=models.Q(replied_at=None))]

    def __str__(self) -> str:
        return self.question[:60]


class Examination(models.Model):
    """The Inspector's report (PN17 7(i))."""

    class Recommendation(models.TextChoices):
        """What the Inspector recommends."""

        RELEASE = "RELEASE", _("Give Out of Charge")
        QUERY = "QUERY", _("Raise query")
        DETAIN = "DETAIN", _("Detain")
        ADJUDICATE = "ADJUDICATE", _("Refer to Assessing Officer")

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="examinations")
    first_check = models.BooleanField(default=False)
    packages_opened = models.PositiveIntegerField()
    percent = models.PositiveIntegerField()
    findings = models.TextField()
    recommendation = models.CharField(max_length=10, choices=Recommendation.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.bill}: {self.get_recommendation_display()}"


class OutOfChargeQuerySet(models.QuerySet[Any]):
    """Orders, written together."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Write the orders, and tell those below that the goods may leave, once for all of a moment."""
        made = super().bulk_create(objs, *args, **kwargs)
        for at in dict.fromkeys(order.given_at for order in made):
            bills = [order.bill_id for order in made if order.given_at == at]
            goods_released.send(self.model, hawbs=goods_of(bills), at=at)
        return made


class OutOfCharge(Numbered):
    """The order that the goods may leave, given by an officer or automatically (Circular 40/2019)."""

    bill = models.OneToOneField(CourierBillOfEntry, models.PROTECT, related_name="order")
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    automatic = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = OutOfChargeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.number or "–"

    def series(self) -> str:
        """Counted by station and financial year."""
        given: datetime = self.given_at
        return out_of_charge_series(self.station_id, given)

    def numbered(self, serial: int) -> str:
        """`OOC_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class Attachment(models.Model):
    """A paper attached to a bill: its image of the HAWB or invoice, or what a query asked for."""

    class Kind(models.TextChoices):
        """What the paper is."""

        HAWB = "HAWB", _("House airway bill")
        INVOICE = "INVOICE", _("Invoice")
        XRAY = "XRAY", _("X-ray image")
        PHOTO = "PHOTO", _("Photo of the examination")
        OTHER = "OTHER", _("Other document")

    OFFICERS_ONLY = (Kind.XRAY, Kind.PHOTO)

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="attachments")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=120)
    file = models.FileField(upload_to="bills/%Y/%m/%d/")
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
