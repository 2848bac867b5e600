"""Lists of revoked certificates, loaded from files: for a machine that fetches them by itself every day."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from eccs import audit
from eccs.signing import authorities
from eccs.signing.authorities import NotAccepted


class Command(BaseCommand):
    """Loads each file; a list that is loaded already is left as it is."""

    help = "Load lists of revoked certificates (CRL, PEM or DER)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the files."""
        parser.add_argument("files", nargs="+", type=Path)

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        """Load them one after the other."""
        for path in files:
            try:
                loaded, fresh = authorities.load_list(path.read_bytes(), None)
            except (OSError, NotAccepted) as fault:
                raise CommandError(f"{path}: {fault}") from fault
            if fresh:
                audit.record("revocations.loaded", about=loaded.issuer, entries=loaded.entries)
            self.stdout.write(f"{path}: {loaded}, {loaded.entries} revoked, {'loaded' if fresh else 'there already'}")
