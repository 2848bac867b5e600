"""What a courier answers for a CBE-XI: which shipments it covers, and which are put on or taken off by an amendment."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bills.forms.officers import StepForm
from bills.xi import amending
from bills.xi.selection import Chosen, Named

_APART = re.compile(r"[\s,;]+")
MOST = 200_000  # characters: 10,000 house airway bills


def numbers(text: str) -> list[str]:
    """The numbers in a text, one a line or with commas or spaces between."""
    return [one.upper() for one in _APART.split(text) if one]


def numbers_field(label: Any, help_text: Any) -> forms.CharField:
    """A field for numbers of bags and house airway bills."""
    return forms.CharField(
        label=label, required=False, max_length=MOST, widget=forms.Textarea(attrs={"rows": 4}), help_text=help_text
    )


class ChoiceForm(forms.Form):
    """The whole manifest, or bags and house airway bills of it."""

    use_required_attribute = False

    scope = forms.ChoiceField(
        label=_("What the bill covers"), widget=forms.RadioSelect,
        choices=(
            ("whole", _("Every shipment of the manifest that has no bill and is not on hold")),
            ("named", _("The bags and house airway bills named here")),
        ),
    )  # fmt: skip
    hawbs = numbers_field(
        _("House airway bills"),
        _("Loose ones, or single ones out of a bag: one a line, or with commas or spaces between."),
    )

    def __init__(self, *args: Any, bags: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bags = bags

    def chosen(self) -> Chosen:
        """What was chosen; rows are counted over the bags and then the house airway bills."""
        named = [("", hawb) for hawb in numbers(self.cleaned_data["hawbs"])]
        rows = [*((bag, "") for bag in self.bags), *named]
        whole = self.cleaned_data["scope"] == "whole"
        return Chosen(whole, () if whole else tuple(Named(n, bag, hawb) for n, (bag, hawb) in enumerate(rows, 1)))


class DocumentsAmendmentForm(StepForm):
    """Which shipments are taken off a filed CBE-XI, and which are put on it (PN17 11.0)."""

    template = "bills/_xi_amend.html"

    taken_off = numbers_field(
        _("Take off"), _("Bags or house airway bills of this bill that did not come, or go on another bill.")
    )
    put_on = numbers_field(_("Put on"), _("Bags or house airway bills of the same manifest that have no bill."))
    reason = forms.CharField(
        label=_("Reason for the amendment"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000,
        help_text=_("The Assessing Officer and the DC/AC read it."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Something is changed, and each number is what it is said to be."""
        given = super().clean() or {}
        self.changes, faults = amending.changes_of(
            self.document, numbers(given.get("taken_off", "")), numbers(given.get("put_on", ""))
        )
        for name, words in faults:
            self.add_error(name, words)
        if not faults and not self.changes:
            self.add_error(None, _("Nothing is changed: change at least one value."))
        return given

    def answers(self) -> dict[str, Any]:
        """What is to change, and why."""
        return {"changes": self.changes, "reason": self.cleaned_data["reason"]}
