"""What was credited back of what was paid: of a bill, a final assessment or a transshipment fee, never more than was paid (section 51A)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from payments.cash.models import CashEntry


class Refund(models.Model):
    """One amount credited back to a firm's cash ledger. A trigger of the database sees that all of one bill, or of one fee, come to
    no more than was paid; nothing written here is ever changed.
    """

    only_added_to = True  # its rows are watched by `eccs.heads`

    entry = models.OneToOneField(CashEntry, models.PROTECT, related_name="refund")
    bill = models.ForeignKey("bills.CourierBillOfEntry", models.PROTECT, null=True, related_name="refunds")
    assessment = models.ForeignKey(
        "bills.ProvisionalAssessment", models.PROTECT, null=True, related_name="refunds"
    )  # whose refund it is, of a bill finally assessed
    transfer = models.ForeignKey(
        "transit.CargoTransferManifest", models.PROTECT, null=True, related_name="refunds"
    )  # whose fee it was
    amount = models.DecimalField(max_digits=16, decimal_places=2)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(bill__isnull=False, transfer=None) | Q(bill=None, assessment=None, transfer__isnull=False),
                name="refund_is_of_one_thing",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.bill or self.transfer} {self.amount}"


def back(of: str) -> Any:
    """What was credited back so far of a row of a query, in rupees; `of` is how refunds name it."""
    rows: QuerySet[Any] = Refund.objects.filter(**{of: OuterRef("pk")}).order_by().values(of)
    return Coalesce(
        Subquery(rows.annotate(sum=Sum("amount")).values("sum")), Value(0), output_field=models.DecimalField()
    )


def times(of: str) -> Any:
    """How often something was credited back of a row of a query; of a bill not counting what was of its final assessments."""
    apart = {} if of == "assessment" else {"assessment": None}
    rows: QuerySet[Any] = Refund.objects.filter(**{of: OuterRef("pk")}, **apart).order_by().values(of)
    return Coalesce(Subquery(rows.annotate(count=Count("pk")).values("count")), Value(0))
