"""Who is served: while a customer is at the counter, the operator works on behalf of that firm (PN17 2.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.permissions import Actor, Customer
from accounts.requests import Request
from counter import answering, beginning
from counter.clearance import AT_COUNTER, Stage
from counter.models import Visit
from eccs import acting
from eccs.pages import activity_of

COUNTER = activity_of("counter")


def at_counter(actor: Actor) -> Visit | None:
    """The visit that an operator has called or serves at a station of the posting: one query, and none for anybody else."""
    if not actor.may(COUNTER):
        return None
    rows = Visit.objects.filter(
        operator_id=actor.user_id, stage__in=AT_COUNTER, station__in=actor.stations_for([COUNTER])
    )
    found: Visit | None = rows.select_related("courier", "importer", "station").first()
    return found


def customer_of(visit: Visit) -> Customer:
    """A visit as the one on whose behalf everything is done."""
    return Customer(
        firm=str(visit.firm), token=str(visit), visit_id=visit.pk, station=visit.station_id,
        courier_id=visit.courier_id, importer_id=visit.importer_id,
    )  # fmt: skip


def serving(actor: Actor) -> Actor:
    """The actor on behalf of the customer who is served, or as before."""
    visit = at_counter(actor)
    return actor.at_counter(customer_of(visit)) if visit is not None and visit.stage == Stage.SERVING else actor


class AtTheCounter:
    """Puts the customer who is served beside the operator, on every page for people who are signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """An operator's pages know the customer; those of everybody else cost nothing.

        Where the customer's own pages write a draft the operator is in the customer's hand, and the draft is filed at the counter.
        """
        if getattr(view, "login_required", True) and request.user.is_authenticated:
            request.actor = serving(request.actor)  # type: ignore[attr-defined]
            if request.actor.customer is not None:  # type: ignore[attr-defined]
                acting.act(request.actor.on_the_database)  # type: ignore[attr-defined]
                return _in_hand(request, kwargs)  # type: ignore[arg-type]
        return None


def _in_hand(request: Request, kwargs: dict[str, Any]) -> HttpResponse | None:
    page = request.resolver_match.url_name if request.resolver_match is not None else None
    if beginning.written_on(page):
        request.operator, request.actor = request.actor, beginning.hand(request.actor)
    elif page == "document" and kwargs["key"].startswith("draft-"):
        begun = answering.draft_at(kwargs["slug"], kwargs["key"], request.actor)
        if begun is not None:
            return redirect(answering.address_of(*begun))
    return None


def led_to_counter(request: Request) -> HttpResponseRedirect | None:
    """An operator who serves nobody is led to the counter: nothing is entered for no firm."""
    if request.actor.customer is not None or not request.actor.may(COUNTER) or request.actor.is_trade:
        return None
    messages.error(request, _("Call the token of a customer first: whatever you enter belongs to that firm."))
    answer = redirect("counter")
    assert isinstance(answer, HttpResponseRedirect)
    return answer
