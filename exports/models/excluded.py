"""The goods that the Regulations keep out of courier exports, as dated rows that are added and ended (Reg 2(2))."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class ExcludedGoods(models.Model):
    """Goods that the Regulations keep out of courier exports from a day to another: by the beginning of the tariff item, by words of the description, or by both.

    A row is added and ended, never changed or deleted: a shipping bill is judged by the rows of the day on which it was presented.
    """

    prefix = models.CharField(max_length=8, blank=True)
    words = models.CharField(max_length=400, blank=True)  # a comma between; one of them suffices
    reason = models.CharField(max_length=200)  # as the courier reads it
    from_date = models.DateField()
    to_date = models.DateField(null=True)  # its last day
    source = models.CharField(max_length=200)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    added_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=200, blank=True)  # what ended it, as its source

    class Meta:
        ordering = ["prefix", "from_date", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(prefix="") | ~Q(words=""), name="excluded_goods_says_which"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, ending="")
                | Q(ended_at__isnull=False, ended_by__isnull=False, to_date__isnull=False) & ~Q(ending=""),
                name="excluded_goods_ended_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.prefix, self.words)))

    @property
    def phrases(self) -> list[str]:
        """The words, each by itself."""
        return [one.strip() for one in self.words.split(",") if one.strip()]
