"""Whether every trail and the audit log are as they were written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eccs import audit, chain_checks, heads, trail


class Command(BaseCommand):
    """Walks every chain and names the first line of each document, or lane of the audit log, that was changed, removed or added.

    Then every trail is held against the roots of the days, and everything against the heads kept outside the database: what the
    nightly check does, at once.
    """

    help = "Verify every trail, the audit log, the ledgers and the signed rows; exits with an error where something is not as it was written."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything, name what is broken, and say how much was read."""
        broken = 0
        for fault in chain_checks.check_all():
            broken += 1
            self.stdout.write(f"BROKEN {fault.where}: {fault.what}")
        for kind in trail.trails():
            self.stdout.write(f"{kind._meta.verbose_name}: {kind._default_manager.count()} lines read")
        self.stdout.write(f"audit log: {audit.AuditLine.objects.count()} lines read")
        newest = heads.last()
        self.stdout.write(
            f"heads outside the database: the newest is of {newest.at:%d/%m/%Y %H:%M} UTC"
            if newest
            else "no head is kept outside the database"
        )
        if broken:
            raise CommandError(f"{broken} broken")
        self.stdout.write("Every chain, every day's root and every head holds.")
