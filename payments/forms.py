"""What is asked about a payment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from eccs.workflow import Document
from payments import banks
from payments.clearance import LEDGER, Stage
from payments.querysets import ChallanQuerySet


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


class AskAgainForm(VerifyPaymentForm):
    """Whether the bank is asked about the challan, or about a transaction that the payer named."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number = self.fields["bank_transaction"]
        number.required, number.label = False, _("Bank transaction number, where the payer has one")


class RefusalForm(forms.Form):
    """Why a payment is not taken."""

    remarks = forms.CharField(
        label=_("Why, and how the payer gets the money back"), min_length=5, max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, document: Document, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def answers(self) -> dict[str, Any]:
        """The remarks."""
        return {"remarks": self.cleaned_data["remarks"]}


class CreditForm(RefusalForm):
    """Why another payment than the challan's is taken onto the firm's cash ledger."""

    remarks = forms.CharField(
        label=_("What the payment is"), min_length=5, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class GivingUpForm(RefusalForm):
    """Why a challan is given up that the bank has not answered."""

    remarks = forms.CharField(
        label=_("Why, and what the bank or the payer has said"), min_length=5, max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


class DifferenceForm(RefusalForm):
    """How a difference with the bank was put right."""

    remarks = forms.CharField(
        label=_("How it was put right"), min_length=5, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class HistoryForm(forms.Form):
    """The filters of the Transaction History."""

    number = forms.RegexField(r"\A\d{1,10}\Z", label=_("Challan number begins with"), required=False)
    payer = forms.CharField(label=_("Paid by, contains"), required=False, max_length=120)
    paid_for = forms.CharField(label=_("Number of the bill, or house airway bill"), required=False, max_length=40)
    transaction = forms.CharField(label=_("Bank transaction number"), required=False, max_length=22)
    stage = forms.ChoiceField(label=_("Stage"), required=False, choices=[("", _("Any")), *Stage.choices])
    bank = forms.ChoiceField(label=_("Paid through"), required=False)
    least = forms.DecimalField(label=_("Amount from"), required=False, min_value=0, decimal_places=2, max_digits=16)
    most = forms.DecimalField(label=_("Amount up to"), required=False, min_value=0, decimal_places=2, max_digits=16)
    since = forms.DateField(label=_("Made on or after"), required=False, input_formats=["%Y-%m-%d", "%d/%m/%Y"])
    until = forms.DateField(label=_("Made on or before"), required=False, input_formats=["%Y-%m-%d", "%d/%m/%Y"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["bank"]
        field.choices = [("", _("Any")), *banks.names().items(), (banks.OURS, _("Cash ledger"))]

    def of(self, rows: ChallanQuerySet) -> ChallanQuerySet:
        """Those of the challans that fit; none where a filter cannot be read."""
        if not self.is_valid():
            return rows.none()
        given = self.cleaned_data
        bank = given.get("bank")
        through = {"told_by": LEDGER} if bank == banks.OURS else {"bank": bank}
        found = {
            "number__startswith": given.get("number"), "stage": given.get("stage"),
            "created_at__date__gte": given.get("since"), "created_at__date__lte": given.get("until"),
            "amount__gte": given.get("least"), "amount__lte": given.get("most"), **through,
            "bank_transaction": given.get("transaction", "").upper(),
        }  # fmt: skip
        rows = rows.filter(**{lookup: value for lookup, value in found.items() if value})
        if payer := given.get("payer"):
            rows = rows.filter(Q(courier__name__icontains=payer) | Q(importer__name__icontains=payer))
        paid_for = given.get("paid_for", "").upper()
        return rows.paying_for(paid_for) if paid_for else rows


class SettlementForm(forms.Form):
    """How something the bank said was put right."""

    settlement = forms.CharField(label=_("How it was put right"), min_length=5, max_length=300)
