"""Whether the signatures on a document hold, and the files with which anybody can verify them without this system."""

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management.base import BaseCommand, CommandError, CommandParser

from eccs.signing import authorities, verifying


class Command(BaseCommand):
    """Verifies every signature on a document; with --into the signed bytes and the CMS are written to a folder."""

    help = "Verify the digital signatures on a document by its number; exits with an error where one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the document."""
        parser.add_argument("number")
        parser.add_argument(
            "--into", type=Path, help="write content, CMS and authorities there, for openssl cms -verify"
        )

    def handle(self, *args: Any, number: str, into: Path | None, **options: Any) -> None:
        """Verify them one after the other."""
        found = verifying.of_number(number)
        if not found:
            raise CommandError(f"{number}: nothing on it is signed")
        for n, (one, faults) in enumerate(found, 1):
            whole = f" with {one.count - 1} others" if one.count > 1 else ""
            said = "; ".join(faults) or "holds"
            self.stdout.write(
                f"{number} {one.step}, signed{whole} by {one.certificate.name} on {one.at:%d/%m/%Y %H:%M:%S} UTC: {said}"
            )
            if into is not None:
                into.mkdir(parents=True, exist_ok=True)
                (into / f"{n}.content").write_bytes(bytes(one.content))
                (into / f"{n}.filing.json").write_bytes(bytes(one.leaf))
                (into / f"{n}.cms").write_bytes(bytes(one.cms))
                pem = b"".join(ca.public_bytes(Encoding.PEM) for ca in authorities.authorities())
                (into / "authorities.pem").write_bytes(pem)
                self.stdout.write(
                    f"  openssl cms -verify -binary -inform DER -in {into}/{n}.cms -content {into}/{n}.content -CAfile {into}/authorities.pem -purpose any"
                )
        if any(faults for _one, faults in found):
            raise CommandError("A signature does not hold.")
