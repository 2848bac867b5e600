"""The fields in which the Assessing Officer alters a bill: each item, its exemption, and each invoice (PN17 7.1(b))."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bills import altering, rates
from bills.claims import Decision
from bills.forms.entry import sentence
from bills.forms.words import LABELS, TERMS
from bills.kinds import Kind
from bills.models import CourierBillOfEntry, Item
from bills.requests import text_of
from eccs import identifiers, places

NUMBERS: dict[str, dict[str, Any]] = {
    "quantity": {"min_value": Decimal("0.001"), "max_digits": 14, "decimal_places": 3},
    "unit_price": {"min_value": Decimal(0), "max_digits": 16, "decimal_places": 4},
    **{name: {"min_value": Decimal(0), "max_digits": 16, "decimal_places": 2} for name in ("freight", "insurance", "inland_charges", "discount")},
}  # fmt: skip
CHOICES = {
    "invoice_terms": TERMS, "currency": [(code, code) for code in sorted(places.CURRENCIES)],
    "uom": [(code, code) for code in sorted(places.UNITS)],
}  # fmt: skip
LONGEST = {"cth": 12, "notification": 20, "notification_sl_no": 12}
CLAIM = (
    (Decision.ACCEPTED, _("Accept the exemption")),
    (Decision.DENIED, _("Deny it: the duty is charged without it")),
)


def _field(name: str, label: Any, value: Any) -> forms.Field:
    """A field for one value, with what stands there now."""
    if name in CHOICES:
        return forms.ChoiceField(label=label, initial=value, required=False, choices=CHOICES[name])
    plain = {"autocomplete": "off", "inputmode": "decimal" if name in NUMBERS else "text"}
    if name in NUMBERS:
        widget = forms.TextInput(attrs=plain)
        return forms.DecimalField(label=label, initial=text_of(value), required=False, widget=widget, **NUMBERS[name])
    if name == "cth":
        plain["inputmode"] = "numeric"
    return forms.CharField(
        label=label, initial=value, required=False, max_length=LONGEST[name], widget=forms.TextInput(attrs=plain)
    )


class Alterations(forms.Form):
    """What of a bill the officer may alter. A field that was not sent alters nothing; an emptied one takes the value away."""

    document: CourierBillOfEntry
    items: list[Item]

    def offer_alterations(self) -> None:
        """Put a field there for each value that may be altered."""
        bill = self.document
        several = list(bill.invoices.all()) if bill.kind == Kind.XIV else []
        self.invoiced: list[Any] = several or [bill]
        for item in self.items:
            for name in altering.OF_ITEM:
                named = {"label": LABELS[name], "no": item.item_no}
                label = _("%(label)s of item %(no)d") % named
                if name == "unit_price":
                    label = _("Unit price of item %(no)d, %(currency)s") % {**named, "currency": self._currency(item)}
                self.fields[f"{name}_{item.item_no}"] = _field(name, label, getattr(item, name))
            if item.claims:
                self.fields[f"claim_{item.item_no}"] = forms.ChoiceField(
                    label=_("Exemption claimed for item %(no)d: %(notification)s, serial %(serial)s")
                    % {"no": item.item_no, "notification": item.notification, "serial": item.notification_sl_no or "–"},
                    choices=CLAIM, widget=forms.RadioSelect, initial=item.claim or Decision.ACCEPTED, required=False,
                )  # fmt: skip
                self.fields[f"claim_reason_{item.item_no}"] = forms.CharField(
                    label=_("Why the exemption of item %(no)d is denied") % {"no": item.item_no}, max_length=300,
                    required=False, initial=item.claim_reason, help_text=_("The courier reads it."),
                )  # fmt: skip
        for place, invoice in enumerate(self.invoiced, 1):
            for name in altering.OF_INVOICE:
                label = LABELS[name]
                if several:
                    label = _("%(label)s, invoice %(no)s") % {"label": label, "no": invoice.invoice_number}
                self.fields[f"{name}_of_{place}"] = _field(name, label, getattr(invoice, name))

    def _currency(self, item: Item) -> str:
        place = item.invoice_place - 1
        return str(self.invoiced[place].currency if place < len(self.invoiced) else self.document.currency)

    def item_rows(self) -> list[dict[str, Any]]:
        """The items with the fields in which each may be altered, and those of the exemption it claims."""
        rows = []
        for item in self.items:
            claim = [self[f"{name}_{item.item_no}"] for name in altering.CLAIM] if item.claims else []
            rows.append({
                "item": item, "fields": [self[f"{name}_{item.item_no}"] for name in altering.OF_ITEM], "claim": claim,
            })  # fmt: skip
        return rows

    def invoice_rows(self) -> list[dict[str, Any]]:
        """The invoices with the fields in which each may be altered."""
        return [
            {"invoice": one, "fields": [self[f"{name}_of_{place}"] for name in altering.OF_INVOICE]}
            for place, one in enumerate(self.invoiced, 1)
        ]

    def clean_alterations(self, given: dict[str, Any]) -> None:
        """What is to be altered must be altered, to what there is; a denial has its reason, and so has all of it."""
        denied = [item for item in self.items if given.get(f"claim_{item.item_no}") == Decision.DENIED]
        for item in denied:
            if not given.get(f"claim_reason_{item.item_no}"):
                self.add_error(
                    f"claim_reason_{item.item_no}", _("Say why the exemption is denied: the courier reads the reason.")
                )
        if given.get("declared") != "alter":
            if any(item.claim != Decision.DENIED for item in denied):
                self.add_error("declared", _("An exemption is denied: choose to alter the bill."))
            return
        for item in self.items:
            name = f"cth_{item.item_no}"
            cth = (given.get(name) or item.cth).replace(" ", "")
            if reason := identifiers.cth(cth):
                self.add_error(name, sentence(reason))
            elif cth != item.cth and not self._has_rate(cth):
                self.add_error(name, _("%(cth)s is not a tariff item.") % {"cth": cth})
        if not self.errors:
            if not self.altered(given):
                self.add_error("declared", _("Nothing is altered: change what is not as declared, or accept."))
            elif not given.get("remarks"):
                self.add_error("remarks", _("Say why it is altered: the courier reads the reason."))

    def _has_rate(self, cth: str) -> bool:
        on = self.document.rates_on or self.document.presented_on
        assert on is not None
        return rates.tariff([cth]).rate(cth, on) is not None

    def altered(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        """What is altered, by item and by invoice: each value only where it changes."""
        changes: list[dict[str, Any]] = []
        for item in self.items:
            change = self._changed(given, item, altering.OF_ITEM, f"_{item.item_no}")
            decided = given.get(f"claim_{item.item_no}")
            if item.claims and decided and decided != (item.claim or Decision.ACCEPTED):
                denied = decided == Decision.DENIED
                change |= {"claim": decided, "claim_reason": given[f"claim_reason_{item.item_no}"] if denied else ""}
            if change:
                changes.append({"item_no": item.item_no, **change})
        for place, invoice in enumerate(self.invoiced, 1):
            if change := self._changed(given, invoice, altering.OF_INVOICE, f"_of_{place}"):
                changes.append({"invoice": place, **change})
        return changes

    def _changed(self, given: dict[str, Any], target: Any, names: tuple[str, ...], suffix: str) -> dict[str, str]:
        """The values of an item or an invoice that were sent and are others than those that stand there."""
        change = {}
        for name in names:
            if self.add_prefix(f"{name}{suffix}") not in self.data:
                continue
            new = text_of(given.get(f"{name}{suffix}"))
            new = new.replace(" ", "") if name == "cth" else new
            if name in ("cth", "quantity", "unit_price", *CHOICES) and not new:
                continue  # these are never taken away
            if new != text_of(getattr(target, name)):
                change[name] = new
        return change
