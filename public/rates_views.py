"""The tariff and the rates of exchange for everybody: what holds on a day, and what held before."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from bills import rates, tariff_search
from bills.views.tariff import day_asked
from public.asking import answered

LENGTHS = (2, 4, 6, 8)  # digits of a prefix or an item


@require_GET
@login_not_required
def exchange(request: HttpRequest) -> HttpResponse:
    """The rate of each currency in force on a day."""
    on, wrong = day_asked(request)
    context = {"rows": tariff_search.exchange_on(on), "on": on, "wrong": wrong, "today": timezone.localdate()}
    return render(request, "public/exchange_rates.html", context)


@require_GET
@login_not_required
def currency(request: HttpRequest, currency: str) -> HttpResponse:
    """One currency: all its periods with their notifications."""
    periods = tariff_search.exchange_history(currency.upper()[:3])
    if not periods:
        raise Http404
    return render(request, "public/exchange_rate.html", {"currency": currency.upper(), "periods": periods})


@require_GET
@login_not_required
def tariff(request: HttpRequest) -> HttpResponse:
    """The tariff by words and code."""
    on, wrong = day_asked(request)
    typed = request.GET.get("q", "").strip()[: tariff_search.LONGEST]
    after = request.GET.get("after", "")
    after = after if after.isascii() and after.isdigit() else ""
    context: dict[str, Any] = {"typed": typed, "on": on, "wrong": wrong, "today": timezone.localdate()}

    def found() -> dict[str, Any]:
        rows = tariff_search.find(typed, on, after)
        shown = rows[: tariff_search.SHOWN]
        return {"rows": shown, "after": shown[-1].cth if len(rows) > len(shown) else "", "looked": True}

    return answered(request, "public/tariff.html", context | {"find": found}, "public_searches_a_minute")


@require_GET
@login_not_required
def item(request: HttpRequest, cth: str) -> HttpResponse:
    """One item or prefix: what it bears on a day, and all its periods with their notifications."""
    if not (cth.isascii() and cth.isdigit() and len(cth) in LENGTHS):
        raise Http404
    on, wrong = day_asked(request)
    periods = tariff_search.history(cth)
    bears = rates.tariff([cth]).rate(cth, on) if len(cth) == max(LENGTHS) else None
    if not periods and bears is None:
        raise Http404
    context = {"cth": cth, "on": on, "wrong": wrong, "periods": periods, "bears": bears, "today": timezone.localdate()}
    return render(request, "public/tariff_item.html", context)
