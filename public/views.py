"""The public window: where a shipment is, what is in force, which form is for what. Asked by GET; it keeps nothing."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.advisories import Advisory
from eccs import identifiers
from eccs.moments import moment
from eccs.replica import may_be_behind
from exports.models import Destination, Transmission
from public import shells, tracking
from public.asking import TOO_OFTEN, retry_after, wait_of
from public.couriers import Courier, couriers
from public.guides import GUIDES, guide_of

LONGEST = 40  # characters of a number that is typed


@require_GET
@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """Everything the public may ask, with the tracker on top."""
    return render(request, "public/home.html", {"couriers": couriers(), "advisories": Advisory.objects.public()[:3]})


@require_GET
@login_not_required
@may_be_behind
def track(request: HttpRequest) -> HttpResponse:
    """Where a shipment is. The number and its courier must both be right, and nothing tells which of them is not."""
    listed = couriers()
    hawb = "".join(request.GET.get("hawb", "").upper().split())[:LONGEST]
    number = request.GET.get("courier", "").strip()[:LONGEST]
    sent = "hawb" in request.GET or "courier" in request.GET
    courier = next((one for one in listed if one.number == number), None)
    errors = _missing(hawb, courier) if sent else {}
    asked = sent and not errors
    seconds = wait_of(request, "public_tracking_a_minute") if asked else 0
    words = {"hawb": hawb, "address": request.get_full_path(), "form": _form(listed, hawb, number, errors)}
    if courier and asked and not seconds:
        words |= {"name": courier.name, "now": moment(timezone.now())}
        answer = _answer(tracking.find(hawb, courier.pk), words)
    else:
        answer = mark_safe(render_to_string("public/_track.html", words | {"seconds": seconds}))  # noqa: S308 a template's
        hawb = ""
    parts = {"heading": _heading(hawb, errors), "answer": answer}
    status = 422 if errors else TOO_OFTEN if seconds else 200
    return retry_after(shells.page(request, "public/track.html", parts, status), seconds)


def _answer(found: tracking.Tracked | None, words: dict[str, str]) -> SafeString:
    """Where it is, or that nothing is known: the same at the same step, but for its number, its courier and the times."""
    lines = found.lines if found else []
    times = {f"at{n}": moment(line.at) for n, line in enumerate(lines) if line.at}
    if found:
        times |= {"station": found.station} | ({"since": moment(found.since)} if found.since else {})
    way = tuple((line.step, line.state, line.at is None) for line in lines)
    key = (
        "public/_track.html",
        get_language(),
        found and (found.leaves, found.step, found.since is None, found.registers),
        way,
    )

    def draw() -> str:
        gaps: dict[str, Any] = {name: shells.gap(name) for name in (*words, *times)}
        steps = [(str(line.step.value), line.state, gaps.get(f"at{n}")) for n, line in enumerate(lines)]
        here = found and {"leaves": found.leaves, "step": str(found.step.value), "registers": _said(found.registers)}
        return render_to_string("public/_track.html", gaps | {"asked": True, "found": here, "lines": steps})

    return shells.filled(key, draw, words | times)


def _said(registers: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """What ICEGATE and the Reserve Bank were told, in words."""
    return [(str(Destination(one).label), str(Transmission.State(state).label)) for one, state in registers]


def _heading(hawb: str, errors: dict[str, str]) -> str:
    words = _("Track a shipment")
    return f"{_('Error:')} {words}" if errors else f"{hawb}, {words}" if hawb else words


def _form(listed: list[Courier], hawb: str, number: str, errors: dict[str, str]) -> SafeString:
    """The question as it was typed; without a fault it is that of everybody, with the number and the courier put in."""
    template, words = "public/_track_form.html", {"couriers": listed, "hawb": hawb, "number": number, "errors": errors}
    if errors:
        return mark_safe(render_to_string(template, words))  # noqa: S308 a template's

    def draw() -> str:
        return render_to_string(template, {"couriers": listed, "hawb": shells.gap("hawb")})

    drawn = shells.filled((template, get_language(), tuple(listed)), draw, {"hawb": hawb})
    option = f'<option value="{escape(number)}"'
    return mark_safe(drawn.replace(f"{option}>", f"{option} selected>") if number else drawn)  # noqa: S308 a template's


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
