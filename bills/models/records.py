"""What belongs to a bill: items, queries, examinations, orders and attached papers."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext

from bills.claims import Decision, is_claim
from bills.kinds import Gift, Nature, NotificationType
from bills.models.bill import CourierBillOfEntry
from bills.models.covered import goods_of
from bills.models.found import Order, Paper, Query, Report
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
            (gettext("Licence"), (self.licence_type, self.licence_number), " "),
            (gettext("CETSH"), (self.cetsh,), " "),
            (gettext("GST code"), (self.gst_code,), " "),
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
        )
        told = ((label, between.join(str(part) for part in parts if part)) for label, parts, between in named)
        return [f"{label}: {value}" for label, value in told if value]


class QueryMemo(Query):
    """A question to the courier on a bill of entry and its answer (PN17 7(d), 7(j))."""

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="queries")

    class Meta(Query.Meta):
        constraints = [
            models.UniqueConstraint(fields=["bill"], condition=models.Q(replied_at=None), name="query_one_open_a_bill")
        ]
        indexes = [models.Index(fields=["raised_at"], name="query_unanswered", condition=models.Q(replied_at=None))]


class Examination(Report):
    """The Inspector's report on the goods of a bill of entry (PN17 7(i))."""

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="examinations")
    first_check = models.BooleanField(default=False)


class OutOfChargeQuerySet(models.QuerySet[Any]):
    """Orders, written together."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Write the orders, and tell those below that the goods may leave, once for all of a moment."""
        made = super().bulk_create(objs, *args, **kwargs)
        for at in dict.fromkeys(order.given_at for order in made):
            bills = [order.bill_id for order in made if order.given_at == at]
            goods_released.send(self.model, hawbs=goods_of(bills), at=at)
        return made


class OutOfCharge(Order):
    """The order that the goods may leave, given by an officer or automatically (Circular 40/2019)."""

    prefix = "OOC"

    bill = models.OneToOneField(CourierBillOfEntry, models.PROTECT, related_name="order")

    objects = OutOfChargeQuerySet.as_manager()


class Attachment(Paper):
    """A paper attached to a bill of entry: its image of the HAWB or invoice, or what a query asked for."""

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="attachments")
