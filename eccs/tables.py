"""Changing the tables of an application in one go, without drawing the whole plan of the system again for each change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation

GROUPED = (
    operations.CreateModel, operations.DeleteModel, operations.AddField, operations.AlterField, operations.RemoveField,
    operations.AddIndex, operations.RemoveIndex, operations.AddConstraint, operations.RemoveConstraint,
)  # fmt: skip


class Together(Operation):
    """Several changes of tables that stand beside one another: no column among them is touched twice.

    Django draws the models of all applications anew for each change that a migration makes; with a hundred tables that is
    most of the time of an installation. Here they are drawn once before and once after.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, operations: Sequence[Any]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: Any) -> None:
        """All changes become known; what was drawn before is put away, and drawn when it is next looked at."""
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make the changes in the order in which they are given."""
        for operation in self._apart():
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take them back, the last first."""
        for operation in reversed(list(self._apart())):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def _apart(self) -> Iterator[Any]:
        """The changes, without those of a table that is new here: it is made with them."""
        new = {one.name_lower for one in self.operations if isinstance(one, operations.CreateModel)}
        for operation in self.operations:
            if getattr(operation, "model_name_lower", None) not in new:
                yield operation

    def describe(self) -> str:
        """What it does, in the list of migrations."""
        return "; ".join(operation.describe() for operation in self.operations)


def together(changes: Iterable[Any]) -> list[Any]:
    """The operations of a migration, with every run of changes of tables made one."""
    runs = [(grouped, list(run)) for grouped, run in groupby(changes, lambda one: isinstance(one, GROUPED))]
    return [one for grouped, run in runs for one in ([Together(run)] if grouped else run)]
