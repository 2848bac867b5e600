"""Forms of advisories."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.advisories import Advisory, Audience, places_of
from accounts.models import CustomsStation
from accounts.roles import Group

DAYS = ["%d/%m/%Y", "%Y-%m-%d"]
DAY = {"class": "govuk-input--width-10", "autocomplete": "off"}


class AdvisoryForm(forms.Form):
    """The text of an advisory, whom it concerns, and its days."""

    audience = forms.ChoiceField(label=gettext_lazy("For whom"))
    from_date = forms.DateField(
        label=gettext_lazy("From"), input_formats=DAYS, help_text=gettext_lazy("DD/MM/YYYY; the day counts"),
        widget=forms.DateInput(format="%d/%m/%Y", attrs=DAY),
        error_messages={"invalid": gettext_lazy("Write the day as DD/MM/YYYY.")},
    )  # fmt: skip
    until = forms.DateField(
        label=gettext_lazy("Until"), input_formats=DAYS, required=False,
        help_text=gettext_lazy("DD/MM/YYYY; the day counts. Nothing: until it is withdrawn"),
        widget=forms.DateInput(format="%d/%m/%Y", attrs=DAY),
        error_messages={"invalid": gettext_lazy("Write the day as DD/MM/YYYY.")},
    )  # fmt: skip
    title = forms.CharField(label=gettext_lazy("Title in English"), max_length=160)
    text = forms.CharField(
        label=gettext_lazy("Text in English"), max_length=6000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("An empty line begins a new paragraph."),
    )  # fmt: skip
    title_hi = forms.CharField(
        label=gettext_lazy("Title in Hindi"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"lang": "hi"}),
    )
    text_hi = forms.CharField(
        label=gettext_lazy("Text in Hindi"), max_length=6000, required=False,
        widget=forms.Textarea(attrs={"rows": 8, "lang": "hi"}),
        help_text=gettext_lazy("Without Hindi, the English is shown to everybody."),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.national = "" in places_of(actor)
        field: Any = self.fields["audience"]
        field.choices = audiences(actor)

    @classmethod
    def of(cls, advisory: Advisory, actor: Any) -> AdvisoryForm:
        """The form filled with a draft."""
        names = ("from_date", "until", "title", "text", "title_hi", "text_hi")
        audience = f"{advisory.audience}:{advisory.group}:{advisory.station_id or ''}"
        return cls(initial={"audience": audience, **{name: getattr(advisory, name) for name in names}}, actor=actor)

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first, nor in the past; Hindi is whole or absent."""
        given = super().clean() or {}
        if (first := given.get("from_date")) and (last := given.get("until")):
            if last < first:
                self.add_error("until", _("It would end before it begins."))
            elif last < timezone.localdate():
                self.add_error("until", _("The day has passed."))
        if bool(given.get("title_hi")) != bool(given.get("text_hi")) and not self.errors:
            self.add_error(
                "text_hi" if given.get("title_hi") else "title_hi", _("Hindi needs both a title and a text.")
            )
        return given

    def fields_of(self) -> dict[str, Any]:
        """What the advisory keeps."""
        given = {name: self.cleaned_data[name] for name in self.fields if name != "audience"}
        audience, group, station = self.cleaned_data["audience"].split(":")
        desk = "" if self.national else station
        return {**given, "audience": audience, "group": group, "station_id": station or None, "desk": desk}


def audiences(actor: Any) -> list[tuple[str, str]]:
    """Whom somebody may address: the whole country, its groups, the public and each station; or the own stations and their groups."""
    places, found = places_of(actor), []
    groups = [group for group in Group if group is not Group.SYSTEM]
    if "" in places:
        found += [(f"{choice.value}::", str(choice.label)) for choice in (Audience.ALL, Audience.PUBLIC)]
        found += [(f"GROUP:{group.value}:", _("Group: %(group)s") % {"group": group.label}) for group in groups]
    stations = CustomsStation.objects.all() if "" in places else CustomsStation.objects.filter(pk__in=places)
    for one in stations:
        found.append((f"STATION::{one.pk}", _("Station: %(station)s") % {"station": one}))
        told = _("Group at %(station)s: %(group)s")
        found += [(f"GROUP:{group.value}:{one.pk}", told % {"station": one, "group": group.label}) for group in groups]
    return found


class WithdrawalForm(forms.Form):
    """Why an advisory is withdrawn."""

    why = forms.CharField(
        label=gettext_lazy("Why it is withdrawn"), min_length=5, max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Whoever opens the advisory reads this."),
    )  # fmt: skip

    def __init__(self, *args: Any, document: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def answers(self) -> dict[str, Any]:
        """The reason."""
        return {"why": self.cleaned_data["why"]}
