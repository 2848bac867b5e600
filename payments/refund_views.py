"""The page of refunds: what waits for the DC/AC, what was credited, as a list, a file and a print."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts import sessions
from accounts.permissions import Actor
from accounts.requests import Request
from eccs import audit, pages
from eccs.money import rupees
from eccs.workflow import Refused
from payments import registers
from payments.forms import SettlementForm
from payments.refunds import SORTS, Refundable, credit_refund, credited, one_refund, waiting
from payments.registers import Act, Cell, Part, Register


def _parts(actor: Actor, given: dict[str, Any]) -> list[Part]:
    """What waits at the officer's stations, what was credited there, or both; of one sort only what waits has a name for it."""
    stations = actor.stations_for([pages.activity_of("refunds")])
    state, sort = given.get("state", ""), given.get("sort", "")
    parts = waiting(stations, sort) if state in ("", "all") else []
    return parts + credited(stations) if state in ("closed", "all") and not sort else parts


def _act(actor: Actor, one: Refundable) -> Act | None:
    if one.credited is not None or not actor.may(pages.activity_of("refund-credit")):
        return None
    refusal = "" if one.by_ledger else _("At this station challans are not paid from the Electronic Cash Ledger.")
    return Act(
        reverse("refund-credit", args=[one.kind, one.of]),
        gettext_lazy("Order or reason"),
        gettext_lazy("Credit"),
        refusal,
    )


REFUNDS = Register(
    page="refunds", title=gettext_lazy("Refunds"), parts=_parts, act=_act, sorts=SORTS,
    asks=("state", "sort", "number", "firm", "since", "until"), empty=gettext_lazy("No refund waits here now."),
    states=(("", gettext_lazy("Waiting")), ("closed", gettext_lazy("Credited")), ("all", gettext_lazy("Waiting and credited"))),
    cells=(
        Cell("since", gettext_lazy("Since"), lambda one: one.since, 13),
        Cell("document", gettext_lazy("Document"), lambda one: one.document.number, 26, link=lambda one: one.document.get_absolute_url()),
        Cell("station", gettext_lazy("Station"), lambda one: one.document.station_id, 7),
        Cell("firm", gettext_lazy("Firm"), lambda one: one.firm, 19),
        Cell("why", gettext_lazy("Why"), lambda one: one.why, 19),
        Cell("amount", gettext_lazy("Amount ₹"), lambda one: one.amount, 16, figure=True),
        Cell("credited_at", gettext_lazy("Credited"), lambda one: one.credited and one.credited.entry.at, seen=False),
        Cell("credited_by", gettext_lazy("By"), lambda one: one.credited and one.credited.entry.by_name, seen=False),
        Cell("entry", gettext_lazy("Entry"), lambda one: one.credited and one.credited.entry.number),
    ),
)  # fmt: skip


@require_GET
def page(request: Request) -> HttpResponse:
    """What is refundable on bills of the officer's stations and not on a cash ledger yet; and what was credited."""
    words = _(
        "What was paid on bills beyond what is owed, or as fee of a transshipment that did not take place, and is on no cash ledger yet."
    )
    context = {**registers.shown(request, REFUNDS), "heading": _("Refunds"), "words": words}
    return render(request, "payments/register.html", context)


@require_GET
def export(request: Request) -> HttpResponseBase:
    """The refunds as a file, with the same filters."""
    return registers.exported(request, REFUNDS)


@require_GET
def printed(request: Request) -> HttpResponse:
    """The refunds on paper, with the same filters."""
    return registers.printed(request, REFUNDS)


@require_POST
def credit(request: Request, kind: str, pk: int) -> HttpResponse:
    """Credit one refund to the firm's cash ledger; its firms are told."""
    actor: Actor = request.actor
    pages.require(actor, "refund-credit")
    found = one_refund(actor, "refund-credit", kind, pk)
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
