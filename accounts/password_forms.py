"""The forms in which passwords and codes are typed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import passwords, sessions
from accounts.credentials import ExpiryExercise
from accounts.models import CustomsStation, User
from accounts.roles import Group, Role

WRONG = _("This is not your password, or too many tries were made: wait a few minutes, then try again.")


def password_field(label: Any, autocomplete: str, missing: Any) -> forms.CharField:
    """A field in which a password is typed."""
    return forms.CharField(
        label=label, max_length=passwords.LONGEST, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}), error_messages={"required": missing},
    )  # fmt: skip


def code_field(label: Any, hint: Any, **attrs: str) -> forms.CharField:
    """A field in which a code is typed."""
    look = {"autocomplete": "one-time-code", "spellcheck": "false", "class": "govuk-input--width-10", **attrs}
    return forms.CharField(
        label=label, help_text=hint, max_length=20, widget=forms.TextInput(attrs=look),
        error_messages={"required": _("Enter the code")},
    )  # fmt: skip


class NewPasswordForm(forms.Form):
    """A new password, typed twice."""

    new = password_field(_("New password"), "new-password", _("Enter a new password"))
    again = password_field(_("New password again"), "new-password", _("Enter the new password again"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """The same twice, and within the policy."""
        given = super().clean() or {}
        new, again = given.get("new"), given.get("again")
        if not new or not again or self.errors:
            return given
        if new != again:
            self.add_error("again", _("The two are not the same"))
        else:
            for fault in passwords.faults(new, self.user):
                self.add_error("new", fault)
        return given


class ChangeForm(NewPasswordForm):
    """A new password in place of the present one."""

    present = password_field(_("Present password"), "current-password", _("Enter your present password"))
    field_order = ("present", "new", "again")

    def __init__(self, request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        self.request = request

    def clean_present(self) -> str:
        """The present password, which proves who is typing."""
        present: str = self.cleaned_data["present"]
        if not passwords.prove(self.request, self.user, present):
            raise forms.ValidationError(WRONG)
        return present


class ConfirmForm(forms.Form):
    """The password once more."""

    password = password_field(_("Password"), "current-password", _("Enter your password"))

    def __init__(self, request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user

    def clean_password(self) -> str:
        """The password of whoever is signed in."""
        password: str = self.cleaned_data["password"]
        if not passwords.prove(self.request, self.user, password):
            raise forms.ValidationError(WRONG)
        sessions.prove(self.request)
        return password


class ForgottenForm(forms.Form):
    """Whose password was forgotten. Whether there is such a person is never told."""

    who = forms.CharField(
        label=_("User name or e-mail address"), max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Enter your user name or your e-mail address")},
    )  # fmt: skip


class CodeForm(forms.Form):
    """The code of the authenticator."""

    code = code_field(_("Code"), _("Six digits from your authenticator app"), inputmode="numeric")


class RecoveryForm(forms.Form):
    """One of the recovery codes."""

    code = code_field(_("Recovery code"), _("Ten letters and digits, such as 7KQ2M-PX94D"), autocapitalize="characters")


class SecondFactorRolesForm(forms.Form):
    """Whose roles ask for a second factor."""

    roles = forms.MultipleChoiceField(
        label=_("Roles that sign in with a second factor"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(role.value, role.label) for role in Role if role != Role.SYSTEM],
    )  # fmt: skip


class ExerciseForm(forms.Form):
    """The moment and the scope of an expiry exercise."""

    SOONEST = timedelta(minutes=15)

    begins_at = forms.DateTimeField(
        label=_("Passwords expire at"), help_text=_("Date and time in India, such as 20/11/2026 12:00"),
        input_formats=["%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format="%d/%m/%Y %H:%M", attrs={"class": "govuk-input--width-20", "autocomplete": "off"}),
        error_messages={"required": _("Enter a date and a time"), "invalid": _("Enter a date and a time, such as 20/11/2026 12:00")},
    )  # fmt: skip
    scope = forms.ChoiceField(
        label=_("Whose passwords"), choices=ExpiryExercise.Scope.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose whose passwords expire")},
    )  # fmt: skip
    group = forms.ChoiceField(
        label=_("User group"), help_text=_("Where the passwords of one user group expire"),
        choices=[("", "–"), *Group.choices], required=False,
    )  # fmt: skip
    station = forms.ModelChoiceField(
        CustomsStation.objects.all(), label=_("Station"), help_text=_("Where those of one station expire"),
        required=False, empty_label="–",
    )  # fmt: skip

    def clean_begins_at(self) -> Any:
        """A moment that leaves time to write to everybody."""
        at = self.cleaned_data["begins_at"]
        if at < timezone.now() + self.SOONEST:
            raise forms.ValidationError(
                _("Choose a moment at least 15 minutes from now, so that people are told before")
            )
        return at

    def clean(self) -> dict[str, Any]:
        """The group or the station that the scope names, and nothing beside it."""
        given = super().clean() or {}
        scope = given.get("scope")
        if scope == ExpiryExercise.Scope.GROUP and not given.get("group"):
            self.add_error("group", _("Choose the user group"))
        if scope == ExpiryExercise.Scope.STATION and not given.get("station"):
            self.add_error("station", _("Choose the station"))
        given["group"] = given.get("group", "") if scope == ExpiryExercise.Scope.GROUP else ""
        given["station"] = given.get("station") if scope == ExpiryExercise.Scope.STATION else None
        return given
