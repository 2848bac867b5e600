"""Shipping bills from a file or a form: limits by date, exporter's numbers, tax, goods that no courier exports."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Actor
from eccs.dated_rules import DatedRule
from eccs.uploads import Sheet, Table, check
from eccs.workflow import Refused, take
from exports import fitting
from exports.columns import COLUMNS
from exports.filing import file_many, judge_draft
from exports.models import CourierShippingBill, ShippingBillTrail
from exports.reading import Lodging, Prepared, judge
from exports.stages import Stage
from exports.transmission import _of_export
from tests.bills.conftest import SignedIn
from tests.exports.conftest import Row, row
from tests.factories.firms import actor, courier
from tests.factories.shipping import HEADER, ITEM, shipping_bill
from tests.papers.reading import text

pytestmark = pytest.mark.django_db

LAKH = Decimal(100_000)
DAY_BEFORE = date(2022, 6, 29)  # Notification 57/2022 is of the next


@pytest.mark.parametrize(
    ("kind", "nature", "on", "fits", "does_not"),
    [
        ("CSB-V", "", date(2018, 8, 2), Decimal(25_000), Decimal("25000.01")),
        ("CSB-V", "", date(2018, 8, 3), 5 * LAKH, 5 * LAKH + 1),
        ("CSB-V", "", date(2023, 3, 31), 5 * LAKH, 5 * LAKH + 1),
        ("CSB-V", "", date(2023, 4, 1), 10 * LAKH, 10 * LAKH + 1),
        ("CSB-V", "", date(2026, 3, 31), 10 * LAKH, 10 * LAKH + 1),
        ("CSB-V", "", date(2026, 4, 1), 900 * LAKH, None),
        ("CSB-IV", "SAMPLE", date(2026, 4, 1), Decimal(50_000), Decimal("50000.01")),
        ("CSB-IV", "GIFT", date(2026, 4, 1), Decimal(25_000), Decimal("25000.01")),
    ],
    ids=lambda told: str(told).replace(":", "-"),
)
def test_a_form_fits_up_to_its_limit_of_the_day(
    kind: str, nature: str, on: date, fits: Decimal, does_not: Decimal | None
) -> None:
    assert fitting.why_not(kind, nature, fits, on, "BLR") == ""
    if does_not is not None:
        assert "does not fit" in fitting.why_not(kind, nature, does_not, on, "BLR")


def judged(rows: list[Row], **given: Any) -> tuple[Lodging, Table, list[Prepared]]:
    """The rows as a file is judged."""
    names = list(dict.fromkeys(name for one in rows for name in one))
    sheet = Sheet(names, [[one.get(name, "") for name in names] for one in rows], list(range(2, len(rows) + 2)), False)
    table = check(sheet, COLUMNS)
    lodging = Lodging.load(courier(), "BLR", {one["hawb"] for one in rows})
    for name, value in given.items():
        setattr(lodging, name, value)
    return lodging, table, judge(lodging, table)


def faults(*rows: Row, **given: Any) -> list[tuple[int, str, str]]:
    """Row, column and reason of each fault."""
    return [(one.row, one.column, one.reason) for one in judged(list(rows), **given)[1].faults]


@pytest.mark.parametrize(
    ("given", "column", "words"),
    [
        ({"iec": ""}, "iec", "CSB-V needs the exporter's IEC"),
        ({"ad_code": ""}, "ad_code", "CSB-V needs the AD code"),
        ({"ad_code": "12345"}, "ad_code", "seven digits"),
        ({"nature": "GIFT"}, "nature", "CSB-IV alone"),
        ({"form": "CSB-IV", "iec": "", "ad_code": ""}, "nature", "gifts and samples"),
        ({"scheme": "DRAWBACK"}, "scheme", "file on ICEGATE"),
        ({"scheme": "RODTEP"}, "scheme", "file on ICEGATE"),
        ({"scheme": "ROSCTL"}, "scheme", "file on ICEGATE"),
        ({"packages": ""}, "packages", "missing on the first row"),
        ({"consignee_name": ""}, "consignee_name", "missing on the first row"),
        ({"currency": "AOA"}, "currency", "has no rate of exchange"),
        ({"cth": "41012010"}, "cth", "not exported by courier: it is liable to export duty"),
        ({"fob_value": "260.02"}, "fob_value", "more than quantity times unit price"),
        ({"igst_paid": "10", "taxable_value": "100"}, "igst_paid", "under bond or undertaking"),
        ({"under_bond_or_ut": "N", "igst_paid": "10"}, "taxable_value", "IGST is paid on it"),
        (
            {"under_bond_or_ut": "N", "igst_paid": "101", "taxable_value": "100"},
            "igst_paid",
            "more than the taxable value",
        ),
        ({"under_bond_or_ut": "N", "igst_paid": "10", "taxable_value": "100", "gstin": ""}, "gstin", "CSB-V needs"),
        ({"gstin": ""}, "gstin", "CSB-V needs the exporter's GSTIN"),
        ({"form": "CSB-IV", "nature": "SAMPLE", "gstin": ""}, "gstin", "bond or undertaking"),
        ({"under_bond_or_ut": "N"}, "igst_paid", "0 where none is due"),
        ({"state_code": "00"}, "state_code", "not a state code"),
        ({"mhbs_number": "M 1"}, "mhbs_number", "letters, digits, hyphens"),
        ({"invoice_date": "2099-01-01"}, "invoice_date", "after today"),
        ({"kyc_number": "29AAKCK4417E1ZX"}, "kyc_number", "check digit"),
        ({"ecommerce": "Y", "cth": "71171990"}, "operator", "jewellery sold by e-commerce needs it"),
    ],
    ids=lambda told: told if isinstance(told, str) and " " not in told else "",
)
def test_a_fault_is_named_by_its_column(given: Row, column: str, words: str) -> None:
    found = faults({**row("SWX001"), **given})
    assert [reason for at, name, reason in found if (at, name) == (2, column) and words in reason], found


def test_a_good_row_has_no_fault_and_jewellery_that_tells_all_is_taken() -> None:
    told: dict[str, Any] = {
        "operator": "Banyan Bazaar", "transaction_id": "T-1", "order_number": "O-1", "order_date": "2026-11-10",
        "jewellery_specification": "Brass bangles, gold plated",
    }  # fmt: skip
    assert not faults(row("SWX001"))
    assert not faults(row("SWX001", ecommerce="Y", cth="71171990", **told))
    assert not faults(row("SWX001", ecommerce="Y", cth="71171990", invoice_date="2022-06-01", meis="N"), on=DAY_BEFORE)


def test_from_its_day_csb_v_tells_gstin_and_igst_or_undertaking() -> None:
    untold = row("SWX001", gstin="", under_bond_or_ut="N", invoice_date="2017-06-01")
    before, on = date(2017, 6, 29), date(2017, 6, 30)
    columns = {"gstin", "igst_paid"}  # the other faults are of rates that nobody keeps for that day
    assert not {column for _row, column, _words in faults(untold, on=before)} & columns
    assert {column for _row, column, _words in faults(untold, on=on)} >= columns
    sample = {**untold, "form": "CSB-IV", "nature": "SAMPLE", "iec": "", "ad_code": ""}
    assert not {column for _row, column, _words in faults(sample, on=on)} & columns
    nil = row("SWX001", under_bond_or_ut="N", igst_paid="0", taxable_value="24466")
    assert not faults(nil)
    two = [nil, row("SWX001", 2)]
    assert [(at, column) for at, column, _words in faults(*two)] == [(3, "igst_paid")]


def test_what_the_forms_ask_beside_is_kept_printed_and_told_to_the_reserve_bank(signed_in: SignedIn) -> None:
    told: dict[str, Any] = {
        "state_code": "29", "government": "Y", "iec_branch": "02", "mhbs_number": "mhbs-417", "crn_number": "CRN7",
        "crn_mhbs_number": "CRN7/M", "sku": "TS-40",
    }  # fmt: skip
    lodging, table, prepared = judged([row("SWX001", **told)])
    assert not table.faults
    file_many(lodging, prepared, actor("COURIER_SIGNATORY"), timezone.now())
    bill = CourierShippingBill.objects.get()
    assert (bill.state_code, bill.government, bill.mhbs_number, bill.items.get().sku) == (
        "29",
        True,
        "MHBS-417",
        "TS-40",
    )
    page = signed_in("ao.blr").get(bill.get_absolute_url()).content.decode()
    assert all(words in page for words in ("MHBS-417", "CRN7/M", "SKU TS-40", "branch 02", "State 29"))
    paper = signed_in("courier.swift").get(reverse("csb-print", args=[bill.number])).content
    words = text(paper)
    assert all(one in words for one in ("StateCode", "Government", "MHBS-417", "GSTINUploadedToICEGATE", "TS-40"))
    assert {"government": "Y", "state_code": "29"}.items() <= _of_export(bill).items()


@pytest.mark.parametrize(
    ("form", "told", "before", "after"),
    [
        ("CSB-V", "", True, False),
        ("CSB-V", "N", False, True),
        ("CSB-IV", "", False, False),
        ("CSB-IV", "Y", True, True),
    ],
)
def test_until_its_day_csb_v_alone_says_whether_meis_is_claimed(
    form: str, told: str, before: bool, after: bool
) -> None:
    one = row("SWX001", form=form, meis=told, invoice_date="2024-09-01")
    for day, refused in ((date(2024, 9, 11), before), (date(2024, 9, 12), after)):
        assert ("meis" in {column for _row, column, _words in faults(one, on=day)}) == refused, day


def test_meis_is_on_the_form_the_page_and_the_print_of_a_day_that_asks_it(signed_in: SignedIn) -> None:
    draft = shipping_bill(Stage.DRAFT)
    part = reverse("csb-part", args=[draft.pk, "ecommerce"])
    assert "Claimed under MEIS" not in signed_in("courier.swift").get(part).content.decode()
    old = shipping_bill(Stage.XRAY, meis=False)
    assert "MEIS not claimed" in signed_in("ao.blr").get(old.get_absolute_url()).content.decode()
    assert "MEIS" in text(signed_in("courier.swift").get(reverse("csb-print", args=[old.number])).content)
    DatedRule.objects.create(name="csb_v_meis_asked", from_date=timezone.localdate(), value="on", source="trial")
    assert "Claimed under MEIS" in signed_in("courier.swift").get(part).content.decode()
    assert "meis" in {fault.column for fault in judge_draft(draft)[1].faults}
    signed_in("courier.swift").post(part, {"meis": "Y"})
    draft.refresh_from_db()
    assert "meis" not in {fault.column for fault in judge_draft(draft)[1].faults}


def test_rows_of_one_bill_agree_and_a_house_airway_bill_has_one_shipping_bill() -> None:
    found = faults(row("SWX001"), row("SWX001", 2, currency="EUR", packages="4"), row("SWX001", 2))
    assert {name for _row, name, _reason in found} == {"currency", "packages", "item_no"}
    shipping_bill(Stage.XRAY, hawb="SWX777")
    assert faults(row("SWX777")) == [(2, "hawb", "has a shipping bill already")]
    shipping_bill(Stage.CANCELLED, hawb="SWX778")
    assert not faults(row("SWX778"))


def test_many_are_filed_at_once_and_await_their_goods(good: list[Row], django_assert_max_num_queries: Any) -> None:
    lodging, table, prepared = judged(good + [row(f"SWY{n:03d}") for n in range(200)])
    assert not table.faults
    by = actor("COURIER_SIGNATORY")
    with django_assert_max_num_queries(25):
        bills = file_many(lodging, prepared, by, timezone.now())
    assert [str(bill.number)[:8] for bill in bills[:2]] == ["CSB-V_BL", "CSB-IV_B"]
    kept = {bill.hawb: bill for bill in CourierShippingBill.objects.prefetch_related("items")}
    first, sample = kept["SWX001"], kept["SWX002"]
    assert (first.stage, first.packages, first.item_count, sample.nfei) == (Stage.GOODS, 2, 2, True)
    assert first.fob_value == sum(item.fob_value for item in first.items.all())
    assert first.fob_foreign == Decimal("360.00")
    assert sample.kyc_number == "XXXXXXXX2346"
    assert "234123412346" not in str(ShippingBillTrail.objects.get(document=sample).snapshot)


def test_nobody_but_a_signatory_of_a_courier_in_force_files(good: list[Row]) -> None:
    lodging, _table, prepared = judged(good)
    by: Actor = actor("COURIER_OPERATOR")
    with pytest.raises(Refused, match="Courier Signatory"):
        file_many(lodging, prepared, by, timezone.now())
    assert not CourierShippingBill.objects.exists()


def test_a_draft_is_judged_as_a_file_and_filed_by_its_step() -> None:
    by = actor("COURIER_SIGNATORY")
    torn = shipping_bill(Stage.DRAFT, draft={"header": {}, "items": [{}]})
    with pytest.raises(Refused, match="Item 1, iec"):
        take(torn, "file", by)
    done = take(shipping_bill(Stage.DRAFT), "file", by)
    assert (done.stage, done.items.get().fob_foreign, done.draft) == (Stage.GOODS, Decimal("260.00"), {})


def test_a_draft_is_typed_part_by_part_and_copied(signed_in: SignedIn) -> None:
    browser = signed_in("courier.swift")
    begun = browser.post(reverse("csb-start"), {"form": "CSB-V", "station": "BLR", "hawb": "swx4400001"})
    bill = CourierShippingBill.objects.get()
    assert begun["Location"] == bill.get_absolute_url()
    assert "SWX4400001" in browser.get(begun["Location"]).content.decode()
    for name in ("consignment", "exporter", "invoice", "ecommerce"):
        page = reverse("csb-part", args=[bill.pk, name])
        assert browser.get(page).status_code == 200
        browser.post(page, HEADER)
    browser.post(reverse("csb-item", args=[bill.pk, 1]), ITEM)
    browser.post(reverse("csb-item", args=[bill.pk, 2]), {"cth": "1"})
    shown = browser.get(bill.get_absolute_url()).content.decode()
    assert "to mend" not in shown
    assert "is missing" in shown  # of the second item
    browser.post(reverse("csb-item-remove", args=[bill.pk, 2]))
    assert "Everything is filled in" in browser.get(bill.get_absolute_url()).content.decode()
    signatory = signed_in("signatory.swift")
    told = {f"file-declared{n}": "on" for n in (1, 2, 3)}
    signatory.post(bill.step_url("file"), {**told, "confirm": "1"})
    bill = CourierShippingBill.objects.get(pk=bill.pk)
    assert bill.stage == Stage.GOODS
    browser.post(
        f"{reverse('csb-start')}?copy={bill.number}", {"form": "CSB-V", "station": "BLR", "hawb": "SWX4400002"}
    )
    copy = CourierShippingBill.objects.get(hawb="SWX4400002")
    assert copy.draft["header"]["iec"] == "AAKCK4417E"
    assert "invoice_number" not in copy.draft["header"]
    assert copy.draft["items"][0]["fob_value"] == "260.00"
