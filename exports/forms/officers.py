"""What officers answer when they assess or examine the goods of a shipping bill."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bills.forms import officers
from exports.models import ExportExamination


class AssessmentForm(officers.StepForm):
    """Cleared under assessment, with examination mandated or not (Circular 19/2023)."""

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

    def clean_examine(self) -> str:
        """What the RMS prescribes is not given up here."""
        answer: str = self.cleaned_data["examine"]
        if answer == "no" and self.document.examination_prescribed:
            raise ValidationError(_("The RMS prescribes the examination of this bill."))
        return answer

    def answers(self) -> dict[str, Any]:
        """Examination yes or no, and remarks."""
        given = self.cleaned_data
        return {"mandate_examination": given["examine"] == "yes", "remarks": given["remarks"]}


class ExaminationForm(officers.ExaminationForm):
    """What the Inspector opened and found."""

    recommendation = forms.ChoiceField(
        label=_("Recommended"), widget=forms.RadioSelect, choices=ExportExamination.Recommendation.choices
    )
