"""What a used paper form holds, and how it compares with what the system reckons (PN17 15.0)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from bills.manual import issuing
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.workflow import Refused, take, take_many
from manifests.models import WarehouseEntry
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh
from tests.factories.bills import bill
from tests.factories.documents import bill_of_documents, flight
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill
from tests.factories.manual import bill_of_form, manual_clearance, manual_form, written, written_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


def test_15_a_paper_with_a_list_of_shipments_regularises_a_cbe_xi(desks: Desks) -> None:
    order = manual_clearance("ENDED")
    on = flight("ARRIVAL_SCAN", arrived=True)
    one = bill_of_documents(Stage.XRAY, on=on)
    numbers = [hawb.number for hawb in one.shipments().order_by("number")]
    assert len(numbers) > 1
    free = {"assessable_value": "0", "collected": "0", "receipt": ""}
    wrong = desks.refused(
        "superintendent.blr", manual_form(), "record_use", **written_paper(order, hawb="D001 / D002", **free)
    )
    assert "4 to 20 letters and digits (/)" in wrong
    used = desks.act(
        "superintendent.blr", manual_form(), "record_use",
        **written_paper(order, hawb="\n".join([*numbers, numbers[0].lower()]), **free),
    )  # fmt: skip
    assert (used.shipment_count, used.hawb) == (len(numbers), numbers[0])
    assert all(number in desks.page("ao.blr", used) for number in numbers)
    again = desks.refused(
        "superintendent.blr", manual_form(), "record_use", **written_paper(order, hawb=numbers[-1], **free)
    )
    assert f"{numbers[-1]} was cleared on form {used}" in again
    less = manual_form("USED", hawb="D777")
    assert "is not a filed bill of yours" in desks.refused("signatory.swift", less, "link_bill", bill=str(one))
    assert less.courier is not None
    less.shipments.create(courier=less.courier, hawb="D778")
    other = bill(Stage.ARRIVAL, hawb=house_airway_bill(one.manifest, number="D777"))
    assert f"1 HAWBs of {less} are not on {other}: D778." in desks.refused(
        "signatory.swift", less, "link_bill", bill=str(other)
    )
    used = desks.act("signatory.swift", used, "link_bill", bill=str(one))
    used = desks.act("dcac.blr", used, "regularise")
    assert (used.stage, fresh(one).stage) == ("REGULARISED", Stage.CLEARED_MANUALLY)
    left = WarehouseEntry.objects.filter(hawb__in=one.shipments(), out_on="MANUAL").count()
    assert left == len(numbers)


def test_15_the_paper_tells_xray_finding_fine_and_who_received_the_goods(desks: Desks) -> None:
    order = manual_clearance("ENDED")
    blank = manual_form()
    told = {"xray_result": "SUSPICIOUS", "fine": "20", "penalty": "5", "received_by": "Ravi Nair"}
    for wrong, words in (
        ({"findings": ""}, "The X-ray was suspicious: enter what the examination found."),
        ({"receipt": "", "collected": "0"}, "Enter the number of the challan or receipt"),
        ({"received_at": written(timezone.now() - timedelta(hours=5))}, "The goods left before Out of Charge"),
        ({"received_at": written(timezone.now() + timedelta(hours=5))}, "still to come"),
        ({"received_by": ""}, "required"),
    ):
        answers = written_paper(order) | told | {"findings": "Ten cells."} | wrong
        assert words in desks.refused("superintendent.blr", blank, "record_use", **answers)
    unscanned = {name: value for name, value in written_paper(order).items() if name != "scan"}
    assert "required" in desks.refused("superintendent.blr", blank, "record_use", **unscanned)
    odd = written_paper(order) | {"scan": SimpleUploadedFile("paper.pdf", b"MZ")}
    assert "Only PDF, JPEG" in desks.refused("superintendent.blr", blank, "record_use", **odd)
    assert not blank.scans.exists()
    used = desks.act(
        "superintendent.blr", blank, "record_use", **written_paper(order) | told | {"findings": "Ten cells."}
    )
    page = desks.page("ao.blr", used)
    assert all(words in page for words in ("Suspicious", "Ten cells.", "₹ 20", "₹ 5", "Ravi Nair"))
    trade = desks.page("signatory.swift", used)
    assert "Ravi Nair" in trade and "Ten cells." not in trade
    address = reverse("manual-scan", args=[used.scans.get().pk])
    for username, status in (("ao.blr", 200), ("signatory.swift", 200), ("ao.del", 404), ("signatory.metro", 404)):
        answer = desks.signed_in(username).get(address)
        assert answer.status_code == status
        if status == 200:
            assert b"".join(answer.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    assert address in page and address in trade
    one = bill_of_form(used)
    type(one).objects.filter(pk=one.pk).update(duty_paid=0)
    used = desks.act("signatory.swift", used, "link_bill", bill=str(one))
    desks.act("dcac.blr", used, "regularise")
    one = fresh(one)
    assert (one.fine, one.penalty, one.duty_paid, one.amount_due) == (20, 5, 56, 0)


def test_15_what_was_cleared_on_paper_is_not_moved_at_the_desks_but_regularised() -> None:
    used = manual_form("USED")
    one, other, papers = bill_of_form(used), bill(Stage.XRAY, facilitated=True), bill_of_documents(Stage.XRAY)
    CourierBillOfEntry.objects.filter(pk=one.pk).update(stage=Stage.XRAY, arrived_at=timezone.now(), facilitated=True)
    listed = manual_form("USED", hawb="D004", courier=papers.courier)
    at_desk = [one.pk, other.pk, papers.pk]
    steps: dict[str, dict[str, Any]] = {"clear_xray": {}, "mark_suspicious": {"remarks": "Dense."}}
    for name, more in steps.items():
        outcome = take_many(CourierBillOfEntry, at_desk, name, actor("XRAY_OFFICER"), **more)
        told = {refused.document.pk: refused.reasons for refused in outcome.refused if refused.document}
        assert told[one.pk] == [f"It was cleared on paper form {used}: it is regularised there."]
        assert told[papers.pk] == [f"It was cleared on paper form {listed}: it is regularised there."]
        at_desk = [one.pk, papers.pk]
    assert fresh(other).stage == Stage.OUT_OF_CHARGE
    CourierBillOfEntry.objects.filter(pk=one.pk).update(stage=Stage.FOR_OUT_OF_CHARGE, xray_result="CLEAR")
    with pytest.raises(Refused, match="was cleared on paper form"):
        take(one, "give_out_of_charge", actor("SHED_SUPERINTENDENT"))
    used = take(used, "link_bill", actor("COURIER_SIGNATORY"), bill=str(one))
    with pytest.raises(Refused, match="was cleared on paper form"):
        take(one, "give_out_of_charge", actor("SHED_SUPERINTENDENT"))
    assert take(used, "regularise", actor("DCAC")).stage == "REGULARISED"
    assert fresh(one).stage == Stage.CLEARED_MANUALLY


def test_15_a_difference_of_paper_and_system_is_told_and_reported(desks: Desks) -> None:
    used = manual_form("USED", collected=33, assessable_value=110)
    one = bill_of_form(used)
    type(one).objects.filter(pk=one.pk).update(duty_paid=0)
    used = desks.act("signatory.swift", used, "link_bill", bill=str(one))
    assert "Differs" in desks.page("dcac.blr", used)
    assert "Paper and bill differ, value by ₹ -10.00 and duty by ₹ -2.00: say why" in desks.refused(
        "dcac.blr", used, "regularise"
    ).replace("−", "-").replace("-₹ ", "₹ -")
    assert fresh(one).stage == Stage.ARRIVAL
    done = desks.act("dcac.blr", used, "regularise", remarks="The rate of exchange was misread.")
    assert (done.reckoned_value, done.reckoned_duty) == (100, 31)
    assert (done.value_difference, done.duty_difference) == (-10, -2)
    assert done.trail.get(step="regularise").snapshot["paper"]["duty"] == "33.00"
    manual_form("REGULARISED")
    (account,) = issuing.account(["BLR"])
    assert (account["differing"], account["duty_difference"]) == (1, -2)
    export = desks.signed_in("dcac.blr").get(reverse("manual-export")).content.decode("utf-8-sig").splitlines()
    header, line = (row.split(",") for row in export[:2])
    told = dict(zip(header, line, strict=False))
    assert (told["value_difference"], told["duty_difference"]) == (
        "'-10.00",
        "'-2.00",
    )  # no spreadsheet reckons with it
    assert told["received_by"] == "Ravi Nair"
    page = desks.signed_in("dcac.blr").get(reverse("manual")).content.decode()
    assert "Paper and bill differ" in page
