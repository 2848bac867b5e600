"""What is asked when a bill is to be amended or cancelled, and when a provisional assessment becomes final."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bills.forms.amending import AmendmentForm
from bills.forms.documents import DocumentsAmendmentForm
from bills.forms.officers import StepForm, amount, not_after_today, past_day
from bills.models import CourierBillOfEntry
from eccs.money import rupees


def amendment_form(*args: Any, document: CourierBillOfEntry, **kwargs: Any) -> StepForm:
    """What may be amended differs with the form: of a CBE-XI the shipments, of the others every declared value."""
    kind = DocumentsAmendmentForm if document.is_documents else AmendmentForm
    return kind(*args, document=document, **kwargs)


class CancellationForm(StepForm):
    """Why the bill is to be cancelled (PN17 10.0)."""

    reason = forms.CharField(
        label=_("Reason for the cancellation"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000,
        help_text=_("The Assessing Officer and the DC/AC read it."),
    )  # fmt: skip


class FinalAssessmentForm(StepForm):
    """The duty as finally assessed (PN17 7.1(c); section 18)."""

    final_duty = amount(_("Duty as finally assessed, rupees"), decimal_places=0)
    documents_received_on = past_day(_("Documents complete on"), required=False)
    remarks = forms.CharField(label=_("Remarks"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provisional: Any = self.document
        self.fields["final_duty"].help_text = _(
            "Provisionally %(amount)s was paid. More is to be paid by a challan; what is less is recorded as a refund."
        ) % {"amount": rupees(provisional.bill.total_duty, 2)}

    def clean_documents_received_on(self) -> date | None:
        """They have come."""
        return not_after_today(self.cleaned_data["documents_received_on"])

    def answers(self) -> dict[str, Any]:
        """The final duty, as the trail keeps it."""
        return {name: None if value is None else str(value) for name, value in self.cleaned_data.items()}
