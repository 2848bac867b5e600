"""What the steps of an amendment ask, and the header as an amendment writes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from manifests.forms import FeedIgmForm, ManifestForm, StepForm
from manifests.locks import FLIGHT, wants_adjudication


class RequestForm(StepForm):
    """Why the manifest is to be amended; after arrival, on which adjudication."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    adjudication_reference = forms.CharField(
        label=_("Adjudication reference"), max_length=60, required=False,
        help_text=_("Order number and date; needed once the arrival is closed"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.document.of_weight:
            self.fields["reason"].initial = _("Actual weight as recorded by the custodian")
        self.fields["adjudication_reference"].required = wants_adjudication(self.document)


class RejectionForm(StepForm):
    """Why the amendment is refused."""

    remarks = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class CorrectIgmForm(FeedIgmForm):
    """IGM number and actual arrival, as they should have been fed."""

    def __init__(self, *args: Any, why: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values() if why else ():
            field.help_text, field.disabled = why, True

    def cells(self) -> dict[str, str]:
        """Both as an amendment keeps them."""
        landed = timezone.localtime(self.cleaned_data["actual_arrival"]).isoformat(timespec="minutes")
        return {"igm_number": self.cleaned_data["igm_number"], "actual_arrival": landed}


class HeaderForm(ManifestForm):
    """Flight and on-board courier, as they are to be."""

    class Meta(ManifestForm.Meta):
        fields = FLIGHT

    def __init__(self, *args: Any, why: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values() if why else ():
            field.help_text, field.disabled = why, True

    def cells(self) -> dict[str, str]:
        """The header as an amendment keeps it."""
        cells = {name: str(self.cleaned_data[name]) for name in FLIGHT}
        cells["scheduled_arrival"] = timezone.localtime(self.cleaned_data["scheduled_arrival"]).isoformat(
            timespec="minutes"
        )
        return cells
