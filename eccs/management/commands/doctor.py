"""Whether this installation is well, and what to do where it is not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from eccs import doctor


class Command(BaseCommand):
    """Examines keys, clock, database, backup, storage, mail, bank, beat and workers; exits with 1 where something is wrong."""

    help = "Examine the installation, or the parts that are named, and say what to do about each fault."
    requires_system_checks: list[str] = []  # what they would stop at is told here with its remedy

    def add_arguments(self, parser: CommandParser) -> None:
        """The parts to be examined."""
        parser.add_argument("names", nargs="*", metavar="part", choices=[[], *doctor.EXAMINATIONS], default=[])

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each examination, and the remedy under each fault."""
        found = doctor.examine(options["names"])
        for one in found:
            verdict = "FAULT" if one.fault else "-" if one.unasked else "ok"
            self.stdout.write(f"{verdict:6}{one.examination.name:16}{one.fault or one.unasked}".rstrip())
            if one.fault:
                self.stdout.write(f"{'':22}→ {one.examination.remedy}")
        faults = sum(bool(one.fault) for one in found)
        self.stdout.write(f"{faults} of {len(found)} need somebody." if faults else "Everything is well.")
        if faults:
            raise SystemExit(1)
