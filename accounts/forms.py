"""Forms of people."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import passwords

REFUSED = _(
    "The user name or the password is not right, or too many tries were made. After five wrong tries sign-in waits, each time longer: wait a few minutes, use “Forgotten your password?”, or ask your Group Admin to unlock you."
)


class SignInForm(forms.Form):
    """User name and password. What was wrong of the two is never told."""

    username = forms.CharField(
        label=_("User name"), max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Enter your user name")},
    )  # fmt: skip
    password = forms.CharField(
        label=_("Password"), max_length=128, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password")},
    )  # fmt: skip

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: Any = None

    def clean(self) -> dict[str, Any]:
        """Refuse what does not open the door."""
        given = super().clean() or {}
        if given.get("username") and given.get("password"):
            name = given["username"].strip().lower()
            self.user = passwords.sign_in(self.request, name, given["password"])
            if self.user is None:
                raise forms.ValidationError(REFUSED, code="invalid_login")
        return given

    def get_user(self) -> Any:
        """The person who signed in."""
        return self.user
