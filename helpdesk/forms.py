"""Forms of the help desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

AREA = forms.Textarea(attrs={"rows": 5})
MOMENT = ["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M"]
WRONG_MOMENT = {"invalid": gettext_lazy("Write the moment as DD/MM/YYYY HH:MM.")}


class AnswerForm(forms.Form):
    """What the help desk answers."""

    text = forms.CharField(
        label=gettext_lazy("Answer"), min_length=2, max_length=4000, widget=AREA,
        help_text=gettext_lazy("Whoever asked reads this, also by e-mail. Repeat nothing of RMS instructions."),
    )  # fmt: skip

    def __init__(self, *args: Any, document: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def answers(self) -> dict[str, Any]:
        """The answer."""
        return {"text": self.cleaned_data["text"]}


class ClosingForm(AnswerForm):
    """A last word, where one is needed."""

    text = forms.CharField(label=gettext_lazy("Last word"), max_length=4000, widget=AREA, required=False)


class AskForm(forms.Form):
    """A question to the help desk."""

    station = forms.ChoiceField(
        label=gettext_lazy("Station"), error_messages={"required": gettext_lazy("Choose the station")}
    )
    subject = forms.CharField(label=gettext_lazy("In a few words"), min_length=3, max_length=120)
    question = forms.CharField(
        label=gettext_lazy("Your question"), min_length=3, max_length=4000, widget=AREA,
        help_text=gettext_lazy("Type no password and no code: nobody here needs them."),
    )  # fmt: skip

    def __init__(self, *args: Any, stations: list[tuple[str, str]], first: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["station"]
        field.initial, field.choices = first, stations if first else [("", ""), *stations]


class AgainForm(forms.Form):
    """A further question on a ticket."""

    text = forms.CharField(label=gettext_lazy("Your further question"), min_length=2, max_length=4000, widget=AREA)


class ArticleForm(forms.Form):
    """An article of the knowledge page."""

    title = forms.CharField(label=gettext_lazy("Question in English"), max_length=160)
    text = forms.CharField(
        label=gettext_lazy("Answer in English"), max_length=6000, widget=forms.Textarea(attrs={"rows": 8})
    )
    title_hi = forms.CharField(
        label=gettext_lazy("Question in Hindi"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"lang": "hi"}),
    )
    text_hi = forms.CharField(
        label=gettext_lazy("Answer in Hindi"), max_length=6000, required=False, widget=forms.Textarea(attrs={"rows": 8, "lang": "hi"}),
        help_text=gettext_lazy("Without Hindi, the English is shown to everybody."),
    )  # fmt: skip
    published = forms.BooleanField(label=gettext_lazy("Everybody may read it"), required=False)


class DeskForm(forms.Form):
    """Where the help desk of a station is reached."""

    phone = forms.RegexField(
        r"^[+\d][\d ()-]{4,28}$", label=gettext_lazy("Phone"), required=False,
        error_messages={"invalid": gettext_lazy("Write a phone number of digits, such as 1800 000 0000.")},
    )  # fmt: skip
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    hours = forms.CharField(
        label=gettext_lazy("Hours"), max_length=80, required=False, help_text=gettext_lazy("Such as: 24 hours")
    )

    def clean(self) -> dict[str, Any]:
        """A help desk that nobody can reach is none."""
        given = super().clean() or {}
        if not self.errors and not given.get("phone") and not given.get("email"):
            self.add_error("phone", _("Give a phone number or an e-mail address."))
        return given


class DowntimeForm(forms.Form):
    """When the system rests, and what is told of it."""

    begins_at = forms.DateTimeField(
        label=gettext_lazy("From"),
        input_formats=MOMENT,
        help_text=gettext_lazy("DD/MM/YYYY HH:MM, IST"),
        error_messages=WRONG_MOMENT,
    )
    until = forms.DateTimeField(
        label=gettext_lazy("Until"),
        input_formats=MOMENT,
        help_text=gettext_lazy("DD/MM/YYYY HH:MM, IST"),
        error_messages=WRONG_MOMENT,
    )
    announced_from = forms.DateTimeField(
        label=gettext_lazy("Told on every page from"), input_formats=MOMENT, required=False,
        help_text=gettext_lazy("DD/MM/YYYY HH:MM, IST. Nothing: from now on"), error_messages=WRONG_MOMENT,
    )  # fmt: skip
    title = forms.CharField(label=gettext_lazy("In a few words, in English"), max_length=160)
    text = forms.CharField(label=gettext_lazy("What people should do, in English"), max_length=1000, widget=AREA)
    title_hi = forms.CharField(
        label=gettext_lazy("In a few words, in Hindi"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"lang": "hi"}),
    )
    text_hi = forms.CharField(
        label=gettext_lazy("What people should do, in Hindi"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 5, "lang": "hi"}), help_text=gettext_lazy("Without Hindi, the English is shown to everybody."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """It is told before it begins, ends after that, and is not over."""
        given = super().clean() or {}
        now = timezone.now()
        begins, until = given.get("begins_at"), given.get("until")
        if begins and until and until <= begins:
            self.add_error("until", _("It would end before it begins."))
        elif until and until <= now:
            self.add_error("until", _("That has passed."))
        if begins:
            told = given.get("announced_from") or min(now, begins)
            given["announced_from"] = told
            if told > begins:
                self.add_error("announced_from", _("It would be told only after it has begun."))
        return given
