"""Whether every file that the database names is in the store, as it was handed in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.db.models import FileField

DIGESTS = ("sha256",)  # the column beside a file that holds its SHA-256


class Command(BaseCommand):
    """After a restore: names each row whose file is missing or another."""

    help = "Verify that every file named in the database is in the store; exits with an error where one is not."

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk every table that names files."""
        read = broken = 0
        for row, name, digest in _named():
            read += 1
            if fault := _fault(name, digest):
                broken += 1
                self.stdout.write(f"{fault} {row}: {name}")
        if broken:
            raise CommandError(f"{broken} of {read} files are not as they were handed in")
        self.stdout.write(f"All {read} files are in the store.")


def _named() -> Iterator[tuple[str, str, str]]:
    """Every row that names a file, the file, and its SHA-256 where it is known."""
    for model in apps.get_models():
        columns = {field.name for field in model._meta.concrete_fields}
        digest = next((name for name in DIGESTS if name in columns), None)
        if model._meta.proxy:
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField) and field.model is model:
                rows = model._default_manager.exclude(**{field.name: ""}).order_by("pk")
                wanted = ("pk", field.name, *([digest] if digest else []))
                for pk, name, *known in rows.values_list(*wanted).iterator(chunk_size=5000):
                    yield f"{model._meta.label} {pk}", name, known[0] if known else ""


def _fault(name: str, digest: str) -> str:
    if not default_storage.exists(name):
        return "MISSING"
    if not digest:
        return ""
    with default_storage.open(name) as kept:
        return "" if hashlib.file_digest(kept, "sha256").hexdigest() == digest else "CHANGED"
