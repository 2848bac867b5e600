"""Make the first person of a new installation: the System Admin, who makes the Port Admins on the people's pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.newcomers import first_system_admin
from accounts.reset_links import address_for
from eccs.workflow import Refused


class Command(BaseCommand):
    """Creates the System Admin once, or another with a reason, and says the link with which the password is chosen."""

    help = "Create the first System Admin and print the link to choose a password."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who it is."""
        parser.add_argument("username")
        parser.add_argument("full_name")
        parser.add_argument("email")
        parser.add_argument(
            "--another", action="store_true", help="though there is or was a System Admin: the last one is lost"
        )
        parser.add_argument(
            "--reason", default="", help="why another is made; it stands in the trail and the audit log"
        )

    def handle(self, *_args: Any, **given: Any) -> None:
        """Create the person, or say why not."""
        try:
            person = first_system_admin(
                given["username"], given["full_name"], given["email"], another=given["another"], reason=given["reason"]
            )
        except Refused as refusal:
            raise CommandError(" ".join(refusal.reasons)) from None
        except ValidationError as fault:
            raise CommandError(
                " ".join(f"{name}: {' '.join(said)}" for name, said in fault.message_dict.items())
            ) from None
        minutes = settings.PASSWORD_RESET_TIMEOUT // 60
        self.stdout.write(
            f"{person.username} is System Admin. Choose a password within {minutes} minutes: {address_for(person)}"
        )
