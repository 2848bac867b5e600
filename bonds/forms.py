"""What is asked about bonds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.directory.forms import StepForm, day_field, past_day, words_field
from bonds.clearance import Stage
from bonds.master import Category, Purpose
from bonds.models import Bond, BondMaster
from eccs.dated_rules import rule_book
from eccs.money import rupees, to_rupee

GUARANTEE = ("guarantee_number", "bank", "guarantee_amount", "guarantee_valid_until")
ABOVE_NOTHING = Decimal("0.01")


def rupees_field(label: Any, **more: Any) -> forms.DecimalField:
    """An amount in rupees."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "govuk-input--width-10"})
    return forms.DecimalField(
        label=label, widget=widget, **{"max_digits": 14, "decimal_places": 2, "min_value": ABOVE_NOTHING, **more}
    )


def percent_field(label: Any, most: int) -> forms.DecimalField:
    """A share in percent."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "govuk-input--width-5"})
    return forms.DecimalField(
        label=label, widget=widget, max_digits=6, decimal_places=2, min_value=Decimal(0), max_value=Decimal(most)
    )


def to_come(day: date | None) -> None:
    """What is to hold holds still after today."""
    if day is not None and day <= timezone.localdate():
        raise ValidationError(_("The day must be after today."))


class RemarksForm(StepForm):
    """Why."""

    remarks = words_field(_("Remarks"), 1000)


class ReasonForm(StepForm):
    """Why the firm asks."""

    reason = words_field(_("Reason"), 1000)


class MasterForm(forms.Form):
    """A type of bond and its category (PN17 13.1)."""

    station = forms.ChoiceField(label=_("Station"))
    purpose = forms.ChoiceField(label=_("Bond type"), choices=Purpose.choices)
    category = forms.ChoiceField(
        label=_("Bond category"), choices=Category.choices, widget=forms.RadioSelect,
        help_text=_("A continuity bond secures one consignment after another, a specific one the consignment it names."),
    )  # fmt: skip
    conditions = forms.CharField(
        label=_("Conditions"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000, required=False,
        help_text=_("Firms read them when they ask for such a bond."),
    )  # fmt: skip

    def __init__(self, *args: Any, stations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["station"]
        choice.choices = stations
        if len(stations) == 1:
            choice.widget, choice.initial = forms.HiddenInput(), stations[0][0]


class RequestForm(forms.Form):
    """What the firm asks for (PN17 13.2)."""

    master = forms.ModelChoiceField(
        queryset=BondMaster.objects.none(), label=_("Station, bond type and category"), empty_label=_("Choose")
    )
    about = forms.CharField(
        label=_("House airway bill"), max_length=40, required=False,
        help_text=_("For a consignment specific bond alone: the bond secures this consignment and no other."),
        validators=[RegexValidator(r"\A[A-Za-z0-9\-/ ]+\Z", _("A house airway bill has letters and digits."))],
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    duty = rupees_field(
        _("Duty and other dues it secures, rupees"),
        help_text=_("Of the consignment, or of the most that is open at one time. The Bond Maker computes the amount from it."),
    )  # fmt: skip
    amount = rupees_field(_("Amount asked for, rupees"))
    reason = words_field(_("What the bond is to secure"), 1000)

    def __init__(self, *args: Any, masters: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["master"]
        choice.queryset = masters
        choice.label_from_instance = lambda one: f"{one.station_id}: {one.words}"

    def clean_about(self) -> str:
        """As the manifests write it."""
        return str(self.cleaned_data["about"]).upper()

    def clean(self) -> dict[str, Any]:
        """A specific bond names its consignment, a continuity bond none."""
        given = super().clean() or {}
        master = given.get("master")
        if master is None or "about" in self.errors:
            return given
        specific = master.category == Category.SPECIFIC
        if specific and not given.get("about"):
            self.add_error("about", _("A consignment specific bond needs its house airway bill."))
        elif not specific and given.get("about"):
            self.add_error("about", _("A continuity bond is for no single consignment: leave it empty."))
        return given


class ComputationForm(StepForm):
    """How the amount of the bond and of its bank guarantee is computed (PN17 13.2)."""

    base = rupees_field(_("Duty and other dues it secures, rupees"))
    percent = percent_field(_("Bond, percent of it"), 1000)
    security_percent = percent_field(_("Bank guarantee, percent of the bond"), 100)
    remarks = forms.CharField(
        label=_("Remarks"), widget=forms.Textarea(attrs={"rows": 2}), max_length=1000, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        on = timezone.localdate(self.document.requested_at)
        self.fields["base"].initial = self.document.duty
        for name, rule in (("percent", "bond_percent"), ("security_percent", "bond_security_percent")):
            self.fields[name].initial = rule_book().amount(rule, on, self.document.station_id)

    def clean(self) -> dict[str, Any]:
        """A bond is for a rupee at least."""
        given = super().clean() or {}
        if not self.errors and not to_rupee(given["base"] * given["percent"] / 100):
            self.add_error("percent", _("The amount would be nothing."))
        return given

    def answers(self) -> dict[str, Any]:
        """The computation, as the trail keeps it."""
        return {name: str(value) for name, value in self.cleaned_data.items()}


class GuaranteeForm(StepForm):
    """A step that may bring a bank guarantee: all of it, or nothing."""

    guarantee_number = forms.CharField(label=_("Bank guarantee number"), max_length=40, required=False)
    bank = forms.CharField(label=_("Bank and branch"), max_length=120, required=False)
    guarantee_amount = rupees_field(_("Bank guarantee amount, rupees"), required=False)
    guarantee_valid_until = day_field(_("Bank guarantee valid until"), required=False)
    too_little: Any = _("At least %(least)s was approved.")

    def needs_guarantee(self, given: dict[str, Any]) -> Decimal:
        """For how much a bank guarantee must come with the step, as it is filled in."""
        return Decimal(0)

    def clean_guarantee_valid_until(self) -> date | None:
        """The guarantee holds."""
        day: date | None = self.cleaned_data["guarantee_valid_until"]
        to_come(day)
        return day

    def clean(self) -> dict[str, Any]:
        """A guarantee is whole, and for as much as the approval asks."""
        given = super().clean() or {}
        least = self.needs_guarantee(given)
        if least or any(given.get(name) for name in GUARANTEE):
            for name in GUARANTEE:
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, _("The bank guarantee needs it."))
        if given.get("guarantee_amount") and given["guarantee_amount"] < least:
            self.add_error("guarantee_amount", self.too_little % {"least": rupees(least)})
        return given

    def answers(self) -> dict[str, Any]:
        """What was handed in, as the trail keeps it; without a guarantee, none of its fields."""
        return {
            name: value if isinstance(value, bool) else str(value)
            for name, value in self.cleaned_data.items()
            if value not in (None, "")
        }


class ExecutedForm(GuaranteeForm):
    """The bond as it was executed, with its bank guarantee (PN17 13.2)."""

    executed_on = past_day(_("Bond executed on"))
    valid_until = day_field(_("Bond valid until"))
    field_order = ("executed_on", "valid_until", *GUARANTEE)

    def needs_guarantee(self, given: dict[str, Any]) -> Decimal:
        """As much as the DC/AC approved."""
        return self.document.security or Decimal(0)

    def clean_valid_until(self) -> date:
        """The bond holds."""
        day: date = self.cleaned_data["valid_until"]
        to_come(day)
        return day


class RenewalRequestForm(StepForm):
    """Until when, and for how much, a bond is renewed (PN17 13.3)."""

    valid_until = day_field(_("Valid until"))
    amount = rupees_field(_("Amount, rupees"), help_text=_("As it is, or more."))
    reason = words_field(_("Why, and with which bank guarantee"), 1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial, self.fields["valid_until"].initial = (
            self.document.amount,
            self.document.valid_until,
        )

    def clean_valid_until(self) -> date:
        """No shorter than it is, and in the future."""
        return longer(self.document, self.cleaned_data["valid_until"])

    def clean_amount(self) -> Decimal:
        """No lower than it is."""
        return higher(self.document, self.cleaned_data["amount"])

    def answers(self) -> dict[str, Any]:
        """The request, as the trail keeps it."""
        return {name: str(value) for name, value in self.cleaned_data.items()}


class RenewalForm(GuaranteeForm):
    """The renewed bond as it was handed in (PN17 13.3)."""

    valid_until = day_field(_("Bond valid until"))
    amount = rupees_field(_("Bond amount, rupees"))
    replaces = forms.BooleanField(
        label=_("The new bank guarantee takes the place of those before it"), required=False, initial=True
    )
    field_order = ("valid_until", "amount", *GUARANTEE, "replaces")
    too_little = _("At least %(least)s: the renewed bond is secured by guarantees as it was computed.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_until"].initial = self.document.renew_until
        self.fields["amount"].initial = self.document.renew_amount

    def needs_guarantee(self, given: dict[str, Any]) -> Decimal:
        """What the renewed amount wants secured, less the guarantees that stay and still hold (PN17 13.2)."""
        bond: Bond = self.document
        replaced = given.get("replaces") and any(given.get(name) for name in GUARANTEE)
        stays = Decimal(0) if replaced else bond.guaranteed(timezone.localdate())
        return max(bond.security_for(given.get("amount") or bond.amount or Decimal(0)) - stays, Decimal(0))

    def clean_valid_until(self) -> date:
        """No shorter than it is, and in the future."""
        return longer(self.document, self.cleaned_data["valid_until"])

    def clean_amount(self) -> Decimal:
        """No lower than it is."""
        return higher(self.document, self.cleaned_data["amount"])


def longer(bond: Bond, day: date) -> date:
    """A renewal is never shorter than the bond, and holds after today. Raises ValidationError."""
    to_come(day)
    if bond.valid_until is not None and day < bond.valid_until:
        raise ValidationError(_("The bond is valid until %(day)s already.") % {"day": f"{bond.valid_until:%d/%m/%Y}"})
    return day


def higher(bond: Bond, given: Decimal) -> Decimal:
    """A renewal is never for less than the bond. Raises ValidationError."""
    if bond.amount is not None and given < bond.amount:
        raise ValidationError(_("The bond is for %(amount)s already.") % {"amount": rupees(bond.amount)})
    return given


class RegisterForm(forms.Form):
    """The filters of the register."""

    q = forms.CharField(label=_("Number, firm, HAWB or bank guarantee"), max_length=60, required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("Any")), *Stage.choices])
    purpose = forms.ChoiceField(label=_("Bond type"), required=False, choices=[("", _("Any")), *Purpose.choices])
    category = forms.ChoiceField(label=_("Category"), required=False, choices=[("", _("Any")), *Category.choices])
    ends = forms.IntegerField(label=_("Ends within days"), required=False, min_value=0, max_value=3650)
