"""Nothing with a Let Export Order is lost from sight: the list, the reminder, the register of the terminal, what goes by courier."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from eccs.dated_rules import DatedRule
from eccs.models import Notice
from eccs.workflow import take
from exports import tasks, warehouse
from exports.models import CourierShippingBill, ExportGoods, ExportGoodsMove
from exports.stages import Stage
from tests.bills.conftest import SignedIn
from tests.exports.conftest import row
from tests.exports.test_filing import faults
from tests.exports.test_journey import scan
from tests.factories.firms import actor
from tests.factories.shipping import export_manifest, shipping_bill
from tests.papers import reading

pytestmark = pytest.mark.django_db


def test_what_is_let_go_and_has_not_left_is_listed_with_its_age(signed_in: SignedIn) -> None:
    old = shipping_bill(Stage.LET_EXPORT, let_export_at=timezone.now() - timedelta(days=5))
    flown = export_manifest("FILED").lines.get().bill
    gone, elsewhere = shipping_bill(Stage.EXPORTED), shipping_bill(Stage.LET_EXPORT, station="DEL")
    address = reverse("leo-waiting")
    for username in ("courier.swift", "leo.blr", "warehouse.blr"):
        page = signed_in(username).get(address).content.decode()
        assert old.hawb in page
        assert flown.hawb in page
        assert gone.hawb not in page
        assert (elsewhere.hawb in page) == (username == "courier.swift")
    leo = signed_in("leo.blr")
    assert flown.hawb not in leo.get(address, {"days": "5"}).content.decode()
    assert old.hawb not in leo.get(address, {"days": "6"}).content.decode()
    assert old.hawb in leo.get(address, {"q": old.hawb.lower()}).content.decode()
    assert old.hawb not in signed_in("courier.metro").get(address).content.decode()
    lines = leo.get(reverse("leo-waiting-export")).content.decode().splitlines()
    assert len(lines) == 3
    assert f"{old.hawb},{old.number}" in lines[1]


def test_the_courier_is_reminded_after_the_days_of_the_rule_and_again() -> None:
    DatedRule.objects.filter(name="let_export_chaser_days").update(value="4")
    soon = timezone.now() - timedelta(days=4) + timedelta(minutes=5)
    bill = shipping_bill(Stage.LET_EXPORT, let_export_at=soon)
    assert tasks.chase_goods() == 0
    CourierShippingBill.objects.filter(pk=bill.pk).update(let_export_at=soon - timedelta(minutes=10))
    assert (tasks.chase_goods(), tasks.chase_goods()) == (1, 0)
    assert "have not left" in Notice.objects.latest("pk").subject
    CourierShippingBill.objects.filter(pk=bill.pk).update(stage=Stage.EXPORTED, exported_at=soon, egm_number="77100")
    CourierShippingBill.objects.filter(pk=bill.pk).update(leaving_chased_at=None)
    assert tasks.chase_goods() == 0


def test_goods_are_in_with_the_scan_moved_shut_out_and_out_with_the_flight(signed_in: SignedIn) -> None:
    bill = shipping_bill(Stage.GOODS, packages=2, packages_in=0)
    scan(signed_in, bill.hawb)
    scan(signed_in, bill.hawb)
    kept = ExportGoods.objects.get()
    assert (kept.bill_id, kept.out_at, stage_in("")) == (bill.pk, None, {bill.hawb})
    keeper = signed_in("warehouse.blr")
    keeper.post(reverse("export-goods-move"), {"entry": kept.pk, "location": "exp-4"})
    assert ExportGoodsMove.objects.get().location == "EXP-4"
    assert "Nothing has changed" in keeper.post(reverse("export-goods-move"), {"entry": kept.pk}).content.decode()
    now = timezone.now()
    CourierShippingBill.objects.filter(pk=bill.pk).update(
        stage=Stage.MANIFESTED, let_export_at=now, xray_result="CLEAR", xray_at=now, registered_at=now
    )
    manifest = export_manifest("FILED", of=bill)
    courier = actor("COURIER_OPERATOR")
    take(manifest, "shut_out", courier, hawbs=[bill.hawb], reason="No room.")
    assert stage_in("shut-out") == stage_in("let") == {bill.hawb}
    page = keeper.get(reverse("export-goods-entry", args=[kept.pk])).content.decode()
    assert "No room." in page
    assert "Moved to EXP-4" in page
    paper = reading.text(keeper.get(f"{reverse('export-goods-print')}?view=shut-out").content)
    assert "EXP-4" in paper
    assert "shutout" in paper
    assert bill.hawb in keeper.get(reverse("export-goods-export")).content.decode()
    following = export_manifest("DRAFT", of=CourierShippingBill.objects.get(pk=bill.pk))
    following = take(following, "file", actor("COURIER_SIGNATORY", name="Om Shah"))
    following = take(following, "feed_egm", courier, egm_number="7710042", departed_at=timezone.now())
    assert (stage_in(""), stage_in("out")) == (set(), {bill.hawb})
    change = [{"name": "hawb", "old": bill.hawb, "new": ""}]
    from accounts.permissions import SYSTEM

    take(following, "amend", SYSTEM, amendment="CMA", changes=change, reason="Found in the shed.")
    assert (stage_in("shut-out"), stage_in("out")) == ({bill.hawb}, set())
    take(CourierShippingBill.objects.get(pk=bill.pk), "back_to_town", actor("COURIER_SIGNATORY"), reason="Not sold.")
    kept.refresh_from_db()
    assert kept.out_on == ExportGoods.Out.BACK_TO_TOWN


def stage_in(view: str) -> set[str]:
    """The house airway bills in a view of the register at BLR."""
    rows = warehouse.REGISTER.listed(actor("WAREHOUSE_KEEPER"), view, "", None)
    return {one.bill.hawb for one in rows}


@pytest.mark.parametrize(("cth", "goes"), [("41012010", False), ("61091000", True)])
def test_the_page_of_goods_and_filing_say_the_same(signed_in: SignedIn, cth: str, goes: bool) -> None:
    page = signed_in("courier.swift").get(reverse("goods-by-courier"), {"cth": cth}).content.decode()
    words = "is not exported by courier: it is liable to export duty"
    assert ("may be exported by courier" in page) == goes
    assert (words in page) != goes
    found = [reason for _row, column, reason in faults(row("SWX001", cth=cth)) if column == "cth"]
    assert found == ([] if goes else [f"{words}, which ECCS does not collect"])


def test_the_page_of_goods_names_schemes_limits_and_what_is_no_item(signed_in: SignedIn) -> None:
    page = signed_in("leo.blr").get(reverse("goods-by-courier"), {"cth": "4101"}).content.decode()
    assert "Enter a tariff item of eight digits." in page
    assert "file on ICEGATE" in page
    assert "any value" in page
    assert [reason for _at, column, reason in faults(row("SWX001", scheme="EPCG")) if column == "scheme"] == [
        "does not go by courier: the Regulations exclude goods under this scheme; file as cargo on ICEGATE"
    ]
