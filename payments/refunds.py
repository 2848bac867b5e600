"""What is refundable on bills, credited to the firm's Electronic Cash Ledger by the DC/AC, each refund once (section 51A)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Case, CharField, Exists, Model, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast, Concat
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
from bills.querysets import owed
from bills.stages import GONE, Stage
from eccs import audit, pages
from eccs.money import rupees
from payments.cash import ledger
from payments.cash.models import CashEntry
from payments.forms import SettlementForm

SHOWN = 200
DONE = (
    Stage.OUT_OF_CHARGE,
    Stage.FINALISED,
    Stage.CLEARED_MANUALLY,
)  # nothing more falls due: what was paid beyond it goes back


@dataclass(frozen=True)
class Refund:
    """What is refundable on a bill, why, and under what it is credited."""

    bill: Any
    amount: Decimal
    why: str
    key: str

    @property
    def kind(self) -> str:
        """Of what it is: a bill, or a final assessment."""
        return self.key.split(":")[1]

    @property
    def of(self) -> int:
        """The key of the bill, or of the final assessment."""
        return int(self.key.split(":")[2])

    @property
    def by_ledger(self) -> bool:
        """Whether firms have a cash ledger at the station."""
        return ledger.may_pay_from_ledger(self.bill.station_id)


def refunds(actor: Actor, page: str = "refunds") -> list[Refund]:
    """Every refund at the officer's stations that is not on a cash ledger yet, the oldest bills first."""
    stations = actor.stations_for([pages.activity_of(page)])
    return sorted(_of_stations(stations), key=lambda one: one.bill.pk)[:SHOWN] if stations else []


def _of_stations(stations: frozenset[str]) -> Iterator[Refund]:
    final = ProvisionalAssessment.objects.filter(stage=ProvisionalStage.FINAL, refund__gt=0, station__in=stations)
    for one in _not_credited(final.select_related("bill"), "refund:assessment:")[:SHOWN]:
        yield Refund(one.bill, one.refund, _("final assessment %(number)s") % {"number": one}, one.key_)
    bills = CourierBillOfEntry.objects.filter(station__in=stations).defer("draft")
    gone = bills.filter(stage__in=GONE, duty_paid__gt=0).annotate(recorded=_recorded()).filter(recorded__gt=0)
    for bill in _not_credited(gone, "refund:bill:")[:SHOWN]:
        yield Refund(bill, bill.recorded, str(bill.get_stage_display()), bill.key_)
    less = bills.filter(stage__in=DONE, provisional=False, duty_paid__gt=owed())
    for bill in _not_credited(less, "refund:bill:")[:SHOWN]:
        yield Refund(bill, bill.refundable, _("less is owed than was paid"), bill.key_)


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


def _not_credited(rows: QuerySet[Any], prefix: str) -> QuerySet[Any]:
    told = Concat(Value(prefix), Cast("pk", CharField()))
    rows = rows.annotate(key_=told)
    return rows.filter(~Exists(CashEntry.objects.filter(key=OuterRef("key_")))).order_by("pk")


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
    credit_refund(found, words, actor)
    audit.record("refund.credited", request=request, about=str(found.bill), amount=f"{found.amount:.2f}", key=found.key)
    messages.success(request, _("%(amount)s is on the firm's cash ledger.") % {"amount": rupees(found.amount, 2)})
    return redirect("refunds")


def credit_refund(found: Refund, words: str, actor: Any) -> None:
    """Book a refund: from the Government to the firm, once, however often it is asked for."""
    bill, told = found.bill, {"bill": found.bill, "amount": rupees(found.amount, 2)}
    with transaction.atomic():
        known = CashEntry.objects.filter(key=found.key).exists()
        ledger.refund(bill, found.amount, found.key, words, actor)
        if not known:
            for notice in notices_about(
                bill, lambda: _("%(bill)s: the refund of %(amount)s is on the cash ledger") % told, words
            ):
                notice.save()
