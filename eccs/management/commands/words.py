"""Make the compiled translations from their sources, without gettext being installed."""

from __future__ import annotations

import ast
import struct
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

MAGIC = 0x950412DE  # the first word of every compiled catalogue


def read(source: str) -> dict[str, str]:
    """The messages of a source as a compiled catalogue names them: singular and plural with a NUL between."""
    found: dict[str, str] = {}
    entry: dict[str, str] = {}
    keyword = ""
    for line in [*source.splitlines(), 'msgid ""']:
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if not text.startswith('"'):
            word, _space, text = text.partition(" ")
            if word in ("msgctxt", "msgid") and "msgstr" in " ".join(entry):
                _keep(entry, found)
                entry = {}
            keyword = word
        entry[keyword] = entry.get(keyword, "") + ast.literal_eval(text)
    return found


def _keep(entry: dict[str, str], found: dict[str, str]) -> None:
    said = [value for word, value in entry.items() if word.startswith("msgstr")]
    if not all(said):
        return  # not translated yet: the English stands
    name = entry["msgid"] + (f"\0{entry['msgid_plural']}" if "msgid_plural" in entry else "")
    found[f"{entry['msgctxt']}\4{name}" if "msgctxt" in entry else name] = "\0".join(said)


def compiled(messages: dict[str, str]) -> bytes:
    """A catalogue as gettext reads it: a head, two tables of places, the texts in order."""
    names = sorted(messages, key=str.encode)
    texts = [name.encode() for name in names], [messages[name].encode() for name in names]
    start = 7 * 4 + 2 * 8 * len(names)
    tables, body = b"", b""
    for column in texts:
        for text in column:
            tables += struct.pack("<2I", len(text), start + len(body))
            body += text + b"\0"
    head = struct.pack("<7I", MAGIC, 0, len(names), 28, 28 + 8 * len(names), 0, start)
    return head + tables + body


class Command(BaseCommand):
    """Compile every `locale/<language>/LC_MESSAGES/django.po`; with `--check` only say whether that was done."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """`--check` writes nothing."""
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Compile, or fail where a compiled file is not what its source gives."""
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/django.po")):
                made, target = compiled(read(source.read_text("utf-8"))), source.with_suffix(".mo")
                if check:
                    if not target.exists() or target.read_bytes() != made:
                        raise CommandError(f"{target} is not up to date: run manage.py words")
                    continue
                target.write_bytes(made)
                self.stdout.write(f"{target}: {len(read(source.read_text('utf-8'))) - 1} messages")
