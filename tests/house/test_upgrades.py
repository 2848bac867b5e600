"""A migration that the release before would not survive is refused; what only adds passes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

from eccs.tables import together
from tools import survives

WORD, NUMBER = models.CharField(max_length=20), models.IntegerField(null=True)
BEFORE = {"bill": {"word": WORD, "number": NUMBER}}
INDEX = models.Index(fields=["word"], name="by_word")
TABLE = migrations.CreateModel("Paper", [("id", models.BigAutoField(primary_key=True))])


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (migrations.RemoveField("bill", "word"), "still asks for it"),
        (migrations.DeleteModel("bill"), "still asks for it"),
        (migrations.RenameField("bill", "word", "name"), "old name"),
        (migrations.RenameModel("bill", "declaration"), "old name"),
        (migrations.AlterModelTable("bill", "bills"), "old name"),
        (migrations.AddField("bill", "more", models.CharField(max_length=9, default="")), "does not fill it"),
        (migrations.AlterField("bill", "word", models.TextField()), "another type"),
        (migrations.AlterField("bill", "word", models.CharField(max_length=9)), "shorter"),
        (migrations.AlterField("bill", "number", models.IntegerField()), "leave it empty"),
        (migrations.AlterField("bill", "word", models.CharField(max_length=20, unique=True)), "AddIndexConcurrently"),
        (migrations.AddIndex("bill", INDEX), "AddIndexConcurrently"),
        (migrations.AddConstraint("bill", models.CheckConstraint(condition=Q(number__gt=0), name="n")), "forbids"),
        (migrations.RunSQL("ALTER TABLE bills DROP COLUMN word"), "DROP COLUMN"),
        (migrations.RunSQL("CREATE INDEX i ON bills (word)"), "CREATE INDEX"),
        (migrations.RunSQL("ALTER TABLE bills ADD COLUMN more text NOT NULL"), "NOT NULL"),
    ],
    ids=lambda given: given if isinstance(given, str) else type(given).__name__,
)
def test_what_old_code_would_not_survive_is_refused(operation: Any, why: str) -> None:
    for given in ([operation], together([operation]), [migrations.SeparateDatabaseAndState([operation])]):
        [fault] = survives.faults(given, BEFORE)
        assert why in fault


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("bill", "more", models.CharField(max_length=9, db_default="")),
        migrations.AddField("bill", "more", models.CharField(max_length=9, null=True)),
        migrations.AlterField("bill", "word", models.CharField(max_length=40)),
        migrations.AlterField("bill", "number", models.IntegerField(null=True, help_text="more")),
        AddIndexConcurrently("bill", INDEX),
        migrations.RemoveIndex("bill", "by_word"),
        migrations.RunSQL("ALTER TABLE bills ADD COLUMN more text NOT NULL DEFAULT ''"),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY i ON bills (word)"),
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_only_adds_passes(operation: Any) -> None:
    assert not survives.faults([operation], BEFORE)


def test_a_table_that_is_new_may_have_anything() -> None:
    added = migrations.AddField("paper", "word", WORD)
    assert not survives.faults([TABLE, added, migrations.AddIndex("paper", INDEX)], BEFORE)


def test_the_contract_phase_names_a_release_that_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """What no code uses since a release may go after it; a release that never was opens nothing, and neither does silence."""
    state = SimpleNamespace(models={("bills", "bill"): SimpleNamespace(fields=BEFORE["bill"])})

    def found(**told: str) -> list[str]:
        migration = SimpleNamespace(operations=[migrations.RemoveField("bill", "word")], **told)
        old = SimpleNamespace(operations=[migrations.RenameField("bill", "word", "name")])
        disk = {("bills", "0001_tables"): old, ("bills", "0002_later"): migration, ("auth", "0001_initial"): old}
        loader: Any = SimpleNamespace(disk_migrations=disk, project_state=lambda _key, **_at_end: state)
        return survives.judged({"1.0": ["bills.0001_tables"]}, loader)

    assert not found(contract="1.0")
    assert ["none of 1.0" in one for one in found(contract="1.1")] == [True]
    assert ["still asks" in one for one in found()] == [True]
    assert not survives.judged({}, Any)  # type: ignore[arg-type]
