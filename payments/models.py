"""Challans, what stands on them, what the bank said, and the receipts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation, Importer
from accounts.permissions import Actor
from bills.models import CourierBillOfEntry, PenaltyDemand, ProvisionalAssessment
from eccs.celery import after_commit
from eccs.numbering import Numbered
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from eccs.workflow import Refused
from exports.models import ExportDemand
from payments import banks, ledger
from payments.authorised import BankAuthorisation, RefusedMessage
from payments.cash import ledger as cash
from payments.cash.models import BooksCheck, CashAccount, CashEntry, CashLine
from payments.cash.refunded import Refund
from payments.clearance import ASKED, LEDGER, ChallanClearance, Kind, Stage
from payments.numbers import challan_number, challan_series, receipt_series
from payments.querysets import ChallanQuerySet
from transit.models import CargoTransferManifest


class Challan(ChallanClearance):
    """A TR-6 challan: bills that one firm filed at one station, paid together (PN17 8.0); or a deposit into its cash ledger."""

    Kind = Kind
    told_of = (Stage.SILENT, Stage.DIFFERS, Stage.LATE)

    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.DUES)
    bank = models.CharField(max_length=12, blank=True, default="BANK")  # where it is paid; nothing for the cash ledger
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="challans", db_index=False)
    courier = models.ForeignKey(AuthorisedCourier, models.PROTECT, null=True, related_name="challans", db_index=False)
    importer = models.ForeignKey(Importer, models.PROTECT, null=True, related_name="challans", db_index=False)
    stage = StageField(choices=Stage.choices, default=Stage.CREATED, max_length=12)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    heads = models.JSONField(default=dict)  # head → rupees
    bill_count = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    sent_to_bank_at = models.DateTimeField(null=True)
    asked = models.PositiveIntegerField(default=0)  # how often the bank was asked without a final answer
    ask_again_at = models.DateTimeField(null=True)
    bank_transaction = models.CharField(max_length=22, blank=True, default="")
    told_by = models.CharField(max_length=12, blank=True, default="")  # which message was the first to say so
    paid_at = models.DateTimeField(null=True)

    objects = ChallanQuerySet.as_manager()

    class Meta:
        verbose_name = _("challan")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0) & (Q(kind="DUES", bill_count__gt=0) | Q(kind="DEPOSIT", bill_count=0)),
                name="challan_is_for_something",
            ),
            models.CheckConstraint(
                condition=Q(courier=None, importer__isnull=False) | Q(courier__isnull=False, importer=None),
                name="challan_has_one_payer",
            ),
            models.CheckConstraint(
                condition=Q(stage="PAID", paid_at__isnull=False) & ~Q(bank_transaction="")
                | ~Q(stage="PAID") & Q(paid_at=None, bank_transaction=""),
                name="challan_paid_has_transaction",
            ),
            models.UniqueConstraint(
                fields=["bank", "bank_transaction"],
                condition=~Q(bank_transaction=""),
                name="challan_one_for_a_transaction",
            ),
        ]
        indexes = [
            models.Index(fields=["courier", "created_at", "id"], name="challan_courier_history"),
            models.Index(fields=["courier", "station"], name="challan_courier_pays_at"),  # asked by the wall of cash accounts
            models.Index(fields=["importer", "station"], name="challan_importer_pays_at"),
            models.Index(fields=["station", "created_at", "id"], name="challan_station_history"),
            models.Index(
                fields=["ask_again_at"], name="challan_unanswered", condition=Q(stage__in=[str(stage) for stage in ASKED])
            ),
        ]  # fmt: skip

    def series(self) -> str:
        """Counted by day and month."""
        return challan_series(self.created_at)

    def numbered(self, serial: int) -> str:
        """`1911402718`."""
        return challan_number(self.created_at, serial)

    @property
    def paise(self) -> int:
        """The amount in paise, as the bank counts."""
        return int(self.amount * 100)

    @property
    def payer(self) -> AuthorisedCourier | Importer:
        """The firm that pays: a courier, or an importer for its own goods."""
        found = self.courier or self.importer
        assert found is not None
        return found

    @property
    def payer_number(self) -> str:
        """The courier's registration number, or the importer's code."""
        return str(self.courier.number if self.courier else self.importer.iec if self.importer else "")

    @property
    def payer_pan(self) -> str:
        """The courier's PAN, or the importer's code."""
        return self.courier.pan if self.courier else self.payer_number

    @property
    def payer_short(self) -> str:
        """The firm as a list names it."""
        return self.courier.short_name if self.courier else str(self.importer)

    @property
    def is_deposit(self) -> bool:
        """Whether it brings money onto the cash ledger, instead of paying for something."""
        return self.kind == Kind.DEPOSIT

    @property
    def paid_from_ledger(self) -> bool:
        """Whether it was paid from the Electronic Cash Ledger."""
        return self.told_by == LEDGER

    @property
    def bank_name(self) -> str:
        """The bank as people call it."""
        return banks.name_of(self.bank) if self.bank else ""

    @cached_property
    def changed_today(self) -> str:
        """Why its amounts cannot be paid as they stand today, worked out once for a look at it; a step looks at the locked row anew."""
        from payments import today

        return today.why_not(self)

    def release_bills(self) -> None:
        """The bills may be put on another challan."""
        self.lines.update(live=False)

    def settle(self, bank_transaction: str, told_by: str) -> Iterable[models.Model]:
        """Credit every bill and make out the receipt."""
        self.bank_transaction, self.told_by, self.paid_at = bank_transaction, told_by, self.taken_at
        if told_by != LEDGER:
            cash.receive(self)
        ledger.credit_bills(self)
        return [CyberReceipt(challan=self, station_id=self.station_id, issued_at=self.paid_at)]

    def ask_at_once(self, bank_transaction: str = "") -> None:
        """The bank is asked as soon as this is committed; by the sweep, should the queue be away."""
        from payments.tasks import verify_challan

        self.ask_again_at = self.taken_at
        after_commit(verify_challan, self.pk, bank_transaction)

    def differing_payment(self) -> Any:
        """What the bank, asked, said of another payment than the challan's, and nobody has decided; or nothing."""
        return self.messages.filter(outcome=BankMessage.Outcome.DIFFERS, settled_at=None).order_by("-pk").first()

    def close_messages(self, words: str, transaction: str | None = None) -> None:
        """What the bank said that does not fit the challan is dealt with, of one transaction where it is named."""
        odd = self.messages.filter(
            outcome__in=(BankMessage.Outcome.QUEUED, BankMessage.Outcome.DIFFERS), settled_at=None
        )
        odd = odd if transaction is None else odd.filter(bank_transaction=transaction)
        odd.update(settled_at=timezone.now(), settled_by=self.taken_by.user_id, settlement=words[:300])

    def take_onto_ledger(self, words: str) -> None:
        """Credit what the bank received in another amount to the firm's cash ledger, under its transaction: once, whoever asks."""
        from payments import transactions

        said = self.differing_payment()
        transactions.hold(said.bank, said.bank_transaction)
        if reason := transactions.stands_elsewhere(said):
            raise Refused([reason], self)
        key = cash.key_of(said.bank, said.bank_transaction)
        cash.credit_back(self, said.rupees, key, words, self.taken_by, from_bank=said.bank)
        self.close_messages(words, said.bank_transaction)

    def late_payment(self) -> Any:
        """What the bank reported as paid, in the right amount, after the challan was given up; or nothing."""
        return self.messages.filter(outcome=BankMessage.Outcome.LATE, settled_at=None).order_by("pk").first()


class ChallanTrail(TrailLine):
    """The trail of a challan."""

    document = models.ForeignKey(Challan, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="challan_trail_seq")]
        indexes = [models.Index(fields=["id"], name="challan_trail_outbox", condition=Q(noticed_at=None))]


Challan.trail_model = ChallanTrail


class ChallanLine(models.Model):
    """What one bill has to pay on one challan, by head, in rupees; of a bill finally assessed, the extra duty; of one whose goods were confiscated, the penalty.

    Of a transfer manifest it is the fee, of an order on exports fine and penalty. A bill is live on one challan at most.
    """

    challan = models.ForeignKey(Challan, models.PROTECT, related_name="lines")
    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, null=True, related_name="challan_lines")
    transfer = models.ForeignKey(
        CargoTransferManifest, models.PROTECT, null=True, related_name="challan_lines"
    )  # whose transshipment fee it is
    assessment = models.ForeignKey(
        ProvisionalAssessment, models.PROTECT, null=True, related_name="challan_lines", db_index=False
    )  # whose extra duty it is
    demand = models.ForeignKey(
        ExportDemand, models.PROTECT, null=True, related_name="challan_lines"
    )  # whose fine and penalty it is, of a shipping bill
    penalty = models.ForeignKey(
        PenaltyDemand, models.PROTECT, null=True, related_name="challan_lines", db_index=False
    )  # the penalty it is, of a bill whose goods were confiscated
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    heads = models.JSONField(default=dict)
    interest = models.DecimalField(
        max_digits=16, decimal_places=2, default=Decimal(0)
    )  # of it, run until the day of the challan
    interest_kept = models.JSONField(default=dict)  # how it came about: on what, since when, at which rates
    live = models.BooleanField(default=True)
    credited_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=300, blank=True)  # why a paid amount could not be credited to the bill
    settled_at = models.DateTimeField(null=True)  # when what could not be credited was recorded as refundable
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settlement = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["challan", "bill"], name="challan_line_once"),
            models.UniqueConstraint(fields=["bill"], condition=Q(live=True), name="bill_on_one_live_challan"),
            models.UniqueConstraint(fields=["transfer"], condition=Q(live=True), name="fee_on_one_live_challan"),
            models.UniqueConstraint(fields=["demand"], condition=Q(live=True), name="demand_on_one_live_challan"),
            models.CheckConstraint(
                condition=Q(bill=None, assessment=None, penalty=None)
                & (Q(transfer__isnull=False, demand=None) | Q(transfer=None, demand__isnull=False))
                | Q(bill__isnull=False, transfer=None, demand=None) & (Q(assessment=None) | Q(penalty=None)),
                name="challan_line_is_for_one_thing",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="challan_line_above_zero"),
            models.CheckConstraint(
                condition=Q(credited_at=None) | Q(live=False), name="challan_line_credited_is_closed"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) | Q(credited_at=None) & ~Q(refusal=""), name="challan_line_settled_once"
            ),
        ]
        indexes = [
            models.Index(fields=["challan"], name="challan_line_not_credited", condition=~Q(refusal="")),
        ]

    def __str__(self) -> str:
        return f"{self.challan} · {self.paid_for}"

    @property
    def paid_for(self) -> CourierBillOfEntry | CargoTransferManifest | ExportDemand:
        """The bill, the transfer manifest whose fee it is, or the fine and penalty of an order on goods for export."""
        found = self.bill or self.transfer or self.demand
        assert found is not None
        return found

    @property
    def consignment(self) -> str:
        """What it is about, in a few words: the bill's shipment, or where a transfer goes."""
        if self.transfer:
            return str(self.transfer.destination_id)
        told = self.bill or self.demand
        return told.consignment if told else ""

    def close(self, actor: Actor, words: str) -> None:
        """What was paid and could not be credited is recorded as refundable, and goes back onto the firm's cash ledger."""
        if cash.may_pay_from_ledger(self.challan.station_id):
            cash.credit_back(self.challan, self.amount, f"line:{self.pk}", words, actor)
        self.settled_at, self.settled_by_id, self.settlement = timezone.now(), actor.user_id, words
        self.save(update_fields=["settled_at", "settled_by", "settlement"])


class CyberReceipt(Numbered):
    """The receipt of a paid challan."""

    challan = models.OneToOneField(Challan, models.PROTECT, related_name="receipt")
    station = models.ForeignKey(CustomsStation, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number or "–"

    def series(self) -> str:
        """Counted by station and financial year."""
        issued: datetime = self.issued_at
        return receipt_series(self.station_id, issued)

    def numbered(self, serial: int) -> str:
        """`R-BLR-26-0048213`."""
        return f"{self.series()}-{serial:07d}"


class BankMessage(models.Model):
    """What a bank said about a challan, genuine and fresh, and what became of it. A nonce is known once."""

    class Sort(models.TextChoices):
        """How it came."""

        RETURN = "return", _("by redirect")
        CONFIRMATION = "confirmation", _("by message")
        ANSWER = "answer", _("by verification")

    class Outcome(models.TextChoices):
        """What became of it."""

        CREDITED = "CREDITED", _("Payment credited")
        FAILED = "FAILED", _("Failure recorded")
        REJECTED = "REJECTED", _("Challan rejected")
        REPEATED = "REPEATED", _("Known already")
        NOTED = "NOTED", _("No final answer")
        SILENT = "SILENT", _("No answer")
        LATE = "LATE", _("Late payment, for the DC/AC")
        DIFFERS = "DIFFERS", _("Another payment, for the DC/AC")
        QUEUED = "QUEUED", _("For reconciliation")

    nonce = models.CharField(max_length=32, unique=True)
    bank = models.CharField(max_length=12, default="BANK")
    sort = models.CharField(max_length=12, choices=Sort.choices)
    challan = models.ForeignKey(Challan, models.PROTECT, null=True, related_name="messages")
    challan_number = models.CharField(max_length=10)
    bank_transaction = models.CharField(max_length=22, blank=True)
    amount_paise = models.BigIntegerField(default=0)
    status = models.CharField(max_length=8, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    reason = models.CharField(max_length=20, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settlement = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["challan", "received_at"], name="bank_message_of_challan"),
            models.Index(
                fields=["received_at"],
                name="bank_message_open",
                condition=Q(outcome__in=["QUEUED", "DIFFERS"], settled_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.challan_number} {self.status} {self.get_outcome_display()}"

    @property
    def words(self) -> str:
        """What the bank said, for people."""
        said = {
            "PAID": _("Paid"), "FAILED": _("Failed"), "PENDING": _("Still at the bank"), "UNKNOWN": _("Knows of none"),
        }  # fmt: skip
        return str(said.get(self.status, ""))

    @property
    def rupees(self) -> Decimal:
        """The amount the bank named, in rupees."""
        return Decimal(self.amount_paise) / 100

    def pays_another(self) -> str:
        """The number of another challan that its transaction paid, or nothing."""
        rows = Challan.objects.filter(bank=self.bank, bank_transaction=self.bank_transaction)
        numbers = rows.exclude(pk=self.challan_id).values_list("number", flat=True)
        return (numbers.first() or "") if self.bank_transaction else ""

    def close(self, actor: Actor, words: str) -> None:
        """Somebody has put it right."""
        self.settled_at, self.settled_by_id, self.settlement = timezone.now(), actor.user_id, words
        self.save(update_fields=["settled_at", "settled_by", "settlement"])


from payments.cash.withdrawals import CashWithdrawal  # noqa: E402 its tables belong to this application
from payments.reconciling.models import BankDifference  # noqa: E402 its tables belong to this application

__all__ = [
    "BankAuthorisation", "BankDifference", "BankMessage", "BooksCheck", "CashAccount", "CashEntry", "CashLine", "CashWithdrawal", "Challan", "ChallanLine",
    "ChallanTrail", "CyberReceipt", "Refund", "RefusedMessage",
]  # fmt: skip
