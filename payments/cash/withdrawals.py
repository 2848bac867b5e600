"""Withdrawals from the Electronic Cash Ledger, each a document of its own."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation, Importer
from accounts.of_one_firm import OfOneFirm
from accounts.permissions import Actor
from accounts.roles import Group
from eccs.numbering import financial_year
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from payments import banks
from payments.cash.withdrawing import WithdrawalStage, WithdrawalSteps


class WithdrawalQuerySet(models.QuerySet[Any]):
    """Withdrawals by who asks."""

    def visible_to(self, actor: Actor) -> Self:
        """The firm's own at the stations of the posting, mostly all; all of the posting's station for officers."""
        if actor.importer_id is not None:
            return self.filter(actor.importer_documents())
        seen = Q(station_id__in=actor.stations_in(Group.CUSTOMS))
        return self.filter(seen | actor.firm_documents())


class CashWithdrawal(OfOneFirm, WithdrawalSteps):
    """A firm's request that money on its Electronic Cash Ledger is paid out to its bank account (section 51A)."""

    stage = StageField(choices=WithdrawalStage.choices, default=WithdrawalStage.REQUESTED, max_length=9)
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+")
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, null=True, related_name="cash_withdrawals")
    importer = models.ForeignKey(Importer, models.PROTECT, null=True, related_name="cash_withdrawals")
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    bank = models.CharField(max_length=12)  # through which it is paid out
    holder = models.CharField(max_length=120)
    account_number = models.CharField(max_length=18)
    ifsc = models.CharField(max_length=11)
    reason = models.CharField(max_length=300)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    remarks = models.CharField(max_length=300, blank=True, default="")
    approved_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=22, blank=True, default="")  # the bank's, of the payment out
    paid_on = models.DateField(null=True)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        verbose_name = _("withdrawal")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="withdrawal_above_zero"),
            models.CheckConstraint(
                condition=Q(courier=None, importer__isnull=False) | Q(courier__isnull=False, importer=None),
                name="withdrawal_is_of_one_firm",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=("PAID_OUT", "RETURNED"), paid_on__isnull=False) & ~Q(reference="")
                | ~Q(stage="PAID_OUT") & Q(paid_on=None, reference=""),  # what came back keeps by what it was paid out
                name="withdrawal_paid_out_has_reference",
            ),
            models.UniqueConstraint(
                fields=["bank", "reference"], condition=~Q(reference=""), name="withdrawal_one_for_a_transaction"
            ),
        ]
        indexes = [models.Index(fields=["station", "stage", "stage_since"], name="withdrawal_queue")]

    def series(self) -> str:
        """Counted by station and financial year."""
        return f"WDR_{self.station_id}_{financial_year(self.requested_at)}"

    def numbered(self, serial: int) -> str:
        """`WDR_BLR_2026-2027_000001`."""
        return f"{self.series()}_{serial:06d}"

    @property
    def paise(self) -> int:
        """The amount in paise, as the bank counts."""
        return int(self.amount * 100)

    @property
    def bank_name(self) -> str:
        """The bank as people call it."""
        return banks.name_of(self.bank)

    def used_before(self, reference: str) -> str:
        """That the bank's number stands on another withdrawal, in words; nothing where it stands on none."""
        other = CashWithdrawal.objects.filter(bank=self.bank, reference=reference).exclude(pk=self.pk).first()
        if other is None:
            return ""
        return gettext("Transaction %(reference)s paid withdrawal %(other)s.") % {
            "reference": reference,
            "other": other,
        }


class CashWithdrawalTrail(TrailLine):
    """The trail of a withdrawal."""

    document = models.ForeignKey(CashWithdrawal, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="withdrawal_trail_seq")]
        indexes = [models.Index(fields=["id"], name="withdrawal_trail_outbox", condition=Q(noticed_at=None))]


CashWithdrawal.trail_model = CashWithdrawalTrail
