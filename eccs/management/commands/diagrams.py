"""The workflow diagrams of the README, drawn from the declarations."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from eccs.drawing import drawing
from eccs.workflow import Document

START, END = "<!-- diagrams: begin -->", "<!-- diagrams: end -->"


def drawn() -> str:
    """Every document's diagram, one Mermaid block each."""
    kinds = [m for m in apps.get_models() if issubclass(m, Document)]
    blocks = [f"### {m.__name__}\n\n```mermaid\n{drawing(m)}\n```\n" for m in kinds]
    return "\n".join([START, *blocks, END])


class Command(BaseCommand):
    """Writes the diagrams into the README, or checks that they are up to date."""

    help = "Draw the workflow diagrams into README.md."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--check` writes nothing."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw, or compare."""
        path: Path = settings.BASE_DIR / "README.md"
        text = path.read_text()
        before, _, rest = text.partition(START)
        _, _, after = rest.partition(END)
        wanted = before + drawn() + after
        if options["check"]:
            if wanted != text:
                raise CommandError("The diagrams in README.md are not up to date: run manage.py diagrams.")
            return
        path.write_text(wanted)
