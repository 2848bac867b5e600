"""What is refundable on bills and of fees, credited to the firm's Electronic Cash Ledger by the DC/AC, each refund once (section 51A).

A bill may be refunded again when less of it is owed later on. All refunds of a bill come to no more than was paid on it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Model, OuterRef, QuerySet, Subquery, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Actor
from bills.clearance.provisional import ProvisionalStage
from bills.models import (
    Adjudication,
    BillCancellation,
    CourierBillOfEntry,
    Disposal,
    ProvisionalAssessment,
    ReturnToOrigin,
)
from bills.news import notices_about
from bills.querysets import OVERPAID, PAID_AND_GONE, owed
from bills.stages import Stage
from eccs import keyset, pages
from eccs.money import rupees
from eccs.workflow import Refused
from payments.cash import ledger
from payments.cash.models import CashEntry
from payments.cash.refunded import Refund, back, times
from payments.registers import DEALT_WITH, Part
from transit.clearance import GIVEN_UP
from transit.models import CargoTransferManifest

ASSESSMENT, ENDED, LESS_OWED, FEE = "assessment", "ended", "less", "fee"
SORTS = (
    (ASSESSMENT, gettext_lazy("Final assessments")), (ENDED, gettext_lazy("Bills that ended")),
    (LESS_OWED, gettext_lazy("Less is owed than was paid")), (FEE, gettext_lazy("Transshipment fees")),
)  # fmt: skip


@dataclass(frozen=True)
class Refundable:
    """What is refundable on a bill or of a fee, why, and how often something of it was refunded before."""

    document: Any  # the bill, or the transfer manifest
    amount: Decimal
    why: str
    kind: str  # of what it is: a bill, a final assessment, a fee
    of: int  # its key
    times: int
    since: datetime
    credited: Refund | None = None  # the refund, where it is on the cash ledger already

    @property
    def key(self) -> str:
        """Under what it is credited, once: the second refund of the same is another."""
        return f"refund:{self.kind}:{self.of}" + f":{self.times}" * bool(self.times)

    @property
    def by_ledger(self) -> bool:
        """Whether firms have a cash ledger at the station."""
        return ledger.may_pay_from_ledger(self.document.station_id)

    @property
    def firm(self) -> str:
        """Who is to have it."""
        return str((self.document.importer or self.document.courier).name)


def refunds(actor: Actor, page: str = "refunds") -> list[Refundable]:
    """Every refund at the officer's stations that is not on a cash ledger yet, the oldest first."""
    return _listed(waiting(actor.stations_for([pages.activity_of(page)])))


def _listed(parts: list[Part]) -> list[Refundable]:
    return [parts[n].make(row) for n, row in keyset.every([(part.rows, part.by) for part in parts])]


def one_refund(actor: Actor, page: str, kind: str, pk: int) -> Refundable | None:
    """One refund at the officer's stations that is not on a cash ledger yet; or nothing."""
    return _of_one(actor.stations_for([pages.activity_of(page)]), kind, pk)


def _of_one(stations: Collection[str], kind: str, pk: int) -> Refundable | None:
    return next((one for one in _listed(waiting(stations, pk=pk)) if (one.kind, one.of) == (kind, pk)), None)


def waiting(stations: Collection[str], sort: str = "", **only: Any) -> list[Part]:
    """What is refundable at some stations, of all sorts or of one; of all documents, or of those asked for."""
    made = {ASSESSMENT: _of_assessments, ENDED: _of_ended, LESS_OWED: _of_overpaid, FEE: _of_fees}
    return [part(stations, **only) for name, part in made.items() if sort in ("", name)] if stations else []


def _ways(document: str, by: str) -> dict[str, tuple[str, ...]]:
    """How the filters of the page find a refund by its document."""
    numbers = (f"{document}number__startswith", f"{document}hawb__number__startswith")
    return {
        "sort": DEALT_WITH, "firm": (f"{document}courier__name__icontains", f"{document}importer__name__icontains"), "number": numbers,
        "since": (f"{by}__date__gte",), "until": (f"{by}__date__lte",),
    }  # fmt: skip


def _of_fee(document: str, by: str) -> dict[str, tuple[str, ...]]:
    """The same of a transfer manifest, which is of no one shipment."""
    return {**_ways(document, by), "number": (f"{document}number__startswith",)}


def _of_assessments(stations: Collection[str], **only: Any) -> Part:
    final = ProvisionalAssessment.objects.filter(
        stage=ProvisionalStage.FINAL, refund__gt=0, station__in=stations, **only
    )
    left = final.annotate(left_over=F("refund") - back("assessment"), earlier=times("assessment")).filter(
        left_over__gt=0
    )

    def made(one: Any) -> Refundable:
        why = _("final assessment %(number)s") % {"number": one}
        return Refundable(one.bill, one.left_over, why, "assessment", one.pk, one.earlier, one.stage_since)

    rows = left.select_related("bill__courier", "bill__importer")
    return Part(rows, "stage_since", _ways("bill__", "stage_since"), made)


def _of_ended(stations: Collection[str], **only: Any) -> Part:
    gone = _bills(stations, **only).filter(PAID_AND_GONE).annotate(recorded=_recorded())

    def made(bill: Any) -> Refundable:
        why = str(bill.get_stage_display())
        return Refundable(bill, bill.left_over, why, "bill", bill.pk, bill.earlier, bill.stage_since)

    return Part(_left(gone, F("recorded")), "stage_since", _ways("", "stage_since"), made)


def _of_overpaid(stations: Collection[str], **only: Any) -> Part:
    def made(bill: Any) -> Refundable:
        why = _("less is owed than was paid")
        return Refundable(bill, bill.left_over, why, "bill", bill.pk, bill.earlier, bill.stage_since)

    over = _left(_bills(stations, **only).filter(OVERPAID), F("duty_paid") - owed())
    return Part(over, "stage_since", _ways("", "stage_since"), made)


def _bills(stations: Collection[str], **only: Any) -> QuerySet[Any]:
    rows = CourierBillOfEntry.objects.filter(station__in=stations, **only)
    return rows.defer("draft").select_related("courier", "importer")


def _recorded() -> Case:
    """What was recorded as refundable when the bill ended, by the paper that ended it."""

    def of(model: type[Model], on: str, **more: Any) -> Subquery:
        rows = model._default_manager.filter(**{on: OuterRef("pk" if on == "bill" else on)}, **more)
        return Subquery(rows.filter(refundable__gt=0).order_by("-pk").values("refundable")[:1])

    return Case(
        When(stage=Stage.CANCELLED, then=of(BillCancellation, "bill", stage="APPROVED")),
        When(stage=Stage.CONFISCATED, then=of(Adjudication, "bill")),
        When(stage=Stage.RETURNED, then=of(ReturnToOrigin, "hawb", stage="RETURNED")),
        When(stage=Stage.DISPOSED, then=of(Disposal, "hawb", stage="DISPOSED")),
    )


def _left(bills: QuerySet[Any], refundable: Any) -> QuerySet[Any]:
    """Of what is refundable on bills, what was not credited back yet."""
    rows: QuerySet[Any] = bills.annotate(left_over=refundable - back("bill"), earlier=times("bill"))
    return rows.filter(left_over__gt=0)


def _of_fees(stations: Collection[str], **only: Any) -> Part:
    """The fee of a transshipment that did not take place."""
    paid = CargoTransferManifest.objects.filter(
        stage__in=GIVEN_UP, fee__gt=0, fee_paid_at__isnull=False, station__in=stations, **only
    )
    left = paid.annotate(left_over=F("fee") - back("transfer"), earlier=times("transfer")).filter(left_over__gt=0)

    def made(one: Any) -> Refundable:
        why = _("transshipment fee: %(stage)s") % {"stage": one.get_stage_display()}
        return Refundable(one, one.left_over, why, "fee", one.pk, one.earlier, one.stage_since)

    return Part(left.select_related("courier", "importer"), "stage_since", _of_fee("", "stage_since"), made)


def credited(stations: Collection[str]) -> list[Part]:
    """What was refunded onto cash ledgers on bills and of fees of some stations."""

    def made(one: Refund) -> Refundable:
        kind, of = (
            ("fee", one.transfer_id) if one.transfer_id else
            ("assessment", one.assessment_id) if one.assessment_id else ("bill", one.bill_id)
        )  # fmt: skip
        assert of is not None
        return Refundable(one.bill or one.transfer, one.amount, one.entry.words, kind, of, 0, one.entry.at, one)

    rows = Refund.objects.select_related("entry")
    of_bills = rows.filter(bill__station__in=stations).select_related("bill__courier", "bill__importer")
    of_fees = rows.filter(transfer__station__in=stations).select_related("transfer__courier", "transfer__importer")
    return [
        Part(of_bills, "entry__at", _ways("bill__", "entry__at"), made),
        Part(of_fees, "entry__at", _of_fee("transfer__", "entry__at"), made),
    ]  # fmt: skip


def credit_refund(found: Refundable, words: str, actor: Any) -> None:
    """Book a refund: from the Government to the firm, once, however often it is asked for. Raises Refused where the amount has changed."""
    one, told = found.document, {"bill": found.document, "amount": rupees(found.amount, 2)}
    with transaction.atomic():
        ledger.hold(ledger.account_for(one))
        if CashEntry.objects.filter(key=found.key).exists():
            return
        now = _of_one([one.station_id], found.kind, found.of)
        if now is None or (now.key, now.amount) != (found.key, found.amount):
            raise Refused([_("What is refundable on %(bill)s has changed meanwhile: look again.") % told])
        entry = ledger.refund(one, found.amount, found.key, words, actor)
        of = {"transfer": one} if found.kind == "fee" else {"bill": one}
        if found.kind == "assessment":
            of |= {"assessment_id": found.of}
        Refund.objects.create(entry=entry, amount=found.amount, **of)
        for notice in notices_about(
            one, lambda: _("%(bill)s: the refund of %(amount)s is on the cash ledger") % told, words
        ):
            notice.save()
