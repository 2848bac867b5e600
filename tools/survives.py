"""Refuse a migration that the code of the release before would not survive: an upgrade goes host by host, and old code serves beside new.

A release first only adds (expand); what nothing uses any more is taken away by a later one (contract), whose migration says
`contract = "1.4"`: since which release no code uses it. Migrations up to the first release are free; `make check` judges all that
tools/releases.json does not name, and `python -m tools.survives --release 1.4` writes down that a release has these.

The operations are read, not their SQL, and no database is asked. django-migration-linter reads SQL from a running database; it knows neither the
release since which something is unused, nor that an index on a table that is new with it locks nobody out. These rules are few enough to be read.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import django
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

RELEASES = Path(__file__).with_name("releases.json")
TAKEN_AWAY = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN)|RENAME\s+(TO|COLUMN|TABLE)|SET\s+NOT\s+NULL|ALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE)\b|"
    r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)|\bADD\s+COLUMN\b(?![^;]*\bDEFAULT\b)[^;]*\bNOT\s+NULL\b", re.IGNORECASE,
)  # fmt: skip
SIZES = ("max_length", "max_digits", "decimal_places")


def faults(operations: Iterable[Any], before: Any, *, contract: bool = False) -> list[str]:
    """What old code would not survive in a migration; `before` are the models as they were."""
    made: set[str] = set()
    return [fault for one in _flat(operations) for fault in _of(one, before, made, contract=contract)]


def _flat(operations: Iterable[Any]) -> Iterator[Any]:
    """The operations, with those that stand within others."""
    for one in operations:
        if isinstance(one, migrations.SeparateDatabaseAndState):
            yield from _flat(one.database_operations)
        elif inner := getattr(one, "operations", None):
            yield from _flat(list(inner))
        else:
            yield one


def _of(one: Any, before: Any, made: set[str], *, contract: bool) -> Iterator[str]:
    table = str(getattr(one, "model_name", getattr(one, "name", ""))).lower()
    if isinstance(one, migrations.CreateModel):
        made.add(table)
    elif table in made:
        return
    elif isinstance(one, (migrations.RenameField, migrations.RenameModel, migrations.AlterModelTable)):
        yield f"{one.describe()}: old code asks for the old name. Add the new one, fill it, and take the old one away a release later."
    elif isinstance(one, (migrations.RemoveField, migrations.DeleteModel)) and not contract:
        yield f"{one.describe()}: old code still asks for it. Say `contract` with the release since which no code uses it."
    elif isinstance(one, migrations.AddField):
        if _must_be_given(one.field):
            yield f"{one.describe()}: old code does not fill it. Let it be null, or give it a db_default."
    elif isinstance(one, migrations.AlterField):
        yield from _altered(one, before[table], contract=contract)
    elif isinstance(one, migrations.AddIndex) and not isinstance(one, AddIndexConcurrently):
        yield f"{one.describe()}: nobody writes the table meanwhile. Use AddIndexConcurrently, with atomic = False."
    elif isinstance(one, (migrations.AddConstraint, migrations.AlterUniqueTogether)) and not contract:
        yield f"{one.describe()}: old code may write what it forbids. Say `contract` with the release since which no code does."
    elif isinstance(one, migrations.RunSQL) and not contract and (found := TAKEN_AWAY.search(str(one.sql))):
        yield f"RunSQL “{found[0].strip()}”: old code would not survive it, or waits for it. Say `contract` with a release if none uses it."


def _must_be_given(field: Any) -> bool:
    if isinstance(field, (models.ManyToManyField, models.GeneratedField)) or field.null:
        return False
    return field.db_default is models.NOT_PROVIDED


def _altered(one: Any, fields: dict[str, Any], *, contract: bool) -> Iterator[str]:
    old, new = fields[one.name], one.field
    if old.deconstruct()[1] != new.deconstruct()[1]:
        yield f"{one.describe()}: another type of column. Add a column, fill both, and take the old one away a release later."
    elif (
        any((getattr(new, size, None) or 10**9) < (getattr(old, size, None) or 10**9) for size in SIZES)
        and not contract
    ):
        yield f"{one.describe()}: shorter than what old code writes. Say `contract` with the release since which no code writes more."
    elif old.null and not new.null and not contract:
        yield f"{one.describe()}: old code may leave it empty. Say `contract` with the release since which none does."
    elif (new.unique or new.db_index) and not (old.unique or old.db_index):
        yield f"{one.describe()}: nobody writes the table meanwhile. Make the index with AddIndexConcurrently."


def judged(releases: dict[str, list[str]], loader: MigrationLoader) -> list[str]:
    """The faults of all migrations that came after the first release, each with its migration."""
    if not releases:
        return []
    known = {name for names in releases.values() for name in names}
    found = []
    for key in sorted(loader.disk_migrations):
        migration, name = loader.disk_migrations[key], ".".join(key)
        if name in known or key[0] not in OURS:
            continue
        release = getattr(migration, "contract", "")
        if release and release not in releases:
            found.append(f"{name}: contract names the release {release}, which is none of {', '.join(releases)}.")
            continue
        state = loader.project_state(key, at_end=False)
        before = {model: dict(one.fields) for (app, model), one in state.models.items() if app == key[0]}
        found += [f"{name}: {fault}" for fault in faults(migration.operations, before, contract=bool(release))]
    return found


OURS = frozenset({
    "accounts", "api", "bills", "bonds", "counter", "eccs", "exports", "helpdesk", "manifests", "payments", "reports", "rms", "transit",
})  # fmt: skip


def main(words: list[str]) -> int:
    """Judge, or write down a release."""
    django.setup()
    loader = MigrationLoader(None)
    releases: dict[str, list[str]] = json.loads(RELEASES.read_text())
    if words[:1] == ["--release"] and len(words) == 2:
        known = {name for names in releases.values() for name in names}
        now = sorted(".".join(key) for key in loader.disk_migrations if key[0] in OURS)
        releases[words[1]] = [name for name in now if name not in known]
        RELEASES.write_text(json.dumps(releases, indent=1) + "\n")
        return 0
    found = judged(releases, loader)
    for fault in found:
        print(fault, file=sys.stderr)
    if not found:
        print("Old code survives every migration." if releases else "No release yet: every migration is free.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
