"""What looks like uncleared goods and is not, or not for everybody: short, sent on, once declared by another (PN17 5.0(v))."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from bills.models import UnclearedNotice
from bills.stages import Stage
from bills.tasks import watch_uncleared
from bills.uncleared import goods
from eccs.models import Notice
from eccs.workflow import Refused
from manifests import reconciliation
from manifests.models import Difference, WarehouseEntry
from manifests.warehouse import REGISTER
from tests.factories.bills import bill
from tests.factories.documents import flight
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.transit import transfer
from tests.factories.uncleared import lying, notified

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("papers", [False, True], ids=["goods", "bag of documents"])
def test_what_is_settled_as_short_after_its_line_was_written_is_threatened_no_more(*, papers: bool) -> None:
    now, keeper = timezone.now(), actor("WAREHOUSE_KEEPER")
    flew = flight("ARRIVED", actual_arrival=now, arrived=False) if papers else manifest("ARRIVED", actual_arrival=now)
    lost = flew.hawbs.exclude(bag=None)[0] if papers else house_airway_bill(flew)
    held = house_airway_bill(flew)
    WarehouseEntry.objects.create(hawb=held, station_id="BLR")  # as a hold writes it
    with time_machine.travel(now + timedelta(days=15), tick=False):
        watch_uncleared()
        assert goods.uncleared(goods.RETURN).filter(hawb__in=[lost, held]).count() == 2
    for hawb in (lost, held):
        code = hawb.bag.number if hawb.bag else hawb.number
        Difference.objects.create(
            manifest=flew, kind="SHORT", code=code, hawb="" if hawb.bag else hawb.number, opened_at=now,
        )  # fmt: skip
    with time_machine.travel(now + timedelta(days=20), tick=False):
        for one in Difference.objects.filter(manifest=flew, kind="SHORT", settled_at=None):
            reconciliation.settle(one.pk, "Offloaded.", actor("DCAC"))
    with time_machine.travel(now + timedelta(days=30), tick=False):
        watch_uncleared()
        mine = Q(hawb__in=[lost, held])
        assert not goods.uncleared(goods.DISPOSAL).filter(mine).exists()
        assert not UnclearedNotice.objects.filter(mine, after="DISPOSAL").exists()
        assert not REGISTER.listed(keeper, "", "", None).filter(mine).exists()
        assert REGISTER.listed(keeper, "short", "", None).filter(mine).count() == 2
        WarehouseEntry.objects.filter(mine).update(in_at=timezone.now())  # it comes after all
        assert goods.uncleared(goods.DISPOSAL).filter(mine).count() == 2


def test_what_stands_on_a_transfer_manifest_goes_no_other_way() -> None:
    sent = transfer().lines.get()
    entry = lying(31, hawb=sent.hawb)
    notified(entry)
    (line,) = goods.lines([entry])
    assert not (line.may_return or line.may_dispose)
    with pytest.raises(Refused, match="stand on transfer manifest"):
        goods.request_return(entry.pk, "x", actor("COURIER_SIGNATORY"))
    with pytest.raises(Refused, match="stand on transfer manifest"):
        goods.propose_disposal([entry.pk], "AUCTION", "x", actor("WAREHOUSE_KEEPER"))
    sent.live = False
    sent.save()
    (line,) = goods.lines([entry])
    assert line.may_return and line.may_dispose


def test_a_cancelled_bill_of_another_firm_has_no_part_in_the_notice(people: Callable[[str], User]) -> None:
    importer = people("importer.kaveri").importer
    assert importer is not None
    wrong = bill(Stage.CANCELLED, arrived=True, iec=importer.iec)
    right = bill(Stage.QUERY, arrived=True, hawb=lying(16, hawb=wrong.hawb).hawb, iec="0500012345")
    alone = lying(16, hawb=bill(Stage.CANCELLED, arrived=True, iec=importer.iec).hawb)
    watch_uncleared()
    assert {right.hawb_id, alone.hawb_id} == set(UnclearedNotice.objects.values_list("hawb", flat=True))
    assert not UnclearedNotice.objects.filter(importer=importer).exists()
    assert not Notice.objects.filter(audience=f"importer:{importer.pk}", subject__contains="not cleared").exists()
