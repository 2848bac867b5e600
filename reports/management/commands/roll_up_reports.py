"""`manage.py roll_up_reports`: count for the reports what is new, or with --anew everything from the first line."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports import rolling
from reports.models import Mark

HOURS = 24 * 3600


class Command(BaseCommand):
    """Roll up the reports now. Stopped at any moment, it is taken up again by itself."""

    help = (
        "Add to the tallies of the reports what is new in the trails; with --anew count everything from the first line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether all is counted anew."""
        parser.add_argument(
            "--anew", action="store_true", help="forget what was counted, and count from the first line"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, and say how far each trail is counted."""
        try:
            if options["anew"]:
                rolling.begin_anew()
        except rolling.Busy as busy:
            raise CommandError("The worker is counting at this moment. Try again in a minute.") from busy
        whole = rolling.roll_up(HOURS)
        for mark in Mark.objects.exclude(trail=rolling.PENDING).order_by("trail"):
            self.stdout.write(f"{mark.trail}: counted up to line {mark.done}")
        if not whole:
            self.stdout.write(
                "Some lines wait for a transaction that still runs, or another worker counts: beat goes on."
            )
