"""What the steps of an amendment ask, and the header as an amendment writes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eccs.workflow import Refused
from manifests.amendments import row_of
from manifests.forms import FeedIgmForm, ManifestForm, StepForm
from manifests.locks import FLIGHT, wants_adjudication
from manifests.models import HouseAirwayBill
from manifests.pieces import pieces_of, row_as_landed


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


class PiecesForm(forms.Form):
    """Which pieces of a shipment are missing, and which came in excess."""

    missing = forms.MultipleChoiceField(
        label=_("Missing: manifested, and not landed"), required=False, widget=forms.CheckboxSelectMultiple
    )
    extra = forms.CharField(
        label=_("In excess: landed, and not manifested"), required=False, max_length=400,
        help_text=_("The label of each package more, spaces between; one that was scanned already has arrived."),
    )  # fmt: skip
    pieces = forms.IntegerField(label=_("Pieces that landed"), min_value=1, max_value=9999)
    crn_numbers = forms.CharField(
        label=_("CRNs"), required=False, max_length=400, help_text=_("None, or one for each piece that landed")
    )
    gross_weight_kg = forms.DecimalField(
        label=_("Gross weight of what landed, kg"), min_value=Decimal("0.001"), max_digits=10, decimal_places=3
    )

    def __init__(self, data: Any = None, *, hawb: HouseAirwayBill, strays: list[str]) -> None:
        now = row_of(hawb)
        super().__init__(data, initial=now)
        self.now, self.codes = now, [one.crn for one in pieces_of(hawb)]
        for name in ("missing", "extra") if hawb.manifest.is_documents else ("pieces", "crn_numbers"):
            del self.fields[name]
        if "missing" in self.fields:
            here = {one.crn for one in pieces_of(hawb) if one.arrived_at is None}
            self.fields["missing"].choices = [(code, code) for code in self.codes if code in here]  # type: ignore[attr-defined]
            if not here:
                del self.fields["missing"]
        if strays and "extra" in self.fields:
            words = _("Scanned and on no line of this manifest: %(codes)s")
            self.fields["extra"].help_text = words % {"codes": ", ".join(strays)}

    def row(self) -> dict[str, str]:
        """The row of the shipment as it landed. Raises Refused where nothing would be left of it."""
        given, kg = self.cleaned_data, str(self.cleaned_data["gross_weight_kg"])
        if "pieces" in given:
            cells = {"pieces": str(given["pieces"]), "crn_numbers": given["crn_numbers"].upper()}
            return self.now | cells | {"gross_weight_kg": kg}
        extra = list(dict.fromkeys(given["extra"].upper().replace(",", " ").split()))
        return row_as_landed(self.now, self.codes, missing=given.get("missing", ()), extra=extra, kg=kg)

    def clean(self) -> dict[str, Any]:
        """Something is missing, or something came in excess."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.row()
            except Refused as refusal:
                self.add_error(None, refusal.reasons)
        return given
