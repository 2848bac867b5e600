"""What is refundable on bills and of fees, credited to the firm's Electronic Cash Ledger by the DC/AC, each refund once (section 51A).

A bill may be refunded again when less of it is owed later on. All refunds of a bill come to no more than was paid on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Case, Count, F, Model, OuterRef, Q, QuerySet, Subquery, When
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import sessions
from accounts.permissions import Actor
from accounts.requests import Request
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
from eccs import audit, pages
from eccs.money import rupees
from eccs.workflow import Refused
from payments.cash import ledger
from payments.cash.models import CashEntry
from payments.cash.refunded import Refund, back
from payments.forms import SettlementForm
from transit.clearance import GIVEN_UP
from transit.models import CargoTransferManifest

SHOWN = 200


@dataclass(frozen=True)
class Refundable:
    """What is refundable on a bill or of a fee, why, and how often something of it was refunded before."""

    document: Any  # the bill, or the transfer manifest
    amount: Decimal
    why: str
    kind: str  # of what it is: a bill, a final assessment, a fee
    of: int  # its key
    times: int

    @property
    def key(self) -> str:
        """Under what it is credited, once: the second refund of the same is another."""
        return f"refund:{self.kind}:{self.of}" + f":{self.times}" * bool(self.times)

    @property
    def by_ledger(self) -> bool:
        """Whether firms have a cash ledger at the station."""
        return ledger.may_pay_from_ledger(self.document.station_id)


def refunds(actor: Actor, page: str = "refunds") -> list[Refundable]:
    """Every refund at the officer's stations that is not on a cash ledger yet, the oldest bills first."""
    stations = actor.stations_for([pages.activity_of(page)])
    return sorted(_found(stations), key=lambda one: one.document.pk)[:SHOWN] if stations else []


def _found(stations: Collection[str], **only: Any) -> Iterator[Refundable]:
    """What is refundable at some stations: of all, or of those asked for."""
    yield from _of_assessments(stations, **only)
    yield from _of_bills(stations, **only)
    yield from _of_fees(stations, **only)


def _of_assessments(stations: Collection[str], **only: Any) -> Iterator[Refundable]:
    final = ProvisionalAssessment.objects.filter(
        stage=ProvisionalStage.FINAL, refund__gt=0, station__in=stations, **only
    )
    left = final.annotate(left_over=F("refund") - back("assessment"), earlier=Count("refunds")).filter(left_over__gt=0)
    for one in left.select_related("bill").order_by("pk")[:SHOWN]:
        why = _("final assessment %(number)s") % {"number": one}
        yield Refundable(one.bill, one.left_over, why, "assessment", one.pk, one.earlier)


def _of_bills(stations: Collection[str], **only: Any) -> Iterator[Refundable]:
    bills = CourierBillOfEntry.objects.filter(station__in=stations, **only).defer("draft")
    gone = bills.filter(PAID_AND_GONE).annotate(recorded=_recorded())
    for bill in _left(gone, F("recorded")):
        yield Refundable(bill, bill.left_over, str(bill.get_stage_display()), "bill", bill.pk, bill.earlier)
    for bill in _left(bills.filter(OVERPAID), F("duty_paid") - owed()):
        yield Refundable(bill, bill.left_over, _("less is owed than was paid"), "bill", bill.pk, bill.earlier)


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
    times = Count("refunds", filter=Q(refunds__assessment=None))
    rows: QuerySet[Any] = bills.annotate(left_over=refundable - back("bill"), earlier=times)
    return rows.filter(left_over__gt=0).order_by("pk")[:SHOWN]


def _of_fees(stations: Collection[str], **only: Any) -> Iterator[Refundable]:
    """The fee of a transshipment that did not take place."""
    paid = CargoTransferManifest.objects.filter(
        stage__in=GIVEN_UP, fee__gt=0, fee_paid_at__isnull=False, station__in=stations, **only
    )
    left = paid.annotate(left_over=F("fee") - back("transfer"), earlier=Count("refunds")).filter(left_over__gt=0)
    for one in left.order_by("pk")[:SHOWN]:
        why = _("transshipment fee: %(stage)s") % {"stage": one.get_stage_display()}
        yield Refundable(one, one.left_over, why, "fee", one.pk, one.earlier)


@require_GET
def page(request: Request) -> HttpResponse:
    """What is refundable on bills of the officer's stations and not on a cash ledger yet."""
    actor: Actor = request.actor
    pages.require(actor, "refunds")
    may = actor.may(pages.activity_of("refund-credit"))
    return render(request, "payments/refunds.html", {"rows": refunds(actor), "may_credit": may})


@require_POST
def credit(request: Request, kind: str, pk: int) -> HttpResponse:
    """Credit one refund to the firm's cash ledger; its firms are told."""
    actor: Actor = request.actor
    pages.require(actor, "refund-credit")
    found = next((one for one in refunds(actor, "refund-credit") if (one.kind, one.of) == (kind, pk)), None)
    if found is None or not found.by_ledger:
        raise Http404
    if asked := sessions.ask_password(request, "/payments/refunds/"):
        return asked
    form = SettlementForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how it was put right, in 5 to 300 characters. Nothing has changed."))
        return redirect("refunds")
    words = form.cleaned_data["settlement"]
    try:
        credit_refund(found, words, actor)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.reasons))
        return redirect("refunds")
    audit.record(
        "refund.credited", request=request, about=str(found.document), amount=f"{found.amount:.2f}", key=found.key
    )
    messages.success(request, _("%(amount)s is on the firm's cash ledger.") % {"amount": rupees(found.amount, 2)})
    return redirect("refunds")


def credit_refund(found: Refundable, words: str, actor: Any) -> None:
    """Book a refund: from the Government to the firm, once, however often it is asked for. Raises Refused where the amount has changed."""
    one, told = found.document, {"bill": found.document, "amount": rupees(found.amount, 2)}
    with transaction.atomic():
        ledger.hold(ledger.account_for(one))
        if CashEntry.objects.filter(key=found.key).exists():
            return
        now = next((n for n in _found([one.station_id], pk=found.of) if (n.kind, n.of) == (found.kind, found.of)), None)
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
