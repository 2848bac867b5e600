"""`manage.py load_history --bills 5000000`: fill a database that serves nobody with a truthful past."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from eccs.acting import OWNER, acting_as
from reports import rolling
from reports.history import whole

FORCED = "this database may be filled with invented documents"
HOURS = 24 * 3600


class Command(BaseCommand):
    """Lays flights, bills, payments and their sealed trails over some years, most of them ended, and rolls the reports up."""

    help = "Fill a database that is not in production with a truthful past, to see how the system bears its size."

    def add_arguments(self, parser: CommandParser) -> None:
        """How much, and over how long."""
        parser.add_argument("--bills", type=int, required=True, help="bills of entry")
        parser.add_argument("--years", type=int, default=5)
        parser.add_argument("--exports", type=float, default=0.2, help="share of shipping bills in all bills")
        parser.add_argument(
            "--live", type=int, default=whole.LIVE, help="bills of each direction still at the desks, about"
        )
        parser.add_argument("--without-reports", action="store_true", help="leave the roll-up of the reports to beat")
        parser.add_argument("--force", default="", help=f'in production: "{FORCED}"')

    def handle(self, *args: Any, **options: Any) -> None:
        """Lay it, and say how fast."""
        if options["bills"] < 40 or not 1 <= options["years"] <= 10 or not 0 <= options["exports"] <= 0.9:
            raise CommandError("At least 40 bills, over 1 to 10 years, with a share of exports from 0 to 0.9.")
        with acting_as(OWNER):  # whoever works with the tables lays nothing past their triggers
            self._lay(options)

    def _lay(self, options: dict[str, Any]) -> None:
        if reason := whole.why_not(demo=settings.DEMO, forced=options["force"] == FORCED):
            raise CommandError(reason)
        try:
            rate = whole.lay_past(
                options["bills"], options["years"], options["exports"], options["live"], self.stdout.write
            )
        except whole.CannotLay as cannot:
            raise CommandError(str(cannot)) from cannot
        self.stdout.write(f"{rate:,.0f} bills a second, with all that belongs to them, indexes and statistics")
        if not options["without_reports"]:
            self.stdout.write("rolling up the reports")
            rolling.roll_up(HOURS)
