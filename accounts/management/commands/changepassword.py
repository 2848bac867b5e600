"""Set somebody's password at the console of the server; whoever it is chooses another at the next sign-in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import changepassword

from accounts.models import User
from accounts.permissions import SYSTEM
from eccs import audit


class Command(changepassword.Command):
    """Django's own command, after which the password counts as chosen by somebody else and every session is over."""

    def handle(self, *args: Any, **given: Any) -> str:
        """Set it, and have it changed at the first sign-in."""
        said = super().handle(*args, **given)
        name = str(given["username"]).lower()
        User.objects.filter(username=name).update(must_change_password=True)
        audit.record("password.changed", by=SYSTEM, about=name, why="at the console of the server")
        return str(said)
