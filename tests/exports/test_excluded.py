"""Goods that the Regulations exclude (Reg 2(2)): the table and who keeps it, the one check of forms and files, and the DC/AC's permission."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from eccs.audit import AuditLine
from eccs.models import Notice
from eccs.notices import gather
from eccs.workflow import Refused, take
from exports import excluded
from exports.changes import judged
from exports.iii.reading import judge_draft
from exports.models import ExcludedGoods, ExcludedGoodsPermission, ExcludedGoodsPermissionTrail
from exports.stages import Stage
from tests.bills.conftest import SignedIn
from tests.exports.conftest import row
from tests.exports.test_filing import faults
from tests.factories.firms import actor, courier
from tests.factories.shipping import documents, excluded_goods, permission, shipping_bill

pytestmark = pytest.mark.django_db
HIDE = "41012010"


def day(offset: int) -> Any:
    """A day from today."""
    return timezone.localdate() + timedelta(days=offset)


def columns(**given: Any) -> list[str]:
    """The columns in which one row of a file has a fault."""
    return [column for _row, column, _reason in faults(row("SWX001", **given))]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Gold leaf, two sheets", "Gold leaf"), ("GOLD  LEAF", "GOLD  LEAF"), ("a gold-leaf sheet", "gold-leaf"), ("Gold leafs", "Gold leafs"),
        ("Marigold leaf", ""), ("Gold leafy", ""), ("leaf of gold", ""), ("Fresh mangoes", "mangoes"), ("Orchid", "Orchid"),
    ],
)  # fmt: skip
def test_words_are_found_whole_in_the_plural_and_in_any_case(said: str, found: str) -> None:
    rows = excluded.Exclusions([ExcludedGoods(words="gold leaf, mango, orchid", reason="it is excluded")])
    barred = rows.barred("61091000", said)
    assert (barred.why if barred else "") == (
        f"says “{found}”: not exported by courier, it is excluded" if found else ""
    )
    assert barred is None or barred.field == "description"


def test_a_row_bars_by_tariff_item_by_words_or_by_what_is_in_both() -> None:
    assert not columns(description="Fresh mangoes") and not columns(cth="61091000")
    excluded_goods(words="mango")
    assert columns(description="Fresh mangoes") == ["description"]
    assert columns(cth=HIDE, description="Fresh mangoes") == ["cth"]  # the first row that bars it
    excluded_goods("6109", words="antique")
    assert columns(description="Antique cotton shirts") == ["description"]
    assert not columns(cth="85183000", description="Antique radios") and not columns(description="Cotton shirts")


def test_a_row_counts_from_its_first_to_its_last_day() -> None:
    excluded_goods(words="mango", from_date=day(0), to_date=day(3))
    days = {n: bool(excluded.Exclusions.of_day(day(n)).barred("", "mango pulp")) for n in (-1, 0, 3, 4)}
    assert days == {-1: False, 0: True, 3: True, 4: False}


def test_form_g_names_the_document_whose_description_is_excluded_and_its_permission_lets_it_go() -> None:
    bill = documents(Stage.DRAFT)
    first = bill.draft["items"][0]
    first["description"] = "Map of the border"
    bill.save()
    assert judge_draft(bill)[0].faults == []
    excluded_goods(words="map")
    (fault,) = judge_draft(bill)[0].faults
    assert (fault.row, fault.column) == (1, "description") and "says “Map”" in fault.reason
    permission(hawb=first["hawb"], cth="", goods="Map of the border", of=bill.courier)
    assert judge_draft(bill)[0].faults == []


# ── the table, kept by the System Admin ──────────────────────────────────────

ADD: dict[str, str] = {
    "item": "0301",
    "words": "Live fish;  FRY",
    "reason": "it is perishable",
    "source": "Order 9 of 2026",
}


def test_the_system_admin_excludes_goods_and_the_next_filing_is_refused(signed_in: SignedIn) -> None:
    page, told = reverse("excluded-goods-new"), signed_in("sysadmin")
    for wrong, words in (
        ({"item": "030"}, "2, 4, 6 or 8 digits"), ({"item": "77"}, "in no chapter"), ({"item": "", "words": ""}, "digits, words, or both"),
        ({"words": "a, fish"}, "too short"), ({"from_date": f"{day(-1):%d/%m/%Y}"}, "The day has passed"),
        ({"to_date": f"{day(-1):%d/%m/%Y}"}, "before the first day"), ({"source": ""}, "required"),
    ):  # fmt: skip
        answer = told.post(page, {**ADD, "from_date": f"{day(0):%d/%m/%Y}", **wrong})
        assert answer.status_code == 422 and words in answer.content.decode(), words
        assert "it is perishable" in answer.content.decode()  # nothing that was typed is lost
    given = {**ADD, "item": "6109", "words": "Antique,  OLD  silk", "from_date": f"{day(0):%d/%m/%Y}"}
    assert told.post(page, given).status_code == 302
    made = ExcludedGoods.objects.get(prefix="6109")
    assert (made.words, made.added_by and made.added_by.username) == ("antique, old silk", "sysadmin")
    assert "excluded on such a day already" in told.post(page, given).content.decode()
    assert columns(description="Old silks") == ["description"]
    assert AuditLine.objects.get(event="goods.excluded").details["words"] == "antique, old silk"
    listed = told.get(reverse("excluded-goods"), {"q": "silk"}).content.decode()
    assert "old silk" in listed and "4101" not in listed
    asked = signed_in("courier.swift").get(reverse("goods-by-courier"), {"cth": "61091000", "goods": "old silk"})
    assert "says “old silk”" in asked.content.decode()
    assert signed_in("dcac.blr").get(page).status_code == 403


def test_a_row_is_ended_once_and_one_to_come_is_taken_back(signed_in: SignedIn) -> None:
    told = signed_in("sysadmin")
    now, coming = excluded_goods(words="mango"), excluded_goods(words="orchid", from_date=day(9))
    at = [reverse("excluded-goods-end", args=[one.pk]) for one in (now, coming)]
    early = told.post(at[0], {"to_date": f"{day(-1):%d/%m/%Y}", "ending": "Order 10"})
    assert early.status_code == 422 and "The day has passed" in early.content.decode()
    assert told.post(at[0], {"to_date": f"{day(0):%d/%m/%Y}", "ending": "Order 10"}).status_code == 302
    assert told.post(at[1], {"ending": "Order 10"}).status_code == 302
    assert excluded.Exclusions.of_day(day(0)).barred("", "mango") and not excluded.Exclusions.of_day(day(1)).barred(
        "", "mango"
    )
    assert not excluded.Exclusions.of_day(day(9)).barred("", "orchid")
    assert [line.details["to_date"] for line in AuditLine.objects.filter(event="goods.exclusion-ended").order_by("seq")] == [
        day(0).isoformat(), day(8).isoformat(),
    ]  # fmt: skip
    past = told.get(reverse("excluded-goods"), {"view": "past"}).content.decode()
    assert "orchid" in past and "Taken back before it began" in past
    assert told.get(at[0]).status_code == 302  # its end is set


def test_rows_are_kept_by_the_database() -> None:
    kept = excluded_goods(words="mango")
    given = permission("WITHDRAWN")
    held = permission()
    for change in (
        lambda: ExcludedGoods.objects.filter(pk=kept.pk).delete(),
        lambda: ExcludedGoods.objects.filter(pk=kept.pk).update(words="orchid"),
        lambda: ExcludedGoods.objects.filter(pk=kept.pk).update(to_date=day(1)),
        lambda: ExcludedGoodsPermission.objects.filter(pk=held.pk).update(reason="Another."),
        lambda: ExcludedGoodsPermission.objects.filter(pk=held.pk).delete(),
        lambda: ExcludedGoodsPermission.objects.filter(pk=given.pk).update(withdrawal="Another."),
    ):
        with pytest.raises(DatabaseError, match="is refused"), transaction.atomic():
            change()


# ── the DC/AC's permission ───────────────────────────────────────────────────


def asked() -> dict[str, str]:
    """What the DC/AC types who permits a hide for a museum."""
    return {
        "station": "BLR", "courier": courier().number or "", "hawb": "swx001", "cth": HIDE, "goods": "Raw hide",
        "reason": "A sample for a museum.",
    }  # fmt: skip


def test_the_dcac_permits_one_consignment_of_excluded_goods_with_a_reason(signed_in: SignedIn) -> None:
    officer, page, given = signed_in("dcac.blr"), reverse("goods-permit"), asked()
    for wrong, words in (
        ({"reason": ""}, "required"), ({"cth": "61091000"}, "without a permission"), ({"courier": "NONE"}, "No courier has"),
        ({"hawb": "!"}, "The house airway bill"), ({"cth": "4101"}, "eight digits"),
    ):  # fmt: skip
        told = officer.post(page, given | wrong)
        assert told.status_code == 422 and words in told.content.decode(), words
    assert "swx001" in officer.post(page, given | {"reason": ""}).content.decode()  # nothing that was typed is lost
    assert signed_in("ao.blr").get(page).status_code == 403
    assert officer.post(page, given).status_code == 302
    assert "permitted already" in officer.post(page, given).content.decode()
    assert AuditLine.objects.get(event="goods.permitted").why == "A sample for a museum."
    assert not columns(cth=HIDE)
    assert [column for _row, column, _words in faults(row("SWX002", cth=HIDE))] == ["cth"]
    listed = reverse("goods-by-courier")
    assert "A sample for a museum." in signed_in("courier.swift").get(listed).content.decode()
    assert "A sample for a museum." not in signed_in("courier.metro").get(listed).content.decode()
    bill = shipping_bill(Stage.ASSESSMENT, hawb="SWX001", first_cth=HIDE)
    assert "A sample for a museum." in signed_in("ao.blr").get(bill.get_absolute_url()).content.decode()


def test_the_courier_is_told_of_a_permission_and_of_its_end(
    signed_in: SignedIn, django_capture_on_commit_callbacks: Any
) -> None:
    signed_in("dcac.blr").post(reverse("goods-permit"), asked())
    one = ExcludedGoodsPermission.objects.get()
    assert (one.number or "").startswith("PXG_BLR_") and one.trail.get().step == "give"
    with django_capture_on_commit_callbacks(execute=True):
        done = signed_in("dcac.blr").post(
            one.step_url("withdraw"), {"withdraw-why": "The museum does not want it.", "confirm": "yes"}
        )
    assert done.status_code == 302
    while gather(ExcludedGoodsPermissionTrail):
        pass
    told = Notice.objects.filter(audience=f"courier:{one.courier_id}").order_by("pk")
    assert [notice.subject.partition(": ")[2] for notice in told] == [
        "Excluded goods permitted",
        "Permission withdrawn",
    ]
    assert all(one.get_absolute_url() in notice.body for notice in told) and not mail.outbox
    assert AuditLine.objects.get(event="goods.permission-withdrawn").why == "The museum does not want it."
    own = signed_in("courier.swift").get(one.get_absolute_url()).content.decode()
    assert "The museum does not want it." in own and "stays as it is" in own
    assert signed_in("courier.metro").get(one.get_absolute_url()).status_code == 404
    assert columns(cth=HIDE) == ["cth"]
    assert signed_in("dcac.blr").post(reverse("goods-permit"), asked()).status_code == 302  # given anew
    with pytest.raises(Refused, match="Permission withdrawn"):
        take(one, "withdraw", actor("DCAC"), why="Once more.")


def test_what_was_filed_under_a_permission_stays_and_may_be_amended_after_it_is_withdrawn() -> None:
    bill = shipping_bill(Stage.XRAY, hawb="SWX001", first_cth=HIDE)
    bill.items.update(cth=HIDE)
    change = [{"name": "consignee_name", "item": 0, "old": bill.consignee_name, "new": "Nordlicht Import GmbH"}]

    def barred() -> list[str]:
        return [one.column for one in judged(bill, list(bill.items.all()), change)[0].faults if one.column == "cth"]

    assert barred() == ["cth"]
    take(
        permission(of=bill.courier, hawb="SWX001", given_at=bill.filed_at),
        "withdraw",
        actor("DCAC"),
        why="No longer needed.",
    )
    assert barred() == []
    assert type(bill).objects.get(pk=bill.pk).stage == Stage.XRAY
