"""What the steps on a registration ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.directory.models import AuthorisedCourier, CourierSignatory, CourierStation
from accounts.directory.querysets import in_force
from accounts.directory.registration import KEPT
from eccs import identifiers
from eccs.dated_rules import rule_book
from eccs.money import rupees

Choices = list[tuple[str, Any]]


def day_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    """A day, typed."""
    return forms.DateField(
        label=label, help_text=hint or _("Such as 27/10/2026"), required=required,
        input_formats=["%d/%m/%Y", "%Y-%m-%d"], error_messages={"invalid": _("Enter a day as DD/MM/YYYY")},
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"class": "govuk-input--width-10", "autocomplete": "off"}),
    )  # fmt: skip


def past_day(label: Any, hint: Any = "") -> forms.DateField:
    """A day that lies behind, or today."""
    field = day_field(label, hint)
    field.validators.append(not_in_the_future)
    return field


def not_in_the_future(day: date) -> None:
    """What has happened has happened by today."""
    if day > timezone.localdate():
        raise forms.ValidationError(_("The day lies in the future"))


def words_field(label: Any, longest: int = 300) -> forms.CharField:
    """A few sentences."""
    return forms.CharField(
        label=label, min_length=5, max_length=longest, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"min_length": _("Say it in 5 characters or more")},
    )  # fmt: skip


def order_field(label: Any = "") -> forms.CharField:
    """The number of an order."""
    return forms.CharField(
        label=label or _("Order number"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class StepForm(forms.Form):
    """What a step in the directory asks."""

    choices_of: dict[str, Callable[[Any], Choices]] = {}

    def __init__(self, *args: Any, document: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document, self.actor = document, actor
        for name, choices in self.choices_of.items():
            self.fields[name].choices = [("", _("Choose")), *choices(document)]  # type: ignore[attr-defined]

    def answers(self) -> dict[str, Any]:
        """The step's answers."""
        return dict(self.cleaned_data)


class PanField(forms.CharField):
    """A PAN, kept in capitals."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "govuk-input--width-10", "autocomplete": "off", "spellcheck": "false"}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> str:
        """Capitals, without spaces."""
        return "".join(str(super().to_python(value) or "").upper().split())

    def validate(self, value: Any) -> None:
        """The form of a PAN."""
        super().validate(value)
        if reason := identifiers.pan(value):
            raise forms.ValidationError(_("The number %(why)s") % {"why": reason})


class NewCourierForm(forms.ModelForm):  # type: ignore[type-arg]
    """A courier entered into the directory; who is there already is not entered twice."""

    pan = PanField(label=_("PAN"), help_text=_("Five letters, four digits, a letter, such as ABCPK1234L"))

    class Meta:
        model = AuthorisedCourier
        fields = ("pan", "name", "short_name", "address", "email")
        labels = {
            "name": _("Name"), "short_name": _("Short name"), "address": _("Address"),
            "email": _("E-mail of the firm"),
        }  # fmt: skip
        help_texts = {"short_name": _("As it stands in queues and lists")}

    def clean_pan(self) -> str:
        """One registration for one PAN: a duplicate is told with its number and how it stands."""
        pan: str = self.cleaned_data["pan"]
        known = AuthorisedCourier.objects.filter(pan=pan, stage__in=KEPT).first()
        if known is not None:
            words = {
                "name": known.name,
                "number": known.number or _("without a number yet"),
                "stage": known.get_stage_display(),
            }
            raise forms.ValidationError(
                _("This PAN is in the directory already: %(name)s, %(number)s, %(stage)s") % words
            )
        return pan


class ParticularsForm(StepForm):
    """Name and address."""

    firm_name = forms.CharField(label=_("Name"), max_length=120)
    short_name = forms.CharField(label=_("Short name"), max_length=40)
    address = forms.CharField(label=_("Address"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    email = forms.EmailField(label=_("E-mail of the firm"), required=False)
    reason = forms.CharField(label=_("Why it changes"), max_length=200)

    def __init__(self, *args: Any, document: Any, actor: Any, **kwargs: Any) -> None:
        now = {name: getattr(document, name) for name in ("short_name", "address", "email")}
        now["firm_name"] = document.name
        super().__init__(*args, document=document, actor=actor, initial=now, **kwargs)


class RegisterForm(StepForm):
    """The registration as the Commissioner granted it."""

    order_number = order_field(_("Number of the registration order"))
    registered_on = past_day(_("Registered on"))
    valid_until = day_field(
        _("Last day of the registration"), _("Leave empty where it is valid until revoked (reg. 10B)"), required=False
    )

    def clean_valid_until(self) -> date | None:
        """A registration entered today has not ended."""
        day: date | None = self.cleaned_data["valid_until"]
        if day is not None and day < timezone.localdate():
            raise forms.ValidationError(_("The day lies in the past"))
        return day


def _other_stations(courier: AuthorisedCourier) -> Choices:
    from accounts.models import CustomsStation

    held = courier.stations.filter(until=None).values("station")
    return [(one.pk, str(one)) for one in CustomsStation.objects.exclude(pk__in=held)]


def _own_stations(courier: AuthorisedCourier) -> Choices:
    rows = courier.stations.filter(until=None).select_related("station")
    return [(row.station_id, str(row.station)) for row in rows]


def _signatories(courier: AuthorisedCourier) -> Choices:
    rows = courier.signatories.filter(until=None)
    return [(str(row.pk), f"{row.name}, {row.certificate}") for row in rows]


def _unnamed_people(courier: AuthorisedCourier) -> Choices:
    today = timezone.localdate()
    named = CourierSignatory.objects.filter(in_force(today), user__isnull=False).values("user")
    people = courier.people.filter(is_active=True).exclude(pk__in=named)
    return [(one.username, f"{one.full_name} ({one.username})") for one in people]


class BondForm(StepForm):
    """The bond with its security at a station where the courier operates."""

    choices_of = {"station": _own_stations}

    station = forms.ChoiceField(label=_("Station"))
    bond_number = forms.CharField(label=_("Bond number"), max_length=40)
    bond_date = past_day(_("Bond executed on"))
    bond_amount = forms.DecimalField(label=_("Amount, rupees"), min_value=Decimal(1), max_digits=14, decimal_places=2)
    security = forms.ChoiceField(label=_("Security"), choices=CourierStation.Security.choices)
    security_reference = forms.CharField(label=_("Deposit or guarantee number"), max_length=60)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        book, today = rule_book(), timezone.localdate()
        amounts = {book.amount("courier_security", today, code) for code, _label in self.fields["station"].choices}  # type: ignore[attr-defined]
        if amounts:
            least, most = rupees(min(amounts)), rupees(max(amounts))
            hint = _("At least %(least)s or %(most)s, as the rule for the station says (reg. 11)")
            self.fields["bond_amount"].help_text = hint % {"least": least, "most": most}
        self.fields["bond_amount"].widget.attrs |= {"class": "govuk-input--width-10", "inputmode": "decimal"}

    def clean(self) -> dict[str, Any]:
        """The amount that the dated rule orders at the station."""
        given: dict[str, Any] = super().clean() or {}
        station, amount = given.get("station"), given.get("bond_amount")
        if station and amount is not None:
            least = rule_book().amount("courier_security", timezone.localdate(), station)
            if amount < least:
                self.add_error("bond_amount", _("At this station at least %(least)s") % {"least": rupees(least)})
        return given


class StationForm(BondForm):
    """One more station, with its bond (Form J)."""

    choices_of = {"station": _other_stations}

    since = day_field(_("First day at the station"))
    field_order = ("station", "since")


class WithdrawForm(StepForm):
    """A station where the courier operates no longer."""

    choices_of = {"station": _own_stations}

    station = forms.ChoiceField(label=_("Station"))
    until = day_field(_("Last day at the station"))
    reason = words_field(_("Why, with the order where there is one"))


class ExaminationForm(StepForm):
    """The examination a signatory passed."""

    choices_of = {"signatory": _signatories}

    signatory = forms.ChoiceField(label=_("Signatory"))
    regulation = forms.ChoiceField(label=_("Passed under CBLR 2018"), choices=CourierSignatory.Regulation.choices)
    certificate = forms.CharField(label=_("Certificate number"), max_length=40)
    passed_on = past_day(_("Passed on"))
    valid_until = day_field(_("Valid until"), _("Leave empty where the certificate has no last day"), required=False)

    def clean(self) -> dict[str, Any]:
        """A certificate ends after it began."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("passed_on"), given.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is before the day it was passed"))
        return given


class SignatoryForm(ExaminationForm):
    """A person who signs for the courier."""

    choices_of = {"person": _unnamed_people}

    signatory = None  # type: ignore[assignment]
    full_name = forms.CharField(label=_("Name"), max_length=120)
    person = forms.ChoiceField(label=_("User of ECCS"), required=False, help_text=_("Leave empty where there is none"))
    field_order = ("full_name", "person")


class EndSignatoryForm(StepForm):
    """A person who signs no longer."""

    choices_of = {"signatory": _signatories}

    signatory = forms.ChoiceField(label=_("Signatory"))
    until = day_field(_("Last day"))
    reason = words_field(_("Why"))


class OrderForm(StepForm):
    """An order with its reason."""

    order_number = order_field()
    order_date = past_day(_("Order of"))
    reason = words_field(_("Reason"))


class RenewForm(StepForm):
    """A later last day, or none."""

    order_number = order_field()
    order_date = past_day(_("Order of"))
    valid_until = day_field(_("New last day"), _("Leave empty where it is valid until revoked"), required=False)


class ReactivateForm(StepForm):
    """Renewal after deemed invalidation, on Form K."""

    applied_on = past_day(_("Application in Form K received on"))
    fee_receipt = forms.CharField(label=_("Receipt of the fee"), max_length=60)
    order_number = order_field()
    order_date = past_day(_("Order of"))
    satisfied = forms.BooleanField(
        label=_("The performance was satisfactory, no misconduct is known, and reg. 10 is complied with")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.document.inactive_since is not None:
            last = self.document.apply_until()
            self.fields["applied_on"].help_text = _("Not later than %(day)s") % {"day": f"{last:%d/%m/%Y}"}
        fee = rule_book().amount("courier_renewal_fee", timezone.localdate())
        self.fields["fee_receipt"].help_text = _("%(fee)s were paid") % {"fee": rupees(fee)}


class SurrenderForm(StepForm):
    """A registration given up."""

    applied_on = past_day(_("Application received on"))
    order_number = order_field()
    order_date = past_day(_("Order of"))
    dues_paid = forms.BooleanField(label=_("All dues to the Central Government are paid"))
    no_proceedings = forms.BooleanField(label=_("No proceedings are pending against the courier"))


class RevokeForm(StepForm):
    """A registration revoked after notice."""

    notice_date = past_day(_("Notice given on"))
    order_number = order_field()
    order_date = past_day(_("Order of"))
    reason = words_field(_("Reason"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = rule_book().count("courier_revocation_notice_days", timezone.localdate())
        self.fields["notice_date"].help_text = _("At least %(days)d days before the order (reg. 13A)") % {"days": days}
