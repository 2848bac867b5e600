"""A file of rates on its way: every row checked, then compared with what is in force, and the differences kept."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from bills.models import RateChange, RateFile
from bills.rate_files import applying, columns, difference
from eccs.beginning import begin
from eccs.copying import copy_rows
from eccs.models import Upload
from eccs.pages import activity_of
from eccs.upload_runner import Kind, register
from eccs.uploads import Table
from eccs.workflow import Refused

OWNER = "system"  # whose uploads these are: those who keep the rates of the whole system
NOTES = {
    RateFile.Sort.TARIFF: difference.notes_of_tariff, RateFile.Sort.EXCHANGE: difference.notes_of_exchange,
    RateFile.Sort.EXEMPTIONS: difference.notes_of_exemptions,
}  # fmt: skip
COPIED = ("file_id", "kind", "code", "row", "from_date", "before", "after")


def start(sort: str, actor: Actor, *, whole: bool) -> RateFile:
    """A file begins; what it holds is handed in next. Raises Refused."""
    made = RateFile(sort=sort, whole=whole and sort == RateFile.Sort.TARIFF, loaded_by_id=actor.person_id)
    begin([made], "load", actor, activity_of("rate-file-new"))
    return made


def _file(upload: Upload) -> RateFile:
    found: RateFile = RateFile.objects.get(pk=upload.subject_id or 0)
    return found


def judge(upload: Upload, table: Table) -> None:
    """Row against row, then each row against what is in force on its day; a fault is named by row and column."""
    file = _file(upload)
    if file.sort == RateFile.Sort.TARIFF:
        columns.judge_tariff(table, whole=file.whole)
    else:
        (columns.judge_exchange if file.sort == RateFile.Sort.EXCHANGE else columns.judge_exemptions)(table)
    if table.faults:
        return
    turn = applying.last_turn(file.sort)
    stands = difference.standing(file.sort)
    found = difference.compare(file.sort, columns.rows_of(table), stands, whole=file.whole)
    index = {number: place for place, number in enumerate(table.numbers)}
    for number, source in found.taken:
        words = _("has another rate that begins on the same day: %(source)s") % {"source": source or "–"}
        table.fault(index[number], "from_date", table.values["from_date"][index[number]].isoformat(), words)
    table.notes += NOTES[RateFile.Sort(file.sort)](found, stands)
    table.prepared = (turn, found)


def accept(upload: Upload, table: Table) -> dict[str, Any]:
    """Keep the differences with the file: nothing of them is in force before it is approved."""
    turn, found = table.prepared
    file = RateFile.objects.select_for_update(of=("self",)).get(pk=upload.subject_id)
    applying.wait_for_turn(file.sort)
    if file.stage != "DRAFT":
        raise Refused([_("Another file was proposed in its place. Load this one as a new file.")])
    if turn != applying.last_turn(file.sort):
        raise Refused([_("Other rates were approved while the file was checked. Upload it again.")])
    file.changes.all().delete()
    rows = ((file.pk, c.kind, c.code, c.row, c.from_date, _json(c.before), _json(c.after)) for c in found.changes)
    with connection.cursor() as cursor:
        copy_rows(cursor, RateChange._meta.db_table, COPIED, rows)
    counts = {
        "new": found.count("NEW"),
        "changed": found.count("CHANGED"),
        "ended": found.count("ENDED"),
        "same": found.same,
    }
    RateFile.objects.filter(pk=file.pk).update(
        upload=upload, base=turn, first_day=found.first_day if found.changes else None,
        notification=_named(table.values["notification"]), **counts,
    )  # fmt: skip
    return counts


def _json(values: Any) -> str | None:
    return None if values is None else json.dumps(dict(values), default=_text, ensure_ascii=False)


def _text(value: Any) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _named(notifications: Iterable[str]) -> str:
    """The notifications that the rows name, each once."""
    return "; ".join(dict.fromkeys(filter(None, notifications)))[:300]


def context(upload: Upload) -> dict[str, Any]:
    """What the pages of the upload say; once it is read without a fault, the file's own page goes on."""
    file = _file(upload)
    return {
        "subject": file, "caption": str(file.get_sort_display()), "facts": [], "sums": [], "declarations": [],
        "upload_url": reverse("rate-file-again", args=[file.pk]),
        "ready_url": file.get_absolute_url() if upload.state == Upload.State.READY else "",
        "may_sign": lambda _actor: False,
    }  # fmt: skip


def save(upload: Upload, _table: Table, _user_id: int) -> dict[str, Any]:
    """Files of rates are proposed and approved, never signed."""
    raise Refused([_("A file of rates is proposed and approved.")])


for _sort, _columns in (
    (RateFile.Sort.TARIFF, columns.TARIFF), (RateFile.Sort.EXCHANGE, columns.EXCHANGE),
    (RateFile.Sort.EXEMPTIONS, columns.EXEMPTIONS),
):  # fmt: skip
    register(Kind(_sort.value, _sort.label, _columns, judge, accept, save, context))
