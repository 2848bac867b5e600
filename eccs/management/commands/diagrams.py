"""What the README draws from the code: the workflow diagrams, and the table of the notice's paragraphs with their tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from eccs.drawing import drawing
from eccs.management.paragraphs import table
from eccs.workflow import Document


def drawn() -> str:
    """Every document's diagram, one Mermaid block each."""
    kinds = [m for m in apps.get_models() if issubclass(m, Document)]
    return "\n".join(f"### {m.__name__}\n\n```mermaid\n{drawing(m)}\n```\n" for m in kinds)


def put(text: str, part: str, content: str) -> str:
    """The text with this content between the marks of a part."""
    start, end = f"<!-- {part}: begin -->", f"<!-- {part}: end -->"
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n{content}\n{end}{after}"


class Command(BaseCommand):
    """Writes the generated parts into the README, or checks that they are up to date."""

    help = "Draw the workflow diagrams and the table of paragraphs into README.md."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--check` writes nothing."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw, or compare."""
        path: Path = settings.BASE_DIR / "README.md"
        text = path.read_text()
        wanted = put(put(text, "diagrams", drawn()), "paragraphs", f"\n{table(settings.BASE_DIR)}\n")
        if options["check"]:
            if wanted != text:
                raise CommandError("README.md is not up to date: run manage.py diagrams.")
            return
        path.write_text(wanted)
