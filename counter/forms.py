"""What an operator types at the counter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, Importer
from counter import customers
from counter.models import BroughtPaper
from eccs.uploads import scans

SCANNED = _("PDF, JPEG, PNG or TIFF, at most 10 MiB. On a tablet or telephone the camera opens.")


class TokenForm(forms.Form):
    """Who came, for which firm."""

    use_required_attribute = False
    firm = forms.CharField(
        label=_("Registration number or IEC"), max_length=20,
        help_text=_("Of the courier its registration number, of the importer its IEC"),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off", "data-key": "t"}),
    )  # fmt: skip
    person = forms.CharField(
        label=_("Name of the person"), max_length=80,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, station: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.station = station

    def clean_firm(self) -> AuthorisedCourier | Importer:
        """A firm of the directory that may file at the station today."""
        found = customers.named(self.cleaned_data["firm"])
        if reason := customers.why_not(found, self.station):
            raise ValidationError(reason)
        assert found is not None
        return found


class ScanField(forms.FileField):
    """One scanned paper, from a file or the camera."""

    def __init__(self, *, key: str = "", **kwargs: Any) -> None:
        attrs = {"accept": f"{scans.ACCEPTED},image/*", "capture": "environment", **({"data-key": key} if key else {})}
        super().__init__(widget=forms.FileInput(attrs=attrs), help_text=SCANNED, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> UploadedFile[Any]:
        """A paper by its content, not by its name."""
        file: UploadedFile[Any] = super().clean(data, initial)
        if file and (reason := scans.why_not(file)):
            raise ValidationError(reason)
        return file


class BroughtForm(forms.Form):
    """A physical document that the customer brought."""

    use_required_attribute = False
    kind = forms.ChoiceField(label=_("What it is"), choices=BroughtPaper.Kind.choices)
    scan = ScanField(label=_("Scan of the document"), allow_empty_file=True)


class SealedForm(forms.Form):
    """The print-out with the customer's signature and seal."""

    use_required_attribute = False
    scan = ScanField(label=_("Scan of the signed and sealed print-out"), allow_empty_file=True, key="v")
