"""The forms about the roles of a station."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.grants import conflicts_of_holders, conflicts_within
from accounts.people_forms import conflict_field, reason_field
from accounts.permissions import of_group
from accounts.role_work import Loss, losses
from accounts.roles import Group, Role, standard_roles
from eccs.activities import Activity, activities

NAME = re.compile(r"[^\W_][\w ()/&.'-]*")


def grouped(group: str) -> dict[str, list[Activity]]:
    """The activities that a group may have, by kind of document; pages come last."""
    allowed = of_group(group)
    found: dict[str, list[Activity]] = {}
    for one in activities().values():
        if one.code in allowed:
            found.setdefault(str(one.of) or "", []).append(one)
    pages = found.pop("", None)
    return {**found, str(_("Pages")): pages} if pages else found


class ActivitiesForm(forms.Form):
    """Activities by kind of document, with what the standard roles have; a conflict is confirmed."""

    template = "accounts/_activities.html"
    activities = forms.MultipleChoiceField(
        label=gettext_lazy("Activities"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one activity")},
    )  # fmt: skip
    description = forms.CharField(label=gettext_lazy("What the role is for"), max_length=200, required=False)
    reason = reason_field()
    despite_conflict = conflict_field()
    conflicts: list[str]

    def for_group(self, group: str, *, ticked: frozenset[str] = frozenset()) -> None:
        """Offer what the group may have."""
        self.group, self.conflicts = group, []
        field: Any = self.fields["activities"]
        field.choices = [(code, str(activities()[code].label)) for code in sorted(of_group(group))]
        field.initial = sorted(ticked)

    def kinds(self) -> Iterator[dict[str, Any]]:
        """What stands on the page: each kind of document with its activities, ticked or not."""
        ticked = set(self["activities"].value() or ())
        own = standard_roles(self.group)
        for name, found in grouped(self.group).items():
            yield {
                "name": name,
                "rows": [
                    {"activity": one, "ticked": one.code in ticked, "id": f"a-{one.code.replace('.', '-')}",
                     "roles": [str(Role(role).label) for role in own if role in one.roles]}
                    for one in found
                ],
            }  # fmt: skip

    def found_in(self, activities: list[str]) -> list[str]:
        """What conflicts within the role."""
        return conflicts_within(activities)

    def clean(self) -> dict[str, Any]:
        """A conflict is confirmed by name."""
        given = super().clean() or {}
        self.conflicts = self.found_in(given.get("activities", []))
        if self.conflicts and not given.get("despite_conflict"):
            self.add_error("despite_conflict", _("Confirm that the role holds both"))
        return given


class ChangeRoleForm(ActivitiesForm):
    """The activities of a composed role, changed for everybody who holds it; work that goes back to its queue is confirmed."""

    work_goes_back = forms.BooleanField(
        label=gettext_lazy("Change the role, and let this work go back to its queue"), required=False
    )
    work: list[Loss]

    def found_in(self, activities: list[str]) -> list[str]:
        """What conflicts within the role, and with what each of its holders holds besides."""
        return [*super().found_in(activities), *conflicts_of_holders(self.document, activities)]

    def __init__(self, *args: Any, document: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document, self.work = document, []
        self.for_group(document.group, ticked=document.opens)
        self.fields["description"].initial = document.description

    def clean(self) -> dict[str, Any]:
        """Work that its holder could not go on with is confirmed, each document by name."""
        given = super().clean()
        self.work = losses(self.document, given["activities"]) if given.get("activities") else []
        if self.work and not given.get("work_goes_back"):
            self.add_error("work_goes_back", _("Confirm that this work goes back to its queue"))
        return given

    def answers(self) -> dict[str, Any]:
        """What the step is told."""
        return dict(self.cleaned_data)


class ComposeForm(ActivitiesForm):
    """A new role of the station for a group."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=28,
        min_length=3,
        help_text=gettext_lazy("At most 28 letters, such as Night desk"),
    )
    field_order = ("name", "description", "activities", "reason", "despite_conflict")

    def __init__(self, *args: Any, group: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.for_group(group)

    def clean_name(self) -> str:
        """A name of letters that is not a standard role's."""
        name = " ".join(self.cleaned_data["name"].split())
        if not NAME.fullmatch(name):
            raise forms.ValidationError(_("Use letters, digits and spaces, a letter or digit first"))
        if name.casefold() in {str(label).casefold() for _code, label in Role.choices} | {
            str(label).casefold() for _code, label in Group.choices
        }:
            raise forms.ValidationError(_("This is the name of a standard role: choose another"))
        return name


class OpenForm(forms.Form):
    """Which standard roles are opened."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Standard roles"), error_messages={"required": gettext_lazy("Tick at least one role")},
        choices=[(role.value, role.label) for group in Group for role in standard_roles(group)],
    )  # fmt: skip
    reason = reason_field()
