"""Amendments one second before and after the IGM number is fed and the first package is scanned (PN17 12.0)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from eccs.workflow import Refused, take
from manifests import amendments
from manifests.clearance import Stage
from manifests.models import AmendmentTrail, ManifestAmendment, ManifestTrail, Package
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.manifests.test_amendments import COURIER, DCAC, SIGNATORY, approved, at, fresh, row, scanned

pytestmark = pytest.mark.django_db


def moments_around(at: datetime) -> Iterator[tuple[int, Any]]:
    """The second before, the second itself and the second after: with the clock standing at each."""
    for seconds in (-1, 0, 1):
        yield seconds, time_machine.travel(at + timedelta(seconds=seconds), tick=False)


def when_taken(model: Any, step: str) -> list[datetime]:
    """The moments at which a step was taken, as the trail keeps them."""
    return list(model.objects.filter(step=step).order_by("at").values_list("at", flat=True))


def test_12_ii_one_second_before_and_after_the_igm_is_fed() -> None:
    on, fed_at = manifest(Stage.SUBMITTED), timezone.now().replace(microsecond=0)
    house_airway_bill(on)

    def wanted(flight: str) -> ManifestAmendment:
        return amendments.propose_header(
            fresh(on), amendments.header_of(fresh(on)) | {"flight_number": flight}, actor(COURIER)
        )

    for seconds, clock in moments_around(fed_at):
        with clock:
            if seconds < 0:
                assert approved(wanted("ZZ319")).stage == "APPROVED"
                asked = take(wanted("ZZ320"), "request_amendment", actor(SIGNATORY), reason="x")
            elif seconds == 0:
                take(fresh(on), "feed_igm", actor(COURIER), igm_number="2914407", actual_arrival=fed_at)
            if seconds >= 0:
                with pytest.raises(Refused, match="the IGM number is fed"):
                    take(asked, "approve_amendment", actor(DCAC, name="Ila Nair"))
                with pytest.raises(Refused, match="the IGM number is fed"):
                    wanted("ZZ321")
                assert fresh(on).flight_number == "ZZ319"
    assert when_taken(AmendmentTrail, "approve_amendment") == [fed_at - timedelta(seconds=1)]
    assert when_taken(ManifestTrail, "feed_igm") == [fed_at]


def test_12_iii_one_second_before_and_after_the_first_scan() -> None:
    on, hawb = at("scan begun")
    other, first = on.hawbs.exclude(pk=hawb.pk).get(), timezone.now().replace(microsecond=0)

    def wanted(old: str, new: str) -> ManifestAmendment:
        return amendments.propose_change(on, old, row(hawb, hawb=new), actor(COURIER))

    for seconds, clock in moments_around(first):
        with clock:
            if seconds < 0:
                approved(wanted(hawb.number, "SWFNEW01"))
                assert Package.objects.get(hawb=hawb).crn == fresh(hawb).number == "SWFNEW01"
                asked = take(wanted("SWFNEW01", "SWFNEW02"), "request_amendment", actor(SIGNATORY), reason="x")
            elif seconds == 0:
                scanned(on, other.number)
            if seconds >= 0:
                with pytest.raises(Refused, match="begun to scan"):
                    take(asked, "approve_amendment", actor(DCAC, name="Ila Nair"))
                with pytest.raises(Refused, match="begun to scan"):
                    wanted("SWFNEW01", "SWFNEW03")
                assert Package.objects.get(hawb=hawb).crn == fresh(hawb).number == "SWFNEW01"
    assert when_taken(AmendmentTrail, "approve_amendment") == [first - timedelta(seconds=1)]
    assert fresh(other).arrived_at == first
