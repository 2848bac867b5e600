"""Whether every trail and the audit log are as they were written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eccs import audit, heads, retention, trail


class Command(BaseCommand):
    """Walks every chain and names the first line of each document, or lane of the audit log, that was changed, removed or added.

    Then every trail is held against the roots of the days, and everything against the heads kept outside the database.
    """

    help = "Verify every trail, the audit log, the ledgers and the signed rows; exits with an error where something is not as it was written."

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk all trails, then hold the database against the heads that are kept outside it."""
        broken = 0
        for kind in trail.trails():
            for document, line in trail.broken_lines(kind):
                broken += 1
                self.stdout.write(f"BROKEN {document}: {line}")
            self.stdout.write(f"{kind._meta.verbose_name}: {kind._default_manager.count()} lines read")
        for lane, line in audit.broken_lines():
            broken += 1
            self.stdout.write(f"BROKEN {lane}: {line}")
        self.stdout.write(f"audit log: {audit.AuditLine.objects.count()} lines read")
        for fault in retention.broken_files():
            broken += 1
            self.stdout.write(f"BROKEN {fault}")
        for root in trail.broken_roots():
            broken += 1
            self.stdout.write(f"BROKEN since {root.day:%d/%m/%Y}: {root.trail} is not as that day's root sealed it")
        for fault in heads.faults():
            broken += 1
            self.stdout.write(f"BROKEN {fault.where}: {fault.what}")
        newest = heads.last()
        self.stdout.write(
            f"heads outside the database: the newest is of {newest.at:%d/%m/%Y %H:%M} UTC"
            if newest
            else "no head is kept outside the database"
        )
        if broken:
            raise CommandError(f"{broken} broken")
        self.stdout.write("Every chain, every day's root and every head holds.")
