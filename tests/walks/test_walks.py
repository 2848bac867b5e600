"""Random walks hold the laws, and find whatever is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from hypothesis import Phase

from bills.clearance import guards
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from tests.walks.machine import ACTS, OFTEN, Walk, walk, walks

pytestmark = pytest.mark.django_db

Break = Callable[[pytest.MonkeyPatch], None]


def test_the_laws_hold_on_every_walk() -> None:
    with walks():
        walk(6)
        assert Walk.acts >= 6 * ACTS
        assert Walk.moved > Walk.acts / 4


def _says_nothing(document: Any, actor: Any) -> str:
    return ""


def _never(function: Any) -> Break:
    """A guard that has no objection any more, in every step where it stands."""
    return lambda monkeypatch: monkeypatch.setattr(function, "__code__", _says_nothing.__code__)


NEARLY_OUT = Stage.FOR_OUT_OF_CHARGE
BROKEN: dict[str, tuple[Break, str, Stage, dict[str, Any], dict[str, int]]] = {
    "duty": (_never(guards.duty_paid), "duty unpaid", NEARLY_OUT, {"duty_paid": 0}, OFTEN),
    "packages": (_never(guards.all_packages_arrived), "Out of Charge", Stage.ARRIVAL, {}, OFTEN),
    "X-ray": (_never(guards.xray_recorded), "without X-ray", NEARLY_OUT, {"xray_result": ""}, OFTEN),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put, words, stage, given, often = BROKEN[what]
    put(monkeypatch)
    monkeypatch.setattr(Walk, "starts", (stage,))
    monkeypatch.setattr(Walk, "given", given)
    monkeypatch.setattr(Walk, "often", often)
    with walks():
        _without_constraints()
        with pytest.raises(AssertionError, match=words):
            walk(60, phases=(Phase.generate,))


def _without_constraints() -> None:
    """What the database would refuse by itself, the laws are to find."""
    table = CourierBillOfEntry._meta.db_table
    with connection.cursor() as cursor:
        for one in CourierBillOfEntry._meta.constraints:
            if one.name.startswith("bill_out_of_charge"):
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {one.name}")
