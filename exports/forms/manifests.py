"""What couriers answer about an export manifest: the flight, what was shut out, the EGM number."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bills.forms.documents import MOST, numbers
from bills.forms.officers import StepForm
from eccs import identifiers
from exports.amending import not_aboard
from exports.models import CourierExportManifest

WRITTEN = ["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


def moment_field(label: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(
        format="%d/%m/%Y %H:%M", attrs={"class": "govuk-input--width-20", "autocomplete": "off"}
    )
    return forms.DateTimeField(
        label=label,
        help_text=_("Date and time in India, such as 20/11/2026 06:18"),
        input_formats=WRITTEN,
        widget=widget,
    )


def egm_field() -> forms.RegexField:
    """The number of the export general manifest."""
    return forms.RegexField(
        r"^\d{5,10}$", label=_("EGM number"), error_messages={"invalid": _("Enter the EGM number: 5 to 10 digits")},
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


def whole_mawb(given: str) -> str:
    """Eleven digits whose last proves the others."""
    text = given.strip()
    if reason := identifiers.mawb(text):
        raise ValidationError(_("The MAWB %(reason)s.") % {"reason": reason})
    return identifiers.written_mawb(text)


def airport(given: str) -> str:
    """Three letters."""
    code = given.strip().upper()
    if len(code) != 3 or not code.isalpha():
        raise ValidationError(_("Enter the airport in three letters."))
    return code


def within_a_month(when: datetime) -> datetime:
    """A flight of these days."""
    if abs(when - timezone.now()) > timedelta(days=30):
        raise ValidationError(_("Enter a day within a month of today"))
    return when


def not_before_filing(when: datetime, manifest: Any) -> datetime:
    """The aircraft has left, and not before the manifest was filed."""
    if when > timezone.now():
        raise ValidationError(_("The departure cannot be in the future."))
    if manifest.filed_at is not None and when < manifest.filed_at.replace(second=0, microsecond=0):
        raise ValidationError(_("The manifest was filed after that: it is filed before the aircraft leaves."))
    return when


class FlightForm(forms.ModelForm):  # type: ignore[type-arg]
    """The flight with which the goods leave (Form F)."""

    scheduled_departure = moment_field(_("Scheduled departure"))

    class Meta:
        model = CourierExportManifest
        fields = ("station", "airline", "flight_number", "mawb", "airport_of_destination", "scheduled_departure")
        labels = {"station": _("Station")}

    def __init__(self, *args: Any, stations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = stations  # type: ignore[attr-defined]

    def clean_mawb(self) -> str:
        """Eleven digits whose last proves the others."""
        return whole_mawb(self.cleaned_data["mawb"])

    def clean_airport_of_destination(self) -> str:
        """Three letters."""
        return airport(self.cleaned_data["airport_of_destination"])

    def clean_scheduled_departure(self) -> datetime:
        """A flight of these days."""
        return within_a_month(self.cleaned_data["scheduled_departure"])


class ReasonForm(StepForm):
    """Why."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=400)


class ShutOutForm(ReasonForm):
    """Which goods stay behind, and why."""

    hawbs = forms.CharField(
        label=_("House airway bills or bags that stay behind"), widget=forms.Textarea(attrs={"rows": 4}), max_length=MOST,
        help_text=_("One a line, or with commas between."),
    )  # fmt: skip
    field_order = ("hawbs", "reason")

    def clean_hawbs(self) -> list[str]:
        """Each stands on the manifest."""
        given = list(dict.fromkeys(numbers(self.cleaned_data["hawbs"])))
        manifest: Any = self.document
        if missing := not_aboard(manifest, given):
            raise ValidationError(_("Not on this manifest: %(hawbs)s.") % {"hawbs": ", ".join(missing[:10])})
        return given


class FeedEgmForm(StepForm):
    """The EGM number and when the aircraft left."""

    egm_number = egm_field()
    departed_at = moment_field(_("Actual departure"))

    def clean_departed_at(self) -> datetime:
        """It has left, and not before the manifest was filed."""
        return not_before_filing(self.cleaned_data["departed_at"], self.document)
