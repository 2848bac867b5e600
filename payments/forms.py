"""What is asked about a payment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from eccs.workflow import Document
from payments.clearance import Stage


class VerifyPaymentForm(forms.Form):
    """The bank's transaction number, from the payer's account statement (PN17 8.1)."""

    bank_transaction = forms.CharField(
        label=_("Bank transaction number"),
        help_text=_("On your account statement, 12 to 22 letters and digits"),
        validators=[
            RegexValidator(
                r"\A[A-Z0-9]{12,22}\Z", _("The number has 12 to 22 letters and digits, without spaces between.")
            )
        ],
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, document: Document, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            name = self.add_prefix("bank_transaction")
            typed = str(self.data.get(name, "")).upper().replace(" ", "").replace("\u00a0", "")
            self.data = {**self.data.dict(), name: typed} if hasattr(self.data, "dict") else {**self.data, name: typed}

    def answers(self) -> dict[str, Any]:
        """The number as the bank writes it."""
        return {"bank_transaction": self.cleaned_data["bank_transaction"]}


class RefusalForm(forms.Form):
    """Why a late payment is not taken."""

    remarks = forms.CharField(
        label=_("Why, and how the payer gets the money back"), min_length=5, max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, document: Document, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def answers(self) -> dict[str, Any]:
        """The remarks."""
        return {"remarks": self.cleaned_data["remarks"]}


class HistoryForm(forms.Form):
    """The filters of the Transaction History."""

    number = forms.RegexField(r"\A\d{1,10}\Z", label=_("Challan number begins with"), required=False)
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("Any")), *Stage.choices])
    since = forms.DateField(label=_("Made on or after"), required=False, input_formats=["%Y-%m-%d", "%d/%m/%Y"])
    until = forms.DateField(label=_("Made on or before"), required=False, input_formats=["%Y-%m-%d", "%d/%m/%Y"])

    def lookups(self) -> dict[str, Any]:
        """What the challans must fit."""
        given = self.cleaned_data
        found = {
            "number__startswith": given.get("number"), "stage": given.get("stage"),
            "created_at__date__gte": given.get("since"), "created_at__date__lte": given.get("until"),
        }  # fmt: skip
        return {lookup: value for lookup, value in found.items() if value}


class SettlementForm(forms.Form):
    """How something the bank said was put right."""

    settlement = forms.CharField(label=_("How it was put right"), min_length=5, max_length=300)
