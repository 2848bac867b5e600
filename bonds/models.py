"""Bonds, their bank guarantees, their ledger and the alerts before they expire (PN17 13)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation, Importer
from accounts.of_one_firm import OfOneFirm
from bonds.clearance import BondClearance, Stage
from bonds.elsewhere import OutsideBond, OutsideUse
from bonds.master import BondMasterSteps, Category, MasterStage, Purpose
from bonds.numbers import bond_series, master_series
from bonds.querysets import BondQuerySet, MasterQuerySet
from eccs.models import Notice
from eccs.money import to_rupee
from eccs.notices import station_of, worded
from eccs.stage_field import StageField
from eccs.trail import TrailLine

NOTHING = Decimal(0)


class BondMaster(BondMasterSteps):
    """An entry of the Bond Master: a type of bond and its category at a station (PN17 13.1)."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    stage = StageField(choices=MasterStage.choices, default=MasterStage.ENTERED, max_length=12)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    category = models.CharField(max_length=12, choices=Category.choices)
    conditions = models.TextField(blank=True)
    remarks = models.TextField(blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)

    objects = MasterQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the Bond Master")
        constraints = [
            models.UniqueConstraint(
                fields=["station", "purpose", "category"], condition=Q(stage__in=("ENTERED", "IN_USE")),
                name="bond_master_once_a_station",
            ),
        ]  # fmt: skip

    @property
    def words(self) -> str:
        """The type and the category, as people choose them."""
        return f"{self.get_purpose_display()}, {str(self.get_category_display()).lower()}"

    def series(self) -> str:
        """Counted by station and financial year."""
        since: datetime = self.stage_since
        return master_series(self.station_id, since)

    def numbered(self, serial: int) -> str:
        """`BM_BLR_2026-2027_0001`."""
        return f"{self.series()}_{serial:04d}"


class Bond(OfOneFirm, BondClearance):
    """A bond of one firm at one station, with what is left of it (PN17 13.2)."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="bonds", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, null=True, related_name="bonds", db_index=False)
    importer = models.ForeignKey(Importer, models.PROTECT, null=True, related_name="bonds")  # for its own goods
    master = models.ForeignKey(BondMaster, models.PROTECT, related_name="bonds")
    stage = StageField(choices=Stage.choices, default=Stage.REQUESTED, max_length=20)
    about = models.CharField(max_length=40, blank=True)  # the house airway bill of a consignment specific bond
    reason = models.TextField()  # what it is to secure, then why it is renewed or released
    duty = models.DecimalField(max_digits=16, decimal_places=2)  # that is to be secured, as the firm reckons it
    requested_amount = models.DecimalField(max_digits=16, decimal_places=2)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    requested_at = models.DateTimeField(default=timezone.now)
    base = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # the computation
    percent = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    security_percent = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    security = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # by bank guarantees, at least
    balance = models.DecimalField(max_digits=16, decimal_places=2, default=NOTHING)
    approved_at = models.DateTimeField(null=True)
    executed_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    registered_at = models.DateTimeField(null=True)
    renew_until = models.DateField(null=True)
    renew_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    guarantee_replaces = models.BooleanField(default=False)
    remarks = models.TextField(blank=True)
    released_at = models.DateTimeField(null=True)

    objects = BondQuerySet.as_manager()

    class Meta:
        verbose_name = _("bond")
        constraints = [
            models.CheckConstraint(
                condition=Q(courier=None, importer__isnull=False) | Q(courier__isnull=False, importer=None),
                name="bond_has_one_firm",
            ),
            models.CheckConstraint(
                condition=Q(balance__gte=0)
                & (Q(amount=None, balance=0) | Q(amount__isnull=False, amount__gt=0, balance__lte=F("amount"))),
                name="bond_never_overdrawn",
            ),
            models.CheckConstraint(
                condition=Q(registered_at=None, balance=0)
                | Q(
                    registered_at__isnull=False,
                    amount__isnull=False,
                    executed_on__isnull=False,
                    valid_until__isnull=False,
                ),
                name="bond_registered_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=("ACTIVE", "EXPIRING", "EXPIRED", "RELEASED", "CANCELLED"))
                | Q(registered_at__isnull=False),
                name="bond_in_force_is_registered",
            ),
            models.CheckConstraint(
                condition=~Q(stage__in=("RELEASED", "CANCELLED")) | Q(balance=F("amount"), released_at__isnull=False),
                name="bond_released_secures_nothing",
            ),
        ]
        indexes = [
            models.Index(fields=["courier", "station"], name="bond_courier"),
            models.Index(fields=["station", "stage", "stage_since"], name="bond_queue"),
            models.Index(fields=["valid_until"], name="bond_ending", condition=Q(registered_at__isnull=False)),
        ]

    def series(self) -> str:
        """Counted by station and financial year."""
        return bond_series(self.station_id, self.requested_at)

    def numbered(self, serial: int) -> str:
        """`BND_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"

    @property
    def firm_short(self) -> str:
        """The firm as a list names it."""
        return self.courier.short_name if self.courier else str(self.importer)

    @property
    def secured(self) -> Decimal:
        """What the bond secures now: all that was debited and not credited again."""
        return (self.amount or NOTHING) - self.balance if self.registered_at else NOTHING

    @property
    def execution_day(self) -> date:
        """The day a registered bond was executed."""
        assert self.executed_on is not None
        return self.executed_on

    def days_left(self, today: date) -> int | None:
        """How many days it is valid still."""
        return None if self.valid_until is None else (self.valid_until - today).days

    def set_amount(self, base: Decimal, percent: Decimal, security_percent: Decimal) -> None:
        """The computation: so many percent of what is to be secured, and of that so many by bank guarantee, in whole rupees."""
        self.base, self.percent, self.security_percent = base, percent, security_percent
        self.amount = self.computed()
        assert self.amount is not None
        self.security = to_rupee(self.amount * security_percent / 100)

    def computed(self) -> Decimal | None:
        """The amount that the computation gives, in whole rupees; a renewal may have raised it since."""
        return None if self.base is None or self.percent is None else to_rupee(self.base * self.percent / 100)

    def ask_renewal(self, valid_until: str, amount: str, reason: str) -> None:
        """What the firm asks for."""
        self.renew_until, self.renew_amount, self.reason = date.fromisoformat(valid_until), Decimal(amount), reason

    def renew(self) -> Iterable[models.Model]:
        """The renewed validity and amount count; a higher amount is an entry of the ledger, and raises the security with it."""
        from bonds import ledger

        assert self.renew_amount is not None and self.amount is not None
        more = self.renew_amount - self.amount
        self.valid_until, self.renew_until = self.renew_until, None
        self.amount, self.renew_amount, self.balance = self.renew_amount, None, self.balance + more
        self.security = self.security_for(self.amount)
        return [ledger.raised(self, more)] if more else []

    def security_for(self, amount: Decimal) -> Decimal:
        """What an amount wants secured by bank guarantees, as it was computed; never less than was approved."""
        return max(self.security or NOTHING, to_rupee(amount * (self.security_percent or NOTHING) / 100))

    def guaranteed(self, on: date) -> Decimal:
        """What the registered bank guarantees behind the bond come to that hold on a day."""
        live = self.guarantees.filter(registered_at__isnull=False, ended_at=None, valid_until__gte=on)
        return live.aggregate(sum=Sum("amount"))["sum"] or NOTHING

    def guaranteed_once_registered(self, on: date) -> Decimal:
        """The same as it will be when what was entered is registered, with what it replaces gone."""
        fresh = self.guarantees.filter(registered_at=None, ended_at=None, valid_until__gte=on)
        entered = fresh.aggregate(sum=Sum("amount"))["sum"] or NOTHING
        return entered + (NOTHING if entered and self.guarantee_replaces else self.guaranteed(on))

    def put_guarantee(
        self, *, guarantee_number: str = "", bank: str = "", guarantee_amount: str = "", guarantee_valid_until: str = ""
    ) -> Iterable[models.Model]:
        """A bank guarantee handed in takes the place of one that was entered and never registered."""
        dropped = self.drop_guarantees()
        if not guarantee_number:
            return dropped
        made = BankGuarantee(
            bond_id=self.pk, number=guarantee_number, bank=bank, amount=Decimal(guarantee_amount),
            valid_until=guarantee_valid_until, entered_at=self.taken_at,
        )  # fmt: skip
        return [*dropped, made]

    def drop_guarantees(self) -> list[BankGuarantee]:
        """What was entered and is not registered is put away."""
        rows = list(self.guarantees.filter(registered_at=None, ended_at=None))
        for row in rows:
            row.ended_at = self.taken_at
        return rows

    def accept_guarantees(self, *, replaces: bool) -> list[BankGuarantee]:
        """What was entered is registered; where it replaces those before it, these end."""
        live = list(self.guarantees.filter(ended_at=None))
        fresh = [row for row in live if row.registered_at is None]
        for row in fresh:
            row.registered_at = self.taken_at
        ended = [row for row in live if row not in fresh] if replaces and fresh else []
        for row in ended:
            row.ended_at = self.taken_at
        return fresh + ended

    def let_go(self) -> list[BankGuarantee]:
        """Bond and bank guarantees are free."""
        self.released_at = self.taken_at
        live = list(self.guarantees.filter(ended_at=None))
        for row in live:
            row.ended_at = self.taken_at
        return live

    def news(self, subject: Callable[[], str], why: str | Callable[[], str] = "") -> list[Notice]:
        """A notice for the firm with the bond's address, in every language; whoever asked for it writes it."""
        audience = f"courier:{self.courier_id}" if self.courier_id is not None else f"importer:{self.importer_id}"
        link = f"{self}  {settings.PUBLIC_URL}{self.get_absolute_url()}"

        def words() -> tuple[str, str]:
            return subject(), "\n".join(filter(None, (why if isinstance(why, str) else why(), link)))

        return [worded(audience, words, station_of(self))]


class BankGuarantee(models.Model):
    """A bank guarantee behind a bond, with its own validity (PN17 13.2)."""

    bond = models.ForeignKey(Bond, models.PROTECT, related_name="guarantees")
    number = models.CharField(max_length=40)
    bank = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    valid_until = models.DateField()
    entered_at = models.DateTimeField()
    registered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="guarantee_above_zero")]
        indexes = [models.Index(fields=["valid_until"], name="guarantee_ending", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.number}, {self.bank}"

    def covers(self, on: date) -> bool:
        """Whether it is registered, not ended and not past its last day."""
        return self.registered_at is not None and self.ended_at is None and self.valid_until >= on


class BondEntry(models.Model):
    """One entry of a bond's ledger, never changed: what was debited or credited, and for which document."""

    only_added_to = True  # its rows are watched by `eccs.heads`

    class Sort(models.TextChoices):
        """What moved the balance."""

        OPENED = "OPENED", _("Registered")
        RAISED = "RAISED", _("Raised")
        DEBIT = "DEBIT", _("Debited")
        CREDIT = "CREDIT", _("Credited")

    bond = models.ForeignKey(Bond, models.PROTECT, related_name="entries", db_index=False)
    sort = models.CharField(max_length=6, choices=Sort.choices)
    key = models.CharField(max_length=120, unique=True)  # asked for twice, it is entered once
    change = models.DecimalField(max_digits=16, decimal_places=2)
    balance_after = models.DecimalField(max_digits=16, decimal_places=2)
    settles = models.ForeignKey("self", models.PROTECT, null=True, related_name="credits")  # the debit it credits
    slug = models.CharField(max_length=40, blank=True)  # of the document it is for: a bill, a transfer manifest
    document = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(default=timezone.now)
    by_name = models.CharField(max_length=120)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sort="DEBIT", change__lt=0, settles=None)
                | Q(sort="CREDIT", change__gt=0, settles__isnull=False)
                | Q(sort__in=("OPENED", "RAISED"), change__gt=0, settles=None),
                name="bond_entry_moves_one_way",
            ),
            models.CheckConstraint(condition=Q(balance_after__gte=0), name="bond_entry_never_overdrawn"),
        ]
        indexes = [models.Index(fields=["bond", "id"], name="bond_ledger")]

    def __str__(self) -> str:
        return f"{self.get_sort_display()} {self.change}"


class BondAlert(models.Model):
    """That a firm was told of an expiry so many days before: once for each bond or guarantee, last day and number of days."""

    bond = models.ForeignKey(Bond, models.PROTECT, related_name="alerts")
    guarantee = models.ForeignKey(BankGuarantee, models.PROTECT, null=True, related_name="alerts")
    ends_on = models.DateField()
    days = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField(null=True)  # nothing where a later one was due too: one message says it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bond", "guarantee", "ends_on", "days"], nulls_distinct=False, name="bond_alert_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bond}: {self.days} days before {self.ends_on:%d/%m/%Y}"


class BondMasterTrail(TrailLine):
    """The trail of an entry of the Bond Master."""

    document = models.ForeignKey(BondMaster, models.PROTECT, related_name="trail")
    tells_firms = False

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="bond_master_trail_seq")]


class BondTrail(TrailLine):
    """The trail of a bond. The firm is told by the steps themselves."""

    document = models.ForeignKey(Bond, models.PROTECT, related_name="trail")
    tells_firms = False

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="bond_trail_seq")]


BondMaster.trail_model = BondMasterTrail
Bond.trail_model = BondTrail

__all__ = [
    "NOTHING", "BankGuarantee", "Bond", "BondAlert", "BondEntry", "BondMaster", "BondMasterTrail", "BondTrail", "OutsideBond", "OutsideUse",
]  # fmt: skip
