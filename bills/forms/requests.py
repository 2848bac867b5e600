"""What is asked when a bill is to be amended or cancelled, and when a provisional assessment becomes final."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bills.drafts import ITEM, OF_INVOICE
from bills.forms.documents import DocumentsAmendmentForm
from bills.forms.entry import BY_NAME, DraftForm, sentence
from bills.forms.officers import StepForm, amount, not_after_today, past_day
from bills.forms.words import YES_NO
from bills.models import BillInvoice, CourierBillOfEntry, Item
from bills.rates import exchange_rates, tariff
from bills.requests import header_names, misfit_as_amended, text_of
from eccs.money import rupees
from eccs.uploads.checks import Bad
from eccs.workflow import Refused

EMPTY = {"gstin", "iec_branch", "state_code", "ad_code", "manufacturer", "notification", "notification_sl_no",
         "licence_number", "nature", "gift_kind", "freight", "insurance", "inland_charges", "discount"}  # fmt: skip


class AmendmentForm(StepForm):
    """Every declared value as it stands, each to be changed; what is changed is checked as filing would (PN17 11.0)."""

    template = "bills/_amend.html"

    reason = forms.CharField(
        label=_("Reason for the amendment"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000,
        help_text=_("The Assessing Officer and the DC/AC read it."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items: list[Item] = list(self.document.items.all())
        self.invoices: list[BillInvoice] = list(self.document.invoices.all())
        for key, _item, name, old in self._declared():
            field = DraftForm._field(name)
            field.initial = old == "Y" if name in YES_NO else old
            field.required = bool(old) and name not in EMPTY and name not in YES_NO
            self.fields[key] = field

    def _declared(self) -> Iterator[tuple[str, int, str, str]]:
        """Each declared value: its key in the form, the number of its item or 0, its name, its text."""
        for name in header_names(self.document):
            yield f"bill_{name}", 0, name, text_of(getattr(self.document, name))
        for invoice in self.invoices:
            for name in OF_INVOICE:
                yield f"invoice{invoice.place}_{name}", 0, name, text_of(getattr(invoice, name))
        for item in self.items:
            for name in ITEM:
                yield f"item{item.item_no}_{name}", item.item_no, name, text_of(getattr(item, name))

    def header_fields(self) -> list[Any]:
        """The fields of the bill as a whole."""
        return [self[f"bill_{name}"] for name in header_names(self.document)]

    def invoice_fields(self) -> list[dict[str, Any]]:
        """The fields of each invoice of a CBE-XIV."""
        return [{"invoice": i, "fields": [self[f"invoice{i.place}_{n}"] for n in OF_INVOICE]} for i in self.invoices]

    def item_fields(self) -> list[dict[str, Any]]:
        """The fields of each item."""
        return [{"item": item, "fields": [self[f"item{item.item_no}_{n}"] for n in ITEM]} for item in self.items]

    def _changes(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        changes = []
        for key, number, name, old in self._declared():
            if key not in given:
                continue
            new = ("Y" if given[key] else "N") if name in YES_NO else str(given[key] or "").strip()
            if new and name not in YES_NO:
                try:
                    new = text_of(BY_NAME[name].convert(new))
                except Bad as bad:
                    self.add_error(key, sentence(str(bad)))
                    continue
            if new != old:
                change: dict[str, Any] = {"name": name, "item": number, "old": old, "new": new}
                if key.startswith("invoice") and key[7].isdigit():
                    change["invoice"] = int(key.removeprefix("invoice").partition("_")[0])
                changes.append(change)
        return changes

    def clean(self) -> dict[str, Any]:
        """Something is changed, to what could be filed today."""
        given = super().clean() or {}
        self.changes = self._changes(given)
        if not self.errors and not self.changes:
            self.add_error(None, _("Nothing is changed: change at least one value."))
        for change in self.changes:
            if change["new"]:
                self._check_rates(change)
        if not self.errors:
            self._check_value()
        return given

    def _check_rates(self, change: dict[str, Any]) -> None:
        bill, new = self.document, change["new"]
        assert bill.presented_on is not None
        of = (
            f"item{change['item']}"
            if change["item"]
            else f"invoice{change['invoice']}"
            if "invoice" in change
            else "bill"
        )
        key = f"{of}_{change['name']}"
        if change["name"] == "cth" and tariff().rate(new, bill.rates_on or bill.presented_on) is None:
            self.add_error(key, _("%(cth)s is not a tariff item.") % {"cth": new})
        if change["name"] == "currency" and exchange_rates().rate(new, bill.presented_on) is None:
            self.add_error(key, _("%(currency)s has no rate of exchange in force.") % {"currency": new})
        if change["name"] == "invoice_date" and date.fromisoformat(new) > bill.presented_on:
            self.add_error(key, _("The invoice is not later than the bill."))

    def _check_value(self) -> None:
        try:
            misfit = misfit_as_amended(self.document, self.changes)
        except Refused as refusal:
            self.add_error(None, " ".join(refusal.reasons))
            return
        if misfit:
            words = _("After this amendment %(reason)s. Cancel the bill, then file the other form.")
            self.add_error(None, words % {"reason": misfit})

    def answers(self) -> dict[str, Any]:
        """What is to change, with old and new value, and why."""
        return {"changes": self.changes, "reason": self.cleaned_data["reason"]}


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
