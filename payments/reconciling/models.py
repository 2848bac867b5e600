"""Scrolls of banks, their entries, and what in them does not agree with the books of ECCS."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation, Importer
from accounts.permissions import Actor
from accounts.roles import Group
from eccs.numbering import financial_year
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from payments import banks
from payments.models import Challan
from payments.reconciling.clearance import DifferenceStage, DifferenceSteps


class Finding(models.TextChoices):
    """What a comparison says of a debit."""

    MATCHED = "MATCHED", _("Matched")
    MISSING_HERE = "MISSING_HERE", _("Missing here")
    MISSING_THERE = "MISSING_THERE", _("Missing at the bank")
    AMOUNT = "AMOUNT", _("Different amount")
    NO_SCROLL = "NO_SCROLL", _("Day without a scroll")

    @classmethod
    def of_lines(cls) -> list[Finding]:
        """What is said of one line; that a whole day is missing is said of none."""
        return [finding for finding in cls if finding != cls.NO_SCROLL]


class BankScroll(models.Model):
    """The scroll of one bank for one day: every debit that it made for challans, and what it paid out. A later one replaces the earlier."""

    bank = models.CharField(max_length=12)
    day = models.DateField()
    sha256 = models.CharField(max_length=64)
    entry_count = models.PositiveIntegerField()
    total_paise = models.BigIntegerField()  # of the debits: what the bank received
    paid_out_paise = models.BigIntegerField(default=0)
    sealed = models.BooleanField()  # whether the bank's signature stands behind it
    loaded_at = models.DateTimeField(default=timezone.now)
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    compared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank", "day", "sha256"], name="scroll_once")]
        indexes = [models.Index(fields=["day", "bank", "id"], name="scroll_of_a_day")]

    def __str__(self) -> str:
        return f"{self.bank} {self.day:%d/%m/%Y}"

    @property
    def bank_name(self) -> str:
        """The bank as people call it."""
        return banks.name_of(self.bank)

    @property
    def rupees(self) -> Decimal:
        """What all debits come to, in rupees."""
        return Decimal(self.total_paise) / 100

    @property
    def paid_out(self) -> Decimal:
        """What all payments out come to, in rupees."""
        return Decimal(self.paid_out_paise) / 100


class ScrollEntry(models.Model):
    """One debit of a scroll, or one payment out."""

    scroll = models.ForeignKey(BankScroll, models.CASCADE, related_name="entries")
    challan_number = models.CharField(max_length=40)  # of a payment out, that of the withdrawal
    payout = models.BooleanField(default=False)
    bank_transaction = models.CharField(max_length=22)
    amount_paise = models.BigIntegerField()
    decided_at = models.DateTimeField()
    finding = models.CharField(max_length=13, choices=Finding.choices, blank=True, default="")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["scroll", "bank_transaction"], name="scroll_entry_once")]
        indexes = [models.Index(fields=["bank_transaction"], name="scroll_entry_transaction")]

    def __str__(self) -> str:
        return f"{self.bank_transaction} {self.challan_number}"

    @property
    def rupees(self) -> Decimal:
        """The amount in rupees."""
        return Decimal(self.amount_paise) / 100


class DifferenceQuerySet(models.QuerySet[Any]):
    """Differences by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """Those of the officer's stations, and those about no challan of ours."""
        stations = actor.stations_in(Group.CUSTOMS)
        return self.filter(Q(station_id__in=stations) | Q(station=None)) if stations else self.none()


class BankDifference(DifferenceSteps):
    """A debit or payment out of a bank's scroll that is not in the books of ECCS as it is there, or one here that is in no scroll."""

    stage = StageField(choices=DifferenceStage.choices, default=DifferenceStage.OPEN, max_length=8)
    station = models.ForeignKey(CustomsStation, models.PROTECT, null=True, related_name="+")
    finding = models.CharField(max_length=13, choices=Finding.choices)
    bank = models.CharField(max_length=12)
    day = models.DateField()  # of the scroll
    challan = models.ForeignKey(Challan, models.PROTECT, null=True, related_name="differences")
    withdrawal = models.ForeignKey("payments.CashWithdrawal", models.PROTECT, null=True, related_name="differences")
    payout = models.BooleanField(default=False)  # about money paid out, not received
    challan_number = models.CharField(max_length=40)  # of a payment out, that of the withdrawal
    bank_transaction = models.CharField(max_length=22)
    there_paise = models.BigIntegerField(default=0)  # what the bank has debited, or paid out
    here_paise = models.BigIntegerField(default=0)  # what stands paid or paid out here by this transaction
    found_at = models.DateTimeField(default=timezone.now)
    remarks = models.CharField(max_length=300, blank=True, default="")

    objects = DifferenceQuerySet.as_manager()
    courier_id: None = None

    class Meta:
        verbose_name = _("difference with the bank")
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "bank_transaction", "challan_number", "day"], name="difference_found_once"
            ),
        ]
        indexes = [models.Index(fields=["station", "stage", "stage_since"], name="difference_queue")]

    def series(self) -> str:
        """Counted by financial year."""
        return f"DIF_{financial_year(self.found_at)}"

    def numbered(self, serial: int) -> str:
        """`DIF_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"

    @property
    def bank_name(self) -> str:
        """The bank as people call it."""
        return banks.name_of(self.bank)

    @property
    def is_the_banks_word(self) -> bool:
        """Whether the bank's seal stands behind this debit: the transaction, its challan and its amount."""
        found = ScrollEntry.objects.filter(scroll__bank=self.bank, scroll__sealed=True)
        return found.filter(
            bank_transaction=self.bank_transaction, challan_number=self.challan_number, amount_paise=self.there_paise
        ).exists()

    @property
    def there(self) -> Decimal:
        """What the bank has debited, in rupees."""
        return Decimal(self.there_paise) / 100

    @property
    def here(self) -> Decimal:
        """What stands paid here by this transaction, in rupees."""
        return Decimal(self.here_paise) / 100

    @property
    def surplus(self) -> Decimal:
        """What the bank has received beyond what stands paid here now, in rupees; below nought where it received less."""
        one = self.challan
        paid = (
            one is not None
            and one.stage == "PAID"
            and (one.bank, one.bank_transaction) == (self.bank, self.bank_transaction)
        )
        return self.there - (one.amount if one is not None and paid else Decimal(0))

    @property
    def payer(self) -> AuthorisedCourier | Importer | None:
        """Whose challan or withdrawal it is."""
        if self.withdrawal is not None:
            return self.withdrawal.firm
        return self.challan.payer if self.challan else None

    @property
    def about(self) -> Any:
        """The challan or the withdrawal; nothing where the books know of none."""
        return self.challan or self.withdrawal


class BankDifferenceTrail(TrailLine):
    """The trail of a difference."""

    document = models.ForeignKey(BankDifference, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="difference_trail_seq")]
        indexes = [models.Index(fields=["id"], name="difference_trail_outbox", condition=Q(noticed_at=None))]


BankDifference.trail_model = BankDifferenceTrail
