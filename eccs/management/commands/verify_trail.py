"""Whether every trail and the audit log are as they were written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eccs import audit, retention, trail


class Command(BaseCommand):
    """Walks every chain and names the first line of each document, or lane of the audit log, that was changed, removed or added.

    Then every trail is held against the roots of the days.
    """

    help = "Verify every trail and the audit log; exits with an error where a chain is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk all trails."""
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
        if broken:
            raise CommandError(f"{broken} broken")
        self.stdout.write("Every chain and every day's root holds.")
