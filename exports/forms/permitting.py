"""What the DC/AC answers who permits goods that the Regulations exclude, or withdraws the permission."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import AuthorisedCourier, CustomsStation
from bills.forms.officers import StepForm
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
        label=_("Tariff item"), max_length=8, required=False,
        help_text=_("Eight digits, as it is to be filed. Empty for documents on CSB-III, which have none."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-10"}),
    )  # fmt: skip
    goods = forms.CharField(
        label=_("Description of the goods"), max_length=240, help_text=_("As it is to be filed: words may exclude goods too."),
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
            raise ValidationError(_("The house airway bill %(reason)s.") % {"reason": reason})
        return hawb

    def clean(self) -> dict[str, Any]:
        """The goods are excluded, any others need no permission; and it is permitted once."""
        given = super().clean() or {}
        cth = given["cth"] = str(given.get("cth", "")).strip()
        told = excluded.told_of(cth, timezone.localdate(), given.get("goods", ""))
        if "wrong" in told:
            self.add_error("cth", told["wrong"])
        elif not told["why_not"] and "goods" in given:
            self.add_error("cth", _("These goods may be exported by courier without a permission."))
        same = {name: given.get(name) for name in ("station", "courier", "hawb")}
        if all(same.values()) and ExcludedGoodsPermission.objects.filter(**same, cth=cth, stage="GIVEN").exists():
            self.add_error("cth", _("This is permitted already."))
        return given


class WithdrawalForm(StepForm):
    """Why a permission no longer holds."""

    why = forms.CharField(
        label=_("Why"), min_length=5, max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The courier reads it. A shipping bill that is filed already stays as it is: stop or detain what must not leave."),
    )  # fmt: skip
