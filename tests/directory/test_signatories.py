"""A filing by a signatory whose examination is not in force is warned of, and refused where a dated rule says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import CourierSignatory
from eccs.dated_rules import DatedRule
from eccs.workflow import Refused, take
from manifests.clearance import signatory_examined
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.manifests import manifest

pytestmark = pytest.mark.django_db


def enforced(station: str = "BLR", days: int = 0) -> None:
    """The rule is on at a station from a day on."""
    day = timezone.localdate() + timedelta(days=days)
    DatedRule.objects.create(
        name="signatory_examination", station_code=station, from_date=day, value="on", source="Trade notice 9 of 2026"
    )


def signs(by: Any, **given: Any) -> CourierSignatory:
    """The examination of somebody in the directory."""
    today = timezone.localdate()
    fields: dict[str, Any] = {
        "courier_id": by.courier_id, "user_id": by.user_id, "name": by.name, "regulation": "13", "certificate": "F/91",
        "passed_on": today - timedelta(days=900), "since": today - timedelta(days=900),
    }  # fmt: skip
    made: CourierSignatory = CourierSignatory.objects.create(**fields | given)
    return made


def test_until_a_station_orders_it_a_filing_is_only_warned_of() -> None:
    by = actor("COURIER_SIGNATORY")
    signs(by, valid_until=timezone.localdate() - timedelta(days=1))
    enforced("DEL")
    enforced("BLR", days=1)
    assert take(manifest("DRAFT"), "submit", by).number


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "holds no examination"), ({"valid_until": -1}, "Examination valid until"), ({"until": -1}, "Signatory until"),
        ({"valid_until": 0}, ""), ({"until": 0}, ""), ({}, ""),
    ],
)  # fmt: skip
def test_where_it_is_ordered_manifests_and_bills_are_refused_with_the_reason(
    given: dict[str, int] | None, words: str
) -> None:
    by, today = actor("COURIER_SIGNATORY"), timezone.localdate()
    if given is not None:
        signs(by, **{name: today + timedelta(days=days) for name, days in given.items()})
    enforced()
    draft = manifest("DRAFT")
    if not words:
        assert take(draft, "submit", by).number
        assert signatory_examined(bill("DRAFT"), by) == ""
        return
    for one, step in ((draft, "submit"), (bill("DRAFT"), "file")):
        with pytest.raises(Refused, match=words):
            take(one, step, by)
