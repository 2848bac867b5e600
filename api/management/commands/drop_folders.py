"""The drop folders for the host's OpenSSH, and working them once by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from api.folders import working
from api.folders.models import DropFolder


class Command(BaseCommand):
    """Tells which accounts sign in by which public key, or works the folders once."""

    help = "Print the account and public key of every drop folder in force; with --work, work the folders once."

    def add_arguments(self, parser: CommandParser) -> None:
        """What may be asked."""
        parser.add_argument("--work", action="store_true", help="take up what lies in the folders, as beat does")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each: the account, a tab, the key."""
        if options["work"]:
            self.stdout.write(f"{working.work_all()} files answered")
            return
        for name, key in DropFolder.objects.live().order_by("name").values_list("name", "public_key"):
            self.stdout.write(f"{name}\t{key}")
