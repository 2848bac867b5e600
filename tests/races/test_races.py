"""Races, on a real PostgreSQL: whoever comes second is told so, nothing is done twice, no number is lost."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bills.models import BillTrail, CourierBillOfEntry, OutOfCharge
from bills.stages import Hold, Stage
from bills.xi import filing
from eccs import numbering, trail
from eccs.workflow import Outcome, Refused, take, take_many
from manifests.arrival import Scan, record
from manifests.clearance import Stage as ManifestStage
from manifests.models import ArrivalScan, ExpressCargoManifest, HouseAirwayBill, ManifestTrail, Package
from manifests.noting import held_manifest
from tests.factories import documents
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.requests import amendment
from tests.races.together import on_its_own, together, waits_for_us

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def split(found: list[Any]) -> tuple[list[Any], list[Refused]]:
    """What was done, and what was refused; anything else is a fault."""
    strange = [f for f in found if isinstance(f, BaseException) and not isinstance(f, Refused)]
    assert not strange, strange
    return [f for f in found if not isinstance(f, Refused)], [f for f in found if isinstance(f, Refused)]


@pytest.mark.parametrize(
    ("name", "stage", "role", "given"),
    [
        ("assess", Stage.ASSESSMENT, "ASSESSING_OFFICER", {}),
        ("raise_query", Stage.ASSESSMENT, "ASSESSING_OFFICER", {"question": "Which battery?"}),
        ("clear_xray", Stage.XRAY, "XRAY_OFFICER", {}),
        ("give_out_of_charge", Stage.FOR_OUT_OF_CHARGE, "SHED_SUPERINTENDENT", {}),
    ],
)
def test_twenty_officers_on_one_bill_take_one_step(name: str, stage: str, role: str, given: dict[str, Any]) -> None:
    one = bill(stage)
    officers = [actor(role, name=f"Officer {n}") for n in range(20)]
    done, refused = split(together(*(partial(take, one, name, officer, **given) for officer in officers)))
    assert (len(done), len(refused)) == (1, 19)
    assert all("is at “" in refusal.reasons[0] for refusal in refused)
    lines = BillTrail.objects.filter(document=one)
    assert [line.step for line in lines] == [name]
    assert not list(trail.broken_lines(BillTrail))


def test_twenty_officers_give_different_orders_and_one_is_followed() -> None:
    one = bill(Stage.FOR_OUT_OF_CHARGE)
    giving = [
        partial(take, one, "give_out_of_charge", actor("SHED_SUPERINTENDENT", name=f"Giver {n}")) for n in range(10)
    ]
    asking = [
        partial(take, one, "raise_query", actor("SHED_SUPERINTENDENT", name=f"Asker {n}"), question="Why?")
        for n in range(10)
    ]
    done, refused = split(together(*giving, *asking))
    assert (len(done), len(refused)) == (1, 19)
    stored = CourierBillOfEntry.objects.get(pk=one.pk)
    assert OutOfCharge.objects.count() == (stored.stage == Stage.OUT_OF_CHARGE)
    assert stored.queries.count() == (stored.stage == Stage.QUERY)


def test_fifty_filings_at_once_leave_no_gap_and_no_repeat() -> None:
    on = manifest(ManifestStage.SUBMITTED)
    drafts = [bill(Stage.DRAFT, hawb=house_airway_bill(on)) for _ in range(50)]
    signatory = actor("COURIER_SIGNATORY")
    done, refused = split(together(*(partial(take, draft, "file", signatory) for draft in drafts)))
    assert not refused
    assert sorted(one.serial for one in done) == list(range(1, 51))
    assert len({one.number for one in done}) == 50
    assert all(one.number.endswith(f"_{on.serial:02d}_{one.serial:02d}") for one in done)
    assert not list(trail.broken_lines(BillTrail))


def test_filings_that_are_refused_or_fail_take_no_number() -> None:
    on = manifest(ManifestStage.SUBMITTED)
    good = [bill(Stage.DRAFT, hawb=house_airway_bill(on)) for _ in range(10)]
    bad = [bill(Stage.DRAFT, hawb=house_airway_bill(on), draft={"header": {}, "items": []}) for _ in range(10)]
    signatory = actor("COURIER_SIGNATORY")

    def fails_after_numbering(draft: CourierBillOfEntry) -> None:
        with transaction.atomic():
            take(draft, "file", signatory)
            raise Refused(["The connection broke."], draft)

    broken = [bill(Stage.DRAFT, hawb=house_airway_bill(on)) for _ in range(10)]
    done, refused = split(
        together(
            *(partial(take, draft, "file", signatory) for draft in (*good, *bad)),
            *(partial(fails_after_numbering, draft) for draft in broken),
        )
    )
    assert (len(done), len(refused)) == (10, 20)
    assert sorted(one.serial for one in done) == list(range(1, 11))
    assert CourierBillOfEntry.objects.filter(number__isnull=False).count() == 10


def test_thirty_manifests_submitted_at_once_leave_no_gap_and_no_repeat() -> None:
    drafts = [manifest(ManifestStage.DRAFT) for _ in range(30)]
    signatory = actor("COURIER_SIGNATORY")
    done, refused = split(together(*(partial(take, draft, "submit", signatory) for draft in drafts)))
    assert not refused
    assert sorted(one.serial for one in done) == list(range(1, 31))
    assert not list(trail.broken_lines(ManifestTrail))


def test_thirty_orders_at_once_leave_no_gap_and_no_repeat() -> None:
    bills = [bill(Stage.FOR_OUT_OF_CHARGE) for _ in range(30)]
    officers = [actor("SHED_SUPERINTENDENT", name=f"Officer {n}") for n in range(30)]
    done, refused = split(
        together(*(partial(take, one, "give_out_of_charge", by) for one, by in zip(bills, officers, strict=True)))
    )
    assert (len(done), len(refused)) == (30, 0)
    assert sorted(order.serial or 0 for order in OutOfCharge.objects.all()) == list(range(1, 31))


def test_bulk_steps_and_single_steps_never_move_a_bill_twice() -> None:
    on = manifest(ManifestStage.ARRIVAL_SCAN)
    bills = [bill(Stage.XRAY, hawb=house_airway_bill(on, arrived=True)) for _ in range(40)]
    ids = [one.pk for one in bills]
    bulk = [
        partial(take_many, CourierBillOfEntry, ids, "clear_xray", actor("XRAY_OFFICER", name=f"Bulk {n}"))
        for n in range(4)
    ]
    single = [
        partial(take, one, "mark_suspicious", actor("XRAY_OFFICER", name=f"Single {n}"), remarks="Dense block.")
        for n, one in enumerate(bills[::2])
    ]
    found = together(*bulk, *single)
    outcomes = [f for f in found if isinstance(f, Outcome)]
    taken, _refused = split([f for f in found if not isinstance(f, Outcome)])
    moved = Counter([one.pk for outcome in outcomes for one in outcome.moved] + [one.pk for one in taken])
    assert set(moved) == set(ids)
    assert set(moved.values()) == {1}
    assert all(len(outcome.moved) + len(outcome.refused) == 40 for outcome in outcomes)
    assert BillTrail.objects.filter(document__in=ids).count() == 40
    assert not list(trail.broken_lines(BillTrail))


def test_bulk_steps_over_the_same_bills_in_other_orders_do_not_wait_for_each_other_for_ever() -> None:
    bills = [bill(Stage.XRAY) for _ in range(20)]
    ids = [one.pk for one in bills]
    orders = [ids, ids[::-1], ids[10:] + ids[:10], ids[::2] + ids[1::2]]
    found = together(
        *(
            partial(take_many, CourierBillOfEntry, order, "clear_xray", actor("XRAY_OFFICER", name=f"Officer {n}"))
            for n, order in enumerate(orders)
        )
    )
    assert all(isinstance(outcome, Outcome) for outcome in found), found
    assert sum(len(outcome.moved) for outcome in found) == 20


def test_one_house_airway_bill_has_one_bill() -> None:
    hawb = house_airway_bill(manifest(ManifestStage.SUBMITTED))
    found = together(*(partial(bill, Stage.DRAFT, hawb=hawb) for _ in range(8)))
    assert sum(isinstance(one, CourierBillOfEntry) for one in found) == 1
    assert sum(isinstance(one, IntegrityError) for one in found) == 7


def test_serials_taken_directly_are_dense() -> None:
    def allocate() -> int:
        with transaction.atomic():
            return numbering.allocate("OOC_BLR_2026-2027")

    assert sorted(together(*(allocate for _ in range(40)))) == list(range(1, 41))


def scan(on: ExpressCargoManifest, code: str, key: UUID) -> dict[str, Any]:
    """One pull of the trigger."""
    return record(on.pk, [Scan(key, code, timezone.now())], actor("ARRIVAL_SCANNER"), documents=on.is_documents)[0]


def test_packages_of_one_shipment_scanned_at_once_are_all_counted() -> None:
    hawb = house_airway_bill(manifest(ManifestStage.ARRIVAL_SCAN), packages=12)
    one = bill(Stage.ARRIVAL, hawb=hawb)
    actor("ARRIVAL_SCANNER")
    codes = list(Package.objects.filter(hawb=hawb).values_list("crn", flat=True))
    found = together(*(partial(scan, hawb.manifest, code, uuid4()) for code in codes))
    assert [answer["verdict"] for answer in found] == ["ARRIVED"] * 12
    stored = HouseAirwayBill.objects.get(pk=hawb.pk)
    assert (stored.packages_arrived, stored.arrived_at is not None) == (12, True)
    assert CourierBillOfEntry.objects.get(pk=one.pk).stage == Stage.XRAY
    assert [line.step for line in BillTrail.objects.filter(document=one)] == ["record_arrival"]


def test_a_scan_does_not_wait_for_whoever_holds_the_manifest() -> None:
    on = manifest(ManifestStage.ARRIVAL_SCAN)
    label = house_airway_bill(on).number
    scanner = actor("ARRIVAL_SCANNER")

    def scan() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        return record(on.pk, [Scan(uuid4(), label, timezone.now())], scanner)

    with transaction.atomic():
        held_manifest(on.pk)
        [[answer]] = together(scan)
    assert answer["verdict"] == "ARRIVED"


def test_one_package_scanned_by_ten_arrives_once() -> None:
    hawb = house_airway_bill(manifest(ManifestStage.ARRIVAL_SCAN), packages=2)
    actor("ARRIVAL_SCANNER")
    code = Package.objects.filter(hawb=hawb).values_list("crn", flat=True)[0]
    found = together(*(partial(scan, hawb.manifest, code, uuid4()) for _ in range(10)))
    assert Counter(answer["verdict"] for answer in found) == {"ARRIVED": 1, "DUPLICATE": 9}
    assert HouseAirwayBill.objects.get(pk=hawb.pk).packages_arrived == 1


def test_one_message_sent_ten_times_at_once_counts_once_and_is_answered_alike() -> None:
    hawb = house_airway_bill(manifest(ManifestStage.ARRIVAL_SCAN))
    actor("ARRIVAL_SCANNER")
    key = uuid4()
    found = together(*(partial(scan, hawb.manifest, hawb.number, key) for _ in range(10)))
    assert ArrivalScan.objects.filter(key=key).count() == 1
    assert [answer["verdict"] for answer in found] == ["ARRIVED"] * 10


def test_a_bag_scanned_by_ten_arrives_once_with_all_that_is_in_it() -> None:
    on = manifest(ManifestStage.ARRIVAL_SCAN, kind=ExpressCargoManifest.Kind.DOCUMENTS)
    inside = [house_airway_bill(on, bag="BAG-1", packages=n) for n in (1, 2, 3)]
    actor("ARRIVAL_SCANNER")
    found = together(*(partial(scan, on, "BAG-1", uuid4()) for _ in range(10)))
    assert Counter(answer["verdict"] for answer in found) == {"ARRIVED": 1, "DUPLICATE": 9}
    assert [
        h.packages_arrived for h in HouseAirwayBill.objects.filter(pk__in=[h.pk for h in inside]).order_by("pk")
    ] == [1, 2, 3]


def test_pieces_of_a_loose_document_shipment_scanned_at_once_are_all_counted() -> None:
    on = manifest(ManifestStage.ARRIVAL_SCAN, kind=ExpressCargoManifest.Kind.DOCUMENTS)
    hawb = house_airway_bill(on, packages=6)
    actor("ARRIVAL_SCANNER")
    found = together(*(partial(scan, on, hawb.number, uuid4()) for _ in range(10)))
    assert Counter(answer["verdict"] for answer in found) == {"ARRIVED": 6, "DUPLICATE": 4}
    stored = HouseAirwayBill.objects.get(pk=hawb.pk)
    assert (stored.packages_arrived, stored.arrived_at is not None) == (6, True)


def test_of_two_stations_that_scan_the_last_two_bags_at_once_one_sends_the_documents_on() -> None:
    on = documents.flight(ManifestStage.ARRIVAL_SCAN)
    one = documents.bill_of_documents(Stage.ARRIVAL, on=on)
    scanner = actor("ARRIVAL_SCANNER")

    def pull(code: str) -> Any:
        return record(on.pk, [Scan(uuid4(), code, timezone.now())], scanner, documents=True)

    together(*(partial(pull, code) for code in ("BAG-1", "BAG-2", "D004", "D004")))
    assert CourierBillOfEntry.objects.get(pk=one.pk).stage == Stage.XRAY
    assert [line.step for line in BillTrail.objects.filter(document=one)] == ["record_arrival"]


def test_the_documents_of_one_flight_filed_twice_at_once_are_on_one_bill() -> None:
    on = documents.flight()
    drafts = [filing.start(on, on.created_by_id) for _ in range(4)]
    signatory = actor("COURIER_SIGNATORY")
    done, refused = split(together(*(partial(take, draft, "file", signatory) for draft in drafts)))
    assert (len(done), len(refused)) == (1, 3)
    assert all("no shipment of the manifest is left to file" in refusal.reasons[0] for refusal in refused)


def test_an_amendment_of_documents_waits_for_a_scan_and_not_the_scan_for_the_amendment() -> None:
    """Both need the shipments and the bill over them: shipments first, or the two would wait for each other for ever."""
    on = documents.flight(ManifestStage.ARRIVAL_SCAN)
    one = documents.bill_of_documents(Stage.ARRIVAL, on=on, holds=Hold.AMENDMENT)
    off = [{"name": "taken_off", "item": 0, "old": "D003", "new": ""}]
    asked = amendment("PROCESSED", of=one, changes=off)
    scanner, approver = actor("ARRIVAL_SCANNER"), actor("DCAC")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():  # as a scan is under way: its shipments are held, the bill not yet
            list(HouseAirwayBill.objects.filter(manifest=on).select_for_update().order_by("pk"))
            approving = pool.submit(on_its_own(partial(take, asked, "approve", approver)))
            while not waits_for_us():
                assert not approving.done(), approving.exception() or "the amendment did not wait for the shipments"
            assert CourierBillOfEntry.objects.select_for_update(nowait=True).get(pk=one.pk).stage == Stage.ARRIVAL
        assert approving.result(timeout=30).stage == "APPROVED"
    record(on.pk, [Scan(uuid4(), code, timezone.now()) for code in ("BAG-1", "D004", "D004")], scanner, documents=True)
    assert CourierBillOfEntry.objects.get(pk=one.pk).stage == Stage.XRAY


def test_goods_that_are_scanned_while_they_are_detained_do_not_wait_in_a_ring() -> None:
    """A scan writes the shipment, then its line in the register, then the bill; a detention writes register and bill."""
    hawb = house_airway_bill(manifest(ManifestStage.ARRIVAL_SCAN, scan_started_at=timezone.now()))
    one = bill(Stage.ASSESSMENT, hawb=hawb, arrived=False)
    officer = actor("ASSESSING_OFFICER")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():  # as a scan is under way: the shipment is held, register and bill not yet
            list(HouseAirwayBill.objects.filter(pk=hawb.pk).select_for_update())
            detaining = pool.submit(
                on_its_own(partial(take, one, "detain", officer, grounds="The brand looks copied."))
            )
            while not waits_for_us():
                assert not detaining.done(), detaining.exception() or "the detention did not wait for the shipment"
            assert CourierBillOfEntry.objects.select_for_update(nowait=True).get(pk=one.pk).stage == Stage.ASSESSMENT
        assert detaining.result(timeout=30).stage == Stage.DETAINED
