"""What a report is asked for: which days, which stations of the reader's, which courier, which forms."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from accounts.permissions import Actor
from bills.kinds import Kind as ImportKind
from eccs.pages import activity_of
from exports.kinds import Kind as ExportKind

FIRST_DAYS = 7  # shown to whoever asks for no days
DAYS = ("%Y-%m-%d", "%d/%m/%Y")
WAYS = {
    "CBE": _("Imports"),
    "CSB": _("Exports"),
    "ECM": _("Import manifests"),
    "CEM": _("Export manifests"),
    "TR": _("Challans"),
}
KINDS = {
    "": _("All forms"), "CBE-": _("All imports"), "CSB-": _("All exports"), **dict(ImportKind.choices), **dict(ExportKind.choices),
}  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """The rows of the tallies that a report reads."""

    stations: tuple[str, ...]
    since: date
    until: date
    courier: int = 0
    kind: str = ""
    stage: str = ""

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.until - self.since).days + 1

    def before(self) -> Scope:
        """As many days, just before."""
        return replace(self, since=self.since - timedelta(days=self.days), until=self.since - timedelta(days=1))

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of these days, at these stations, of this courier and form."""
        return self.at_hand(rows.filter(day__gte=self.since, day__lte=self.until))

    def at_hand(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The same of what is told without days; a tally that knows no couriers is read for all."""
        rows = self.of_form(rows).filter(station__in=self.stations)
        return rows.filter(courier=self.courier) if self.courier else rows

    def of_form(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the form asked for."""
        if not self.kind:
            return rows
        return rows.filter(kind__startswith=self.kind) if self.kind.endswith("-") else rows.filter(kind=self.kind)


def stations_of(actor: Actor, url_name: str) -> dict[str, str]:
    """The stations of which a person reads a report, by code with the name: all of them for a national role."""
    held = {one.station for one in actor.postings if activity_of(url_name) in one.activities}
    rows = CustomsStation.objects.order_by("code")
    return dict((rows if "" in held else rows.filter(code__in=held)).values_list("code", "name"))


FIRST_YEAR, LAST_YEAR = 2000, 2099  # what is reckoned with days far from these has no end


class ScopeForm(forms.Form):
    """Days, station, courier and form, and whether the period before is told beside it."""

    since = forms.DateField(label=_("From"), required=False, input_formats=DAYS, error_messages={"invalid": _("Write the first day as DD/MM/YYYY.")})  # fmt: skip
    until = forms.DateField(label=_("Until"), required=False, input_formats=DAYS, error_messages={"invalid": _("Write the last day as DD/MM/YYYY.")})  # fmt: skip
    station = forms.ChoiceField(label=_("Station"), required=False)
    courier = forms.ChoiceField(label=_("Courier"), required=False)
    kind = forms.ChoiceField(label=_("Form"), required=False, choices=list(KINDS.items()))
    stage = forms.ChoiceField(label=_("Stage"), required=False)
    compare = forms.BooleanField(label=_("Beside the period before"), required=False)

    def __init__(self, given: Any, stations: Collection[str], stages: dict[str, Any]) -> None:
        super().__init__(given)
        self.stations, today = tuple(stations), timezone.localdate()
        self.couriers = dict(AuthorisedCourier.objects.order_by("short_name").values_list("pk", "short_name"))
        chosen: dict[str, Any] = dict(self.fields)
        chosen["station"].choices = [("", _("All stations")), *((code, code) for code in self.stations)]
        chosen["courier"].choices = [("", _("All couriers")), *self.couriers.items()]
        chosen["stage"].choices = list(stages.items())
        self.first = Scope(self.stations, today - timedelta(days=FIRST_DAYS - 1), today)

    def clean(self) -> dict[str, Any]:
        """The first day is not after the last."""
        told = super().clean() or {}
        since, until = told.get("since"), told.get("until")
        if since and until and since > until:
            raise ValidationError(_("The first day is after the last."))
        if any(day and not FIRST_YEAR <= day.year <= LAST_YEAR for day in (since, until)):
            raise ValidationError(_("Write days of this century."))
        return told

    def scope(self) -> Scope:
        """What is asked for; where it cannot be read, the last days of all stations."""
        if not self.is_valid():
            return self.first
        told = self.cleaned_data
        until = told["until"] or max(self.first.until, told["since"] or self.first.until)
        since = told["since"] or until - timedelta(days=FIRST_DAYS - 1)
        stations = (told["station"],) if told["station"] else self.stations
        return Scope(stations, since, until, int(told["courier"] or 0), told["kind"], told["stage"])
