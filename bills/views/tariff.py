"""The tariff and the rates of exchange for everybody at work: search as one types, what holds on a day, the history."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import Request
from bills import exemption_search, rates, tariff_search
from bills.models import TariffRate
from eccs import pages
from eccs.uploads.checks import Bad, day

ON_A_PAGE = 50


def day_asked(request: HttpRequest) -> tuple[date, str]:
    """The day a page is asked for, today where none was typed; with what was typed where it is no day."""
    typed = request.GET.get("on", "").strip()[:20]
    try:
        return (day(typed) if typed else timezone.localdate()), ""
    except Bad:
        return timezone.localdate(), typed


@require_GET
def search(request: Request) -> HttpResponse:
    """The tariff by words and code, as one types."""
    pages.require(request.actor, "tariff")
    on, wrong = day_asked(request)
    typed = (request.GET.get("q") or request.GET.get("cth", "")).strip()[: tariff_search.LONGEST].replace("\x00", "")
    if "list" in request.GET:  # for the field of a bill in which a tariff item is typed
        return render(request, "bills/_tariff_options.html", {"rows": tariff_search.offered(typed, on)})
    after = request.GET.get("after", "")
    rows = tariff_search.find(typed, on, after if after.isascii() and after.isdigit() else "")
    shown = rows[: tariff_search.SHOWN]
    context = {
        "typed": typed, "on": on, "wrong": wrong, "rows": shown, "today": timezone.localdate(),
        "after": shown[-1].cth if len(rows) > len(shown) else "", "part": (part := bool(getattr(request, "htmx", None))),
    }  # fmt: skip
    context["more"] = urlencode({"q": typed, "on": on.isoformat(), "after": context["after"]})
    return render(request, "bills/_tariff_found.html" if part else "bills/tariff.html", context)


@require_GET
def item(request: Request, cth: str) -> HttpResponse:
    """One item or prefix: what it bears on a day and by which row, and all its periods with their notifications."""
    pages.require(request.actor, "tariff")
    if not (cth.isascii() and cth.isdigit() and len(cth) in (2, 4, 6, 8)):
        raise Http404
    on, wrong = day_asked(request)
    periods = tariff_search.history(cth)
    bears = rates.tariff([cth]).rate(cth, on) if len(cth) == 8 else None
    if not periods and bears is None:
        raise Http404
    above = TariffRate.objects.filter(cth__in=[cth[:n] for n in (2, 4, 6) if n < len(cth)])
    context = {
        "cth": cth, "on": on, "wrong": wrong, "periods": periods, "bears": bears, "today": timezone.localdate(),
        "now": _at(periods, on), "above": _latest(above, on),
    }  # fmt: skip
    return render(request, "bills/tariff_item.html", context)


def _at(periods: list[dict[str, Any]], on: date) -> Any:
    """The period in force on a day."""
    return next((p for p in periods if p["rate"].from_date <= on and (p["until"] is None or on <= p["until"])), None)


def _latest(rows: Any, on: date) -> list[Any]:
    """Of the prefixes above an item, those in force on a day."""
    keys = rows.values_list("cth", flat=True)
    return list(tariff_search.in_force(on).filter(cth__in=keys).order_by("cth"))


@require_GET
def exchange(request: Request) -> HttpResponse:
    """The rate of each currency in force on a day."""
    pages.require(request.actor, "exchange-rates")
    on, wrong = day_asked(request)
    context = {"rows": tariff_search.exchange_on(on), "on": on, "wrong": wrong, "today": timezone.localdate()}
    return render(request, "bills/exchange_rates.html", context)


@require_GET
def exemptions(request: Request) -> HttpResponse:
    """The exemption notifications by number, serial, words or tariff item: what is in force on a day, and what was or will be."""
    pages.require(request.actor, "exemptions")
    on, wrong = day_asked(request)
    typed = request.GET.get("q", "").strip()[: tariff_search.LONGEST].replace("\x00", "")
    page = Paginator(exemption_search.find(typed), ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "rows": [(row, *exemption_search.stands(row, on)) for row in page], "typed": typed, "on": on,
        "wrong": wrong, "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "bills/exemptions.html", context)


@require_GET
def currency(request: Request, currency: str) -> HttpResponse:
    """One currency: what holds on a day, and all its periods with their notifications."""
    pages.require(request.actor, "exchange-rates")
    on, wrong = day_asked(request)
    periods = tariff_search.exchange_history(currency.upper())
    if not periods:
        raise Http404
    context = {
        "currency": currency.upper(), "periods": periods, "now": _at(periods, on), "on": on, "wrong": wrong,
        "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "bills/exchange_rate.html", context)
