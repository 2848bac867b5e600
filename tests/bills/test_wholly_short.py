"""A shipment of which nothing landed, under a bill of goods: it never leaves, the bill is cancelled, and lists tell it (PN17 5.2, 10.0, 12.0)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from bills.models import BillCancellation, CourierBillOfEntry
from bills.stages import Stage
from eccs.models import Notice
from eccs.workflow import Refused, take
from manifests import amendments
from manifests.arrival import Scan, record
from manifests.models import Difference, ExpressCargoManifest
from manifests.reconciliation import settle
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest

pytestmark = pytest.mark.django_db


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


@pytest.fixture
def short(desks: Desks) -> CourierBillOfEntry:
    """A paid bill whose shipment was not on the aircraft; another came, and the arrival is closed."""
    on = manifest("ARRIVAL_SCAN", scan_started_at=timezone.now(), hawb_count=2, package_count=3)
    came, missing = house_airway_bill(on), house_airway_bill(on, packages=2)
    bill(Stage.ARRIVAL, hawb=came)
    one = bill(Stage.ARRIVAL, hawb=missing)
    record(on.pk, [Scan(uuid4(), came.number, timezone.now())], actor("ARRIVAL_SCANNER"))
    take(ExpressCargoManifest.objects.get(pk=on.pk), "close_arrival", actor("ARRIVAL_SCANNER"))
    found: CourierBillOfEntry = fresh(one)
    return found


def test_12_a_bill_of_which_nothing_landed_is_cancelled_and_its_duty_is_refundable(
    desks: Desks, short: CourierBillOfEntry
) -> None:
    assert short.is_wholly_short and short.hawb is not None
    with pytest.raises(Refused, match="not possible there"):
        take(short, "give_out_of_charge", actor("SHED_SUPERINTENDENT"))
    for username in ("ao.blr", "signatory.swift"):
        assert "Wholly short" in desks.page(username, short)
    by = Actor.of(User.objects.get(username="signatory.swift"))
    with pytest.raises(Refused, match="ask for the cancellation of that bill"):
        amendments.propose_delete(short.manifest, short.hawb.number, by)
    desks.act("signatory.swift", short, "request_cancellation", reason="Short landing: offloaded at HKG.")
    asked = BillCancellation.objects.get()
    assert "Wholly short" in desks.page("ao.blr", asked)
    asked = desks.act("ao.blr", asked, "verify", remarks="Not scanned.")
    asked = desks.act("dcac.blr", asked, "approve")
    assert (fresh(short).stage, asked.refundable) == (Stage.CANCELLED, 31)
    assert "did not land" in Notice.objects.get(subject__contains="31.00 is refundable").body
    with pytest.raises(Refused, match="Settle it as short with a reason"):
        amendments.propose_delete(short.manifest, short.hawb.number, by)
    for one in Difference.objects.filter(hawb=short.hawb.number):
        settle(one.pk, "Short landing: the bill is cancelled.", actor("DCAC"))
    assert not Difference.objects.filter(settled_at=None).exists()


def test_12_the_lists_tell_which_bill_waits_for_what_did_not_land(desks: Desks, short: CourierBillOfEntry) -> None:
    listed = desks.signed_in("dcac.blr").get(reverse("differences-open")).content.decode()
    assert listed.count(f"bill {short.number}: where it does not come") == 2  # two packages
    closed = desks.signed_in("dcac.blr").get(reverse("differences", args=[short.manifest.key])).content.decode()
    assert f"bill {short.number}" in closed
    queue = desks.signed_in("scan.blr").get("/bills/imports/queue/arrival/").content.decode()
    assert queue.count("Wholly short") == 1


def test_12_a_shipment_that_comes_late_is_short_no_longer_and_its_bill_goes_on(
    desks: Desks, short: CourierBillOfEntry
) -> None:
    assert short.hawb is not None
    codes = list(short.hawb.pieces.values_list("crn", flat=True))
    record(short.manifest_id, [Scan(uuid4(), codes[0], timezone.now())], actor("ARRIVAL_SCANNER"))
    part = fresh(short)
    assert (part.is_wholly_short, part.stage) == (False, Stage.ARRIVAL)
    record(short.manifest_id, [Scan(uuid4(), codes[1], timezone.now())], actor("ARRIVAL_SCANNER"))
    assert fresh(short).stage == Stage.XRAY
