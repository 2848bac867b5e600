"""Many documents take a step in as many statements as few."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.workflow import take_many
from manifests.clearance import Stage as ManifestStage
from tests.factories import firms
from tests.factories.bills import bill
from tests.factories.manifests import manifest

pytestmark = pytest.mark.django_db


def statements(count: int, on: Any) -> int:
    """How many statements it takes to clear the X-ray of so many bills."""
    ids = [bill(Stage.XRAY, on=on, facilitated=True).pk for _n in range(count)]
    with CaptureQueriesContext(connection) as queries:
        done = take_many(CourierBillOfEntry, ids, "clear_xray", firms.actor("XRAY_OFFICER"))
    assert len(done.moved) == count
    return len(queries)


def test_forty_bills_take_as_many_statements_as_two() -> None:
    on = manifest(ManifestStage.ARRIVED)
    statements(1, on)  # the columns that the step needs are learnt once a process
    assert statements(2, on) == statements(40, on)
