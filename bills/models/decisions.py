"""What officers decided on a bill beside its ordinary way: detentions, provisional releases and orders."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Upper

from bills.models.bill import CourierBillOfEntry
from bills.models.covered import goods_of
from bills.models.found import Adjudged, Memo, printed_as
from bonds.models import Bond
from manifests import warehouse
from manifests.models import HouseAirwayBill, WarehouseEntry


class DetentionMemoQuerySet(models.QuerySet[Any]):
    """Memos, written together."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Write the memos, and put the goods down as detained in the custodian's register (PN17 7.1(e))."""
        made = super().bulk_create(objs, *args, **kwargs)
        for memo in made:
            warehouse.detain(memo.goods(), memo.issued_at, memo.number)
        return made


class DetentionMemo(Memo):
    """A memo that detains the goods of a bill of entry, its answer and its end (PN17 7(e), 7(l))."""

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="detentions")

    objects = DetentionMemoQuerySet.as_manager()

    class Meta(Memo.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["bill"], condition=models.Q(ended_at=None), name="detention_one_open_a_bill"
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the memo; where it has ended the register says so, and goods released provisionally are out of it."""
        super().save(*args, **kwargs)
        if self.ended_at is None:
            return
        warehouse.end_detention(self.goods(), self.ended_at, self.number or "")
        if self.outcome == self.Outcome.RELEASED:
            warehouse.take_out(self.goods().values("pk"), self.ended_at, WarehouseEntry.Out.RELEASED)

    def goods(self) -> models.QuerySet[HouseAirwayBill]:
        """The shipments that the memo detains."""
        return goods_of([self.bill_id])


class ProvisionalRelease(models.Model):
    """Bond and bank guarantee against which detained goods were released (PN17 7(n))."""

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="releases")
    bond_number = models.CharField(max_length=40)
    bond_amount = models.DecimalField(max_digits=16, decimal_places=2)
    bond_date = models.DateField()
    bond = models.ForeignKey(Bond, models.PROTECT, null=True, related_name="provisional_releases")  # where registered
    guarantee_number = models.CharField(max_length=40)
    guarantee_amount = models.DecimalField(max_digits=16, decimal_places=2)
    guarantee_valid_until = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    finalised_at = models.DateTimeField(null=True)

    print_view = "decision-print"
    print_url = printed_as("release")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bill"], name="release_once_a_bill"),
            models.CheckConstraint(
                condition=models.Q(bond_amount__gt=0, guarantee_amount__gt=0), name="release_is_secured"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bill}: {self.bond_number}"


class Adjudication(Adjudged):
    """An order on a bill: release with fine, penalty and revised duty, or absolute confiscation (PN17 7(k))."""

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="adjudications")
    duty_before = models.DecimalField(max_digits=16, decimal_places=2)
    revised_duty = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    refundable = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # paid on goods that were confiscated

    class Meta(Adjudged.Meta):
        constraints = [
            models.CheckConstraint(condition=models.Q(fine__gte=0, penalty__gte=0), name="adjudication_not_negative"),
        ]
        indexes = [models.Index(Upper("order_number"), name="adjudication_order")]
