"""What officers answer when they detain, release, adjudicate or stop."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bills.forms.officers import StepForm, amount, not_after_today, past_day
from bills.models import Adjudication

ABOVE_NOTHING = Decimal("0.01")


class RemarksForm(StepForm):
    """Why."""

    remarks = forms.CharField(label=_("Remarks"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)


class DetentionForm(StepForm):
    """Why the goods are detained, and what the courier should hand in (PN17 7.1(e), 7.1(l))."""

    grounds = forms.CharField(
        label=_("Grounds of the detention"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000,
        help_text=_("They stand on the memo and the courier reads them: do not repeat RMS instructions."),
    )  # fmt: skip
    documents_wanted = forms.CharField(
        label=_("Documents asked for"), widget=forms.Textarea(attrs={"rows": 2}), max_length=240, required=False,
        help_text=_("One a line."),
    )  # fmt: skip


class ReleaseForm(StepForm):
    """Bond and bank guarantee against which detained goods leave (PN17 7.1(n))."""

    bond_number = forms.CharField(label=_("Bond number"), max_length=40)
    bond_amount = amount(_("Bond amount, rupees"), min_value=ABOVE_NOTHING)
    bond_date = past_day(_("Date of the bond"))
    guarantee_number = forms.CharField(label=_("Bank guarantee number"), max_length=40)
    guarantee_amount = amount(_("Bank guarantee amount, rupees"), min_value=ABOVE_NOTHING)
    guarantee_valid_until = past_day(_("Bank guarantee valid until"), help_text=_("For example 31/03/2028."))

    def clean_bond_date(self) -> date | None:
        """The bond has been executed."""
        return not_after_today(self.cleaned_data["bond_date"])

    def clean_guarantee_valid_until(self) -> date:
        """The guarantee still holds."""
        day: date = self.cleaned_data["guarantee_valid_until"]
        if day <= timezone.localdate():
            raise ValidationError(_("The guarantee has ended: give one that still holds."))
        return day

    def answers(self) -> dict[str, Any]:
        """The security, as the trail keeps it."""
        return {name: str(value) for name, value in self.cleaned_data.items()}


class FinalOrderForm(StepForm):
    """An order with what it demands (PN17 7.1(k), 7.1(n))."""

    order_number = forms.CharField(label=_("Order number"), max_length=40)
    order_date = past_day(_("Date of the order"))
    fine = amount(_("Fine, rupees"), initial=0)
    penalty = amount(_("Penalty, rupees"), initial=0)
    revised_duty = amount(
        _("Revised duty, rupees"), required=False, decimal_places=0, help_text=_("Left empty, the duty stays as it is.")
    )
    remarks = forms.CharField(label=_("Remarks"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)

    def clean_order_date(self) -> date | None:
        """The order has been made."""
        return not_after_today(self.cleaned_data["order_date"])

    def answers(self) -> dict[str, Any]:
        """The order, as the trail keeps it."""
        return {name: None if value is None else str(value) for name, value in self.cleaned_data.items()}


class AdjudicationForm(FinalOrderForm):
    """Release with fine, penalty and revised duty, or absolute confiscation (PN17 7.1(k))."""

    outcome = forms.ChoiceField(label=_("Order"), widget=forms.RadioSelect, choices=Adjudication.Outcome.choices)
    field_order = ("order_number", "order_date", "outcome", "fine", "penalty", "revised_duty", "remarks")

    def clean(self) -> dict[str, Any]:
        """Goods confiscated absolutely are not redeemed: no fine, no duty."""
        given = super().clean() or {}
        if given.get("outcome") == Adjudication.Outcome.CONFISCATE:
            for name in ("fine", "revised_duty"):
                if given.get(name):
                    self.add_error(name, _("Goods confiscated absolutely cannot be redeemed: leave it empty or 0."))
        return given
