"""What is answered about uncleared goods: by the courier, the custodian and the DC/AC."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bills.forms.officers import StepForm, amount, not_after_today, past_day
from bills.models import Disposal, UnclearedNotice


def _text(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class RequestForm(forms.Form):
    """Why the goods go back, and that they may (reg. 5(6))."""

    reason = forms.CharField(
        label=_("Reason for the return"), widget=_text(), max_length=1000, help_text=_("The DC/AC reads it.")
    )
    declared = forms.BooleanField(
        label=_("I declare that the goods are neither prohibited nor restricted, and that no proceedings are on against them")
    )  # fmt: skip


class ProposalForm(forms.Form):
    """How the goods are to be disposed of, and why so."""

    manner = forms.ChoiceField(label=_("Manner of disposal"), widget=forms.RadioSelect, choices=Disposal.Manner.choices)
    reason = forms.CharField(
        label=_("Reason"), widget=_text(), max_length=1000,
        help_text=_("For example condition, shelf life, or what the consignee answered. The DC/AC reads it."),
    )  # fmt: skip


class PostedForm(forms.Form):
    """When a notice was handed in at the post."""

    posted_on = past_day(_("Day on which the notice was posted"))

    def __init__(self, *args: Any, notice: UnclearedNotice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.notice = notice

    def clean_posted_on(self) -> date | None:
        """After it was issued, and not to come."""
        day: date | None = self.cleaned_data["posted_on"]
        if day is not None and day < timezone.localdate(self.notice.issued_at):
            raise ValidationError(_("The day is before the notice was issued."))
        return not_after_today(day)


class RemarksForm(StepForm):
    """What the DC/AC adds to the permission."""

    remarks = forms.CharField(
        label=_("Remarks"), widget=_text(2), max_length=1000, required=False, help_text=_("The courier reads them.")
    )


class ReasonForm(StepForm):
    """Why it is refused."""

    remarks = forms.CharField(
        label=_("Why it is refused"), widget=_text(), max_length=1000, help_text=_("The courier reads it.")
    )


class ReturnedForm(StepForm):
    """With what the goods left."""

    airway_bill = forms.CharField(label=_("Airway bill of the return"), max_length=20)
    flight = forms.CharField(label=_("Flight number"), max_length=10)
    returned_on = past_day(_("Day on which the goods left"))

    def clean_returned_on(self) -> date | None:
        """They have left, after the permission."""
        return _done(self, self.cleaned_data["returned_on"])

    def answers(self) -> dict[str, Any]:
        """The record, as the trail keeps it."""
        given = self.cleaned_data
        return {
            "airway_bill": given["airway_bill"].upper(), "flight": given["flight"].upper(),
            "returned_on": given["returned_on"].isoformat(),
        }  # fmt: skip


class DisposedForm(StepForm):
    """What became of the goods."""

    disposed_on = past_day(_("Day of the disposal"))
    reference = forms.CharField(label=_("Number of the lot or of the certificate"), max_length=60)
    taken_over_by = forms.CharField(label=_("Buyer"), max_length=120)
    proceeds = amount(_("Sale proceeds, rupees"))
    present = forms.CharField(
        label=_("Who was present"), max_length=200, help_text=_("Names and offices: of Customs and of the custodian.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one: Any = self.document
        if one.manner == Disposal.Manner.DESTRUCTION:
            self.fields["taken_over_by"].label = _("Destroyed by")
            del self.fields["proceeds"]

    def clean_disposed_on(self) -> date | None:
        """It has been done, after the permission."""
        return _done(self, self.cleaned_data["disposed_on"])

    def clean_proceeds(self) -> Decimal:
        """Goods are not given away at an auction."""
        sum_of_sale: Decimal = self.cleaned_data["proceeds"]
        if not sum_of_sale:
            raise ValidationError(_("Enter what the sale brought."))
        return sum_of_sale

    def answers(self) -> dict[str, Any]:
        """The record, as the trail keeps it."""
        given = self.cleaned_data
        return {
            "disposed_on": given["disposed_on"].isoformat(), "reference": given["reference"],
            "taken_over_by": given["taken_over_by"], "present": given["present"], "proceeds": str(given.get("proceeds", "")),
        }  # fmt: skip


def _done(form: StepForm, day: date | None) -> date | None:
    """A day between the permission and today."""
    one: Any = form.document
    if day is not None and one.decided_at is not None and day < timezone.localdate(one.decided_at):
        raise ValidationError(_("The day is before the permission."))
    return not_after_today(day)
