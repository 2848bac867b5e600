"""What officers answer when they detain, release, adjudicate or stop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bills import security
from bills.forms.officers import (
    ELSEWHERE,
    StepForm,
    amount,
    not_after_today,
    past_day,
    take_from_paper,
    valid_field,
    whole_field,
)
from bills.models import Adjudication
from bonds.master import Purpose
from bonds.models import Bond, OutsideBond
from eccs.workflow import Refused

SECURITY = ("bond_number", "bond_date", "guarantee_number", "guarantee_amount", "guarantee_valid_until")
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

    template = "bills/_release.html"

    bond_amount = amount(_("Bond amount, rupees"), min_value=ABOVE_NOTHING)
    bond_number = forms.CharField(
        label=_("Bond number"), max_length=40, required=False,
        help_text=_("Left empty, a registered bond of this amount is fetched with its bank guarantee."),
    )  # fmt: skip
    bond_date = past_day(_("Date of the bond"), required=False)
    bond_whole, bond_valid_until = whole_field(), valid_field()
    guarantee_number = forms.CharField(label=_("Bank guarantee number"), max_length=40, required=False)
    guarantee_amount = amount(_("Bank guarantee amount, rupees"), min_value=ABOVE_NOTHING, required=False)
    guarantee_valid_until = past_day(
        _("Bank guarantee valid until"), help_text=_("For example 31/03/2028."), required=False
    )

    def registered_bonds(self) -> list[Bond]:
        """The firm's registered bonds that have a balance: one of them is debited."""
        return security.registered_for(self.document, Purpose.RELEASE)

    def recorded_bonds(self) -> list[OutsideBond]:
        """Bonds executed elsewhere that were typed for the firm before, with what each secures."""
        return security.recorded_for(self.document)

    def clean(self) -> dict[str, Any]:
        """A registered bond is fetched with its bank guarantee; one that is not registered is entered whole."""
        given = super().clean() or {}
        typed = given.get("bond_number") or ""
        found = None
        if given.get("bond_amount"):
            try:
                guarantee = given.get("guarantee_number") or ""
                found = security.for_release(self.document, typed, given["bond_amount"], guarantee)
            except Refused as refusal:
                self.add_error("bond_number", " ".join(refusal.reasons))
                return given
            if found is None:
                take_from_paper(self, given)
        if found is not None:
            bond, behind = found
            fetched = (bond.number, bond.executed_on, behind.number, behind.amount, behind.valid_until)
            given.update(zip(SECURITY, fetched, strict=True))
        for name in SECURITY:
            if not given.get(name) and name not in self.errors:
                self.add_error(name, _("A provisional release needs it."))
        return given

    def clean_bond_date(self) -> date | None:
        """The bond has been executed."""
        return not_after_today(self.cleaned_data["bond_date"])

    def clean_guarantee_valid_until(self) -> date | None:
        """The guarantee still holds."""
        day: date | None = self.cleaned_data["guarantee_valid_until"]
        if day is not None and day <= timezone.localdate():
            raise ValidationError(_("The guarantee has ended: give one that still holds."))
        return day

    def answers(self) -> dict[str, Any]:
        """The security, as the trail keeps it."""
        given = self.cleaned_data
        return {name: str(value) for name, value in given.items() if value or name not in ELSEWHERE}


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
    field_order: Sequence[str] = ("order_number", "order_date", "outcome", "fine", "penalty", "revised_duty", "remarks")

    def clean(self) -> dict[str, Any]:
        """Goods confiscated absolutely are not redeemed: no fine, no duty."""
        given = super().clean() or {}
        if given.get("outcome") == Adjudication.Outcome.CONFISCATE:
            for name in ("fine", "revised_duty"):
                if given.get(name):
                    self.add_error(name, _("Goods confiscated absolutely cannot be redeemed: leave it empty or 0."))
        return given
