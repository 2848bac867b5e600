"""The books: accounts, entries and their lines. Every entry is balanced, and nothing that was written is ever changed.

Triggers of the database see to both, whoever writes: see the migrations. Amounts are signed: what an account gains is above
nought. A firm's account can never fall below nought (a CHECK); the accounts opposite, of each bank and of the Government at each
station, keep no balance of their own, so that nobody waits for them: theirs is the sum of their lines.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation, Importer
from accounts.of_one_firm import OfOneFirm
from accounts.permissions import Actor
from eccs.pages import activity_of


class AccountQuerySet(models.QuerySet["CashAccount"]):
    """Accounts by who asks."""

    def of_firms(self) -> Self:
        """The Electronic Cash Ledgers, without the accounts opposite."""
        return self.filter(sort=CashAccount.Sort.FIRM)

    def visible_to(self, actor: Actor) -> Self:
        """A firm's own; for officers who have the page, those of the firms with challans at their stations."""
        if actor.courier_id is not None:
            return self.of_firms().filter(courier_id=actor.courier_id)
        if actor.importer_id is not None:
            return self.of_firms().filter(importer_id=actor.importer_id)
        from payments.models import Challan

        stations = actor.stations_for([activity_of("cash-accounts")])
        here = Challan.objects.filter(station_id__in=stations).order_by()
        of_courier = here.filter(courier=OuterRef("courier"))
        of_importer = here.filter(courier=None, importer=OuterRef("importer"))
        return self.of_firms().filter(Exists(of_courier) | Exists(of_importer))  # the first of each firm's is enough


class CashAccount(OfOneFirm, models.Model):
    """An account: the Electronic Cash Ledger of a firm, or an account opposite (Customs Act 1962, section 51A)."""

    class Sort(models.TextChoices):
        """Whose it is."""

        FIRM = "FIRM", _("Electronic Cash Ledger")
        BANK = "BANK", _("Money received through a bank")
        GOVERNMENT = "GOVERNMENT", _("Duty and other dues paid")

    sort = models.CharField(max_length=10, choices=Sort.choices)
    courier = models.OneToOneField(AuthorisedCourier, models.PROTECT, null=True, related_name="cash_account")
    importer = models.OneToOneField(Importer, models.PROTECT, null=True, related_name="cash_account")
    bank = models.CharField(max_length=12, blank=True, default="")
    station = models.ForeignKey(CustomsStation, models.PROTECT, null=True, related_name="+")
    balance = models.DecimalField(max_digits=16, decimal_places=2, null=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("Electronic Cash Ledger")
        constraints = [
            models.CheckConstraint(condition=Q(balance=None) | Q(balance__gte=0), name="cash_never_below_zero"),
            models.CheckConstraint(
                condition=Q(sort="FIRM", balance__isnull=False, bank="", station=None)
                & (Q(courier=None, importer__isnull=False) | Q(courier__isnull=False, importer=None))
                | Q(sort="BANK", balance=None, courier=None, importer=None, station=None) & ~Q(bank="")
                | Q(sort="GOVERNMENT", balance=None, courier=None, importer=None, bank="", station__isnull=False),
                name="cash_account_is_of_one",
            ),
            models.UniqueConstraint(fields=["bank"], condition=Q(sort="BANK"), name="cash_account_of_a_bank"),
            models.UniqueConstraint(fields=["station"], condition=Q(sort="GOVERNMENT"), name="cash_account_of_a_station"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.courier or self.importer or self.bank or self.station)

    @property
    def firm_number(self) -> str:
        """The courier's registration number, or the importer's code."""
        return str(self.courier.number if self.courier else self.importer.iec if self.importer else "")


class CashEntry(models.Model):
    """An entry: what happened once, with lines that come to nought."""

    only_added_to = True  # its rows are watched by `eccs.heads`

    class Sort(models.TextChoices):
        """What happened."""

        DEPOSIT = "DEPOSIT", _("Deposit")
        PAYMENT = "PAYMENT", _("Payment of a challan")
        DIRECT = "DIRECT", _("Challan paid at the bank")
        RETURNED = "RETURNED", _("Credited back")
        PAYOUT = "PAID_OUT", _("Withdrawal")

    key = models.CharField(max_length=60, unique=True)
    sort = models.CharField(max_length=8, choices=Sort.choices)
    challan = models.ForeignKey("payments.Challan", models.PROTECT, null=True, related_name="cash_entries")
    station = models.ForeignKey(
        CustomsStation, models.PROTECT, null=True, related_name="+", db_index=False
    )  # of what has no challan: of a challan's entry, it is the challan's
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    words = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    by_name = models.CharField(max_length=120)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="cash_entry_above_zero")]

    def __str__(self) -> str:
        return f"{self.get_sort_display()} {self.amount}"

    @property
    def number(self) -> str:
        """The entry's number, as the receipt of what was paid from the ledger bears it: `ECL000000000042`."""
        return f"ECL{self.pk:012d}"


class CashLine(models.Model):
    """What one account gains or gives in one entry."""

    only_added_to = True  # its rows are watched by `eccs.heads`

    entry = models.ForeignKey(CashEntry, models.PROTECT, related_name="lines")
    account = models.ForeignKey(CashAccount, models.PROTECT, related_name="lines", db_index=False)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    at = models.DateTimeField()  # that of the entry, by which a statement finds its days in the account's own index

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(amount=Decimal(0)), name="cash_line_moves_something")]
        indexes = [
            models.Index(fields=["account", "id"], name="cash_statement"),
            models.Index(fields=["account", "at", "id"], include=["amount"], name="cash_statement_since"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"


class BooksCheck(models.Model):
    """One check of the books: how much was looked at, and what did not balance."""

    at = models.DateTimeField(default=timezone.now)
    accounts = models.PositiveIntegerField()
    lines = models.PositiveBigIntegerField()
    faults = models.JSONField(default=list)  # what, written, kept

    def __str__(self) -> str:
        return f"{self.at:%d/%m/%Y} {len(self.faults)}"
