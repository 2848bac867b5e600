"""The forms about people. What they offer is only a help: each answer is judged again where the step is taken."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.grants import conflicts_with, offers, postings_to_end
from accounts.models import CustomsStation, User
from accounts.newcomers import places

USERNAME = re.compile(r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*")
TAKEN_BY_ADDRESSES = ("new", "queue", "from-another-station")  # what stands in the addresses of people's pages


def day_field(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    """A day, as people in India write it."""
    return forms.DateField(
        label=label, help_text=hint, required=required, input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"class": "govuk-input--width-10", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Enter a day"), "invalid": gettext_lazy("Enter a day as DD/MM/YYYY")},
    )  # fmt: skip


def reason_field() -> forms.CharField:
    """Why something is done: it stands in the trail."""
    return forms.CharField(
        label=gettext_lazy("Reason"), min_length=5, max_length=300, help_text=gettext_lazy("It stands in the trail, such as an office order."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Give a reason"), "min_length": gettext_lazy("Give a reason of at least 5 letters")},
    )  # fmt: skip


def conflict_field() -> forms.BooleanField:
    """What is ticked where a role conflicts, and is given all the same."""
    return forms.BooleanField(label=gettext_lazy("Give it all the same"), required=False)


class StepForm(forms.Form):
    """What a step on a person asks."""

    template = ""

    def __init__(self, *args: Any, document: User, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document, self.actor = document, actor

    def answers(self) -> dict[str, Any]:
        """What the step is told."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class ReasonForm(StepForm):
    """A step that asks only why."""

    reason = reason_field()


class DetailsForm(StepForm):
    """Name and e-mail address."""

    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=120, strip=True)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["full_name"].initial, self.fields["email"].initial = self.document.full_name, self.document.email


class GiveRoleForm(StepForm):
    """Which role, from which day, why; and where it conflicts, that it is given all the same."""

    template = "accounts/_give_role.html"
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), error_messages={"required": gettext_lazy("Choose a role")},
        help_text=gettext_lazy("The roles open at your station for the person's group."),
    )  # fmt: skip
    since = day_field(gettext_lazy("From"))
    until = day_field(
        gettext_lazy("Last day"), gettext_lazy("Leave it empty where the end is not known."), required=False
    )
    reason = reason_field()
    despite_conflict = conflict_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers = offers(self.actor, self.document)
        self.fields["role"].choices = [("", _("Choose a role")), *((k, str(o)) for k, o in self.offers.items())]  # type: ignore[attr-defined]
        self.fields["since"].initial = timezone.localdate()
        self.conflicts: list[str] = []

    def clean_since(self) -> Any:
        """Today or later."""
        if self.cleaned_data["since"] < timezone.localdate():
            raise forms.ValidationError(_("Enter today or a later day"))
        return self.cleaned_data["since"]

    def clean(self) -> dict[str, Any]:
        """A conflict is confirmed by name."""
        given = super().clean() or {}
        if given.get("until") and given.get("since") and given["until"] < given["since"]:
            self.add_error("until", _("Enter a day that is not before the first"))
        if given.get("role"):
            self.conflicts = conflicts_with(self.document, self.offers[given["role"]])
        if self.conflicts and not given.get("despite_conflict"):
            self.add_error("despite_conflict", _("Confirm that the role is given though it conflicts"))
        return given

    def answers(self) -> dict[str, Any]:
        """The role as an offer, which the step looks up anew."""
        return {**super().answers(), "role": self.offers[self.cleaned_data["role"]]}


class EndPostingForm(StepForm):
    """Which posting, from which day, why."""

    posting = forms.ModelChoiceField(
        label=gettext_lazy("Posting"), queryset=User.objects.none(), empty_label=gettext_lazy("Choose a posting"),
        error_messages={"required": gettext_lazy("Choose a posting")},
    )  # fmt: skip
    on = day_field(gettext_lazy("Ends on"), gettext_lazy("From this day on the role is not held. Today: at once."))
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["posting"]
        field.queryset = postings_to_end(self.actor, self.document).select_related("user", "station_role")
        field.label_from_instance = lambda one: f"{one.label}, {one.station_id or _('all stations')}"
        self.fields["on"].initial = timezone.localdate()

    def clean_on(self) -> Any:
        """Today or later."""
        if self.cleaned_data["on"] < timezone.localdate():
            raise forms.ValidationError(_("Enter today or a later day"))
        return self.cleaned_data["on"]


class TransferForm(StepForm):
    """Where to, from which day, why."""

    station = forms.ModelChoiceField(
        label=gettext_lazy("To the station"), queryset=CustomsStation.objects.all(),
        empty_label=gettext_lazy("Choose a station"), error_messages={"required": gettext_lazy("Choose a station")},
    )  # fmt: skip
    on = day_field(gettext_lazy("On"), gettext_lazy("From this day on no role is held here. Today: at once."))
    reason = reason_field()
    clean_on = EndPostingForm.clean_on

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = CustomsStation.objects.exclude(pk__in=self.document.standing.homes)  # type: ignore[attr-defined]
        self.fields["on"].initial = timezone.localdate()


class NewPersonForm(forms.Form):
    """A new person; where there is only one place for people, it is not asked."""

    place = forms.ChoiceField(
        label=gettext_lazy("Belongs to"), error_messages={"required": gettext_lazy("Choose where the person belongs")}
    )
    username = forms.CharField(
        label=gettext_lazy("User name"), max_length=60, min_length=3,
        help_text=gettext_lazy("Small letters and digits, parted by dots or hyphens, such as nila.joshi. It never changes."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=120)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"), max_length=254,
        help_text=gettext_lazy("The link to choose a password is sent here."),
    )  # fmt: skip
    reason = reason_field()

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = places(actor)
        self.only = next(iter(found)) if len(found) == 1 else ""
        if self.only:
            del self.fields["place"]
        else:
            self.fields["place"].choices = [("", _("Choose")), *((key, one.label) for key, one in found.items())]  # type: ignore[attr-defined]

    def clean_username(self) -> str:
        """Lower case, of the right form, and nobody else's. Whose it is, is not told."""
        name: str = self.cleaned_data["username"].lower()
        if not USERNAME.fullmatch(name) or name in TAKEN_BY_ADDRESSES:
            raise forms.ValidationError(_("Use small letters and digits, parted by dots or hyphens, a letter first"))
        if User.objects.filter(username=name).exists():
            raise forms.ValidationError(_("This user name is not free: choose another"))
        return name

    def answers(self) -> dict[str, Any]:
        """What a person is made of."""
        return {**self.cleaned_data, "place": self.only or self.cleaned_data["place"]}


class FromElsewhereForm(forms.Form):
    """The exact user name of an officer of another station."""

    username = forms.CharField(
        label=gettext_lazy("User name"), max_length=60, help_text=gettext_lazy("The whole user name, as the officer gives it to you."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
