"""What is asked when work is set aside, taken over, allocated anew or put first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eccs import desk_many, desk_work
from eccs.dated_rules import rule_book
from eccs.in_hand import Priority


class WorkForm(forms.Form):
    """A form about one document at a desk."""

    def __init__(self, *args: Any, document: Any, listing: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document, self.listing, self.actor = document, listing, actor

    def answers(self) -> dict[str, Any]:
        """What the act is told."""
        return self.cleaned_data


def _why(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, min_length=3, max_length=200, help_text=hint, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say why"), "min_length": gettext_lazy("Say why in some words")},
    )  # fmt: skip


class SetAsideForm(WorkForm):
    """What the document waits for, and when it comes back."""

    why = _why(gettext_lazy("What does it wait for?"))
    until = forms.DateTimeField(
        label=gettext_lazy("Back in the queue on"), input_formats=["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"],
        help_text=gettext_lazy("Day and time, such as 23/11/2026 10:00. It comes back by itself."),
        widget=forms.DateTimeInput(format="%d/%m/%Y %H:%M", attrs={"class": "govuk-input--width-10", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Enter a day and a time"), "invalid": gettext_lazy("Enter a day and a time as DD/MM/YYYY HH:MM"),
        },
    )  # fmt: skip

    def clean_until(self) -> Any:
        """A moment to come, not further away than the rule allows."""
        until, now = self.cleaned_data["until"], timezone.now()
        days = rule_book().count(
            "set_aside_days", timezone.localdate(), getattr(self.document, "station_id", None) or ""
        )
        if until <= now:
            raise forms.ValidationError(_("Enter a moment to come"))
        if until > now + timedelta(days=days):
            raise forms.ValidationError(_("Enter a moment within the next %(days)d days") % {"days": days})
        return until


class TakeOverForm(WorkForm):
    """Why a colleague's work is taken over."""

    reason = _why(gettext_lazy("Reason"), gettext_lazy("Your colleague reads it."))


class AllocateForm(WorkForm):
    """Who has the document from now on, and why."""

    person = forms.ChoiceField(label=gettext_lazy("In the hands of"), required=False)
    reason = _why(gettext_lazy("Reason"), gettext_lazy("Those concerned read it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(one.user_id): one for one in self._people()}
        field: Any = self.fields["person"]
        field.choices = [("", _("Nobody: back into the queue")), *((key, one.name) for key, one in self.people.items())]

    def _people(self) -> list[Any]:
        return desk_work.colleagues(self.listing, self.document)

    def answers(self) -> dict[str, Any]:
        """The colleague as an actor, or nobody."""
        return {"person": self.people.get(self.cleaned_data["person"]), "reason": self.cleaned_data["reason"]}


class AllocateManyForm(AllocateForm):
    """Who has all these documents from now on, and why: people who sit at the desks of all of them."""

    def __init__(self, *args: Any, documents: list[Any], **kwargs: Any) -> None:
        self.documents = documents
        super().__init__(*args, document=documents[0], **kwargs)

    def _people(self) -> list[Any]:
        return desk_many.colleagues(self.listing, self.documents)


class PriorityForm(WorkForm):
    """Why the document goes before the others."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Priority"), required=False, widget=forms.RadioSelect,
        choices=[*Priority.Reason.choices, ("", gettext_lazy("None: in its turn, like the others"))],
    )  # fmt: skip
    remarks = forms.CharField(
        label=gettext_lazy("In words"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("What it is and how long it lasts, such as vaccines, two days."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Another reason is said in words."""
        found = super().clean() or {}
        if found.get("reason") == Priority.Reason.OTHER and not found.get("remarks"):
            self.add_error("remarks", _("Say in words why it goes first"))
        return found
