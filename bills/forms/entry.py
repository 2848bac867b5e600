"""What a courier declares, part by part. A part may be kept unfinished; the whole is checked before filing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bills import declarations, drafts
from bills.columns import COLUMNS
from bills.forms.words import CHOICES, FIGURES, HINTS, KYC, LABELS, LONG, SELDOM, TERMS, WIDTHS, YES_NO
from bills.kinds import Kind
from bills.models import CourierBillOfEntry
from eccs import places
from eccs.dated_rules import rule_book
from eccs.uploads.checks import Bad, Column

BY_NAME = {column.name: column for column in COLUMNS}
NEEDED = {column.name for column in COLUMNS if column.required} | {"kyc_type", "kyc_number"}


def sentence(reason: str) -> str:
    """A reason of a cell as it stands under a field: `Not a number.`"""
    reason = reason.removeprefix("is ")
    return f"{reason[:1].upper()}{reason[1:]}."


def _choices(name: str, own: Mapping[str, Any]) -> list[tuple[str, Any]] | None:
    if name in own:
        return list(own[name])
    if name in ("currency", "discount_currency"):
        return [(code, code) for code in sorted(places.CURRENCIES)]
    if name in ("country_of_origin", "country_of_consignment", "destination_country"):
        return [(code, f"{name} ({code})") for code, name in sorted(places.COUNTRY_NAMES.items(), key=lambda c: c[1])]
    if name == "uom":
        return [(code, code) for code in sorted(places.UNITS)]
    if name == "state_code":
        return [(code, f"{code} {state}") for code, state in sorted(places.STATE_CODES.items())]
    return None


class DraftForm(forms.Form):
    """A part of a draft: everything may stay empty; what is typed is checked as a cell of an upload would be."""

    names: tuple[str, ...] = ()
    by_name: Mapping[str, Column] = BY_NAME  # the check of each answer
    labels: Mapping[str, Any] = LABELS
    hints: Mapping[str, Any] = HINTS
    choices: Mapping[str, Any] = CHOICES
    yes_no: Collection[str] = YES_NO
    long: Collection[str] = LONG
    needed: frozenset[str] | set[str] = NEEDED
    use_required_attribute = False
    folded = _("More that is seldom asked")  # what is folded away, in a word

    def __init__(self, data: Any = None, *, kept: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(data, initial={n: self._shown(n, kept.get(n, "")) for n in self.names}, **kwargs)
        for name in self.names:
            self.fields[name] = self._field(name)
        self._say_what_is_needed(needed=True)

    def full_clean(self) -> None:
        """A part may be kept unfinished: nothing is missing here, though its label says that filing needs it."""
        self._say_what_is_needed(needed=False)
        super().full_clean()
        self._say_what_is_needed(needed=True)

    def _say_what_is_needed(self, *, needed: bool) -> None:
        for name in self.names:
            self.fields[name].required = needed and name in self.needed

    def _shown(self, name: str, text: str) -> Any:
        return text.upper() == "Y" if name in self.yes_no else text

    @classmethod
    def _field(cls, name: str) -> forms.Field:
        words: dict[str, Any] = {"label": cls.labels[name], "help_text": cls.hints.get(name, ""), "required": False}
        if name in cls.yes_no:
            return forms.BooleanField(**words)
        if name == "invoice_terms":
            return forms.ChoiceField(choices=TERMS, widget=forms.RadioSelect, **words)
        if name == "kyc_type":
            return forms.ChoiceField(choices=KYC, widget=forms.RadioSelect, **words)
        if choices := _choices(name, cls.choices):
            return forms.ChoiceField(choices=[("", "–"), *choices], **words)
        attrs: dict[str, Any] = {"autocomplete": "off", "class": f"govuk-input--width-{WIDTHS.get(name, 20)}"}
        if name in FIGURES:
            attrs["inputmode"] = "decimal"
        if name in cls.long:
            return forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), **words)
        return forms.CharField(widget=forms.TextInput(attrs=attrs), **words)

    def usual(self) -> list[forms.BoundField]:
        """What is asked of nearly everything."""
        return [self[name] for name in self.names if name not in SELDOM]

    def seldom(self) -> list[forms.BoundField]:
        """What is asked of few: folded away until it is wanted."""
        return [self[name] for name in self.names if name in SELDOM]

    def is_unfolded(self) -> bool:
        """Whether anything seldom asked is given, or wrong."""
        return any(box.value() or box.errors for box in self.seldom())

    def clean(self) -> dict[str, Any]:
        """Each answer against the check of its column."""
        given = super().clean() or {}
        for name in self.names:
            text = given.get(name)
            if not text or name in self.yes_no or name not in self.by_name:
                continue
            try:
                self.by_name[name].convert(str(text).strip())
            except Bad as bad:
                self.add_error(name, ValidationError(sentence(str(bad))))
        return given

    def texts(self) -> dict[str, str]:
        """What was typed, as it is kept: also what is wrong, so that nobody's typing is lost."""
        kept = {}
        for name in self.names:
            value = self.data.get(self.add_prefix(name), "")
            kept[name] = ("Y" if value else "") if name in self.yes_no else str(value).strip()[:400]
        return kept


class HeaderForm(DraftForm):
    """A part of the header that has no checks of its own beyond those of its columns."""

    def __init__(self, *args: Any, names: tuple[str, ...], **kwargs: Any) -> None:
        self.names = names
        super().__init__(*args, **kwargs)


class ImporterForm(HeaderForm):
    """Who receives the goods, by which document, and the bank's and tax numbers."""

    def clean(self) -> dict[str, Any]:
        """The number must be one of the kind of document chosen."""
        from eccs.identifiers import kyc

        given = super().clean()
        kind, number = given.get("kyc_type"), (given.get("kyc_number") or "").replace(" ", "").upper()
        if number and not kind:
            self.add_error("kyc_type", _("Choose the kind of document."))
        elif number and kind and (reason := kyc(kind, number)):
            self.add_error("kyc_number", sentence(reason))
        return given


class InvoiceForm(HeaderForm):
    """The invoice, its terms and its charges; of a CBE-XIV one of several, with its parties."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rule in (("freight", "freight_cap_percent"), ("insurance", "insurance_percent")):
            percent = f"{rule_book().amount(rule, timezone.localdate()).normalize():f}"
            self.fields[name].help_text = _(
                "In the currency of the invoice. Left empty it is taken as %(percent)s percent of FOB."
            ) % {"percent": percent}


class ItemForm(HeaderForm):
    """One kind of goods in the shipment."""

    folded = _("Licence, exemptions, further codes and packing")

    def __init__(self, *args: Any, bill: CourierBillOfEntry, **kwargs: Any) -> None:
        self.invoices = drafts.invoices(bill)
        if bill.kind == Kind.XII:
            self.needed = NEEDED | {"nature"}
        super().__init__(*args, names=drafts.item_names(bill), **kwargs)
        if "invoice_place" in self.names:
            told = [(str(n), one.get("invoice_number") or str(n)) for n, one in enumerate(self.invoices, 1)]
            self.fields["invoice_place"] = forms.ChoiceField(
                choices=told, label=LABELS["invoice_place"], required=False
            )


class FilingForm(forms.Form):
    """What the signatory declares when the bill is filed: the declarations of its form."""

    template = "bills/_declare.html"

    def __init__(self, *args: Any, document: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if document.is_documents:
            names = ("authorised", "documents", "true")
            said = list(zip(names, declarations.of_documents(), strict=True))
        else:
            goods = declarations.of_goods(document)
            said = [
                ("authorised", declarations.authority(document)), *((f"goods{n}", words) for n, words in enumerate(goods, 1)),
                ("true", declarations.truth()),
            ]  # fmt: skip
        self.fields |= {name: forms.BooleanField(label=words) for name, words in said}
        if actor.customer is not None:
            self.fields["authorised"].widget.attrs["data-key"] = "f"  # at the counter the keyboard goes there at once

    def answers(self) -> dict[str, Any]:
        """The declarations are conditions of filing; the step itself takes no answers."""
        return {}
