"""Manual clearance in downtime: approved, on numbered forms, regularised, reconciled (PN17 15.0)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connections, transaction
from django.urls import reverse
from django.utils import timezone

from bills.manual import issuing
from bills.manual.papers import blanks
from bills.models import ManualClearance, ManualForm
from bills.stages import Stage
from bills.tasks import end_manual_clearances
from eccs import barcodes, trail
from eccs.models import Notice
from eccs.workflow import Refused, take
from manifests.arrival import Scan, record
from manifests.models import WarehouseEntry
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh
from tests.factories.bills import bill
from tests.factories.firms import actor
from tests.factories.manual import bill_of_form, manual_clearance, manual_form, paper, typed, written, written_paper
from tests.factories.uncleared import lying
from tests.papers import reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


def test_15_manual_clearance_from_the_blank_form_to_the_reconciliation(desks: Desks) -> None:
    dcac, now = desks.signed_in("dcac.blr"), timezone.now()
    assert dcac.post(reverse("manual-issue"), {"station": "BLR", "count": "0"}).status_code == 422
    issued = dcac.post(reverse("manual-issue"), {"station": "BLR", "count": "3"}, follow=True)
    assert "3 blank forms" in issued.content.decode()
    used, torn, lost = ManualForm.objects.order_by("pk")
    asked = {
        "station": "BLR",
        "reason": "ECCS is down.",
        "order_number": "C.No. VIII/12/2026",
        "ordered_at": written(now - timedelta(hours=3)),
        "begins_at": written(now - timedelta(hours=3)),
        "until_at": written(now - timedelta(minutes=5)),
    }  # ECCS works again: all of this was while it was down
    for wrong, words in (
        ({"order_number": ""}, "Enter the number of the order"),
        ({"ordered_at": ""}, "Enter when the order was given"),
        ({"ordered_at": written(now + timedelta(hours=1))}, "still to come"),
        ({"ordered_at": written(now - timedelta(hours=2))}, "before the order was given"),
        ({"order_number": "", "ordered_at": ""}, "The period is over"),
    ):
        answer = dcac.post(reverse("manual-propose"), {**asked, **wrong})
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert dcac.post(reverse("manual-propose"), asked).status_code == 302
    assert dcac.post(reverse("manual-propose"), asked).status_code == 409  # one at a time
    order = ManualClearance.objects.get()
    entered = typed(order, now - timedelta(hours=2))
    assert "Select a valid choice" in desks.refused(
        "superintendent.blr", used, "record_use", **entered
    )  # not approved yet
    assert "C.No. VIII/12/2026" in desks.page("commissioner.blr", order)
    order = desks.act("commissioner.blr", order, "approve", remarks="As I wrote.")
    assert order.begins_at == order.ordered_at < order.decided_at
    entered = typed(order, now - timedelta(hours=2))
    early = typed(order, now - timedelta(hours=4))
    assert "covers clearances from" in desks.refused("superintendent.blr", used, "record_use", **early)
    used = desks.act("superintendent.blr", used, "record_use", **entered)
    assert used.stage == "USED" and used.order == order
    desks.act("superintendent.blr", torn, "spoil", remarks="Torn in the printer.")
    desks.act("superintendent.blr", lost, "report_missing", remarks="Not in the cupboard.")
    order = desks.act("dcac.blr", order, "end")
    assert "1 used form is not regularised yet" in desks.refused("dcac.blr", order, "reconcile", blank="0")
    one = bill_of_form(used)
    lying(0.1, hawb=one.hawb)
    other = bill(Stage.ARRIVAL)
    assert "is not a filed bill of yours" in desks.refused("signatory.swift", used, "link_bill", bill=str(other))
    assert str(used) in desks.signed_in("signatory.swift").get(reverse("manual")).content.decode()
    used = desks.act("signatory.swift", used, "link_bill", bill=str(one))
    used = desks.act("dcac.blr", used, "regularise")
    one = fresh(one)
    assert (used.stage, one.stage, one.refundable) == ("REGULARISED", Stage.CLEARED_MANUALLY, 31)
    entry = WarehouseEntry.objects.get(hawb=one.hawb)
    assert (entry.out_on, entry.out_at) == ("MANUAL", used.cleared_at)
    counted = desks.refused("dcac.blr", order, "reconcile", blank="1")
    assert "1 blank forms are counted, and 0 should be there" in counted
    assert desks.act("dcac.blr", order, "reconcile", blank="0").stage == "RECONCILED"
    (account,) = issuing.account(["BLR"])
    assert (account["issued"], account["ISSUED"], account["used"], account["REGULARISED"]) == (3, 0, 1, 1)
    assert (account["SPOILED"], account["MISSING"], account["outstanding"]) == (1, 1, 0)
    page = dcac.get(reverse("manual")).content.decode()
    assert str(order) in page.replace("<b>", "").replace("</b>", "") or "Reconciled" in page
    lines = dcac.get(reverse("manual-export")).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 4 and str(one) in lines[1] and "Torn in the printer." in lines[2]
    for document in (order, used):
        assert not list(trail.broken_lines(type(document).trail_model))


def test_15_what_was_recorded_wrongly_or_found_late_is_recorded_all_the_same(desks: Desks) -> None:
    wrong = manual_form("USED", hawb="SWF0000000771")
    order, firm = wrong.order, wrong.courier_id
    assert order is not None
    back = desks.act("dcac.blr", wrong, "withdraw_use", remarks="The HAWB was misread.")
    assert (back.stage, back.order, back.courier, back.hawb) == ("ISSUED", None, None, "")
    told = Notice.objects.get(audience=f"courier:{firm}")
    assert "SWF0000000771" in told.subject and told.body == "The HAWB was misread."
    again = desks.act("superintendent.blr", back, "record_use", **written_paper(order))
    assert (again.stage, again.hawb) == ("USED", "SWF0000000777")
    again = desks.act("signatory.swift", again, "link_bill", bill=str(bill_of_form(again)))
    desks.act("dcac.blr", again, "regularise")
    lost = desks.act("superintendent.blr", manual_form(), "report_missing", remarks="Not in the cupboard.")
    order = desks.act("dcac.blr", fresh(order), "reconcile", blank="0")
    found = desks.act("superintendent.blr", lost, "record_found", remarks="Behind the cupboard, used.")
    late = written_paper(order, hawb="SWF0000000779")
    assert "Select a valid choice" in desks.refused("superintendent.blr", found, "record_use", **late)
    order = desks.act("dcac.blr", order, "reopen", remarks="A used form was found.")
    assert order.stage == "ENDED"
    late["scan"].seek(0)
    assert desks.act("superintendent.blr", found, "record_use", **late).order == order
    assert "1 used form" in desks.refused("dcac.blr", order, "reconcile", blank="0")


def test_15_what_left_unscanned_does_not_come_back_into_the_register() -> None:
    used = take(manual_form("ENTERED"), "regularise", actor("DCAC"))
    one = used.bill
    entry = WarehouseEntry.objects.get(hawb=one.hawb_id)
    assert (entry.in_at, entry.out_on, entry.out_at) == (None, "MANUAL", used.cleared_at)
    record(one.manifest_id, [Scan(uuid4(), one.hawb.number, timezone.now())], actor("ARRIVAL_SCANNER"))
    entry.refresh_from_db()
    assert (entry.in_at is not None, entry.out_on, entry.out_at) == (True, "MANUAL", used.cleared_at)


def test_15_less_collected_than_owed_is_not_regularised(desks: Desks) -> None:
    used = manual_form("USED", collected=30)
    one = bill_of_form(used)
    type(one).objects.filter(pk=one.pk).update(duty_paid=0)
    entered = desks.act("signatory.swift", used, "link_bill", bill=str(one))
    assert "owes ₹ 1 more" in desks.refused("dcac.blr", entered, "regularise").replace("1.00", "1")
    assert fresh(one).stage == Stage.ARRIVAL
    back = desks.act("dcac.blr", entered, "return_to_courier", remarks="Another value.")
    assert (back.stage, back.bill) == ("USED", None)


def test_15_the_proposer_does_not_approve_and_a_period_that_is_over_is_not_approved() -> None:
    order = issuing.propose("BLR", timezone.now(), timezone.now() + timedelta(hours=1), "Down.", actor("DCAC"))
    with pytest.raises(Refused, match="somebody else"):
        take(order, "approve", actor("COMMISSIONER"))
    with pytest.raises(IntegrityError), transaction.atomic():
        ManualClearance.objects.update(order_number="C.No. 1", ordered_at=order.begins_at + timedelta(minutes=1))
    late = timezone.now() + timedelta(hours=2)
    with pytest.raises(Refused, match="period is over"):
        take(order, "approve", actor("COMMISSIONER", name="Rafi Das"), at=late)
    approved = take(order, "approve", actor("COMMISSIONER", name="Rafi Das"))
    assert approved.begins_at == approved.decided_at  # approved in ECCS: nothing before that


def test_15_couriers_and_custodian_of_the_station_learn_what_is_decided(signed_in: SignedIn) -> None:
    courier, keeper = signed_in("courier.swift"), signed_in("scan.blr")
    elsewhere = signed_in("scan.del")
    now = timezone.now()
    ends: dict[str, tuple[dict[str, Any], str]] = {
        "approve": ({}, "is approved from"), "reject": ({"remarks": "The fault is found."}, "is not approved"),
        "end": ({}, "has ended"),
    }  # fmt: skip
    for step, (answers, words) in ends.items():
        order = manual_clearance(
            "APPROVED" if step == "end" else "PROPOSED", begins_at=now, until_at=now + timedelta(hours=9)
        )
        take(order, step, actor("COMMISSIONER", name="Rafi Das"), **answers)
        for person in (courier, keeper):
            assert f"Manual clearance at Bengaluru (BLR) {words}" in person.get(reverse("desk")).content.decode(), step
        assert words not in elsewhere.get(reverse("desk")).content.decode()
        assert Notice.objects.filter(audience=f"person:{order.proposed_by_id}", subject__contains=words).count() == 1
        ManualClearance.objects.filter(stage="APPROVED").update(stage="ENDED", ended_at=now)
    over = manual_clearance("APPROVED", until_at=now - timedelta(minutes=1))
    Notice.objects.all().delete()
    assert end_manual_clearances() == 1
    assert Notice.objects.filter(audience=f"person:{over.proposed_by_id}", subject__contains="has ended").exists()


def test_15_the_end_of_the_period_ends_it() -> None:
    now = timezone.now()
    order = manual_clearance("APPROVED", until_at=now - timedelta(minutes=1))
    manual_clearance("APPROVED", station="DEL")
    assert [end_manual_clearances(), end_manual_clearances()] == [1, 0]
    assert fresh(order).ended_at == order.until_at


def test_15_a_number_and_a_shipment_are_used_once() -> None:
    used = manual_form("USED")
    assert used.order is not None
    with pytest.raises(Refused, match="is at “Used"):
        take(used, "record_use", actor("SHED_SUPERINTENDENT"), **paper(used.order))
    with pytest.raises(Refused, match="was cleared on form"):
        take(manual_form(), "record_use", actor("SHED_SUPERINTENDENT"), **paper(used.order, hawb=used.hawb))
    with pytest.raises(Refused, match="no such approval"):
        take(manual_form(station="DEL"), "record_use", actor("SHED_SUPERINTENDENT", station="DEL"), **paper(used.order))
    again = manual_form()
    with pytest.raises(IntegrityError), transaction.atomic():
        ManualForm.objects.filter(pk=again.pk).update(number=used.number)


def test_15_each_blank_form_has_its_number_in_bars() -> None:
    forms = issuing.issue("BLR", 2, actor("SHED_SUPERINTENDENT"))
    assert [one.serial for one in forms] == [1, 2]
    data = blanks(list(ManualForm.objects.select_related("station").order_by("pk")), "Uma Pillai")
    assert reading.squeezed("Page 1 of 1") in reading.text(data)
    assert reading.squeezed("Page 2") not in reading.text(data)
    for page, one in enumerate(forms):
        assert barcodes.number_of(reading.codes(data, page)["Code128"]) == one.number


def test_15_who_sees_what(signed_in: SignedIn) -> None:
    used = manual_form("USED")
    for username, status in (("signatory.swift", 200), ("signatory.metro", 404), ("ao.blr", 200), ("ao.del", 404)):
        client = signed_in(username)
        assert client.get(used.get_absolute_url()).status_code == status
        assert (str(used.hawb) in client.get(reverse("manual")).content.decode()) == (status == 200)
    for name in ("manual-propose", "manual-issue"):
        assert signed_in("signatory.swift").get(reverse(name)).status_code == 403
    blank = manual_form()
    address = f"{reverse('manual-blanks')}?first={blank}&last={blank}"
    assert signed_in("dcac.blr").get(address).status_code == 200
    assert signed_in("dcac.del").get(address).status_code == 404
    assert signed_in("dcac.blr").get(f"{reverse('manual-blanks')}?first={used}&last={used}").status_code == 404


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_15_nothing_is_recorded_under_an_approval_that_is_being_reconciled() -> None:
    order, blank = manual_clearance("ENDED"), manual_form()
    dcac, superintendent, what = actor("DCAC"), actor("SHED_SUPERINTENDENT"), paper(order)
    pids: list[int] = []

    def recorded() -> Any:
        try:
            with connections["default"].cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pids.extend(row[0] for row in cursor.fetchall())
            return take(blank, "record_use", superintendent, **what)
        finally:
            connections.close_all()

    def waits() -> bool:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = ANY(%s)", [pids])
            return bool(cursor.fetchall()[0][0])

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            take(order, "reconcile", dcac, blank=1)
            late = pool.submit(recorded)
            while not waits() and not late.done():
                pass
        with pytest.raises(Refused, match="no such approval"):
            late.result()
    assert (fresh(order).stage, fresh(blank).stage) == ("RECONCILED", "ISSUED")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_15_forms_issued_at_the_same_moment_have_different_numbers() -> None:
    by = actor("SHED_SUPERINTENDENT")

    def some(_n: int) -> list[str]:
        try:
            return [str(one) for one in issuing.issue("BLR", 5, by)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for found in pool.map(some, range(4)) for number in found]
    assert len(set(numbers)) == 20
    assert list(ManualForm.objects.order_by("serial").values_list("serial", flat=True)) == list(range(1, 21))
