"""Goods that were exported and come back: which check there is of the shipping bill that a bill of entry names.

Exports stand above imports. They say here how such a bill is judged; forms and files ask it alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from bills.kinds import Kind
from eccs.uploads.checks import Table

if TYPE_CHECKING:
    from bills.flight import Flight

NAME = "return_of"
JEWELLERY = ("7113", "7117")  # headings whose e-commerce goods come back under conditions of their own
Judge = Callable[["Flight", Table, list[list[int]]], None]
_judges: list[Judge] = []


def judged_by(judge: Judge) -> None:
    """Say who judges the bills that name a shipping bill."""
    if judge not in _judges:
        _judges.append(judge)


def check(flight: Flight, table: Table, groups: list[list[int]]) -> None:
    """Judge the bills that name the shipping bill with which their goods had left; faults are named in the table."""
    values = table.values
    named = []
    for rows in groups:
        given = values[NAME][rows[0]]
        for index in rows[1:]:
            if values[NAME][index] not in ("", None, given):
                table.fault(index, NAME, values[NAME][index], _("differs from the first row of this HAWB"))
        if given and values["form"][rows[0]] == Kind.XII:
            table.fault(
                rows[0], NAME, given, _("is for CBE-XIII and CBE-XIV: exported goods come back on one of these")
            )
        elif given:
            named.append(rows)
    if named:
        for judge in _judges:
            judge(flight, table, named)


def papers_of_jewellery(header: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> str:
    """The compulsory documents of e-commerce jewellery that comes back unsold, or nothing (Notification 57/2022; Circular 09/2022)."""
    if not (header[NAME] and header["ecommerce"] and any(item["cth"].startswith(JEWELLERY) for item in items)):
        return ""
    return _(
        "Confirmation of the return by the e-commerce platform; Valid RCMC of the exporter; Picture of the original packing"
    )
