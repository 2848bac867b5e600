"""Goods that were exported and come back: which check there is of the shipping bill that a bill of entry names.

Exports stand above imports. They say here how such a bill is judged; forms and files ask it alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from bills.kinds import Kind
from eccs.uploads.checks import Table

if TYPE_CHECKING:
    from bills.flight import Flight

NAME = "return_of"
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
