"""How far an upload is, told while it is worked on: a few small updates that a reader sees at once."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Any, Self

from django.db import DatabaseError, connections
from django.utils import timezone
from django.utils.translation import gettext as _

from eccs.models import Upload
from eccs.money import grouped

log = logging.getLogger(__name__)

PARTS = 3  # within a phase, how far it is is told after each third of the rows
_SETTINGS = "SET synchronous_commit TO off; SET lock_timeout TO '200ms'; SET statement_timeout TO '2s'"
Phase = Upload.Phase


class Progress:
    """Tells how far an upload is, over a line of its own: what is told is seen while a transaction is still open.

    Nothing waits for it, and where it fails the work goes on. While the transaction of the work holds the upload's own
    row, nothing may be told.
    """

    def __init__(self, upload: Upload) -> None:
        self._pk, self._rows, self._next = upload.pk, upload.rows, 0
        self._line: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        if self._line is not None:
            self._line.close()

    def begin(self, phase: Phase, rows: int) -> None:
        """A phase begins, with so many rows before it."""
        self._rows, self._next = rows, -(-rows // PARTS)
        self._tell(phase=phase, rows=rows, rows_checked=0)

    def rows(self, done: int) -> None:
        """So many rows are done; told after each third but the last, which the next phase tells."""
        if self._next <= done < self._rows:
            self._next = done + -(-self._rows // PARTS)
            self._tell(rows_checked=done)

    def _tell(self, **news: Any) -> None:
        try:
            if self._line is None:
                self._line = connections["default"].copy()
                with self._line.cursor() as cursor:
                    cursor.execute(_SETTINGS)
            news["touched_at"] = timezone.now()
            names = ", ".join(f"{name} = %s" for name in news)
            with self._line.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {Upload._meta.db_table} SET {names} WHERE id = %s",  # noqa: S608 our own names
                    [*news.values(), self._pk],
                )
        except DatabaseError as fault:
            log.info("how far upload %s is could not be told: %s", self._pk, fault)


class Silence(Progress):
    """Tells nobody: of work that nobody else sees."""

    def _tell(self, **news: Any) -> None:
        """Nothing."""


def how_far(upload: Upload) -> dict[str, Any]:
    """How far an upload is, in words and figures: the step under way among its steps, the count, the percent."""
    words = _words(upload)
    at = list(words).index(Phase(upload.phase)) if upload.state != Upload.State.RECEIVED else -1
    steps = [
        ("done" if n < at else "now" if n == at else "next", phase_words)
        for n, phase_words in enumerate(words.values())
    ]
    counted = upload.rows > 0 and at > 0
    told = {"done": grouped(upload.rows_checked), "all": grouped(upload.rows)}
    return {
        "steps": steps,
        "heading": (
            _("Step %(at)d of %(of)d: %(what)s") % {"at": at + 1, "of": len(steps), "what": steps[at][1]}
            if at >= 0
            else _("Received, waiting for its turn")
        ),
        "percent": 100 * upload.rows_checked // upload.rows if counted else None,
        "count": _("%(done)s of %(all)s rows") % told if counted else "",
        "mark": f"{upload.state}-{upload.phase}-{upload.rows_checked}",
    }


def _words(upload: Upload) -> dict[Phase, str]:
    saving = upload.state == Upload.State.SAVING
    return {
        Phase.READING: _("columns and size"),
        Phase.CELLS: _("every cell"),
        Phase.ACROSS: _("row against row, then against ECCS"),
        Phase.SAVING: (
            _("numbers are given and everything is saved together") if saving else _("everything is put together")
        ),
    }
