"""What the estimator asks: the goods, the invoice and the day."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bills.estimate import MOST_ITEMS, Asked, Item
from bills.forms.words import TERMS
from bills.kinds import Gift, Nature
from eccs import places

OF_ITEM = ("cth", "value", "quantity", "uom", "notification", "notification_sl_no")
DIGITS = {"inputmode": "decimal", "autocomplete": "off", "class": "govuk-input--width-10"}
GOODS = (
    ("GOODS", _("Commercial goods, or goods for personal use")), ("SAMPLE", _("A free sample")),
    ("GIFT", _("A gift, other than below")),
    (Gift.RAKHI, _("A gift: rakhi")), (Gift.MEDICINE, _("A gift: life-saving drug")),
)  # fmt: skip


def _amount(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=required, help_text=help_text, min_value=Decimal("0.01") if required else Decimal(0),
        max_digits=14, decimal_places=2, widget=forms.TextInput(attrs=DIGITS),
    )  # fmt: skip


def _nature(goods: str) -> str:
    """What makes the goods free of duty, or nothing."""
    if goods in Gift.values:
        return Nature.GIFT.value
    return goods if goods in Nature.values else ""


class EstimateForm(forms.Form):
    """The goods, the invoice and the day; nothing of it is kept."""

    cth = forms.RegexField(
        r"\A[0-9]{8}\Z", label=_("Tariff item (CTH)"), help_text=_("Eight digits, such as 85183000; 98049000 for goods for personal use"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "govuk-input--width-10"}),
        error_messages={"invalid": _("A tariff item has eight digits.")},
    )  # fmt: skip
    goods = forms.ChoiceField(label=_("The goods are"), choices=GOODS, widget=forms.RadioSelect)
    value = _amount(_("Value on the invoice"), required=True)
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in sorted(places.CURRENCIES)])
    terms = forms.ChoiceField(label=_("Terms"), choices=TERMS, widget=forms.RadioSelect)
    freight = _amount(
        _("Freight"), help_text=_("In the same currency. Left empty it is taken as a share of FOB, as on a bill.")
    )
    insurance = _amount(
        _("Insurance"), help_text=_("In the same currency. Left empty it is taken as a share of FOB, as on a bill.")
    )
    inland_charges = _amount(_("Inland charges"), help_text=_("EXW only: from the works to the airport of shipment"))
    quantity = _amount(_("Quantity"), help_text=_("Counts only where the item bears a duty by quantity"))
    uom = forms.ChoiceField(
        label=_("Unit of measure"), required=False, choices=[("", "–"), *((u, u) for u in sorted(places.UNITS))]
    )
    notification = forms.CharField(
        label=_("Exemption notification"), required=False, max_length=20, help_text=_("Such as 50/2017-Customs; left empty where none is claimed"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-10"}),
    )  # fmt: skip
    notification_sl_no = forms.CharField(
        label=_("Serial number in the notification"), required=False, max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "govuk-input--width-10"}),
    )  # fmt: skip
    on = forms.DateField(
        label=_("Day of presentation"), required=False, input_formats=["%d/%m/%Y", "%Y-%m-%d"], help_text=_("DD/MM/YYYY; left empty it is today"),
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"class": "govuk-input--width-10", "autocomplete": "off"}),
        error_messages={"invalid": _("Write the day as DD/MM/YYYY.")},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"currency": "USD", "terms": "FOB", "goods": "GOODS", "on": timezone.localdate()})
        super().__init__(*args, **kwargs)
        told = self.data if self.is_bound else self.initial
        asked = str(told.get("items") or 1)
        self.count = min(int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 1, MOST_ITEMS) or 1
        for number in range(2, self.count + 1):
            for name in OF_ITEM:
                field = copy(self.base_fields[name])
                field.required = False
                self.fields[f"item{number}_{name}"] = field

    @property
    def items(self) -> list[dict[str, Any]]:
        """Each item: what is always asked, what is asked of some, and whether that was said."""
        found = []
        for number in range(1, self.count + 1):
            always, some = self._asked(number, OF_ITEM[:2]), self._asked(number, OF_ITEM[2:])
            said = any(box.value() or (self.is_bound and box.errors) for box in some)
            found.append({"number": number, "always": always, "some": some, "said": said})
        return found

    @property
    def common(self) -> list[Any]:
        """The questions about all items."""
        return [self[name] for name in self.base_fields if name not in OF_ITEM]

    def _asked(self, number: int, names: Sequence[str]) -> list[Any]:
        return [self[name if number == 1 else f"item{number}_{name}"] for name in names]

    def clean(self) -> dict[str, Any]:
        """Of a further item both the tariff item and the value are given, or neither: an empty one is left out."""
        given = super().clean() or {}
        for number in range(2, self.count + 1):
            needed = {name: f"item{number}_{name}" for name in OF_ITEM[:2]}
            missing = [key for key in needed.values() if not given.get(key) and key not in self.errors]
            if any(str(self.data.get(f"item{number}_{name}") or "").strip() for name in OF_ITEM):
                for key in missing:
                    self.add_error(key, self.base_fields[key.partition("_")[2]].error_messages["required"])
        return given

    def _items(self) -> tuple[Item, ...]:
        found = (self._item(f"item{number}_") for number in range(2, self.count + 1))
        return tuple(item for item in found if item.cth)

    def _item(self, field: str) -> Item:
        cth, value, quantity, uom, notification, serial = (self.cleaned_data.get(f"{field}{name}") for name in OF_ITEM)
        return Item(cth or "", value or Decimal(0), quantity, uom or "", notification or "", serial or "", field)

    def asked(self) -> Asked:
        """The answers as the sum takes them."""
        given = self.cleaned_data
        goods = given["goods"]
        gift = goods if goods in Gift.values else ""
        return Asked(
            given["cth"], given["value"], given["currency"], given["terms"], given["on"] or timezone.localdate(),
            given["freight"], given["insurance"], given["inland_charges"], _nature(goods), gift,
            given["quantity"], given["uom"], given["notification"], given["notification_sl_no"], self._items(),
        )  # fmt: skip
