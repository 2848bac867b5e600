"""Where a shipment is, for anybody who knows its house airway bill and its courier: steps that tell nothing of the goods.

Of all that a bill awaits, the public sees one word: it is with Customs. A query, a detention, an examination, duty that
is not paid and goods in the facilitated lane look alike, and the moment told is that of the declaration or the arrival,
not that of the last desk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple
from weakref import WeakSet

from django.db import connections
from django.utils.translation import gettext_lazy as _

from bills import stages as inward
from eccs import replica
from eccs.acting import SYSTEM, acting_as
from exports import stages as outward
from manifests.clearance import Stage as ManifestStage
from manifests.models import WarehouseEntry

Out = WarehouseEntry.Out


class Step(Enum):
    """What the public is told of a shipment."""

    ANNOUNCED = _("Announced to Customs by your courier")
    ARRIVED = _("Arrived at the courier terminal")
    DECLARED = _("Declared to Customs by your courier")
    WITH_CUSTOMS = _("With Customs")
    CLEARED = _("Cleared by Customs")
    HANDED_OVER = _("With your courier for delivery")
    SENT_ON = _("Sent on to another customs station")
    BROUGHT = _("Brought to the courier terminal")
    LEFT = _("Left India")
    ENDED = _("Not going on: ask your courier")


IMPORT = (Step.ANNOUNCED, Step.ARRIVED, Step.DECLARED, Step.WITH_CUSTOMS, Step.CLEARED, Step.HANDED_OVER)
SENT_ON = (Step.ANNOUNCED, Step.ARRIVED, Step.SENT_ON)
EXPORT = (Step.DECLARED, Step.BROUGHT, Step.WITH_CUSTOMS, Step.CLEARED, Step.LEFT)


class Line(NamedTuple):
    """One step on the page: its words, when it was done, and whether the shipment is there now."""

    step: Step
    at: datetime | None
    state: str  # `done`, `here` or nothing: to come


@dataclass(frozen=True)
class Tracked:
    """Where a shipment is: at which step and since when, by which station, with the steps before and after."""

    leaves: bool
    station: str
    step: Step
    since: datetime | None
    done: dict[Step, datetime]
    registers: tuple[
        tuple[str, str], ...
    ] = ()  # of an export: what ICEGATE and the Reserve Bank were told, and what became of it

    @property
    def lines(self) -> list[Line]:
        """The steps that are done as they came, the one where it is, and those to come."""
        way = EXPORT if self.leaves else SENT_ON if self.step == Step.SENT_ON else IMPORT
        past = sorted(((at, step) for step, at in self.done.items() if step != self.step), key=lambda one: one[0])
        lines = [Line(step, at, "done") for at, step in past]
        lines.append(Line(self.step, self.since, "here"))
        if self.step not in (Step.ENDED, Step.SENT_ON):
            seen = {line.step for line in lines}
            lines += [Line(step, None, "") for step in way if step not in seen]
        return lines


class _Row(NamedTuple):
    """What the database knows of a shipment, of either direction."""

    leaves: bool
    station: str
    begun_at: datetime  # announced on a manifest, or declared for export
    at_terminal: datetime | None
    transshipment: bool
    stage: str | None  # of its bill
    filed_at: datetime | None
    cleared_at: datetime | None
    out_at: datetime | None
    out_on: str | None
    registers: str


_UNDECLARED = (*inward.UNFILED, inward.Stage.CANCELLED)
_INWARD_CLEARED = (*inward.DONE, inward.Stage.PROVISIONALLY_RELEASED)
_INWARD_ENDED = tuple(stage for stage in inward.GONE if stage != inward.Stage.CANCELLED)
_UNKNOWN_OUTWARD = (*outward.UNFILED, outward.Stage.CANCELLED)
_OUTWARD_CLEARED = (outward.Stage.LET_EXPORT, outward.Stage.MANIFESTED)
_OUTWARD_ENDED = (outward.Stage.BACK_TO_TOWN, outward.Stage.CONFISCATED)
_NOT_SUBMITTED = (ManifestStage.DRAFT, ManifestStage.DISCARDED)


def _sql(stages: Iterable[str]) -> str:
    """Stages as PostgreSQL writes them: a plan kept for many questions uses a partial index only where it sees them."""
    return "ARRAY[" + ", ".join(f"'{stage}'" for stage in map(str, stages)) + "]"


PLANNED = "public_track_houseairwaybill"
FIND = f"""
PREPARE {PLANNED} (text, bigint) AS
SELECT * FROM (
    SELECT false, s.name, m.submitted_at AS begun_at, h.arrived_at, h.transshipment, b.stage, b.filed_at,
        COALESCE(b.out_of_charge_at, b.released_at, b.stage_since), w.out_at, w.out_on, ''
    FROM manifests_houseairwaybill h
    JOIN manifests_expresscargomanifest m ON m.id = h.manifest_id
    JOIN accounts_customsstation s ON s.code = m.station_id
    LEFT JOIN LATERAL (
        SELECT stage, stage_since, filed_at, out_of_charge_at, released_at FROM bills_courierbillofentry
        WHERE hawb_id = h.id AND stage <> ALL({_sql(_UNDECLARED)})
        UNION ALL
        SELECT x.stage, x.stage_since, x.filed_at, x.out_of_charge_at, x.released_at FROM bills_coveredshipment c
        JOIN bills_courierbillofentry x ON x.id = c.bill_id
        WHERE c.hawb_id = h.id AND c.ended_at IS NULL AND x.stage <> ALL({_sql(_UNDECLARED)})
        LIMIT 1
    ) b ON true
    LEFT JOIN manifests_warehouseentry w ON w.hawb_id = h.id
    WHERE h.number = $1 AND m.courier_id = $2 AND m.stage <> ALL({_sql(_NOT_SUBMITTED)})
    UNION ALL
    SELECT true, s.name, b.filed_at, b.registered_at, false, b.stage, b.filed_at, b.let_export_at, b.exported_at, '',
        COALESCE((SELECT string_agg(t.register || ' ' || t.state, ',' ORDER BY t.register) FROM exports_transmission t
            WHERE t.shipping_bill_id = b.id AND t.current AND t.act <> 'WITHDRAW'), '')
    FROM exports_couriershippingbill b JOIN accounts_customsstation s ON s.code = b.station_id
    WHERE b.hawb = $1 AND b.courier_id = $2 AND b.stage <> ALL({_sql(_UNKNOWN_OUTWARD)})
    UNION ALL
    SELECT true, s.name, b.filed_at, b.registered_at, false, b.stage, b.filed_at, b.let_export_at, b.exported_at, '', ''
    FROM exports_exportshipment e JOIN exports_couriershippingbill b ON b.id = e.bill_id
    JOIN accounts_customsstation s ON s.code = b.station_id
    WHERE e.number = $1 AND e.courier_id = $2 AND e.ended_at IS NULL AND b.stage <> ALL({_sql(_UNKNOWN_OUTWARD)})
) found ORDER BY begun_at DESC LIMIT 1
"""  # noqa: S608 stages and names of our own
_ASK = f"EXECUTE {PLANNED} (%s, %s)"
_planned: WeakSet[Any] = WeakSet()  # the connections that know the statement


def find(hawb: str, courier: int) -> Tracked | None:
    """The shipment of this number with this courier, the latest where the courier used it again; nothing where either differs.

    The same statement runs and the same nothing is said of a number that nobody has and of one of another courier.
    """
    connection = connections[replica.here()]
    with acting_as(SYSTEM), connection.cursor() as cursor:
        if (
            connection.connection not in _planned
        ):  # planning costs PostgreSQL ten times the answer: once for a connection
            cursor.execute(FIND)
            _planned.add(connection.connection)
        cursor.execute(_ASK, [hawb, courier])
        row = cursor.fetchone()
    return told(_Row(*row)) if row else None


def told(row: _Row) -> Tracked:
    """What the public is told of it: pure, and the same for every desk of Customs."""
    return _outward(row) if row.leaves else _inward(row)


def _registers(written: str) -> tuple[tuple[str, str], ...]:
    """Each register that is told of an export, and how far it is: due, sent, accepted or refused; never why."""
    lines = (line.split() for line in written.split(",") if line)
    return tuple((register, state) for register, state in lines)


def _inward(row: _Row) -> Tracked:
    done = {Step.ANNOUNCED: row.begun_at}
    if row.at_terminal:
        done[Step.ARRIVED] = row.at_terminal
    if row.out_on == Out.TRANSSHIPPED:
        return Tracked(False, row.station, Step.SENT_ON, row.out_at, done)
    if row.stage is None and row.out_on in (Out.RETURNED, Out.DISPOSED, Out.CONFISCATED):
        return Tracked(False, row.station, Step.ENDED, None, done)
    if row.stage is None or row.filed_at is None:
        step = Step.ARRIVED if row.at_terminal else Step.ANNOUNCED
        return Tracked(False, row.station, step, done[step], done)
    done[Step.DECLARED] = row.filed_at
    if row.stage in _INWARD_ENDED:
        return Tracked(False, row.station, Step.ENDED, None, done)
    if row.stage in _INWARD_CLEARED and row.cleared_at:
        done |= {Step.WITH_CUSTOMS: max(filter(None, (row.at_terminal, row.filed_at))), Step.CLEARED: row.cleared_at}
        return Tracked(False, row.station, Step.HANDED_OVER, row.cleared_at, done)
    if row.at_terminal is None:
        return Tracked(False, row.station, Step.DECLARED, row.filed_at, done)
    return Tracked(False, row.station, Step.WITH_CUSTOMS, max(row.at_terminal, row.filed_at), done)


def _outward(row: _Row) -> Tracked:
    done = {Step.DECLARED: row.begun_at}
    if row.at_terminal:
        done[Step.BROUGHT] = row.at_terminal
    if row.stage in _OUTWARD_ENDED:
        return Tracked(True, row.station, Step.ENDED, None, done)
    if row.at_terminal is None:
        return Tracked(True, row.station, Step.DECLARED, row.begun_at, done)
    if row.cleared_at and row.stage in (*_OUTWARD_CLEARED, outward.Stage.EXPORTED):
        done |= {Step.WITH_CUSTOMS: row.at_terminal, Step.CLEARED: row.cleared_at}
        if row.stage == outward.Stage.EXPORTED:
            return Tracked(True, row.station, Step.LEFT, row.out_at, done, _registers(row.registers))
        return Tracked(True, row.station, Step.CLEARED, row.cleared_at, done)
    return Tracked(True, row.station, Step.WITH_CUSTOMS, row.at_terminal, done)
