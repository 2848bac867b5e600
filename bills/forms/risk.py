"""What is asked of an officer who departs from the RMS."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bills.forms.officers import StepForm
from bills.models import RiskDeparture


class DepartureForm(StepForm):
    """What is left out, and why."""

    what = forms.ChoiceField(label=_("What is left out"), choices=RiskDeparture.What.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), min_length=10, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The DC/AC reads it and decides. It is kept with the bill."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["what"]
        open_ = self.document.prescribed_now()
        choice.choices = [(value, label) for value, label in RiskDeparture.What.choices if value in open_]
