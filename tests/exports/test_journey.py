"""From a file to the Let Export Order, as the people of a terminal do it; and what each of them may see on the way."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from eccs import upload_runner
from eccs.dated_rules import DatedRule
from eccs.models import Upload
from eccs.trail import broken_lines
from eccs.workflow import take
from exports import risk
from exports.models import CourierShippingBill, ExportDetention, GoodsScan, LetExportOrder, ShippingBillTrail
from exports.stages import Stage
from rms.models import RiskDecision
from tests.bills.conftest import SignedIn
from tests.exports.conftest import Row, row
from tests.factories.firms import actor
from tests.factories.shipping import export_cancellation, shipping_bill

pytestmark = pytest.mark.django_db


def as_csv(rows: list[Row]) -> SimpleUploadedFile:
    """The rows as a file."""
    out = StringIO()
    names = list(dict.fromkeys(name for one in rows for name in one))
    writer = csv.DictWriter(out, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("shipping-bills.csv", out.getvalue().encode())


def send(signed_in: SignedIn, rows: list[Row]) -> Upload:
    """Hand the file in and have it checked."""
    signed_in("courier.swift").post(reverse("csb-upload", args=["BLR"]), {"file": as_csv(rows)})
    upload = Upload.objects.latest("pk")
    upload_runner.check(upload.pk)
    upload.refresh_from_db()
    return upload


def scan(signed_in: SignedIn, *codes: str, keys: list[str] | None = None) -> list[dict[str, Any]]:
    """Pull the trigger at the station of the terminal."""
    keys = keys or [str(uuid4()) for _code in codes]
    told = [
        {"key": key, "code": code, "at": "2026-11-22T04:00:00+00:00"} for key, code in zip(keys, codes, strict=True)
    ]
    answer = signed_in("scan.blr").post(
        reverse("goods-scans", args=["BLR"]), json.dumps({"scans": told}), content_type="application/json"
    )
    found: list[dict[str, Any]] = answer.json()["answers"]
    return found


def test_from_a_file_to_the_order_without_a_leo_officer(signed_in: SignedIn, good: list[Row]) -> None:
    assert send(signed_in, [row("SWX001", iec="")]).faults[0][1] == "iec"
    upload = send(signed_in, good)
    assert (upload.state, upload.summary["bills"], upload.summary["items"]) == ("READY", 2, 3)
    signatory = signed_in("signatory.swift")
    page = reverse("upload", args=[upload.pk])
    assert "Sign and file 2 shipping bills" in signatory.get(page).content.decode()
    signatory.post(reverse("upload-sign", args=[upload.pk]), {f"declare{n}": "on" for n in (1, 2, 3)})
    upload_runner.save(upload.pk, int(signatory.session["_auth_user_id"]))
    assert "2 shipping bills filed" in signatory.get(page).content.decode()

    station = signed_in("scan.blr").get(reverse("goods-scan", args=["BLR"])).content.decode()
    assert "Pieces received" in station
    told = signed_in("scan.blr").get(reverse("goods-packages", args=["BLR"])).json()
    assert set(told) == {"pieces", "inside", "shared", "own"}  # all that the script of the station reads
    keys = [str(uuid4()) for _n in range(3)]
    weighed = signed_in("scan.blr").post(
        reverse("goods-weight", args=["BLR"]), {"hawb": "SWX001", "kg": "9.5"}, headers={"Accept": "application/json"}
    )
    assert "9.5 kg recorded" in weighed.json()["said"]
    first = scan(signed_in, "SWX001", "SWX009", "SWX002", keys=keys)
    assert [one["verdict"] for one in first] == ["ARRIVED", "UNKNOWN", "ARRIVED"]
    assert scan(signed_in, "SWX001", "SWX009", "SWX002", keys=keys)[0]["verdict"] == "ARRIVED"  # sent twice, kept once
    two, sample = (CourierShippingBill.objects.get(hawb=hawb) for hawb in ("SWX001", "SWX002"))
    assert (two.stage, two.packages_in, sample.stage) == (Stage.GOODS, 1, Stage.XRAY)
    assert [one["verdict"] for one in scan(signed_in, "SWX001", "SWX001")] == ["ARRIVED", "DUPLICATE"]
    assert GoodsScan.objects.count() == 5

    queue = reverse("queue", args=["exports/bills", "xray"])
    xray = signed_in("xray.blr")
    assert "SWX001" in xray.get(queue).content.decode()
    ids = list(CourierShippingBill.objects.filter(stage=Stage.XRAY).values_list("pk", flat=True))
    assert len(ids) == 2
    for pk in ids:
        take(CourierShippingBill.objects.get(pk=pk), "clear_xray", actor("XRAY_OFFICER"))
    done = CourierShippingBill.objects.get(pk=two.pk)
    assert (done.stage, done.order.automatic, done.actual_weight_kg) == (Stage.LET_EXPORT, True, Decimal("9.500"))
    assert LetExportOrder.objects.count() == 2
    assert not list(broken_lines(ShippingBillTrail))
    assert signatory.get(reverse("find"), {"q": "SWX001"})["Location"] == done.get_absolute_url()
    assert signatory.get(reverse("find"), {"q": str(done.order.number)})["Location"] == done.get_absolute_url()


def test_a_doubtful_bill_is_examined_before_the_officer_gives_the_order() -> None:
    one = shipping_bill(Stage.ASSESSMENT, lane="ASSESSMENT")
    one = take(one, "assess", actor("ASSESSING_OFFICER"), mandate_examination=True)
    one = take(one, "clear_xray", actor("XRAY_OFFICER"))
    assert one.stage == Stage.EXAMINATION
    report: dict[str, Any] = {
        "packages_opened": 1,
        "percent": 100,
        "findings": "As declared.",
        "recommendation": "RELEASE",
    }
    one = take(one, "report_examination", actor("INSPECTOR"), **report)
    one = take(one, "refer_to_assessing_officer", actor("LEO_OFFICER"), remarks="The value looks low.")
    one = take(one, "assess_again", actor("ASSESSING_OFFICER"))
    assert (one.stage, one.assessed_at) == (Stage.ASSESSMENT, None)
    one = take(one, "assess", actor("ASSESSING_OFFICER"))
    assert one.stage == Stage.FOR_LET_EXPORT
    one = take(one, "give_let_export_order", actor("LEO_OFFICER", name="Tara Gill"))
    assert (one.stage, one.order.automatic, one.order.by.full_name) == (Stage.LET_EXPORT, False, "Tara Gill")


def test_the_rms_decides_when_the_goods_are_there_and_late_where_it_was_away() -> None:
    away = DatedRule.objects.create(name="rms_in_service", from_date="2026-11-01", value="off", source="trial")
    one = take(shipping_bill(Stage.GOODS), "register_goods", actor("ARRIVAL_SCANNER"))
    assert one.risk_decision.lane == RiskDecision.Lane.PENDING
    assert one.stage == Stage.ASSESSMENT
    assert risk.decide_waiting() == 0
    away.delete()
    assert risk.decide_waiting() == 1
    one = CourierShippingBill.objects.get(pk=one.pk)
    assert (one.stage, one.facilitated) == (Stage.XRAY, True)


def test_an_exporter_with_many_buyers_is_one_name_under_its_kyc() -> None:
    bills = [shipping_bill(Stage.GOODS, consignee_name=f"Buyer {n}") for n in range(5)]
    assert risk.register([bill.pk for bill in bills], actor("ARRIVAL_SCANNER"), timezone.now()) == 5
    decisions = [CourierShippingBill.objects.get(pk=bill.pk).risk_decision for bill in bills]
    assert [one.lane for one in decisions if one] == ["FACILITATED"] * 5
    assert {one.facts["kyc_names"] for one in decisions if one} == {1}


def test_a_cancellation_is_decided_by_two_officers_and_frees_the_house_airway_bill() -> None:
    asked = take(
        shipping_bill(Stage.LET_EXPORT), "request_cancellation", actor("COURIER_SIGNATORY"), reason="Not sold."
    )
    request = asked.cancellations.get()
    request = take(request, "verify", actor("ASSESSING_OFFICER", name="Asha Rao"), remarks="So it is.")
    assert take(request, "approve", actor("DCAC", name="Om Shah")).bill.stage == Stage.CANCELLED
    again = export_cancellation("VERIFIED")
    assert (
        take(again, "reject", actor("DCAC", name="Om Shah"), remarks="The goods are on board.").bill.stage == Stage.XRAY
    )


SECRET = "secret compartment"  # what an instruction of the RMS says


@pytest.mark.parametrize(
    "stage", ["ASSESSMENT", "QUERY", "DETAINED", "STOPPED", "EXAMINATION", "LET_EXPORT", "CANCELLED"]
)
def test_each_reads_what_is_its_own_on_the_page_of_a_bill(signed_in: SignedIn, stage: str) -> None:
    bill = shipping_bill(stage)
    page = bill.get_absolute_url()
    officer, courier, custodian = (signed_in(who).get(page) for who in ("ao.blr", "courier.swift", "scan.blr"))
    assert [one.status_code for one in (officer, courier, custodian)] == [200, 200, 200]
    told = [one.content.decode() for one in (officer, courier, custodian)]
    if bill.risk_decision is not None:
        assert SECRET in told[0]
    assert SECRET not in told[1] and SECRET not in told[2]
    assert "24,466" in told[1] and "24,466" not in told[2] and "AAKCK4417E" not in told[2]
    assert signed_in("ao.del").get(page).status_code == 404
    assert signed_in("courier.metro").get(page).status_code == 404


def test_papers_are_printed_for_those_who_may_read_them(signed_in: SignedIn) -> None:
    bill = shipping_bill(Stage.LET_EXPORT, kind="CSB-V", operator="Banyan Bazaar", jewellery_specification="Bangles")
    LetExportOrder.objects.create(
        bill=bill, station_id="BLR", given_at=timezone.now(), automatic=True, number="LEO_BLR_2026-2027_000001"
    )
    held = shipping_bill(Stage.DETAINED)
    memo = ExportDetention.objects.get(bill=held)
    pages = [
        reverse("csb-print", args=[bill.number]), reverse("let-export-print", args=[bill.number]),
        reverse("export-detention-print", args=[memo.number]),
    ]  # fmt: skip
    for page in pages:
        found = signed_in("courier.swift").get(page)
        assert found.status_code == 200
        assert found["Content-Type"] == "application/pdf"
        assert signed_in("courier.metro").get(page).status_code == 404
    assert [signed_in("scan.blr").get(page).status_code for page in pages] == [404, 200, 404]


def test_papers_are_added_by_the_firm_alone(signed_in: SignedIn) -> None:
    bill = shipping_bill(Stage.ASSESSMENT)
    page = reverse("csb-attach", args=[bill.number])
    file = SimpleUploadedFile("invoice.pdf", b"%PDF-1.7 trial")
    signed_in("courier.swift").post(page, {"kind": "OTHER", "papers": file})
    paper = bill.attachments.get()
    assert b"".join(signed_in("ao.blr").get(paper.download_url)) == b"%PDF-1.7 trial"
    assert signed_in("scan.blr").get(paper.download_url).status_code == 404
    assert signed_in("courier.metro").get(paper.download_url).status_code == 404
