"""What the System Admin enters of goods that the Regulations exclude: the next row, and the end of one."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bills.rate_files import columns
from eccs.uploads.checks import Bad
from exports.models import ExcludedGoods

SOURCE_HELP = gettext_lazy("The notification, circular or order that says so, with its number and date")
SHORTEST = 3  # letters of a phrase


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label, input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"class": "govuk-input--width-10", "autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("Write the day as DD/MM/YYYY.")}, **more,
    )  # fmt: skip


class ExcludedGoodsForm(forms.Form):
    """Goods that are to be excluded from a day on (Reg 2(2))."""

    item = forms.CharField(
        label=gettext_lazy("Tariff items beginning with"), max_length=12, required=False,
        help_text=gettext_lazy("Two, four, six or eight digits; empty where words alone tell the goods"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "govuk-input--width-10"}),
    )  # fmt: skip
    words = forms.CharField(
        label=gettext_lazy("Words in the description"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("With a comma between; one of them suffices. Whole words, in the plural too. With digits above, the goods are in both."),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Why, as the courier reads it"), min_length=5, max_length=200,
        help_text=gettext_lazy("It ends the sentence “is not exported by courier: …”, such as “it is liable to export duty”"),
    )  # fmt: skip
    from_date = _day(gettext_lazy("Excluded from"), help_text=gettext_lazy("DD/MM/YYYY, today or later"))
    to_date = _day(gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty where it is not known"))
    source = forms.CharField(label=gettext_lazy("Source"), min_length=3, max_length=200, help_text=SOURCE_HELP)

    def clean_item(self) -> str:
        """A chapter, heading, sub-heading or tariff item."""
        given = str(self.cleaned_data["item"]).strip()
        try:
            return columns.item(given) if given else ""
        except Bad as fault:
            raise ValidationError(_("It %(fault)s.") % {"fault": fault}) from fault

    def clean_words(self) -> str:
        """Each phrase once, none so short that it is in every description."""
        phrases = [" ".join(one.split()).lower() for one in re.split(r"[,;\n]", self.cleaned_data["words"])]
        found = list(dict.fromkeys(filter(None, phrases)))
        if short := next((one for one in found if len(re.sub(r"\W", "", one)) < SHORTEST), ""):
            raise ValidationError(_("“%(word)s” is too short: three letters at least.") % {"word": short})
        return ", ".join(found)

    def clean_from_date(self) -> date:
        """What was filed on a day that has passed was judged by the rows of that day."""
        day: date = self.cleaned_data["from_date"]
        if day < timezone.localdate():
            raise ValidationError(_("The day has passed: shipping bills were judged by what was excluded then."))
        return day

    def fields_of_row(self) -> dict[str, Any]:
        """What the row is made of."""
        given = dict(self.cleaned_data)
        return {"prefix": given.pop("item"), **given}

    def clean(self) -> dict[str, Any]:
        """Goods are told by something, end after they begin, and are not excluded twice."""
        given = super().clean() or {}
        begins, ends = given.get("from_date"), given.get("to_date")
        if not self.errors and not (given["item"] or given["words"]):
            self.add_error("item", _("Give digits, words, or both."))
        if begins and ends and ends < begins:
            self.add_error("to_date", _("It is before the first day."))
        if not self.errors and begins:
            same = ExcludedGoods.objects.filter(prefix=given["item"], words=given["words"])
            until = Q(from_date__lte=ends) if ends else Q()
            if same.filter(Q(to_date=None) | Q(to_date__gte=begins), until).exists():
                self.add_error("item", _("These goods are excluded on such a day already."))
        return given


class EndForm(forms.Form):
    """Until when goods are excluded, and what says so."""

    to_date = _day(
        gettext_lazy("Last day on which they are excluded"), help_text=gettext_lazy("DD/MM/YYYY, today or later")
    )
    ending = forms.CharField(
        label=gettext_lazy("Source of the end"), min_length=3, max_length=200, help_text=SOURCE_HELP
    )

    def __init__(self, *args: Any, row: ExcludedGoods, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, self.has_begun = row, row.from_date <= timezone.localdate()
        if not self.has_begun:
            del self.fields["to_date"]

    def clean_to_date(self) -> date:
        """From today on, and earlier than it would have ended."""
        day: date = self.cleaned_data["to_date"]
        if day < timezone.localdate():
            raise ValidationError(_("The day has passed: shipping bills were judged by what was excluded then."))
        if self.row.to_date is not None and day >= self.row.to_date:
            raise ValidationError(_("It ends on %(day)s already.") % {"day": f"{self.row.to_date:%d/%m/%Y}"})
        return day

    def last_day(self) -> date:
        """The last day; of a row that has not begun, the day before its first."""
        day: date = self.cleaned_data["to_date"] if self.has_begun else self.row.from_date - timedelta(days=1)
        return day
