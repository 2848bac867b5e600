"""What a courier declares on a shipping bill, part by part. A part may be kept unfinished; the whole is checked before filing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomsStation
from bills.forms.entry import HeaderForm, ImporterForm
from eccs import identifiers
from exports.columns import COLUMNS
from exports.forms.words import CHOICES, HINTS, LABELS, LONG, OF_DOCUMENTS, YES_NO
from exports.iii.columns import COLUMNS as DOCUMENTS
from exports.iii.columns import FLIGHT_COLUMNS
from exports.kinds import Kind


class PartForm(HeaderForm):
    """A part of a shipping bill, checked as a file is."""

    by_name = {column.name: column for column in COLUMNS}
    labels, hints, choices, yes_no, long = LABELS, HINTS, CHOICES, YES_NO, LONG
    needed = {column.name for column in COLUMNS if column.required} | {
        "destination_country", "airport_of_destination", "packages", "gross_weight_kg", "consignor_name", "consignor_address",
        "consignee_name", "consignee_address", "kyc_type", "kyc_number",
    }  # fmt: skip
    folded = _("Tax paid on the item")


class ExporterForm(PartForm, ImporterForm):
    """Who exports, by which document, and the bank's and tax numbers."""


class FlightPartForm(PartForm):
    """The flight with which documents are to leave (Form G)."""

    by_name = {column.name: column for column in FLIGHT_COLUMNS}
    needed = {column.name for column in FLIGHT_COLUMNS if column.required}


class ShipmentForm(PartForm):
    """One house airway bill of documents."""

    by_name = {column.name: column for column in DOCUMENTS}
    labels = OF_DOCUMENTS
    needed = {column.name for column in DOCUMENTS if column.required}


class StartForm(forms.Form):
    """Form, station and house airway bill of a new shipping bill."""

    form = forms.ChoiceField(label=_("Form"), choices=Kind.choices, initial=Kind.V, widget=forms.RadioSelect)
    station: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("Station"), queryset=CustomsStation.objects.none(), empty_label=None
    )
    hawb = forms.CharField(
        label=_("House airway bill"), max_length=20, required=False,
        help_text=_("Four to twenty letters and digits. Leave it empty for CSB-III: it covers many."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-20"}),
    )  # fmt: skip

    def __init__(self, *args: Any, stations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = stations  # type: ignore[attr-defined]

    def clean_hawb(self) -> str:
        """In capitals, and well formed."""
        if self.cleaned_data.get("form") == Kind.III:
            return ""
        hawb = str(self.cleaned_data["hawb"]).strip().upper()
        if not hawb:
            raise forms.ValidationError(_("Enter the house airway bill"))
        if reason := identifiers.hawb(hawb):
            raise forms.ValidationError(_("The house airway bill %(reason)s.") % {"reason": reason})
        return hawb
