"""The public window: where a shipment is, what is in force, which form is for what. Asked by GET; it keeps nothing."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.advisories import Advisory
from accounts.models import AuthorisedCourier
from eccs import identifiers
from public import tracking
from public.asking import answered
from public.guides import GUIDES, guide_of

LONGEST = 40  # characters of a number that is typed


class Courier(NamedTuple):
    """A courier that a shipment may be with, as the list of the form has it."""

    number: str
    name: str
    pk: int


def couriers() -> list[Courier]:
    """Every courier whose registration stands, by name."""
    rows = AuthorisedCourier.objects.public().order_by("name", "pk").values_list("number", "name", "pk")
    return [Courier(*row) for row in rows]


@require_GET
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """Everything the public may ask, with the tracker on top."""
    return render(request, "public/home.html", {"couriers": couriers(), "advisories": Advisory.objects.public()[:3]})


@require_GET
@login_not_required
def track(request: HttpRequest) -> HttpResponse:
    """Where a shipment is. The number and its courier must both be right, and nothing tells which of them is not."""
    listed = couriers()
    hawb = "".join(request.GET.get("hawb", "").upper().split())[:LONGEST]
    number = request.GET.get("courier", "").strip()[:LONGEST]
    sent = "hawb" in request.GET or "courier" in request.GET
    courier = next((one for one in listed if one.number == number), None)
    errors = _missing(hawb, courier) if sent else {}
    context: dict[str, Any] = {
        "couriers": listed, "hawb": hawb, "number": number, "name": courier and courier.name, "errors": errors, "now": timezone.now(),
        "find": lambda: {"asked": True, "found": tracking.find(hawb, courier.pk) if courier else None},
    }  # fmt: skip
    answer = answered(request, "public/track.html", context, "public_tracking_a_minute", asked=sent and not errors)
    if errors:
        answer.status_code = 422
    return answer


def _missing(hawb: str, courier: Courier | None) -> dict[str, str]:
    """What is wrong with the question itself, by field; a number of the right form is never judged here."""
    fault = identifiers.hawb(hawb) if hawb else ""
    found = {
        "hawb": _("Type the HAWB number.")
        if not hawb
        else _("The number %(fault)s.") % {"fault": fault}
        if fault
        else ""
    }
    found["courier"] = "" if courier else _("Choose the courier.")
    return {name: words for name, words in found.items() if words}


@require_GET
@login_not_required
def advisories(request: HttpRequest) -> HttpResponse:
    """The public advisories in force, newest first."""
    return render(request, "public/advisories.html", {"advisories": Advisory.objects.public()})


@require_GET
@login_not_required
def forms(request: HttpRequest) -> HttpResponse:
    """Every form, with what it is for."""
    today = timezone.localdate()
    return render(
        request, "public/forms.html", {"guides": [(one, one.limits(today)) for one in GUIDES], "today": today}
    )


@require_GET
@login_not_required
def form(request: HttpRequest, name: str) -> HttpResponse:
    """One form: what it is for, who files it, its limits today, its fields."""
    found = guide_of(name)
    if found is None:
        raise Http404
    today = timezone.localdate()
    context = {"guide": found, "limits": found.limits(today), "fields": found.fields(), "today": today}
    return render(request, "public/form.html", context)
