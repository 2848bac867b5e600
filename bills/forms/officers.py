"""What officers answer when they take a step on a bill."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bills import security
from bills.forms.altering import Alterations
from bills.forms.papers import IMAGES_HELP, Brings, PapersField
from bills.models import Attachment, CourierBillOfEntry, Examination
from bills.models.provisional import BondType
from bonds.master import Purpose
from bonds.models import Bond, OutsideBond
from eccs.dated_rules import rule_book
from eccs.money import grouped, rupees
from eccs.workflow import Refused

BOND = ("bond_type", "bond_amount", "bond_number", "bond_date")
ELSEWHERE = ("bond_whole", "bond_valid_until")


class StepForm(forms.Form):
    """A form of a step: it knows the bill it is about and who answers."""

    def __init__(self, *args: Any, document: CourierBillOfEntry, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document, self.actor = document, actor

    def answers(self) -> dict[str, Any]:
        """The answers as the step takes them."""
        return dict(self.cleaned_data)


def past_day(label: Any, **more: Any) -> forms.DateField:
    """A day that has come: written as people here write it, or as a computer does."""
    widget = forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off", "class": "govuk-input--width-10"})
    help_text = more.pop("help_text", _("For example 19/11/2026."))
    return forms.DateField(
        label=label, widget=widget, input_formats=["%d/%m/%Y", "%Y-%m-%d"], help_text=help_text, **more
    )


def amount(label: Any, **more: Any) -> forms.DecimalField:
    """An amount in rupees."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "govuk-input--width-10"})
    return forms.DecimalField(
        label=label, widget=widget, **{"max_digits": 14, "decimal_places": 2, "min_value": Decimal(0), **more}
    )


def not_after_today(day: date | None) -> date | None:
    """What has been executed or ordered was not in the future."""
    if day is not None and day > timezone.localdate():
        raise ValidationError(_("The day is still to come."))
    return day


def whole_field() -> forms.DecimalField:
    """The amount of a bond executed elsewhere, of which a bill takes a part."""
    help_text = _("Of a bond executed elsewhere that secures more than this bill. What it secures in all is counted.")
    return amount(
        _("Whole amount of that bond, rupees"), required=False, min_value=Decimal("0.01"), help_text=help_text
    )


def valid_field() -> forms.DateField:
    """Until when a bond executed elsewhere is valid."""
    help_text = _("Of a bond executed elsewhere that is typed for the first time.")
    return past_day(_("That bond is valid until"), required=False, help_text=help_text)


def take_from_paper(form: StepForm, given: dict[str, Any]) -> None:
    """A bond executed elsewhere is taken as it is recorded, or as it was typed; what stands against it is told at its number."""
    paper = security.paper_of(
        given["bond_number"], given.get("bond_whole"), given.get("bond_date"), given.get("bond_valid_until")
    )
    try:
        whole = security.executed_elsewhere(form.document, paper, given["bond_amount"])
    except Refused as refusal:
        form.add_error("bond_number", " ".join(refusal.reasons))
        return
    given["bond_whole"], given["bond_date"], given["bond_valid_until"] = (
        whole.amount, whole.executed_on, whole.valid_until,
    )  # fmt: skip


class AssessmentForm(Alterations, StepForm):
    """Second check: accept or alter, mandate examination or not, final or provisional with a bond (PN17 7.1(b), 7.1(c))."""

    template = "bills/_assess.html"

    declared = forms.ChoiceField(
        label=_("Classification, value, rate and exemption"), widget=forms.RadioSelect, initial="accept",
        choices=[("accept", _("Accept as declared")), ("alter", _("Alter, as entered below"))],
    )  # fmt: skip
    examine = forms.ChoiceField(
        label=_("Examination"), widget=forms.RadioSelect, choices=[("yes", _("Yes")), ("no", _("No"))], initial="no"
    )
    kind = forms.ChoiceField(
        label=_("Assessment type"), widget=forms.RadioSelect, initial="final", required=False,
        choices=[("final", _("Final")), ("provisional", _("Provisional, with a bond"))],
    )  # fmt: skip
    bond_type = forms.ChoiceField(label=_("Bond type"), choices=BondType.choices, required=False)
    bond_amount = amount(_("Bond amount, rupees"), required=False, min_value=Decimal("0.01"))
    bond_number = forms.CharField(
        label=_("Bond number"), max_length=40, required=False,
        help_text=_("Left empty, a registered bond of this type and amount is fetched with its date."),
    )  # fmt: skip
    bond_date = past_day(_("Date of the bond"), required=False)
    bond_whole, bond_valid_until = whole_field(), valid_field()
    remarks = forms.CharField(
        label=_("Assessment remarks"), widget=forms.Textarea(attrs={"rows": 1}), max_length=1000, required=False,
        help_text=_("The courier reads them."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(self.document.items.all())
        declared = security.declared_on(self.document)
        if declared:
            self.fields["bond_number"].initial = declared
            self.fields["bond_amount"].initial = self.document.form_e.bond_amount
        if self.document.examination_prescribed:
            self.fields["examine"].initial = "yes"
            self.fields["examine"].why_not = {"no": _("The RMS prescribes it.")}  # type: ignore[attr-defined]
        self.offer_alterations()
        if self.document.late_charge:
            label = _("Waive the late charge of %(amount)s") % {"amount": rupees(self.document.late_charge)}
            self.fields["waive_late_charge"] = forms.BooleanField(
                label=label, required=False, help_text=_("The remarks say why.")
            )

    @property
    def approval_words(self) -> str:
        """Whether the DC/AC approves the appraisal, and why, for a bill left as it is declared."""
        bill = self.document
        if bill.presented_on is None:
            return ""
        limit = rule_book().amount("dcac_approval_above", bill.presented_on, bill.station_id)
        words = {"value": rupees(bill.assessable_value, 2), "limit": rupees(limit, 2)}
        if bill.assessable_value > limit:
            return str(_("The DC/AC approves it: %(value)s is above %(limit)s.") % words)
        return str(_("No DC/AC approval: %(value)s is not above %(limit)s.") % words)

    def clean_examine(self) -> str:
        """An examination that the RMS prescribed is not given up here."""
        answer: str = self.cleaned_data["examine"]
        if answer == "no" and self.document.examination_prescribed:
            raise ValidationError(_("The RMS prescribes the examination of this bill."))
        return answer

    def clean_bond_date(self) -> date | None:
        """The bond has been executed."""
        return not_after_today(self.cleaned_data["bond_date"])

    def registered_bonds(self) -> list[Bond]:
        """The firm's registered bonds that have a balance: one of them is debited."""
        return security.registered_for(self.document, Purpose.PROVISIONAL)

    def recorded_bonds(self) -> list[OutsideBond]:
        """Bonds executed elsewhere that were typed for the firm before, with what each secures."""
        return security.recorded_for(self.document)

    def _clean_bond(self, given: dict[str, Any]) -> None:
        """A registered bond is fetched by its type and amount; one that is not registered has a number and a date."""
        typed = given.get("bond_number") or ""
        if not (given.get("bond_type") and given.get("bond_amount")):
            fetched = None
        else:
            try:
                fetched = security.for_assessment(self.document, given["bond_type"], typed, given["bond_amount"])
            except Refused as refusal:
                self.add_error("bond_number", " ".join(refusal.reasons))
                fetched = None
            else:
                if fetched is None:
                    take_from_paper(self, given)
        if fetched is not None:
            given["bond_number"], given["bond_date"] = fetched.number, fetched.executed_on

    def bond_fields(self) -> list[Any]:
        """The fields of the bond, for a provisional assessment."""
        return [self[name] for name in (*BOND, *ELSEWHERE)]

    def clean(self) -> dict[str, Any]:
        """What is to be altered must be altered, to a tariff item that exists; a bond is whole."""
        given = super().clean() or {}
        if given.get("kind") == "provisional":
            self._clean_bond(given)
            for name in (*BOND, "remarks"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, _("A provisional assessment needs it."))
        if given.get("waive_late_charge") and not given.get("remarks"):
            self.add_error("remarks", _("Say why the late charge is waived: the courier reads the reason."))
        self.clean_alterations(given)
        return given

    def answers(self) -> dict[str, Any]:
        """Examination yes or no, remarks, and what is altered by item."""
        given = self.cleaned_data
        alterations = self.altered(given) if given["declared"] == "alter" else None
        return {
            "mandate_examination": given["examine"] == "yes",
            "remarks": given["remarks"],
            "alterations": alterations,
            "bond": self._bond(given) if given["kind"] == "provisional" else None,
            **({"waive_late_charge": True} if given.get("waive_late_charge") else {}),
        }

    @staticmethod
    def _bond(given: dict[str, Any]) -> dict[str, str]:
        bond = {name.removeprefix("bond_"): str(given[name]) for name in BOND}
        typed = {name.removeprefix("bond_"): given.get(name) for name in ELSEWHERE}
        return bond | {name: str(value) for name, value in typed.items() if value}


class FirstCheckForm(StepForm):
    """What the Inspector should look at (PN17 7.1(a))."""

    remarks = forms.CharField(
        label=_("What to examine"), widget=forms.Textarea(attrs={"rows": 2}), max_length=1000, required=False,
        help_text=_("The Inspector reads it."),
    )  # fmt: skip


class QueryForm(StepForm):
    """A question to the courier (PN17 7.1(d), 7.1(j))."""

    question = forms.CharField(
        label=_("Question to the courier"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000,
        help_text=_("The courier reads it: do not repeat RMS instructions."),
    )  # fmt: skip
    documents_wanted = forms.CharField(
        label=_("Documents asked for"), widget=forms.Textarea(attrs={"rows": 2}), max_length=240, required=False,
        help_text=_("One a line."),
    )  # fmt: skip


class ReturnForm(StepForm):
    """Why the appraisal goes back to the Assessing Officer (PN17 7.1(f))."""

    remarks = forms.CharField(label=_("Remarks"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)


class SuspicionForm(Brings, StepForm):
    """What the X-ray picture shows (PN17 7.1(h))."""

    remarks = forms.CharField(label=_("What is suspicious"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)
    image = PapersField(label=_("X-ray image"), required=False, help_text=IMAGES_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bill = self.document
        assert bill.presented_on is not None
        if rule_book().is_on("xray_image_required", bill.presented_on, bill.station_id):
            picture = self.fields["image"]
            picture.required = True
            picture.error_messages["required"] = _("Attach the X-ray image: the Inspector examines what it shows.")
            picture.help_text = _(
                "Required at this station. PDF, JPEG, PNG or TIFF, at most 10 MiB each. For officers only."
            )

    def attach(self) -> None:
        """Keep the image before the step is taken; it is for officers."""
        self.keep("image", Attachment.Kind.XRAY)

    def attach_to(self, documents: list[CourierBillOfEntry]) -> None:
        """Of bills that are marked together the picture shows all: it is kept for each of them."""
        self.keep_for(documents, "image", Attachment.Kind.XRAY)

    def answers(self) -> dict[str, Any]:
        """The remarks."""
        return {"remarks": self.cleaned_data["remarks"]}


class ReexaminationForm(StepForm):
    """Why the goods are examined again (PN17 7.1(m))."""

    remarks = forms.CharField(
        label=_("What is in dispute"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000,
        help_text=_("The Inspector reads it."),
    )  # fmt: skip


class ExaminationForm(Brings, StepForm):
    """What the Inspector opened and found (PN17 7.1(i))."""

    packages_opened = forms.IntegerField(label=_("Packages opened"), min_value=1)
    percent = forms.IntegerField(
        label=_("Share of the goods examined, percent"), min_value=1, max_value=100, initial=100
    )
    findings = forms.CharField(label=_("Findings"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000)
    recommendation = forms.ChoiceField(
        label=_("Recommended"), widget=forms.RadioSelect, choices=Examination.Recommendation.choices
    )
    photos = PapersField(label=_("Photos"), required=False, help_text=IMAGES_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        packages = self.document.package_count()
        self.fields["packages_opened"].initial = packages
        self.fields["packages_opened"].help_text = _("Of %(count)s.") % {"count": grouped(packages)}

    def clean_packages_opened(self) -> int:
        """No more are opened than there are."""
        opened: int = self.cleaned_data["packages_opened"]
        if opened > (there := self.document.package_count()):
            raise ValidationError(_("The shipment has %(count)d packages.") % {"count": there})
        return opened

    def attach(self) -> None:
        """Keep the photos before the step is taken; they are for officers."""
        self.keep("photos", Attachment.Kind.PHOTO)

    def answers(self) -> dict[str, Any]:
        """The report."""
        return {name: value for name, value in self.cleaned_data.items() if name != "photos"}
