"""The couriers that a shipment may be with, as the tracker offers them."""

from __future__ import annotations

from functools import cache
from time import monotonic
from typing import Any, NamedTuple

from django.db import connection
from django.db.models.signals import post_delete, post_save

from accounts.models import AuthorisedCourier

LOOK_AGAIN = 5.0  # seconds that a process goes by what it has read


class Courier(NamedTuple):
    """A courier that a shipment may be with, as the list of the form has it."""

    number: str
    name: str
    pk: int


class _Held:
    """What this process has read last, and when."""

    couriers: list[Courier] | None = None
    looked = 0.0


@cache
def _standing() -> tuple[str, tuple[Any, ...]]:
    rows = AuthorisedCourier.objects.public().order_by("name", "pk").values_list("number", "name", "pk")
    return rows.query.sql_with_params()


def couriers() -> list[Courier]:
    """Every courier whose registration stands, by name. The question is always the same: it is written once, and asked now and then."""
    now = monotonic()
    if _Held.couriers is None or now - _Held.looked >= LOOK_AGAIN:
        with connection.cursor() as cursor:
            cursor.execute(*_standing())
            _Held.couriers, _Held.looked = [Courier(*row) for row in cursor.fetchall()], now
    return _Held.couriers


def forget(**_kwargs: Any) -> None:
    """A courier was entered or changed here."""
    _Held.couriers = None


for _signal in (post_save, post_delete):
    _signal.connect(forget, sender=AuthorisedCourier)
