"""A list as it is printed: its filters, its rows, and what is not on the paper any more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext as _

from eccs.papers import Column, Field, Head, Paper, footing, moment

MOST_PRINTED = 2_000


def list_paper(
    title: str,
    subtitle: str,
    place: str,
    address: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    *,
    asked: Sequence[tuple[str, str]] = (),
    printed_by: str,
) -> bytes:
    """A list as PDF, under the filters that it was asked for with; of a very long one the first rows, and it says so."""
    now = moment(timezone.now())
    head = Head(
        title=title, subtitle=subtitle, number=now, token=f"LIST {timezone.localtime():%Y%m%d %H%M}", place=place or "-",
        address=address, foot=footing(printed_by),
    )  # fmt: skip
    sheet = Paper(head)
    for n in range(0, len(asked), 4):
        sheet.boxes([[Field(label, value) for label, value in asked[n : n + 4]]])
    if asked:
        sheet.space(8)
    told = iter(rows)
    first = list(islice(told, MOST_PRINTED))
    table = sheet.table(columns)
    for row in first:
        table.row(row)
    if not first:
        sheet.text(_("Nothing fits these filters.") if asked else _("Nothing waits here now."))
    if next(told, None) is not None:
        words = _("These are the first %(n)s rows: there are more. Narrow the filters, or download the list as a file.")
        sheet.text(words % {"n": f"{MOST_PRINTED:,}"})
    return sheet.close()
