"""The authorised banks of the stations, kept by the Port Admin of a station and by the System Admin for all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts import sessions
from accounts.models import CustomsStation
from accounts.permissions import Actor
from accounts.requests import Request
from eccs import audit, pages
from payments import banks
from payments.authorised import BankAuthorisation

WIDTH_10 = {"class": "govuk-input--width-10", "autocomplete": "off"}
DATES = ["%Y-%m-%d", "%d/%m/%Y"]


def _activity() -> str:
    return pages.activity_of("bank-authorise")


def _places(actor: Actor) -> set[str]:
    """The stations at which the actor keeps the banks; nothing among them stands for all."""
    return {held.station for held in actor.postings if _activity() in held.activities}


class AuthorisationForm(forms.Form):
    """A bank, where, from when, and by whose order."""

    station = forms.ChoiceField(label=gettext_lazy("Station"), required=False)
    bank = forms.ChoiceField(label=gettext_lazy("Bank"))
    from_date = forms.DateField(
        label=gettext_lazy("From"), input_formats=DATES, help_text=gettext_lazy("DD/MM/YYYY, today or later"),
        widget=forms.TextInput(attrs=WIDTH_10),
    )  # fmt: skip
    source = forms.CharField(label=gettext_lazy("Order or notice"), min_length=3, max_length=200)

    def __init__(self, *args: Any, places: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stations = [(s.pk, str(s)) for s in CustomsStation.objects.all() if "" in places or s.pk in places]
        if "" in places:
            stations.insert(0, ("", _("Every station without banks of its own")))
        station, bank = self.fields["station"], self.fields["bank"]
        station.choices, bank.choices = stations, list(banks.names().items())  # type: ignore[attr-defined]
        station.required = "" not in places

    def clean_from_date(self) -> date:
        """What was authorised on a day that has passed stays as it was."""
        day: date = self.cleaned_data["from_date"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("The day has passed."))
        return day

    def clean(self) -> dict[str, Any]:
        """A bank is authorised once at a time at a place."""
        given = super().clean() or {}
        if {"bank", "from_date"} <= given.keys():
            same = BankAuthorisation.objects.filter(station=given.get("station") or None, bank=given["bank"])
            if same.filter(Q(until=None) | Q(until__gte=given["from_date"])).exists():
                self.add_error("bank", _("The bank is authorised there already."))
        return given


def _page(request: Request, form: forms.Form | None = None) -> HttpResponse:
    places = _places(request.actor)
    every = BankAuthorisation.objects.select_related("station", "entered_by").order_by(
        "station__name", "bank", "-from_date"
    )
    rows = every if "" in places else every.filter(Q(station__in=places) | Q(station=None))
    today = timezone.localdate()
    told = [
        {
            "row": row, "mine": (row.station_id or "") in places or "" in places,
            "state": "now" if row.holds_on(today) else "coming" if row.from_date > today else "past",
        }
        for row in rows
    ]  # fmt: skip
    context = {
        "heading": _("Authorised banks"), "rows": told, "today": today,
        "form": form or AuthorisationForm(places=places, initial={"from_date": f"{today:%d/%m/%Y}"}),
    }  # fmt: skip
    return render(request, "payments/banks.html", context, status=422 if form is not None else 200)


@require_GET
def authorised(request: Request) -> HttpResponse:
    """The banks authorised at the stations, with the days from which and until which they are."""
    pages.require(request.actor, "authorised-banks")
    return _page(request)


@require_POST
def authorise(request: Request) -> HttpResponse:
    """Authorise a bank at a station from a day on (PN17 8.0)."""
    actor = request.actor
    pages.require(actor, "bank-authorise")
    if asked := sessions.ask_password(request, "/payments/banks/"):
        return asked
    form = AuthorisationForm(request.POST, places=_places(actor))
    if not form.is_valid():
        return _page(request, form)
    given = form.cleaned_data
    row = BankAuthorisation.objects.create(
        station_id=given["station"] or None, bank=given["bank"], from_date=given["from_date"], source=given["source"],
        entered_by_id=actor.user_id,
    )  # fmt: skip
    _enter(request, "bank.authorised", row)
    messages.success(
        request, _("%(bank)s is authorised from %(day)s.") % {"bank": row, "day": f"{row.from_date:%d/%m/%Y}"}
    )
    return redirect("authorised-banks")


@require_POST
def end(request: Request, pk: int) -> HttpResponse:
    """A bank is authorised until today; one that is still to begin never begins. Challans at the bank are still decided."""
    actor = request.actor
    pages.require(actor, "bank-authorise")
    places = _places(actor)
    rows = BankAuthorisation.objects.filter(until=None)
    if "" not in places:
        rows = rows.filter(station__in=places)
    get_object_or_404(rows, pk=pk)
    if asked := sessions.ask_password(request, "/payments/banks/"):
        return asked
    with transaction.atomic():
        row = get_object_or_404(rows.select_for_update(of=("self",)), pk=pk)
        today = timezone.localdate()
        row.until = today if row.from_date <= today else row.from_date - timedelta(days=1)
        row.save(update_fields=["until"])
    _enter(request, "bank.ended", row)
    messages.success(request, _("%(bank)s: the authorisation has ended.") % {"bank": row})
    return redirect("authorised-banks")


def _enter(request: Request, event: str, row: BankAuthorisation) -> None:
    audit.record(
        event, request=request, about=row.bank, station=row.station_id or "", source=row.source,
        from_date=row.from_date.isoformat(),
    )  # fmt: skip
