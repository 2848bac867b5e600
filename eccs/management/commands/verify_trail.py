"""Whether every trail is as it was written."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from eccs import trail


class Command(BaseCommand):
    """Walks every chain and names the first line of each document that was changed, removed or added past the gate."""

    help = "Verify every trail; exits with an error where a chain is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk all trails."""
        broken = 0
        for kind in trail.trails():
            for document, line in trail.broken_lines(kind):
                broken += 1
                self.stdout.write(f"BROKEN {document}: {line}")
            self.stdout.write(f"{kind._meta.verbose_name}: {kind._default_manager.count()} lines read")
        if broken:
            raise CommandError(f"{broken} broken")
        self.stdout.write("Every chain holds.")
