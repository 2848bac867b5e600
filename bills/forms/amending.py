"""The form on which a filed bill is amended: every declared value as it stands, Form E's blocks among them (PN17 11.0)."""

from __future__ import annotations

from datetime import date
from operator import itemgetter
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bills import adding, parties
from bills.amendable import Declared, Locked, declared, form_e_of, locked
from bills.columns import FORM_E
from bills.drafts import INVOICE_OF_XIV
from bills.form_e import check_blocks, check_parties
from bills.forms.adding import Additions, Group
from bills.forms.entry import BY_NAME, DraftForm, sentence
from bills.forms.officers import StepForm
from bills.forms.words import LABELS, YES_NO
from bills.kinds import Kind
from bills.models import BillInvoice, Item
from bills.rates import exchange_rates, tariff
from bills.requests import Change, misfit_as_amended, text_of, value_of
from eccs import places
from eccs.uploads.checks import Bad
from eccs.workflow import Refused
from manifests.by_bill import faults

NEEDED = {
    "iec", "invoice_number", "invoice_date", "invoice_terms", "currency", "cth", "description", "country_of_origin",
    "quantity", "uom", "unit_price", "importer_category", "be_class", "valuation_rule", "country_of_consignment",
}  # fmt: skip


OF_BLOCKS = frozenset((*FORM_E, *INVOICE_OF_XIV))  # what Form E asks of the bill or of each of its invoices


class AmendmentForm(Additions, StepForm):
    """Every declared value as it stands, each to be changed; what is changed is checked as filing would (PN17 11.0)."""

    template = "bills/_amend.html"

    reason = forms.CharField(
        label=_("Reason for the amendment"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000,
        help_text=_("The Assessing Officer and the DC/AC read it."),
    )  # fmt: skip

    adjudication_reference = forms.CharField(label=_("Adjudication reference"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.why_on_adjudication = parties.why_on_adjudication(self.document)
        self.fields[parties.REFERENCE].help_text = self.why_on_adjudication
        if not self.why_on_adjudication:
            del self.fields[parties.REFERENCE]
        self.items: list[Item] = list(self.document.items.all())
        self.invoices: list[BillInvoice] = list(self.document.invoices.all())
        self.offer_additions()
        self.declared = {one.key: one for one in declared(self.document, self.invoices, self.items)}
        for key, one in self.declared.items():
            field = self._field(one)
            field.initial = one.old == "Y" if one.name in YES_NO else one.old
            field.required = bool(one.old) and (one.name in NEEDED or one.hawb)
            self.fields[key] = field

    def _field(self, one: Declared) -> forms.Field:
        if one.hawb:
            return _of_shipment(one.name)
        if one.name == "invoice_place":
            return self.place_field()
        return DraftForm._field(one.name)

    def _fields(self, **of: Any) -> list[Any]:
        """The fields of one invoice, one item, Form E's blocks, or else of the bill as a whole."""
        wanted = {"item": 0, "invoice": 0, "form_e": False, "hawb": False} | of
        return [self[key] for key, one in self.declared.items() if all(getattr(one, n) == v for n, v in wanted.items())]

    def fields_of(self, item: int) -> list[Any]:
        """The fields of an item."""
        return self._fields(item=item)

    def groups(self) -> list[Group]:
        """The bill as a whole, its shipment, Form E's blocks, each invoice of a CBE-XIV, and each item."""
        of_shipment = _("Consignee, consignor and description: the manifest says the same")
        reference = [self[parties.REFERENCE]] if self.why_on_adjudication else []
        of_form_e = self._fields(form_e=True)
        blocks = Group(_("Form E: importer, class, high-sea sale, special requests, carriage"), of_form_e)
        return [
            Group(_("Importer, invoice and charges"), self._fields(), True),
            Group(of_shipment, [*self._fields(hawb=True), *reference], words=self.why_on_adjudication),
            *([blocks] if of_form_e else ()), *self._invoice_groups(), *self.new_invoice_groups(), *self.item_groups(),
        ]  # fmt: skip

    def _invoice_groups(self) -> list[Group]:
        """The fields of each invoice of a CBE-XIV, and the box that takes it off."""
        told = []
        for one in self.invoices:
            if (off := f"off_invoice{one.place}") in self.fields:
                heading = f"{_('Invoice %(no)s') % {'no': one.place}}: {one.invoice_number}"
                told.append(Group(heading, [self[off], *self._fields(invoice=one.place)]))
        return told

    def locked(self) -> list[Locked]:
        """What no amendment changes, with the reason."""
        return locked(self.document)

    def _changes(self, given: dict[str, Any]) -> list[Change]:
        changes = []
        for key, one in self.declared.items():
            if key not in given:
                continue
            new = ("Y" if given[key] else "N") if one.name in YES_NO else str(given[key] or "").strip()
            if new and one.name not in YES_NO and one.name in BY_NAME and not one.hawb:
                try:
                    new = text_of(BY_NAME[one.name].convert(new))
                except Bad as bad:
                    self.add_error(key, sentence(str(bad)))
                    continue
            if new != one.old:
                changes.append(one.changed_to(new))
        return changes

    def clean(self) -> dict[str, Any]:
        """Something is changed, to what could be filed today."""
        given = super().clean() or {}
        self.changes = self.additions(given, self._changes(given))
        self._check_shipment(given)
        if not self.errors and not self.changes:
            self.add_error(None, _("Nothing is changed: change at least one value."))
        for change in self.changes:
            for told in _each(change):
                self._check_rates(told)
        if not self.errors and self.document.kind == Kind.XIV:
            check_form_e(self)
        if not self.errors:
            self._check_value()
        return given

    def _check_shipment(self, given: dict[str, Any]) -> None:
        """What is changed of the shipment would stand on the manifest; after the arrival on adjudication alone."""
        after = parties.details(self.changes)
        hawb = parties.shipment_of(self.document) if after else None
        if hawb is None:
            return
        for column, reason in faults(hawb, after):
            key = f"hawb_{column}"
            self.add_error(key if key in self.fields else None, sentence(reason))
        if not self.why_on_adjudication:
            return
        reference = str(given.get(parties.REFERENCE) or "").strip()
        if not reference:
            self.add_error(parties.REFERENCE, self.why_on_adjudication)
        self.changes.append({"name": parties.REFERENCE, "item": 0, "old": "", "new": reference, "hawb": True})

    def _check_rates(self, change: Change) -> None:
        bill, new = self.document, change["new"]
        assert bill.presented_on is not None
        key = key_of(change)
        if change["name"] == "cth" and tariff().rate(new, bill.rates_on or bill.presented_on) is None:
            self.add_error(key, _("%(cth)s is not a tariff item.") % {"cth": new})
        if (
            change["name"] in ("currency", "discount_currency")
            and exchange_rates().rate(new, bill.presented_on) is None
        ):
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


def _each(change: Change) -> list[Change]:
    """A change value by value: of an item or an invoice that is added, each that is declared of it."""
    if change["name"] not in adding.WHOLE:
        return [change] if change["new"] and not change.get("hawb") else []
    of: Change = {name: change[name] for name in ("item", "invoice") if name in change}
    return [of | {"name": name, "new": text} for name, text in change.get("values", {}).items() if text]


def _of_shipment(name: str) -> forms.Field:
    """The field of a detail that stands on the manifest."""
    if name == "consignor_country":
        told = [
            (code, f"{country} ({code})") for code, country in sorted(places.COUNTRY_NAMES.items(), key=itemgetter(1))
        ]
        return forms.ChoiceField(label=parties.label(name), choices=told)
    field = forms.CharField(label=parties.label(name), max_length=240)
    if name == "description" or "address" in name:
        field.widget = forms.Textarea(attrs={"rows": 2})
    return field


class _Amended:
    """Values as they would be after the changes; a fault stands at its field where the value can be amended."""

    def __init__(self, form: AmendmentForm, *targets: Any, **of: Any) -> None:
        self.form, self.targets, self.of = form, targets, of

    def _change(self, name: str) -> Change | None:
        wanted = self.of if name in OF_BLOCKS else {}
        return next((c for c in self.form.changes if c["name"] == name and wanted.items() <= c.items()), None)

    def given(self, name: str) -> Any:
        target = next(t for t in self.targets if hasattr(t, name))
        change = self._change(name)
        return value_of(target, name, change["new"]) if change else getattr(target, name)

    def lacks(self, name: str) -> bool:
        return self.given(name) in (None, "") and not self.wrong(name)

    def wrong(self, name: str) -> bool:
        return self._key(name) in self.form.errors

    def fault(self, name: str, reason: str) -> None:
        key = self._key(name)
        self.form.add_error(key if key in self.form.fields else None, sentence(reason))

    def called(self, name: str) -> str:
        return str(_("“%(label)s”") % {"label": LABELS[name]})

    def _key(self, name: str) -> str:
        return Declared(name, "", **self.of if name in OF_BLOCKS else {}).key


def check_form_e(form: AmendmentForm) -> None:
    """Form E's blocks and invoices agree with themselves after the changes, as at filing; every invoice keeps an item."""
    bill, blocks = form.document, form_e_of(form.document)
    presented_on = bill.presented_on
    assert presented_on is not None
    if blocks is not None and any(c.get("form_e") or not (c["item"] or c.get("invoice")) for c in form.changes):
        check_blocks(_Amended(form, blocks, bill, form_e=True), presented_on)
    touched = {c["invoice"] for c in form.changes if c.get("invoice")}
    for invoice in form.invoices:
        if invoice.place in touched:
            check_parties(_Amended(form, invoice, invoice=invoice.place), presented_on)
    new_items, new_invoices = adding.come(bill, form.changes)
    for invoice in new_invoices:
        check_parties(_Amended(form, invoice, invoice=invoice.place), presented_on)
    off_items, off_invoices = adding.gone(form.changes)
    moved = {c["item"]: int(c["new"] or 0) for c in form.changes if c["name"] == "invoice_place"}
    places = {moved.get(i.item_no, i.invoice_place) for i in (*form.items, *new_items) if i.item_no not in off_items}
    for invoice in (*form.invoices, *new_invoices) if moved or off_items or new_invoices else ():
        if invoice.place not in off_invoices and invoice.place not in places:
            form.add_error(None, _("Invoice %(number)s has no item left.") % {"number": invoice.invoice_number})


def key_of(change: Change) -> str:
    """The field of a change."""
    place, blocks = change.get("invoice", 0), change.get("form_e", False)
    hawb = change.get("hawb", False)
    return Declared(change["name"], "", item=change["item"], invoice=place, form_e=blocks, hawb=hawb).key
