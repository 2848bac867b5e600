"""Notices of uncleared goods, returns to origin and disposals, each of the last two a document with its trail."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.directory.firms import Importer
from accounts.models import AuthorisedCourier, CustomsStation
from bills.numbers import series_of
from bills.uncleared.clearance import DisposalClearance, DisposalStage, ReturnClearance, ReturnStage
from bills.uncleared.querysets import OfGoodsQuerySet
from eccs.numbering import Numbered
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from eccs.workflow import Document
from manifests.models import HouseAirwayBill


class UnclearedNotice(Numbered):
    """A notice that goods are not cleared, to the courier and the declared importer, once for each spell (PN17 5.0(v))."""

    class After(models.TextChoices):
        """After which spell it is issued."""

        RETURN = "RETURN", _("Return to origin possible")
        DISPOSAL = "DISPOSAL", _("Disposal to follow")

    hawb = models.ForeignKey(HouseAirwayBill, models.PROTECT, related_name="uncleared_notices")
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    after = models.CharField(max_length=8, choices=After.choices)
    days = models.PositiveIntegerField()  # the spell by the rule of that day
    issued_at = models.DateTimeField()
    importer = models.ForeignKey(Importer, models.PROTECT, null=True, related_name="+", db_index=False)
    posted_on = models.DateField(null=True)  # the day on which it was handed in at the post for the declared importer
    posted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)

    objects = OfGoodsQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice of uncleared goods")
        constraints = [models.UniqueConstraint(fields=["hawb", "after"], name="uncleared_notice_once")]
        indexes = [
            models.Index(fields=["importer"], name="uncleared_notice_importer", condition=Q(importer__isnull=False))
        ]

    def __str__(self) -> str:
        return self.number or "–"

    @property
    def reaches_importer(self) -> bool:
        """Whether it goes to the declared importer: here, where the importer is in the directory, or by post."""
        return self.importer_id is not None or self.posted_on is not None

    def series(self) -> str:
        """Counted by station and financial year."""
        issued: datetime = self.issued_at
        return series_of("UCN", self.station_id, issued)

    def numbered(self, serial: int) -> str:
        """`UCN_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class OfUnclearedGoods(Document):
    """What a return to origin and a disposal hold alike."""

    prefix = ""

    hawb = models.ForeignKey(HouseAirwayBill, models.PROTECT, related_name="+")
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, related_name="+", db_index=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField()
    decision = models.TextField(blank=True)  # the DC/AC's remarks, or why it was refused
    decided_at = models.DateTimeField(null=True)
    refundable = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # paid on goods that left uncleared

    objects = OfGoodsQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def requested_at(self) -> datetime:
        """When it was asked for, as the requests on a bill are listed."""
        asked: datetime = self.asked_at
        return asked

    def series(self) -> str:
        """Counted by station and financial year."""
        asked: datetime = self.asked_at
        return series_of(self.prefix, self.station_id, asked)

    def numbered(self, serial: int) -> str:
        """`RTO_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class ReturnToOrigin(OfUnclearedGoods, ReturnClearance):
    """The return of uncleared goods to their sender, on the courier's request (Notification 33/2026 (N.T.))."""

    prefix = "RTO"

    stage = StageField(choices=ReturnStage.choices, default=ReturnStage.REQUESTED, max_length=9)
    airway_bill = models.CharField(max_length=20, blank=True)  # with which the goods left
    flight = models.CharField(max_length=10, blank=True)
    returned_on = models.DateField(null=True)
    manifest = models.CharField(max_length=60, blank=True)  # the export manifest on which the goods leave
    egm_number = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name = _("return to origin")
        constraints = [
            models.UniqueConstraint(
                fields=["hawb"], condition=Q(stage__in=("REQUESTED", "PERMITTED", "ON_FLIGHT")),
                name="return_one_open_for_a_hawb",
            ),
            models.CheckConstraint(
                condition=~Q(stage="RETURNED") | Q(returned_on__isnull=False) & ~Q(airway_bill=""),
                name="return_done_says_how",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["station", "stage", "stage_since"], name="return_queue",
                condition=Q(stage__in=("REQUESTED", "PERMITTED", "ON_FLIGHT")),
            )
        ]  # fmt: skip


class ReExport(Numbered):
    """The record under which goods whose return is permitted are exported again to their sender (reg. 5(6))."""

    origin = models.OneToOneField(ReturnToOrigin, models.PROTECT, related_name="re_export")
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("re-export record")

    def __str__(self) -> str:
        return self.number or "–"

    def series(self) -> str:
        """Counted by station and financial year."""
        made: datetime = self.made_at
        return series_of("REX", self.station_id, made)

    def numbered(self, serial: int) -> str:
        """`REX_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"


class Disposal(OfUnclearedGoods, DisposalClearance):
    """The sale or destruction of uncleared goods by whoever has them in custody, after notice and permission (PN17 5.0(v))."""

    prefix = "DSP"

    class Manner(models.TextChoices):
        """How the goods are disposed of."""

        AUCTION = "AUCTION", _("Auction")
        DESTRUCTION = "DESTRUCTION", _("Destruction")

    stage = StageField(choices=DisposalStage.choices, default=DisposalStage.PROPOSED, max_length=9)
    manner = models.CharField(max_length=11, choices=Manner.choices)
    disposed_on = models.DateField(null=True)
    reference = models.CharField(max_length=60, blank=True)  # of the auction's lot or the certificate of destruction
    taken_over_by = models.CharField(max_length=120, blank=True)  # the buyer, or whoever destroyed them
    proceeds = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    present = models.CharField(max_length=200, blank=True)  # who saw it

    class Meta:
        verbose_name = _("disposal")
        constraints = [
            models.UniqueConstraint(
                fields=["hawb"], condition=Q(stage__in=("PROPOSED", "PERMITTED")), name="disposal_one_open_for_a_hawb"
            ),
            models.CheckConstraint(
                condition=~Q(stage="DISPOSED") | Q(disposed_on__isnull=False) & ~Q(reference="") & ~Q(taken_over_by=""),
                name="disposal_done_says_how",
            ),
            models.CheckConstraint(
                condition=~Q(stage="DISPOSED", manner="AUCTION") | Q(proceeds__gte=0), name="disposal_sale_has_proceeds"
            ),
        ]
        indexes = [
            models.Index(
                fields=["station", "stage", "stage_since"], name="disposal_queue",
                condition=Q(stage__in=("PROPOSED", "PERMITTED")),
            )
        ]  # fmt: skip


class ReturnTrail(TrailLine):
    """The trail of a return to origin."""

    document = models.ForeignKey(ReturnToOrigin, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="return_trail_seq")]
        indexes = [models.Index(fields=["id"], name="return_trail_outbox", condition=Q(noticed_at=None))]


class DisposalTrail(TrailLine):
    """The trail of a disposal."""

    document = models.ForeignKey(Disposal, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="disposal_trail_seq")]
        indexes = [models.Index(fields=["id"], name="disposal_trail_outbox", condition=Q(noticed_at=None))]


ReturnToOrigin.trail_model = ReturnTrail
Disposal.trail_model = DisposalTrail
