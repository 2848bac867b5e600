"""What the bank said that does not fit the challan: listed for the DC/AC of the station, and closed with words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import Actor
from accounts.requests import Request
from eccs.pages import activity_of, require
from payments import banks, registers
from payments.authorised import FAULTS
from payments.clearance import Stage
from payments.forms import SettlementForm
from payments.models import BankDifference, BankMessage, ChallanLine, RefusedMessage
from payments.reconciling.clearance import DifferenceStage
from payments.reconciling.models import Finding
from payments.registers import Act, Cell, Part, Register
from payments.verdicts import Reason

REASONS = {
    Reason.NO_CHALLAN: gettext_lazy("There is no challan of this number."),
    Reason.AMOUNT: gettext_lazy("The amount is not that of the challan."),
    Reason.PAID_TWICE: gettext_lazy("The challan was paid already by another transaction."),
    Reason.LATE: gettext_lazy("The payment came after the challan was given up."),
    Reason.CONTRADICTION: gettext_lazy("The bank said before that the challan was paid."),
    Reason.TRANSACTION: gettext_lazy("The transaction paid another challan already."),
    Reason.BANK: gettext_lazy("The challan was taken to another bank."),
}
PUT_RIGHT = gettext_lazy("How it was put right")


def _messages(actor: Actor, page: str) -> QuerySet[BankMessage]:
    """What did not fit, at the stations where the page is the actor's; a message about no challan of ours is seen at all of them."""
    stations = actor.stations_for([activity_of(page)])
    odd = BankMessage.objects.filter(outcome__in=(BankMessage.Outcome.QUEUED, BankMessage.Outcome.DIFFERS))
    return odd.filter(Q(challan__station_id__in=stations) | Q(challan=None)) if stations else odd.none()


def open_messages(actor: Actor, page: str = "reconciliation") -> QuerySet[BankMessage]:
    """What must be put right at the stations where the page is the actor's; a message about no challan of ours is seen at all of them.

    Another payment than a challan's is among it once the challan is no longer at the desk that decides it.
    """
    decided_there = Q(outcome=BankMessage.Outcome.DIFFERS, challan__stage=Stage.DIFFERS)
    return _messages(actor, page).filter(settled_at=None).exclude(decided_there)


def _uncredited(actor: Actor, page: str) -> QuerySet[ChallanLine]:
    stations = actor.stations_for([activity_of(page)])
    return ChallanLine.objects.filter(challan__station_id__in=stations).exclude(refusal="")


def uncredited_lines(actor: Actor, page: str = "reconciliation") -> QuerySet[ChallanLine]:
    """Paid amounts that could not be credited, because the bill was closed meanwhile, and are not recorded as refundable yet."""
    return _uncredited(actor, page).filter(settled_at=None)


def _standing(rows: QuerySet[Any], waiting: QuerySet[Any], state: str) -> QuerySet[Any]:
    """The open ones, those somebody has put right, or both."""
    if state == "":
        return waiting
    settled = Q(settled_at__isnull=False)
    return rows.filter(settled if state == "closed" else settled | Q(pk__in=waiting.order_by().values("pk")))


def _by(challan: str = "challan__") -> dict[str, tuple[str, ...]]:
    """How a list whose rows are about challans is found by their bank, firm and number."""
    names = ("courier__name__icontains", "importer__name__icontains")
    return {
        "bank": (f"{challan}bank",), "firm": tuple(f"{challan}{name}" for name in names),
        "number": (f"{challan}number__startswith",),
    }  # fmt: skip


def _dated(by: str) -> dict[str, tuple[str, ...]]:
    return {"since": (f"{by}__gte",), "until": (f"{by}__lte",)}


def _of_messages(actor: Actor, given: dict[str, Any]) -> list[Part]:
    rows = _standing(_messages(actor, "reconciliation"), open_messages(actor), given.get("state", ""))
    rows = rows.select_related("challan__courier", "challan__importer", "settled_by")
    ways = {
        **_by(),
        **_dated("received_at__date"),
        "bank": ("bank",),
        "number": ("challan_number__startswith",),
        "sort": ("reason",),
    }
    return [Part(rows, "received_at", ways)]


def _of_refused(actor: Actor, given: dict[str, Any]) -> list[Part]:
    told = RefusedMessage.objects.told_to(actor, activity_of("reconciliation"))
    rows = _standing(told, told.filter(settled_at=None), given.get("state", ""))
    rows = rows.select_related("challan__courier", "challan__importer", "settled_by")
    return [Part(rows, "last_at", {**_by(), **_dated("last_at__date"), "sort": ("fault",)})]


def _of_lines(actor: Actor, given: dict[str, Any]) -> list[Part]:
    rows = _standing(_uncredited(actor, "reconciliation"), uncredited_lines(actor), given.get("state", ""))
    rows = rows.select_related(
        "challan__courier", "challan__importer", "bill", "transfer", "demand__bill", "settled_by"
    )
    return [Part(rows, "challan__paid_at", {**_by(), **_dated("challan__paid_at__date")})]


def _of_scrolls(actor: Actor, given: dict[str, Any]) -> list[Part]:
    stations = actor.stations_for([activity_of("reconciliation")])
    rows = BankDifference.objects.filter(Q(station_id__in=stations) | Q(station=None))
    rows = rows if stations else rows.none()
    if (state := given.get("state", "")) != "all":
        is_open = Q(stage=DifferenceStage.OPEN)
        rows = rows.filter(~is_open if state else is_open)
    rows = rows.select_related("challan__courier", "challan__importer", "withdrawal__courier", "withdrawal__importer")
    firms = (*_by()["firm"], *_by("withdrawal__")["firm"])
    ways = {
        **_dated("day"),
        "bank": ("bank",),
        "firm": firms,
        "number": ("challan_number__startswith",),
        "sort": ("finding",),
    }
    return [Part(rows, "found_at", ways)]


def _payer(one: Any) -> str:
    return str(one.challan.payer.name) if one.challan else ""


def _address(one: Any) -> str:
    return str(one.challan.get_absolute_url()) if one.challan else ""


def _settled(share: int) -> tuple[Cell, ...]:
    """How it was put right: by whom and when, in the file; the words on paper as well."""
    return (
        Cell("settled_at", gettext_lazy("Closed"), lambda one: one.settled_at, seen=False),
        Cell("settled_by", gettext_lazy("By"), lambda one: one.settled_by and str(one.settled_by), seen=False),
        Cell("settlement", gettext_lazy("Put right"), lambda one: one.settlement, share),
    )


def _closing(name: str, button: Any) -> Callable[[Actor, Any], Act | None]:
    """The words with which a row is put right, for whoever may close it; nothing on a row that is closed."""

    def act(actor: Actor, one: Any) -> Act | None:
        if one.settled_at is not None or not actor.may(activity_of("close-reconciliation")):
            return None
        return Act(reverse(name, args=[one.pk]), PUT_RIGHT, button)

    return act


STATION = Cell(
    "station", gettext_lazy("Station"), lambda one: one.challan.station_id if one.challan else "", seen=False
)
ASKS = ("state", "sort", "bank", "number", "firm", "since", "until")
LISTS = (
    Register(
        page="reconciliation", title=gettext_lazy("Messages of the bank"), parts=_of_messages, asks=ASKS,
        sorts=tuple(REASONS.items()), act=_closing("close-reconciliation", gettext_lazy("Close")),
        cells=(
            Cell("received", gettext_lazy("Received"), lambda one: one.received_at, 11),
            Cell("challan", gettext_lazy("Challan"), lambda one: one.challan_number, 10, link=_address), STATION,
            Cell("firm", gettext_lazy("Firm"), _payer, 14),
            Cell("bank", gettext_lazy("Bank"), lambda one: banks.name_of(one.bank), 9),
            Cell("status", gettext_lazy("Status"), lambda one: one.words, 6),
            Cell("bank_transaction", gettext_lazy("Transaction"), lambda one: one.bank_transaction, 15),
            Cell("amount", gettext_lazy("Amount ₹"), lambda one: one.rupees, 14, figure=True),
            Cell("why", gettext_lazy("Why"), lambda one: REASONS.get(one.reason, ""), 13), *_settled(8),
        ),
    ),
    Register(
        page="reconciliation", view="refused", title=gettext_lazy("Messages that were refused"), parts=_of_refused, asks=ASKS,
        sorts=tuple(FAULTS.items()), act=_closing("close-refused", gettext_lazy("Close")),
        cells=(
            Cell("first", gettext_lazy("First"), lambda one: one.first_at, seen=False),
            Cell("last", gettext_lazy("Last"), lambda one: one.last_at, 13),
            Cell("kind", gettext_lazy("Kind"), lambda one: one.way, 11),
            Cell("why", gettext_lazy("Why"), lambda one: one.words, 22),
            Cell("times", gettext_lazy("Times"), lambda one: one.count, 6, figure=True),
            Cell("from", gettext_lazy("From"), lambda one: one.address, 14),
            Cell("challan", gettext_lazy("Challan"), lambda one: one.challan and one.challan.number, 11, link=_address), STATION,
            Cell("firm", gettext_lazy("Firm"), _payer, 12), *_settled(11),
        ),
    ),
    Register(
        page="reconciliation", view="lines", title=gettext_lazy("Paid, but not credited to the bill"), parts=_of_lines,
        asks=tuple(name for name in ASKS if name != "sort"), act=_closing("record-refundable", gettext_lazy("Record as refundable")),
        cells=(
            Cell("paid", gettext_lazy("Paid"), lambda one: one.challan.paid_at, 12),
            Cell("challan", gettext_lazy("Challan"), lambda one: one.challan.number, 10, link=_address), STATION,
            Cell("firm", gettext_lazy("Firm"), _payer, 13),
            Cell("bank", gettext_lazy("Bank"), lambda one: one.challan.bank_name, 9),
            Cell("bill", gettext_lazy("Bill"), lambda one: one.paid_for.number, 18, link=lambda one: one.paid_for.get_absolute_url()),
            Cell("amount", gettext_lazy("Amount ₹"), lambda one: one.amount, 14, figure=True),
            Cell("why", gettext_lazy("Why"), lambda one: one.refusal, 13), *_settled(11),
        ),
    ),
    Register(
        page="reconciliation", view="scrolls", title=gettext_lazy("Differences with the bank"), parts=_of_scrolls, asks=ASKS,
        sorts=tuple(Finding.choices[1:]),
        cells=(
            Cell("difference", gettext_lazy("Number"), lambda one: one.number, 13, link=lambda one: one.get_absolute_url()),
            Cell("stage", gettext_lazy("Stage"), lambda one: one.get_stage_display(), 7),
            Cell("finding", gettext_lazy("Finding"), lambda one: one.get_finding_display(), 11),
            Cell("day", gettext_lazy("Day"), lambda one: one.day, 9),
            Cell("bank", gettext_lazy("Bank"), lambda one: one.bank_name, 8),
            Cell("challan", gettext_lazy("Challan or withdrawal"), lambda one: one.challan_number, 10,
                 link=lambda one: one.about.get_absolute_url() if one.about else ""),
            Cell("station", gettext_lazy("Station"), lambda one: one.station_id, seen=False),
            Cell("firm", gettext_lazy("Firm"), lambda one: one.payer and one.payer.name, 10),
            Cell("bank_transaction", gettext_lazy("Transaction"), lambda one: one.bank_transaction, 10),
            Cell("bank_rupees", gettext_lazy("Bank ₹"), lambda one: one.there, 11, figure=True),
            Cell("eccs_rupees", gettext_lazy("ECCS ₹"), lambda one: one.here, 11, figure=True),
            Cell("remarks", gettext_lazy("Put right"), lambda one: one.remarks, seen=False),
        ),
    ),
)  # fmt: skip
WORDS = gettext_lazy("What the bank said that does not fit its challan. Nothing of it was credited.")


def _list(request: Request) -> Register:
    """Which of the lists is asked for: the messages of the bank where nothing is said."""
    return next((one for one in LISTS if one.view == request.GET.get("view", "")), LISTS[0])


@require_GET
def reconciliation(request: Request) -> HttpResponse:
    """Everything about payments that waits for the DC/AC, oldest first."""
    asked = _list(request)
    told = registers.shown(request, asked)
    tabs = [
        {"register": one, "waiting": sum(part.rows.count() for part in one.parts(request.actor, {})), "now": one is asked}
        for one in LISTS
    ]  # fmt: skip
    context = {**told, "heading": _("Payments to reconcile"), "words": WORDS, "tabs": tabs, "scrolls_too": True}
    return render(request, "payments/register.html", context)


@require_GET
def export(request: Request) -> HttpResponseBase:
    """One of these lists as a file, with its filters."""
    return registers.exported(request, _list(request))


@require_GET
def printed(request: Request) -> HttpResponse:
    """One of these lists on paper, with its filters."""
    return registers.printed(request, _list(request))


def _officer(request: Request, page: str) -> Actor:
    actor: Actor = request.actor
    require(actor, page)
    return actor


@require_POST
def close(request: Request, pk: int) -> HttpResponse:
    """Close a message with words on how it was put right."""
    actor = _officer(request, "close-reconciliation")
    return _closed(request, open_messages(actor, "close-reconciliation"), pk, _("Closed: challan %(what)s."), "")


@require_POST
def close_refused(request: Request, pk: int) -> HttpResponse:
    """Somebody has looked at messages that were refused, with words on what they were; the same again are counted anew."""
    actor = _officer(request, "close-reconciliation")
    rows = RefusedMessage.objects.open_to(actor, activity_of("close-reconciliation"))
    return _closed(request, rows, pk, _("Closed: %(what)s."), "refused")


@require_POST
def record_refundable(request: Request, pk: int) -> HttpResponse:
    """What was paid on a bill that is closed is recorded as refundable; where firms have a cash ledger, it goes back onto it."""
    actor = _officer(request, "close-reconciliation")
    rows = uncredited_lines(actor, "close-reconciliation")
    return _closed(request, rows, pk, _("Recorded as refundable: %(what)s."), "lines")


def _closed(request: Request, rows: QuerySet[Any], pk: int, words: str, view: str) -> HttpResponse:
    """One row, held while the words on it are judged and kept."""
    actor, form = request.actor, SettlementForm(request.POST)
    with transaction.atomic():
        row = get_object_or_404(rows.select_for_update(of=("self",)), pk=pk)
        if form.is_valid():
            row.close(actor, form.cleaned_data["settlement"])
    if form.is_valid():
        messages.success(request, words % {"what": getattr(row, "challan_number", row)})
    else:
        messages.error(request, _("Say how it was put right, in 5 to 300 characters. Nothing has changed."))
    if not actor.may(activity_of("reconciliation")):
        return redirect("desk")
    return redirect(reverse("reconciliation") + (f"?{urlencode({'view': view})}" if view else ""))
