"""What is asked about a withdrawal from the Electronic Cash Ledger."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from eccs.beginning import begin
from eccs.workflow import Document, Refused
from payments.cash.deposits import DepositForm
from payments.cash.withdrawals import CashWithdrawal
from payments.cash.withdrawing import REQUEST, balance_suffices

WIDTH_20 = {"class": "govuk-input--width-20", "autocomplete": "off", "spellcheck": "false"}


class WithdrawalForm(DepositForm):
    """How much, through which bank, and to which account."""

    holder = forms.CharField(label=_("Name of the account's holder"), min_length=3, max_length=120)
    account_number = forms.CharField(
        label=_("Account number"), widget=forms.TextInput(attrs=WIDTH_20),
        validators=[RegexValidator(r"\A\d{9,18}\Z", _("An account number has 9 to 18 digits."))],
    )  # fmt: skip
    ifsc = forms.CharField(
        label=_("IFSC"), widget=forms.TextInput(attrs=WIDTH_20),
        validators=[RegexValidator(r"\A[A-Z]{4}0[A-Z0-9]{6}\Z", _("An IFSC is like SBIN0001234."))],
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), min_length=5, max_length=300)

    field_order = ("amount", "place", "holder", "account_number", "ifsc", "reason")


def request_withdrawal(given: dict[str, Any], actor: Actor) -> CashWithdrawal:
    """The actor's firm asks for a withdrawal. Raises Refused where less is on its ledger."""
    station, _colon, bank = given["place"].partition(":")
    at = timezone.now()
    made = CashWithdrawal(
        station_id=station, bank=bank, amount=given["amount"], holder=given["holder"], account_number=given["account_number"],
        ifsc=given["ifsc"], reason=given["reason"], courier_id=None if actor.importer_id else actor.courier_id,
        importer_id=actor.importer_id, requested_by_id=cast("int", actor.user_id), requested_at=at, stage_since=at,
    )  # fmt: skip
    if short := balance_suffices(made, actor):
        raise Refused([short])
    with transaction.atomic():
        begin([made], REQUEST.name, actor, REQUEST.activity_at(""), amount=str(made.amount))
    return made


class RemarksForm(forms.Form):
    """Why the officer decides so: the firm reads it."""

    remarks = forms.CharField(
        label=_("Remarks, for the firm too"), min_length=5, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, document: Document, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def answers(self) -> dict[str, Any]:
        """The remarks."""
        return {"remarks": self.cleaned_data["remarks"]}


class PaidOutForm(forms.Form):
    """The bank's own number of the payment, and its day."""

    reference = forms.CharField(
        label=_("Bank transaction number"), widget=forms.TextInput(attrs=WIDTH_20),
        validators=[RegexValidator(r"\A[A-Z0-9]{12,22}\Z", _("The number has 12 to 22 letters and digits, without spaces between."))],
    )  # fmt: skip
    paid_on = forms.DateField(
        label=_("Paid out on"), input_formats=["%Y-%m-%d", "%d/%m/%Y"], help_text=_("DD/MM/YYYY"),
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, document: Document, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document = cast("CashWithdrawal", document)

    def clean_reference(self) -> str:
        """A number that stands on no other withdrawal."""
        reference: str = self.cleaned_data["reference"]
        if reason := self.document.used_before(reference):
            raise forms.ValidationError(reason)
        return reference

    def clean_paid_on(self) -> date:
        """A day that has come, and not before the approval."""
        day: date = self.cleaned_data["paid_on"]
        approved = self.document.approved_at
        if approved is not None and day < timezone.localdate(approved):
            raise forms.ValidationError(_("The withdrawal was approved later than that."))
        if day > timezone.localdate():
            raise forms.ValidationError(_("The day has not come yet."))
        return day

    def answers(self) -> dict[str, Any]:
        """The number and the day."""
        return {"reference": self.cleaned_data["reference"], "paid_on": self.cleaned_data["paid_on"].isoformat()}
