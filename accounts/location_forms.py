"""What the System Admin enters about a location, and what is looked for in the directory."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.locations import Location


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off", "class": "govuk-input--width-10"})
    return forms.DateField(label=label, widget=widget, input_formats=["%d/%m/%Y", "%Y-%m-%d"], **more)


class SearchForm(forms.Form):
    """The filters of the directory."""

    q = forms.CharField(label=_("Code, name or State"), required=False, max_length=60)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("Any")), *((k.value, k.label) for k in Location.Kind)]
    )
    ended = forms.BooleanField(label=_("With those that have ended"), required=False)


class LocationForm(forms.Form):
    """A location as it is entered or corrected; its code stays."""

    code = forms.CharField(
        label=_("Code"), max_length=6, min_length=3, help_text=_("3 to 6 letters and digits; it stays for ever."),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "off"}),
    )  # fmt: skip
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=Location.Kind.choices)
    state = forms.CharField(label=_("State or Union territory"), max_length=60)
    since = _day(_("In force from"), help_text=_("For example 19/11/2026."))
    until = _day(_("Last day"), required=False, help_text=_("Empty while it is in force."))
    source = forms.CharField(label=_("Source"), max_length=200, help_text=_("The notification or letter that says so."))

    def __init__(self, *args: Any, known: Location | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        if known is not None:
            del self.fields["code"]
            for name, field in self.fields.items():
                field.initial = getattr(known, name)

    def clean_code(self) -> str:
        """A code of its own."""
        code = str(self.cleaned_data["code"]).upper()
        if not re.fullmatch(r"[A-Z0-9]{3,6}", code):
            raise ValidationError(_("A code has letters and digits only."))
        if Location.objects.filter(pk=code).exists():
            raise ValidationError(_("This code is in the directory already."))
        return code

    def clean_kind(self) -> str:
        """A station of ECCS stays a courier terminal."""
        kind = str(self.cleaned_data["kind"])
        if self.known is not None and self.known.station_id and kind != Location.Kind.TERMINAL:
            raise ValidationError(_("A station of ECCS is a courier terminal."))
        return kind

    def clean_until(self) -> date | None:
        """Not before it began."""
        until, since = self.cleaned_data["until"], self.cleaned_data.get("since")
        if until is not None and since is not None and until < since:
            raise ValidationError(_("The last day is before the first."))
        return until if until is None or isinstance(until, date) else None
