"""Rates of duty and of exchange, each in force from a day, and the files that brought them.

A rate holds from its day until the next row of the same item or currency begins. Rows are only ever added: an item that
leaves the tariff ends with a row that says so, and what was in force on a day that has passed stays as it was.
"""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.db.models.expressions import CombinedExpression
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bills.kinds import For
from bills.rate_files.clearance import RateFileSteps, Stage
from bills.rate_files.querysets import RateFileQuerySet
from eccs.models import Upload
from eccs.stage_field import StageField
from eccs.trail import TrailLine


class RateFile(RateFileSteps):
    """A file of rates: checked, proposed by one System Admin and approved by another."""

    class Sort(models.TextChoices):
        """What the file holds."""

        TARIFF = "tariff", _("Tariff")
        EXCHANGE = "exchange-rates", _("Exchange rates")
        EXEMPTIONS = "exemptions", _("Exemption notifications")

    sort = models.CharField(max_length=14, choices=Sort.choices)
    whole = models.BooleanField(default=False)  # the whole tariff: what is not in the file ends
    stage = StageField(choices=Stage.choices, default=Stage.DRAFT, max_length=9)
    upload = models.ForeignKey(Upload, models.PROTECT, null=True, related_name="+")
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    loaded_at = models.DateTimeField(default=timezone.now)
    first_day = models.DateField(null=True)  # the earliest day from which anything changes
    notification = models.CharField(max_length=300, blank=True)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    ended = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    base = models.PositiveIntegerField(default=0)  # the turn of the rates that it was compared with
    turn = models.PositiveIntegerField(null=True)  # which change of the rates its approval was, or its taking back
    decision = models.TextField(blank=True)

    objects = RateFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of rates")
        constraints = [
            models.UniqueConstraint(fields=["sort", "turn"], name="rate_file_one_a_turn"),
            models.CheckConstraint(
                condition=Q(stage__in=("DRAFT", "DISCARDED")) | Q(number__isnull=False, upload__isnull=False, first_day__isnull=False),
                name="rate_file_proposed_is_checked",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=("APPROVED", "REVOKED"), turn__isnull=False) | ~Q(stage__in=("APPROVED", "REVOKED")) & Q(turn=None),
                name="rate_file_approved_has_turn",
            ),
            models.CheckConstraint(condition=Q(whole=False) | Q(sort="tariff"), name="rate_file_whole_is_tariff"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["-loaded_at", "-id"], name="rate_file_history")]

    def __str__(self) -> str:
        return self.number or str(_("%(sort)s, not proposed yet") % {"sort": self.get_sort_display()})

    def series(self) -> str:
        """Counted by calendar year, each sort apart."""
        named = {self.Sort.TARIFF: "TARIFF", self.Sort.EXCHANGE: "EXCHANGE", self.Sort.EXEMPTIONS: "EXEMPTION"}
        return f"{named[self.Sort(self.sort)]}-{timezone.localtime(self.loaded_at).year}"

    def numbered(self, serial: int) -> str:
        """`TARIFF-2026-3`."""
        return f"{self.series()}-{serial}"


class RateFileTrail(TrailLine):
    """The trail of a file of rates."""

    document = models.ForeignKey(RateFile, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="rate_file_trail_seq")]
        indexes = [models.Index(fields=["id"], name="rate_file_trail_outbox", condition=Q(noticed_at=None))]


RateFile.trail_model = RateFileTrail


class RateChange(models.Model):
    """One difference between a file of rates and what is in force on the day of its row."""

    class Kind(models.TextChoices):
        """How the row differs."""

        NEW = "NEW", _("New")
        CHANGED = "CHANGED", _("Changed")
        ENDED = "ENDED", _("Ended")

    file = models.ForeignKey(RateFile, models.CASCADE, related_name="changes", db_index=False)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    code = models.CharField(max_length=60)  # a tariff item or prefix, a currency, or a serial of a notification
    row = models.PositiveIntegerField(null=True)  # in the file; none where the item is not in it
    from_date = models.DateField()
    before = models.JSONField(null=True)
    after = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "code", "from_date"], name="rate_change_once_a_day")]
        indexes = [models.Index(fields=["file", "kind", "code"], name="rate_change_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} from {self.from_date:%d/%m/%Y}"


WORDS: CombinedExpression = SearchVector("description", config="simple") + SearchVector("description", config="english")
"""The words of a description as they are typed, and by their stems."""


class TariffRate(models.Model):
    """The rates of a tariff item, or of a prefix of 2, 4 or 6 digits, from a day; the longest one in force wins."""

    cth = models.CharField(max_length=8)
    description = models.TextField(max_length=2000)
    unit = models.CharField(max_length=5, blank=True)
    bcd_percent = models.DecimalField(max_digits=7, decimal_places=3)
    bcd_specific = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    bcd_specific_unit = models.CharField(max_length=5, blank=True)
    aidc_percent = models.DecimalField(max_digits=7, decimal_places=3, default=0)
    sws_applies = models.BooleanField(default=True)
    igst_percent = models.DecimalField(max_digits=7, decimal_places=3)
    cess_percent = models.DecimalField(max_digits=7, decimal_places=3, default=0)
    from_date = models.DateField()
    notification = models.CharField(max_length=120, blank=True)
    ended = models.BooleanField(default=False)  # from this day the item or prefix is no longer in the tariff
    file = models.ForeignKey(RateFile, models.PROTECT, null=True, related_name="tariff_rates")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cth", "from_date"], name="tariff_rate_once_a_day")]
        indexes = [GinIndex(WORDS, name="tariff_rate_words")]

    def __str__(self) -> str:
        return f"{self.cth} from {self.from_date:%d/%m/%Y}"


class ExchangeRate(models.Model):
    """Rupees for one or a hundred units of a currency, notified from a day (section 14)."""

    currency = models.CharField(max_length=3)
    unit = models.PositiveIntegerField(default=1)
    import_rate = models.DecimalField(max_digits=12, decimal_places=4)
    export_rate = models.DecimalField(max_digits=12, decimal_places=4)
    from_date = models.DateField()
    notification = models.CharField(max_length=80)
    file = models.ForeignKey(RateFile, models.PROTECT, null=True, related_name="exchange_rates")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "from_date"], name="exchange_rate_once_a_day"),
            models.CheckConstraint(condition=models.Q(unit__in=(1, 100)), name="exchange_rate_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} from {self.from_date:%d/%m/%Y}"


class ExemptionRate(models.Model):
    """A serial of an exemption notification from a day: what it covers, for whom, and the rate it leaves of each levy (section 25(1))."""

    code = models.CharField(max_length=60)  # notification and serial as they are compared
    notification = models.CharField(max_length=40)
    serial = models.CharField(max_length=12, blank=True)
    description = models.TextField(max_length=2000)
    covers = models.CharField(
        max_length=2000, blank=True
    )  # tariff items and prefixes, a space between; none is all goods
    for_whom = models.CharField(max_length=20, choices=For.choices, blank=True)
    condition = models.TextField(max_length=2000, blank=True)
    bcd_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True)
    aidc_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True)
    sws_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True)
    igst_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True)
    cess_percent = models.DecimalField(max_digits=7, decimal_places=3, null=True)
    from_date = models.DateField()
    until = models.DateField(null=True)  # its last day, where the notification names one
    ended = models.BooleanField(default=False)  # from this day the serial is no longer in force
    source = models.CharField(max_length=240, blank=True)
    file = models.ForeignKey(RateFile, models.PROTECT, null=True, related_name="exemptions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "from_date"], name="exemption_once_a_day")]
        ordering = ["notification", "code", "-from_date"]

    def __str__(self) -> str:
        return f"{self.notification}, {self.serial} from {self.from_date:%d/%m/%Y}"

    @property
    def prefixes(self) -> list[str]:
        """The tariff items and prefixes that it covers."""
        return self.covers.split()

    @property
    def leaves(self) -> list[tuple[str, Decimal]]:
        """The rate that it leaves of each levy it touches, percent."""
        named = ("BCD", self.bcd_percent), ("AIDC", self.aidc_percent), ("SWS", self.sws_percent)
        rest = ("IGST", self.igst_percent), ("CMPNSTRY", self.cess_percent)
        return [(head, percent) for head, percent in (*named, *rest) if percent is not None]
