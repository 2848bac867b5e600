"""What the DC/AC answers who permits goods that the Regulations exclude."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from eccs import identifiers
from exports import excluded
from exports.models import ExcludedGoodsPermission


class PermissionForm(forms.Form):
    """Which consignment of which courier, which tariff item, and why (Reg 2(2))."""

    station: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_("Station"), queryset=CustomsStation.objects.none(), empty_label=None
    )
    courier = forms.CharField(label=_("Courier registration number"), max_length=30)
    hawb = forms.CharField(label=_("House airway bill"), max_length=20)
    cth = forms.CharField(
        label=_("Tariff item"), max_length=8, help_text=_("Eight digits, as it is to be filed."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-10"}),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The courier reads it."),
    )

    def __init__(self, *args: Any, stations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = stations  # type: ignore[attr-defined]

    def clean_courier(self) -> AuthorisedCourier:
        """A registered courier."""
        rows = AuthorisedCourier.objects.filter(number=self.cleaned_data["courier"].strip().upper())
        found: AuthorisedCourier | None = rows.first()
        if found is None:
            raise ValidationError(_("No courier has this registration number."))
        return found

    def clean_hawb(self) -> str:
        """In capitals, and well formed."""
        hawb = str(self.cleaned_data["hawb"]).strip().upper()
        if reason := identifiers.hawb(hawb):
            raise ValidationError(f"{_('The house airway bill')} {reason}.")
        return hawb

    def clean_cth(self) -> str:
        """A tariff item that is excluded: any other needs no permission."""
        cth = str(self.cleaned_data["cth"]).strip()
        told = excluded.told_of(cth, timezone.localdate())
        if "wrong" in told:
            raise ValidationError(told["wrong"])
        if not told["why_not"]:
            raise ValidationError(_("This tariff item may be exported by courier without a permission."))
        return cth

    def clean(self) -> dict[str, Any]:
        """It is permitted once."""
        given = super().clean() or {}
        same = {name: given.get(name) for name in ("station", "courier", "hawb", "cth")}
        if all(same.values()) and ExcludedGoodsPermission.objects.filter(**same).exists():
            self.add_error("cth", _("This is permitted already."))
        return given
