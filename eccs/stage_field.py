"""The column in which a document's stage stands."""

from __future__ import annotations

from typing import Any

from django_fsm import FSMField


class StageField(FSMField):
    """The stage of a document, which nothing but a step changes.

    A migration sees a plain column of text: the machine is not its matter, and would be set up anew in each of its states.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "protected": True})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """The column as a migration writes it."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs
