"""A departure from the RMS begins: in the role in which it was asked for on the bill."""

from __future__ import annotations

from bills.models.clearable import Clearable
from eccs.beginning import begin_as


def open_departure(bill: Clearable, what: str, reason: str) -> None:
    """An officer asks to leave out what the RMS prescribes: the reason goes to the DC/AC."""
    made = bill.departures.model(
        bill_id=bill.pk, station_id=bill.station_id, what=what, reason=reason, requested_by_id=bill.taken_by.user_id,
        requested_at=bill.taken_at, stage_since=bill.taken_at,
    )  # fmt: skip
    role = bill.taken_by.acts_as(type(bill).steps()["request_departure"].activity_at(bill.stage), bill)
    begin_as(role, [made], "request", bill.taken_by, what=what, reason=reason)
