"""A queue asks the database as often for many rows as for one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bills.stages import Stage
from exports.stages import Stage as Outward
from tests.factories.bills import bill
from tests.factories.shipping import shipping_bill

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "made"),
    [
        ("/bills/imports/queue/assessment/", lambda: bill(Stage.ASSESSMENT, duty_paid=1)),
        ("/exports/bills/queue/assessment/", lambda: shipping_bill(Outward.ASSESSMENT)),
    ],
    ids=["imports", "exports"],
)
def test_a_queue_asks_nothing_for_each_of_its_rows(
    address: str, made: Callable[[], Any], people: Callable[[str], User]
) -> None:
    officer = Client()
    officer.force_login(people("ao.blr"))

    def asked() -> list[str]:
        cache.clear()
        with CaptureQueriesContext(connection) as seen:
            assert officer.get(address).status_code == 200
        return [one["sql"] for one in seen.captured_queries]

    made()
    asked()
    few = asked()
    for _n in range(3):
        made()
    many = asked()
    assert len(many) == len(few), [one for one, times in Counter(map(_shape, many)).items() if times > 2]


def _shape(sql: str) -> str:
    return re.sub(r"\d+", "n", sql)
