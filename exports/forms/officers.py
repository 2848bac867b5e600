"""What officers answer when they assess or examine the goods of a shipping bill."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bills.forms import holds, officers
from exports.forms.changing import Changing
from exports.models import ExportExamination

ALTERABLE = (
    "invoice_terms", "currency", "under_bond_or_ut", "nature", "cth", "quantity", "uom", "unit_price", "fob_value",
    "taxable_value", "igst_paid",
)  # fmt: skip


class AssessmentForm(Changing, officers.StepForm):
    """Accepted or altered, and cleared under assessment, with examination mandated or not (PN17 7.1(b); Circular 19/2023)."""

    template = "exports/_assess.html"
    needs_all = False

    declared = forms.ChoiceField(
        label=_("Tariff item, quantity, value and scheme"), widget=forms.RadioSelect, initial="accept", required=False,
        choices=[("accept", _("Accept as declared")), ("alter", _("Alter, as entered below"))],
    )  # fmt: skip
    examine = forms.ChoiceField(
        label=_("Examination"), widget=forms.RadioSelect, choices=[("yes", _("Yes")), ("no", _("No"))], initial="no",
        help_text=_("Without it, a shipping bill for assessment alone gets its Let Export Order with the clear X-ray."),
    )  # fmt: skip
    remarks = forms.CharField(
        label=_("Assessment remarks"), widget=forms.Textarea(attrs={"rows": 2}), max_length=1000, required=False,
        help_text=_("The courier reads them."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.document.examination_prescribed:
            self.fields["examine"].initial = "yes"
        self.offer(ALTERABLE)

    def clean_examine(self) -> str:
        """What the RMS prescribes is not given up here."""
        answer: str = self.cleaned_data["examine"]
        if answer == "no" and self.document.examination_prescribed:
            raise ValidationError(_("The RMS prescribes the examination of this bill."))
        return answer

    def clean(self) -> dict[str, Any]:
        """What is to be altered must be altered, to what could have been filed; and the courier reads why."""
        given = super().clean() or {}
        self.alterations = self.changed(given) if given.get("declared") == "alter" else []
        if given.get("declared") != "alter" or self.errors:
            return given
        if not self.alterations:
            self.add_error("declared", _("Nothing is altered: change what is not as declared, or accept."))
        elif not given.get("remarks"):
            self.add_error("remarks", _("Say why it is altered: the courier reads the reason."))
        else:
            self.check_as_filed(self.alterations)
        return given

    def answers(self) -> dict[str, Any]:
        """Examination yes or no, remarks, and what is altered."""
        given = self.cleaned_data
        told = {"mandate_examination": given["examine"] == "yes", "remarks": given["remarks"]}
        return told | {"alterations": self.alterations} if self.alterations else told


class ExaminationForm(officers.ExaminationForm):
    """What the Inspector opened and found."""

    recommendation = forms.ChoiceField(
        label=_("Recommended"), widget=forms.RadioSelect, choices=ExportExamination.Recommendation.choices
    )


class AdjudicationForm(holds.AdjudicationForm):
    """Release against a redemption fine and a penalty, or absolute confiscation (PN17 7.1(k); section 125)."""

    fine = officers.amount(_("Redemption fine, rupees"), initial=0)
    revised_duty = None  # type: ignore[assignment]  # there is no duty to revise
    field_order = ["order_number", "order_date", "outcome", "fine", "penalty", "remarks"]

    def answers(self) -> dict[str, Any]:
        """The order, as the trail keeps it; on goods for export there is no duty to revise."""
        return {
            name: str(value or 0) if name in ("fine", "penalty") else str(value)
            for name, value in self.cleaned_data.items()
        }
