"""Writing what is filed, thousands at once, and refusing what is not whole: for bills whichever way the goods go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _

from eccs import numbering, trail
from eccs.copying import copy_models, copy_rows, next_ids
from eccs.signing import gate as signatures
from eccs.uploads import Table
from eccs.workflow import Document, Refused


def write_filed(
    filed: Sequence[Any], entries: Sequence[trail.Entry], belongings: Mapping[type[models.Model], list[models.Model]],
    before: Sequence[models.Model] = (),
) -> None:  # fmt: skip
    """Number the bills and write them by COPY, a table after another: what they point at, themselves, what belongs to them, the trail."""
    kind: type[Document] = type(filed[0])
    step, by_id = kind.steps()["file"], entries[0].by_id
    if reasons := signatures.missing(step, filed[0], by_id, entries[0].at):
        raise Refused(reasons)
    numbering.number(filed)
    signed = signatures.seal(step, by_id, entries, born_filed=True)
    lines = trail.seal_entries(entries)
    for model, made_of in belongings.items():
        for row, key in zip(made_of, next_ids(model, len(made_of)) if made_of else (), strict=True):
            row.pk = key
    with connection.cursor() as cursor:
        if before:
            copy_models(cursor, type(before[0]), before)
        copy_models(cursor, kind, filed)
        for model, made_of in belongings.items():
            if made_of:
                copy_models(cursor, model, made_of)
        copy_rows(cursor, kind.trail_model._meta.db_table, kind.trail_model.columns, lines)
    signatures.keep(signed)


def by_bag(shipments: Iterable[tuple[str | None, str]]) -> dict[str, Any]:
    """House airway bills of documents as the trail tells them: those of each bag, and those that are loose."""
    bags: dict[str, list[str]] = {}
    for bag, hawb in shipments:
        bags.setdefault(bag or "", []).append(hawb)
    loose = bags.pop("", [])
    return {"bags": bags, "loose": loose}


def refuse_faults(bill: Document, table: Table) -> None:
    """A draft with faults is not filed. Raises Refused with each of them; the row of a fault is the item's number."""
    if table.faults:
        told = ({"row": f.row, "column": f.column, "reason": f.reason} for f in table.faults)
        raise Refused([_("Item %(row)d, %(column)s: %(reason)s.") % one for one in told], bill)
