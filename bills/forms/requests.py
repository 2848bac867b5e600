"""What is asked when a bill is to be amended or cancelled."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bills.forms.amending import AmendmentForm
from bills.forms.documents import DocumentsAmendmentForm
from bills.forms.officers import StepForm
from bills.models import CourierBillOfEntry


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
