"""Bills are found by whom they are for and by what they cover, each by an index of its own, however many there are."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from bills.listing import BILLS, at_desk_by_consignee, at_desk_by_hawb
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.pages import ByName
from manifests.models import HouseAirwayBill
from tests.bills.conftest import SignedIn
from tests.factories.bills import bill, hawb_of
from tests.factories.documents import bill_of_documents

pytestmark = pytest.mark.django_db

QUEUE = "/bills/imports/queue/xray/"


def plan_of(condition: Any) -> str:
    """How the database finds the bills, where it may not read whole tables.

    In empty tables one index costs as much as another: the one that begins with the manifest, which nobody asks for here, is
    put away until the test ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE manifests_houseairwaybill DROP CONSTRAINT IF EXISTS hawb_once_a_manifest")
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    rows = (
        [condition]
        if isinstance(condition, QuerySet)
        else [CourierBillOfEntry.objects.filter(one) for one in condition]
    )
    plan = "\n".join(one.explain() for one in rows)
    with connection.cursor() as cursor:
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{way} = on")
    return plan


@pytest.mark.parametrize(
    ("kind", "value", "indexes"),
    [
        ("iec", "AAKCK4417E", ("bill_iec",)),
        ("pan", "AAKCK4417E", ("bill_iec", "bill_kyc_pan", "bill_gstin_pan")),
        ("hawb", "SWF7731904425", ("hawb_number_begins", "bill_one_for_a_hawb", "covered_of_hawb")),
        ("consignee", "Kaveri", ("bill_one_for_a_hawb", "covered_of_hawb")),
    ],
)  # fmt: skip
def test_each_search_has_its_index(kind: str, value: str, indexes: tuple[str, ...]) -> None:
    way = BILLS.search_by[kind]
    if isinstance(way, ByName):
        assert "on hawb_consignee_begins" in plan_of(way.rows(value))
    found = way.among([1, 2]) if isinstance(way, ByName) else way(value)
    plan = plan_of(found if isinstance(found, tuple) else (found,))
    for index in indexes:
        assert f"on {index}" in plan, plan
    read_whole = set(re.findall(r"Seq Scan on (\w+)", plan))
    if (
        "Semi Join" in plan
    ):  # the keys are found; how a bill is fetched by its key from a table of one row is the planner's
        read_whole.discard("bills_courierbillofentry")
    assert not read_whole, plan


def test_the_filters_of_a_queue_look_into_a_cbe_xi_by_index() -> None:
    assert "on hawb_number_begins" in plan_of((at_desk_by_hawb("swf77"),))
    assert "on hawb_consignee_begins" in plan_of((at_desk_by_consignee("Kaveri"),))


def test_a_pan_is_found_as_iec_as_paper_and_inside_the_gstin(signed_in: SignedIn) -> None:
    by_iec = bill(Stage.XRAY, iec="AAACM1234A", gstin="", kyc_number="")
    by_paper = bill(Stage.XRAY, iec="0100000053", gstin="", kyc_type="PAN", kyc_number="AAACM1234A")
    by_gstin = bill(Stage.XRAY, iec="", gstin="29AAACM1234A1ZH", kyc_number="")
    other = bill(Stage.XRAY)
    found = signed_in("ao.blr").get("/find/", {"q": "AAACM1234A"}).content.decode()
    for one in (by_iec, by_paper, by_gstin):
        assert one.get_absolute_url() in found
    assert other.get_absolute_url() not in found


def test_a_shipment_covered_by_a_cbe_xi_is_found_in_the_queue_and_by_find(signed_in: SignedIn) -> None:
    one, other = bill_of_documents(Stage.XRAY), bill(Stage.XRAY)
    HouseAirwayBill.objects.filter(manifest=one.manifest_id, number="D003").update(consignee_name="Zubin Mistry")
    officer = signed_in("xray.blr")

    def listed(**filters: str) -> tuple[bool, bool]:
        page = officer.get(QUEUE, filters).content.decode()
        return one.get_absolute_url() in page, other.get_absolute_url() in page

    assert listed(hawb="d00") == (True, False)
    assert listed(hawb="D009") == (False, False)
    assert listed(hawb=hawb_of(other).number[:9].lower()) == (False, True)
    assert listed(consignee="zubin") == (True, False)
    assert listed(consignee=hawb_of(other).consignee_name[2:9])[1]
    assert officer.get("/find/", {"q": "Zubin"})["Location"] == one.get_absolute_url()
    one.covered.update(ended_at=timezone.now())  # cancelled: found, and at no desk any more
    assert listed(hawb="D003") == (False, False)
    assert officer.get("/find/", {"q": "Zubin"})["Location"] == one.get_absolute_url()
