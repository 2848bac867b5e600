"""The help page for everybody, and a person's own questions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import CustomsStation
from accounts.requests import Request
from eccs.workflow import Refused
from helpdesk import asking
from helpdesk.board import board_now
from helpdesk.forms import AgainForm, AskForm
from helpdesk.models import Article, HelpTicket

SHOWN = 50


@require_GET
@login_not_required
def helped(request: Request) -> HttpResponse:
    """Where help is, published answers by words, and the reader's own tickets."""
    typed = request.GET.get("q", "").strip()[:100]
    names = {one.pk: one.name for one in CustomsStation.objects.all()}
    contacts = [(names.get(code, ""), one) for code, one in sorted(board_now().contacts.items())]
    own = HelpTicket.objects.filter(raised_by=request.actor.user_id or 0).order_by("-raised_at", "-pk")[:SHOWN]
    context = {
        "typed": typed, "articles": Article.objects.published().found(typed)[:SHOWN], "contacts": contacts,
        "tickets": own if request.actor.user_id else None, "page": request.GET.get("page", ""),
    }  # fmt: skip
    return render(request, "helpdesk/help.html", context)


@require_http_methods(["GET", "POST"])
def ask(request: Request) -> HttpResponse:
    """Ask the help desk; the page it was asked from goes with the question."""
    actor = request.actor
    whence = asking.whence((request.POST if request.method == "POST" else request.GET).get("page", ""), actor)
    stations = asking.stations_for(actor)
    known = whence.station if whence.station in dict(stations) else ""
    first = known or (stations[0][0] if len(stations) == 1 else "")
    form = AskForm(request.POST if request.method == "POST" else None, stations=stations, first=first)
    if form.is_bound and form.is_valid():
        ticket = asking.ask(actor, whence, **form.cleaned_data)
        messages.success(
            request,
            _("%(ticket)s is with the help desk. The answer is written to you by e-mail too.") % {"ticket": ticket},
        )
        return redirect(ticket)
    return render(request, "helpdesk/ask.html", {"form": form, "whence": whence}, status=422 if form.is_bound else 200)


def _own(request: Request, key: str) -> HelpTicket:
    """The person's own ticket; anybody else's is not there."""
    found: HelpTicket = get_object_or_404(HelpTicket, HelpTicket.by_key(key), raised_by=request.actor.person_id)
    return found


@require_POST
def again(request: Request, key: str) -> HttpResponse:
    """A further question on the own ticket opens it again."""
    ticket, form = _own(request, key), AgainForm(request.POST)
    if not form.is_valid():
        return render(request, "helpdesk/again.html", {"form": form, "ticket": ticket}, status=422)
    return _taken(request, ticket, "ask_again", text=form.cleaned_data["text"])


@require_POST
def settle(request: Request, key: str) -> HttpResponse:
    """The own question needs nothing more."""
    return _taken(request, _own(request, key), "settle")


def _taken(request: Request, ticket: HelpTicket, step: str, **answers: Any) -> HttpResponse:
    try:
        asking.act_on_own(ticket, step, request.actor, **answers)
    except Refused as refused:
        messages.error(request, " ".join(refused.reasons))
    return redirect(ticket)
