"""What is answered about a transfer manifest: by the courier, the custodians and the Assessing Officer."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eccs import uploads
from eccs.uploads import Unreadable
from transit.clearance import Stage
from transit.models import CargoTransferManifest

MOST_LABELS = 20_000


def listed(text: str) -> list[str]:
    """What was scanned or pasted: one to a line, or apart by commas or spaces."""
    return text.replace(",", " ").replace(";", " ").replace("\x00", "").split()


class StepForm(forms.Form):
    """A form of a step: it knows the document it is about."""

    def __init__(self, *args: Any, document: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document, self.actor = document, actor

    def answers(self) -> dict[str, Any]:
        """The answers as the step takes them."""
        return dict(self.cleaned_data)


class ReasonForm(StepForm):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The firm reads it."),
    )


class DepartureForm(StepForm):
    """With what the goods leave."""

    conveyance = forms.CharField(
        label=_("Flight or vehicle number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    seal = forms.CharField(
        label=_("Seal number"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ArrivalForm(StepForm):
    """What the custodian of the destination adds."""

    remarks = forms.CharField(
        label=_("Remarks"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example a broken seal, or damage."),
    )  # fmt: skip


class CertificateForm(StepForm):
    """The certificate that came back on paper from a destination that is no station of ECCS."""

    certificate = forms.CharField(label=_("Number of the certificate"), max_length=60)
    certificate_on = forms.DateField(
        label=_("Date of the certificate"), input_formats=["%d/%m/%Y", "%Y-%m-%d"], help_text=_("For example 19/11/2026."),
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off", "class": "govuk-input--width-10"}),
    )  # fmt: skip
    short = forms.CharField(
        label=_("HAWBs that the certificate does not name"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One to a line; empty where all have arrived. They stay debited to the bond."),
    )  # fmt: skip

    def clean_certificate_on(self) -> date:
        """Not before the goods left, and not to come."""
        on: date = self.cleaned_data["certificate_on"]
        left = self.document.departed_at
        if on > timezone.localdate() or (left is not None and on < timezone.localdate(left)):
            raise ValidationError(_("The day is before the departure, or still to come."))
        return on

    def clean_short(self) -> list[str]:
        """Shipments of this transfer manifest."""
        numbers = [one.upper() for one in listed(self.cleaned_data["short"])]
        rows = self.document.live_lines().filter(hawb__number__in=numbers)
        strange = sorted(set(numbers) - set(rows.values_list("hawb__number", flat=True)))
        if strange:
            raise ValidationError(
                _("Not on this transfer manifest: %(hawbs)s."), params={"hawbs": ", ".join(strange[:5])}
            )
        return numbers

    def answers(self) -> dict[str, Any]:
        """The certificate, as the trail keeps it."""
        return {**self.cleaned_data, "certificate_on": self.cleaned_data["certificate_on"].isoformat()}


class DraftForm(forms.Form):
    """How the goods are sent on."""

    mode = forms.ChoiceField(label=_("Mode of transport"), choices=CargoTransferManifest.Mode.choices)
    carrier = forms.CharField(label=_("Carrier"), max_length=80, required=False)
    marks = forms.CharField(label=_("Remarks"), max_length=300, required=False)


class ListForm(forms.Form):
    """A list of HAWB numbers, pasted or as a file."""

    numbers = forms.CharField(
        label=_("HAWB numbers"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=600_000,
        help_text=_("One to a line, or apart by commas."),
    )  # fmt: skip
    file = forms.FileField(
        label=_("Or a file, CSV or XLSX"), required=False, help_text=_("The HAWB numbers stand in its first column.")
    )

    def clean(self) -> dict[str, Any]:
        """One of the two, at most 20,000 numbers."""
        given = super().clean() or {}
        found = listed(given.get("numbers", ""))
        if given.get("file") is not None:
            try:
                sheet = uploads.read(given["file"].read(), given["file"].name, MOST_LABELS)
            except Unreadable as fault:
                raise ValidationError({"file": str(fault)}) from fault
            first = (
                [name.upper() for name in sheet.names[:1]]
                if any(ch.isdigit() for ch in "".join(sheet.names[:1]))
                else []
            )
            found += [*first, *(row[0].lstrip("\x00") for row in sheet.rows if row)]
        if not found:
            raise ValidationError({"numbers": _("Enter HAWB numbers, or choose a file.")})
        return {**given, "found": found[:MOST_LABELS]}


class RegisterForm(forms.Form):
    """The filters of the register."""

    q = forms.CharField(label=_("CTM, HAWB, manifest or firm"), max_length=60, required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("Any")), *Stage.choices])
    to = forms.CharField(label=_("Destination"), max_length=60, required=False)
    since = forms.DateField(label=_("Filed on or after"), required=False, input_formats=["%d/%m/%Y", "%Y-%m-%d"])
    until = forms.DateField(label=_("Filed on or before"), required=False, input_formats=["%d/%m/%Y", "%Y-%m-%d"])
    overdue = forms.BooleanField(label=_("Overdue alone"), required=False)
