"""A used paper form whose bill or shipment is held: what waits, and what came too late to hold anything (PN17 15.0)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bills.manual import holding
from bills.models import CourierBillOfEntry, DetentionMemo, ManualForm
from bills.stages import Stage
from eccs import trail
from manifests.models import HouseAirwayBill, WarehouseEntry
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh
from tests.factories.manual import manual_form
from tests.factories.uncleared import lying

pytestmark = pytest.mark.django_db

GROUNDS = {"grounds": "Brand suspected."}


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


def stopped(desks: Desks, one: Any) -> Any:
    return desks.act("dcac.blr", one, "stop", remarks="Information received.")


def detained(desks: Desks, one: Any) -> Any:
    return desks.act("dcac.blr", stopped(desks, one), "detain", **GROUNDS)


def both(desks: Desks, one: Any) -> Any:
    return stopped(desks, detained(desks, one))


def entered(left: timedelta) -> ManualForm:
    """A form with its bill, whose goods left so long before now, or so long after."""
    made = manual_form("ENTERED", received_at=None, cleared_at=timezone.now() - left)
    assert made.bill is not None and made.bill.hawb is not None
    lying(2, hawb=made.bill.hawb)
    return made


@pytest.mark.parametrize("hold", [stopped, detained, both])
def test_15_a_hold_that_came_after_the_goods_left_ends_when_the_form_is_regularised(
    desks: Desks, hold: Callable[[Desks, Any], Any]
) -> None:
    used = entered(timedelta(minutes=30))
    hold(desks, used.bill)
    assert "Held after the goods had left" in desks.page("dcac.blr", fresh(used))
    assert "Cannot be regularised yet" not in desks.signed_in("dcac.blr").get(reverse("manual")).content.decode()
    assert "say in the remarks why" in desks.refused("dcac.blr", fresh(used), "regularise")
    used = desks.act("dcac.blr", fresh(used), "regularise", remarks="The goods had gone before it was held.")
    one: Any = fresh(used.bill)
    assert (used.stage, one.stage, one.held_by) == ("REGULARISED", Stage.CLEARED_MANUALLY, [])
    entry = WarehouseEntry.objects.get(hawb=one.hawb_id)
    assert (entry.out_on, entry.out_at, entry.detained_since) == ("MANUAL", used.cleared_at, None)
    for memo in DetentionMemo.objects.all():
        assert memo.outcome == "LIFTED" and memo.ended_at and str(used) in memo.remarks
    assert not list(trail.broken_lines(type(one).trail_model))


@pytest.mark.parametrize(("hold", "words"), [(stopped, "was stopped by the DC/AC"), (detained, "were detained by DM_")])
def test_15_a_hold_that_stood_when_the_goods_left_is_decided_first_and_the_reconciliation_says_so(
    desks: Desks, hold: Callable[[Desks, Any], Any], words: str
) -> None:
    used = entered(timedelta(seconds=-30))
    hold(desks, used.bill)
    type(used).objects.filter(pk=used.pk).update(cleared_at=timezone.now())
    used = fresh(used)
    for told in (
        desks.page("dcac.blr", used),
        desks.refused("dcac.blr", used, "regularise", remarks="Gone."),
        desks.signed_in("dcac.blr").get(reverse("manual")).content.decode(),
        desks.signed_in("dcac.blr").get(reverse("manual-export")).content.decode(),
        desks.refused("dcac.blr", used.order, "reconcile", blank="0"),
    ):
        assert "Waits for the hold" in told and words in told
    assert fresh(used.bill).stage in (Stage.STOPPED, Stage.DETAINED)
    if hold is stopped:
        desks.act("dcac.blr", fresh(used.bill), "clear_stop", remarks="In order.")
        used = desks.act("dcac.blr", fresh(used), "regularise")
        assert fresh(used.bill).stage == Stage.CLEARED_MANUALLY


def test_15_what_is_held_at_the_very_moment_of_leaving_is_decided_first() -> None:
    used = entered(timedelta(minutes=30))
    one: Any = used.bill
    assert used.cleared_at is not None
    for since, waits in ((used.cleared_at, True), (used.cleared_at + timedelta(microseconds=1), False)):
        CourierBillOfEntry.objects.filter(pk=one.pk).update(
            stage="STOPPED", stopped_from="ARRIVAL", holds="STOP", stage_since=since
        )
        assert bool(holding.waits([fresh(used)])) == waits


def test_15_a_query_and_an_adjudication_are_decided_first_whenever_they_came(desks: Desks) -> None:
    used = entered(timedelta(minutes=30))
    rows = CourierBillOfEntry.objects.filter(manual_forms=used)
    for given, words in (
        ({"stage": "QUERY", "returns_to": "ASSESSMENT", "holds": "QUERY"}, "answer to a query"),
        ({"stage": "ADJUDICATION", "holds": ""}, "under adjudication"),
        ({"stage": "STOPPED", "stopped_from": "ADJUDICATION", "holds": "STOP"}, "under adjudication"),
    ):
        rows.update(**given, stage_since=timezone.now())
        assert words in desks.refused("dcac.blr", fresh(used), "regularise", remarks="Gone.")


def test_15_a_form_without_a_bill_whose_shipment_is_on_hold_waits_for_its_courier(desks: Desks) -> None:
    used, other = manual_form("USED"), manual_form("USED")
    HouseAirwayBill.objects.filter(number=used.hawb).update(held_since=timezone.now())
    page = desks.signed_in("dcac.blr").get(reverse("manual")).content.decode()
    assert page.count("Waits for the hold") == 1 and f"{used.hawb} is on hold since" in page
    assert "is on hold since" in desks.page("signatory.swift", used)
    assert "is on hold since" not in desks.page("signatory.swift", other)


def test_15_what_forms_wait_for_is_asked_in_as_many_queries_for_many_as_for_one(desks: Desks) -> None:
    for _n in range(3):
        detained(desks, entered(timedelta(minutes=30)).bill)
        manual_form("USED")
    forms = list(ManualForm.objects.select_related("bill").order_by("pk"))
    counts = []
    for some in (forms[:2], forms):
        with CaptureQueriesContext(connection) as asked:
            holding.waits(some)
        counts.append(len(asked))
    assert counts[0] == counts[1]
