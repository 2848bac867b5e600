"""The fields in which a filed shipping bill is changed: by the courier who asks for it, or by the officer who assesses it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bills import adding
from bills.amendable import Declared, Locked
from bills.forms.adding import Group, ItemsComeAndGo
from bills.forms.documents import numbers, numbers_field
from bills.forms.entry import sentence
from bills.forms.officers import StepForm
from bills.requests import Change, text_of
from bills.xi.amending import OFF, ON
from eccs.uploads.checks import Bad
from eccs.workflow import Refused
from exports.amendable import OF_ITEM, declared, locked, why_locked
from exports.changes import judged
from exports.forms.entry import FlightPartForm, PartForm, ShipmentForm
from exports.forms.words import LABELS, YES_NO
from exports.iii import amending
from exports.iii.columns import SHIPMENT

OF_NEW_ITEM = ("cth", "description", "quantity", "uom", "unit_price", "fob_value")
NEVER_EMPTY = PartForm.needed - {"kyc_type", "kyc_number"}
ANSWERS = (("Y", _("Yes")), ("N", _("No")))


class Changing(forms.Form):
    """Declared values as they stand, each to be changed. A field that was not sent changes nothing."""

    document: Any  # the shipping bill that is changed
    items: list[Any]
    needs_all = True  # whether what filing needs must be sent

    def offer(self, names: Iterable[str] | None = None) -> None:
        """Put a field there for each value that may be changed, or for those of these names alone."""
        self.items = list(self.document.items.all())
        wanted = None if names is None else set(names)
        told = declared(self.document, self.items)
        self.declared_by_key = {one.key: one for one in told if wanted is None or one.name in wanted}
        for key, one in self.declared_by_key.items():
            field = self._field(one)
            field.initial = (one.old or "N") if one.name in YES_NO else one.old
            field.required = self.needs_all and one.name in NEVER_EMPTY
            self.fields[key] = field

    @staticmethod
    def _field(one: Declared) -> forms.Field:
        if one.name in YES_NO:
            return forms.ChoiceField(label=LABELS[one.name], choices=ANSWERS, required=False)
        field = PartForm._field(one.name)
        field.widget.attrs.pop("required", None)
        return field

    def _fields_of(self, item: int) -> list[Any]:
        return [self[key] for key, one in self.declared_by_key.items() if one.item == item]

    def header_fields(self) -> list[Any]:
        """The fields of the bill as a whole."""
        return self._fields_of(0)

    def item_rows(self) -> list[dict[str, Any]]:
        """The items, each with its fields."""
        rows = ({"item": item, "fields": self._fields_of(item.item_no)} for item in self.items)
        return [row for row in rows if row["fields"]]

    def changed(self, given: dict[str, Any]) -> list[Change]:
        """What was sent and is other than what stands there; a value that is wrong in itself is named at its field."""
        changes = []
        for key, one in self.declared_by_key.items():
            if key not in given or self.add_prefix(key) not in self.data:
                continue
            new = str(given[key] or "").strip()
            if new and one.name in PartForm.by_name:
                try:
                    new = text_of(PartForm.by_name[one.name].convert(new))
                except Bad as bad:
                    self.add_error(key, sentence(str(bad)))
                    continue
            if not new and one.name in NEVER_EMPTY:
                continue
            if new != one.old and not (one.name in YES_NO and (new or "N") == (one.old or "N")):
                changes.append(one.changed_to(new))
        return changes

    def check_as_filed(self, changes: list[Change]) -> None:
        """The bill as changed could be filed: each fault stands at its field."""
        try:
            table, _prepared = judged(self.document, self.items, changes)
        except Refused as refusal:
            self.add_error(None, " ".join(refusal.reasons))
            return
        for fault in table.faults:
            for key in (f"item{fault.row}_{fault.column}", f"bill_{fault.column}"):
                if key in self.fields:
                    self.add_error(key, sentence(fault.reason))
                    break
            else:
                self.add_error(None, f"{LABELS.get(fault.column, fault.column)} {fault.reason}.")


class AmendmentForm(ItemsComeAndGo, Changing, StepForm):
    """Every declared value that is not locked, each to be changed, items added or taken off; checked as filing would (PN17 11.0)."""

    template = "bills/_amend.html"
    fields_from, by_name, yes_no = PartForm, PartForm.by_name, YES_NO

    reason = forms.CharField(
        label=_("Reason for the amendment"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000,
        help_text=_("The Assessing Officer and the DC/AC read it."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer()
        if adding.ITEM_ON not in why_locked(self.document):
            self.offer_items()

    def names_of_item(self) -> tuple[str, ...]:
        """What a shipping bill declares of an item."""
        return OF_ITEM

    def needed_of_item(self) -> tuple[str, ...]:
        """What must be said of an item that is added."""
        return OF_NEW_ITEM

    def fields_of(self, item: int) -> list[Any]:
        """The fields of an item that may be changed where the bill stands."""
        return self._fields_of(item)

    def groups(self) -> list[Group]:
        """The bill as a whole, and each item."""
        fields = self.header_fields()
        whole = [Group(_("Parties, packages, numbers and invoice"), fields, True)] if fields else []
        return whole + self.item_groups()

    def locked(self) -> list[Locked]:
        """What no amendment changes at this stage, with the reason."""
        return locked(self.document)

    def clean(self) -> dict[str, Any]:
        """Something is changed, to what could be filed."""
        given = super().clean() or {}
        off = self.items_off(given)
        stay = [change for change in self.changed(given) if change["item"] not in off]
        goes = [adding.item_off(item) for item in self.items if item.item_no in off]
        self.changes = [*stay, *goes, *self.items_on(given)]
        if not self.errors and not self.changes:
            self.add_error(None, _("Nothing is changed: change at least one value."))
        if not self.errors:
            self.check_as_filed(self.changes)
        return given

    def answers(self) -> dict[str, Any]:
        """What is to change, with old and new value, and why."""
        return {"changes": self.changes, "reason": self.cleaned_data["reason"]}


class DocumentsAmendmentForm(ItemsComeAndGo, StepForm):
    """The flight of a CSB-III, and which bags and house airway bills are taken off it or put on it (PN17 11.0; Form G)."""

    template = "bills/_amend.html"
    fields_from, by_name, yes_no = ShipmentForm, ShipmentForm.by_name, ()
    heading_of_new = _("Put on a house airway bill")

    taken_off = numbers_field(
        _("Take off"),
        _("Bags or house airway bills of this bill that are not to leave with it, or were declared wrongly."),
    )
    reason = AmendmentForm.base_fields["reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shut, self.items = why_locked(self.document), []
        self.flight = {one.name: one for one in amending.declared(self.document)}
        for name, one in self.flight.items():
            field = FlightPartForm._field(name)
            field.initial, field.required = one.old, True
            self.fields[f"flight_{name}"] = field
        if OFF in shut:
            del self.fields["taken_off"]
        if ON not in shut:
            self.offer_items()

    def names_of_item(self) -> tuple[str, ...]:
        """What is declared of a house airway bill of documents."""
        return SHIPMENT

    def needed_of_item(self) -> tuple[str, ...]:
        """What must be said of one that is put on."""
        return tuple(name for name in SHIPMENT if name in ShipmentForm.needed)

    @property
    def lede(self) -> str:
        """What the bill covers, and how what was declared wrongly is put right."""
        words = gettext(
            "The bill covers %(hawbs)s. Change what is wrong and leave the rest. A house airway bill that was declared wrongly is taken off and put on as it should be."
        )
        return words % {"hawbs": self.document.consignment}

    def groups(self) -> list[Group]:
        """The flight, what is taken off, and the house airway bills that are put on."""
        flight = Group(_("Flight"), [self[f"flight_{name}"] for name in self.flight], True)
        off = [Group("", [self["taken_off"]])] if "taken_off" in self.fields else []
        return [*([flight] if self.flight else ()), *off, *self.item_groups()]

    def locked(self) -> list[Locked]:
        """What no amendment changes at this stage, with the reason."""
        shown = amending.flight_of(self.document)
        return [Locked(LABELS[name], shown.get(name, ""), why) for name, why in why_locked(self.document).items()]

    def _flight_changes(self, given: dict[str, Any]) -> list[Change]:
        changes = []
        for name, one in self.flight.items():
            new = str(given.get(f"flight_{name}") or "").strip()
            try:
                new = text_of(FlightPartForm.by_name[name].convert(new)) if new else one.old
            except Bad as bad:
                self.add_error(f"flight_{name}", sentence(str(bad)))
                continue
            changes += [one.changed_to(new)] if new != one.old else []
        return changes

    def clean(self) -> dict[str, Any]:
        """Something is changed, to what could be filed."""
        given = super().clean() or {}
        off, strangers = amending.taken_off(self.document, numbers(given.get("taken_off", "")))
        if strangers:
            self.add_error("taken_off", _("Not on this bill: %(numbers)s.") % {"numbers": ", ".join(strangers[:10])})
        rows = {no: self.told(given, f"item{no}", SHIPMENT, self.needed_of_item()) for no in self.new_items}
        come = {no: row for no, row in rows.items() if row is not None}
        self.changes = [*self._flight_changes(given), *off, *amending.put_on(list(come.values()))]
        if not self.errors and not self.changes:
            self.add_error(None, _("Nothing is changed: change at least one value."))
        if not self.errors:
            self._check_as_filed(list(come))
        return given

    def _check_as_filed(self, places: list[int]) -> None:
        _flight, table, said = amending.judged(self.document, self.changes)
        for fault in table.faults:
            of_flight = f"flight_{fault.column}"
            place = places[fault.row - 1] if fault.row <= len(places) else 0
            key = of_flight if of_flight in self.fields else f"item{place}_{fault.column}"
            self.add_error(key if key in self.fields else None, sentence(fault.reason))
        for words in said[len(table.faults) :]:
            self.add_error("taken_off", words)

    def answers(self) -> dict[str, Any]:
        """What is to change, with old and new value, and why."""
        return {"changes": self.changes, "reason": self.cleaned_data["reason"]}


def amendment_form(*args: Any, document: Any, **kwargs: Any) -> StepForm:
    """What may be amended differs with the form: of a CSB-III flight and shipments, of the others every declared value."""
    kind = DocumentsAmendmentForm if document.is_documents else AmendmentForm
    return kind(*args, document=document, **kwargs)
