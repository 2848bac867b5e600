"""What is asked about custodians and importers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.directory.firms import Custodian, Importer
from accounts.directory.forms import StepForm, day_field, order_field, words_field
from accounts.models import CustomsStation
from eccs import identifiers


class FirmForm(StepForm):
    """Name and address of a firm."""

    firm_name = forms.CharField(label=_("Name"), max_length=120)
    address = forms.CharField(
        label=_("Address"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    reason = forms.CharField(label=_("Why it changes"), max_length=200)

    def __init__(self, *args: Any, document: Any, actor: Any, **kwargs: Any) -> None:
        now = {"firm_name": document.name, "address": document.address}
        super().__init__(*args, document=document, actor=actor, initial=now, **kwargs)


class CustodianForm(FirmForm):
    """A custodian's name and address."""


class ImporterForm(FirmForm):
    """An importer's name and address."""


class EndCustodianForm(StepForm):
    """The end of an appointment."""

    until = day_field(_("Last day"))
    order_number = order_field()
    reason = words_field(_("Reason"))


class NewCustodianForm(forms.ModelForm):  # type: ignore[type-arg]
    """A custodian entered for a station of the officer."""

    since = day_field(_("First day"))

    class Meta:
        model = Custodian
        fields = ("name", "station", "address", "since")
        labels = {"name": _("Name"), "station": _("Station"), "address": _("Address")}

    def __init__(self, *args: Any, stations: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = CustomsStation.objects.filter(pk__in=stations)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The same name stands once at a station."""
        given: dict[str, Any] = super().clean() or {}
        known = Custodian.objects.filter(name__iexact=given.get("name", ""), station=given.get("station"), until=None)
        if given.get("station") and known.exists():
            self.add_error("name", _("This custodian is entered for the station already"))
        return given


class NewImporterForm(forms.ModelForm):  # type: ignore[type-arg]
    """An importer entered with its code."""

    iec = forms.CharField(
        label=_("IEC"), max_length=20, help_text=_("The firm's PAN, or ten digits of the older kind"),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    class Meta:
        model = Importer
        fields = ("iec", "name", "address")
        labels = {"name": _("Name"), "address": _("Address")}

    def clean_iec(self) -> str:
        """A code, entered once."""
        iec = "".join(self.cleaned_data["iec"].upper().split())
        if reason := identifiers.iec(iec):
            raise forms.ValidationError(_("The code %(why)s") % {"why": reason})
        known = Importer.objects.filter(iec=iec).first()
        if known is not None:
            words = {"name": known.name, "stage": known.get_stage_display()}
            raise forms.ValidationError(_("This IEC is in the directory already: %(name)s, %(stage)s") % words)
        return iec
