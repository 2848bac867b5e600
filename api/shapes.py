"""What is answered, as types: amounts are texts that hold decimals, moments carry their offset."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Schema

from api.site import FormFaults
from eccs import keyset
from eccs.workflow import Document

Cursor = Annotated[
    str, Query("", max_length=400, description="The cursor of the page before; none for the first page.")
]
Limit = Annotated[int, Query(25, ge=1, le=250, description="Rows of a page.")]
Word = Annotated[str, Query("", max_length=60)]


class Fault(Schema):
    """One fault: in which row of a file, in which field, why."""

    row: int | None = None
    field: str
    value: str | None = None
    reason: str


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault] = []
    instance: str = ""


PROBLEMS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 422, 429), Problem)
"""What every address may answer beside its own."""


class Stage(Schema):
    """Where a document stands, as its firm sees it."""

    code: str
    words: str


def stage_of(document: Document) -> Stage:
    """The stage of a document with its words."""
    return Stage(code=str(document.stage), words=str(document.stage_labels()[document.stage]))


def page_of(rows: QuerySet[Any], cursor: str, limit: int, sort: str = "-pk") -> keyset.Page:
    """One page of a list, from the cursor of the page before."""
    if cursor and not keyset.is_mark(sort, cursor):
        raise FormFaults({"cursor": [_("This is no cursor of this list.")]})
    return keyset.page(rows, sort, cursor, limit)


def at_stage(rows: QuerySet[Any], stage: str) -> QuerySet[Any]:
    """Those of one stage; nothing said is every stage."""
    if stage and stage not in rows.model.stage_labels():
        raise FormFaults({"stage": [_("There is no such stage.")]})
    return rows.filter(stage=stage) if stage else rows


def keyed(rows: QuerySet[Any], key: str) -> Any:
    """The document of an address; what is somebody else's is not there."""
    return get_object_or_404(rows, rows.model.by_key(key))
