"""The holiday calendar of Customs: kept by the System Admin for the whole country, by the Port Admin for the own station."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import CustomsStation
from accounts.requests import Request
from bills.models import Holiday
from eccs import audit, pages

KEPT_FOR = 400  # days back that the page shows


class HolidayForm(forms.Form):
    """A holiday that is to come."""

    day = forms.DateField(
        label=gettext_lazy("Day"), input_formats=["%d/%m/%Y", "%Y-%m-%d"], help_text=gettext_lazy("DD/MM/YYYY, later than today"),
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"class": "govuk-input--width-10", "autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("Write the day as DD/MM/YYYY.")},
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("Holiday"), max_length=80)
    station = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
    source = forms.CharField(
        label=gettext_lazy("Source"), min_length=3, max_length=200,
        help_text=gettext_lazy("The order or public notice that says so, with its number and date"),
    )  # fmt: skip

    def __init__(self, *args: Any, places: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = CustomsStation.objects.all() if "" in places else CustomsStation.objects.filter(pk__in=places)
        everywhere = [("", _("Everywhere"))] if "" in places else []
        field: Any = self.fields["station"]
        field.choices = [*everywhere, *((station.pk, str(station)) for station in rows)]
        field.required = "" not in places

    def clean_day(self) -> date:
        """What was due on a day that has passed stays as it was."""
        day: date = self.cleaned_data["day"]
        if day <= timezone.localdate():
            raise forms.ValidationError(_("The day has come: interest was reckoned without this holiday."))
        return day

    def clean(self) -> dict[str, Any]:
        """A day is a holiday once at a place."""
        given = super().clean() or {}
        if "day" in given and "station" in given:
            there = Holiday.objects.filter(day=given["day"], station=given["station"] or None)
            if there.exists():
                self.add_error("day", _("It is in the calendar already."))
        return given


def places_of(actor: Any) -> frozenset[str]:
    """The stations whose calendar somebody keeps; nothing between the quotes stands for the whole country."""
    activity = pages.activity_of("holidays")
    return frozenset(held.station for held in actor.postings if activity in held.activities)


@require_http_methods(["GET", "POST"])
def holidays(request: Request) -> HttpResponse:
    """The holidays of the own stations and of the whole country, and the form for the next."""
    pages.require(request.actor, "holidays")
    places = places_of(request.actor)
    form = HolidayForm(request.POST or None, places=places)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with transaction.atomic():
            made, is_new = Holiday.objects.get_or_create(
                day=given["day"], station_id=given["station"] or None,
                defaults={"name": given["name"], "source": given["source"], "added_by_id": request.actor.person_id},
            )  # fmt: skip
        if is_new:
            _enter(request, "holiday.added", made)
            messages.success(request, _("%(holiday)s is in the calendar.") % {"holiday": made})
            return redirect("holidays")
        form.add_error("day", _("It is in the calendar already."))
    today = timezone.localdate()
    since = today - timedelta(days=KEPT_FOR)
    rows = Holiday.objects.visible_to(places).filter(day__gte=since).select_related("station", "added_by")
    context = {
        "heading": _("Holidays"), "rows": [(row, _may_remove(row, places, today)) for row in rows], "form": form, "today": today,
    }  # fmt: skip
    return render(request, "bills/holidays.html", context, status=422 if form.errors else 200)


def _may_remove(row: Holiday, places: frozenset[str], today: date) -> bool:
    """Only what is still to come, and by whoever keeps the calendar of that place."""
    return row.day > today and ("" in places or row.station_id in places)


@require_http_methods(["GET", "POST"])
def remove(request: Request, pk: int) -> HttpResponse:
    """A day that is still to come is taken out of the calendar."""
    pages.require(request.actor, "holiday-remove")
    places, today = places_of(request.actor), timezone.localdate()
    row = get_object_or_404(Holiday.objects.visible_to(places), pk=pk)
    if not _may_remove(row, places, today):
        messages.error(request, _("The day has come, or another desk keeps it: it stays in the calendar."))
        return redirect("holidays")
    if request.method == "POST":
        gone, _by_kind = Holiday.objects.filter(pk=row.pk, day__gt=today).delete()
        if gone:
            _enter(request, "holiday.removed", row)
            messages.success(request, _("%(holiday)s is no longer in the calendar.") % {"holiday": row})
        return redirect("holidays")
    return render(request, "bills/holiday_remove.html", {"row": row})


def _enter(request: Request, event: str, row: Holiday) -> None:
    audit.record(
        event, request=request, about=f"{row.day:%Y-%m-%d}", station=row.station_id or "", name=row.name, source=row.source,
        where=row.station_id or "everywhere",
    )  # fmt: skip
