"""The pages of the location directory: found by everybody, kept by the System Admin."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.location_forms import LocationForm, SearchForm
from accounts.locations import Location
from accounts.requests import Request
from eccs import audit, keyset, pages

ON_A_PAGE = 100


@require_GET
def locations(request: Request) -> HttpResponse:
    """The directory: by code, name or State, by kind, with or without what has ended."""
    pages.require(request.actor, "locations")
    form = SearchForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    rows = Location.objects.found(given.get("q", ""), given.get("kind", "")) if given else Location.objects.none()
    if not given.get("ended"):
        rows = rows.in_force(timezone.localdate())
    shown = keyset.page(rows, "name", request.GET.get("mark", ""), ON_A_PAGE)
    kept = {name: value for name, value in request.GET.items() if value and name != "mark"}
    context = {
        "rows": shown.rows, "form": form, "count": rows.count(), "filtered": bool(kept),
        "may_keep": request.actor.may(pages.activity_of("location-change")),
        "next_url": f"?{urlencode({**kept, 'mark': shown.next_mark})}" if shown.next_mark else "",
        "previous_url": f"?{urlencode({**kept, 'mark': shown.previous_mark})}" if shown.previous_mark else "",
    }  # fmt: skip
    return render(request, "accounts/locations.html", context)


@require_http_methods(["GET", "POST"])
def add(request: Request) -> HttpResponse:
    """The System Admin enters a location."""
    pages.require(request.actor, "location-new")
    form = LocationForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        made = Location.objects.create(**form.cleaned_data)
        audit.record("location.added", request=request, about=made.code, **_told(form.cleaned_data))
        messages.success(request, _("%(location)s is in the directory.") % {"location": made})
        return redirect("locations")
    return render(request, "accounts/location.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def change(request: Request, code: str) -> HttpResponse:
    """The System Admin corrects a location, or ends it; its code stays."""
    pages.require(request.actor, "location-change")
    known = get_object_or_404(Location, pk=code)
    form = LocationForm(request.POST if request.method == "POST" else None, known=known)
    if form.is_bound and form.is_valid():
        before = {name: getattr(known, name) for name in form.cleaned_data}
        for name, value in form.cleaned_data.items():
            setattr(known, name, value)
        known.save(update_fields=list(form.cleaned_data))
        audit.record(
            "location.changed", request=request, about=known.code, before=_told(before), after=_told(form.cleaned_data)
        )
        messages.success(request, _("%(location)s is changed.") % {"location": known})
        return redirect("locations")
    context = {"form": form, "location": known}
    return render(request, "accounts/location.html", context, status=422 if form.is_bound else 200)


def _told(given: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in given.items() if value is not None and name != "code"}
