"""Bring the database, the static files and (in a demonstration) the cast up to date."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Everything that must be true before the pages answer; a second run changes nothing."""

    help = "Migrate, collect static files and, with ECCS_DEMO=1, create the demo stations and cast."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps in their order."""
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if settings.DEMO:
            call_command("demo")
