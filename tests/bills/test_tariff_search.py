"""The tariff by words and code as one types, and the estimator of duty that everybody may ask."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bills import tariff_search
from bills.estimate import Asked, CannotTell, estimate
from bills.models import CourierBillOfEntry, ExchangeRate, TariffRate
from tests.bills.conftest import SignedIn

pytestmark = pytest.mark.django_db

ON = date(2027, 3, 1)


def row(cth: str, description: str, **given: Any) -> TariffRate:
    """A row of the tariff from the first of February 2027 on."""
    bears = {"bcd_percent": 20, "igst_percent": 18, "from_date": date(2027, 2, 1), "unit": "NOS", "sws_applies": True}
    return TariffRate.objects.create(cth=cth, description=description, **bears | given)


@pytest.fixture
def rows() -> None:
    """A few items, one of which ends, and one that is still to come."""
    row("85183011", "Wireless HEADPHONES, over the ear")
    row("85183019", "Earphones: other; with housings of wood")
    row("85183020", "Headphones with a cord", from_date=date(2027, 2, 2))
    row("85183020", "", ended=True, from_date=date(2027, 3, 1))
    row("85183090", "Headphones of the future", from_date=date(2027, 4, 1))
    row("91021100", "Wrist-watches with mechanical display only", notification="earlier")
    row("91021100", "Wrist-watches with mechanical display", from_date=date(2027, 2, 20), notification="later")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("headphones", ["85183011"]), ("headpho", ["85183011"]), ("HEADPHONE wirel", ["85183011"]), ("housi", ["85183019"]),
        ("8518 30 1", ["85183011", "85183019"]), ("8518.30.19", ["85183019"]), ("85183 ear", ["85183011", "85183019"]),
        ("wristwatch", []), ("watches mechanical", ["91021100"]), ("watching displays", ["91021100"]), ("e", []), ("!'&|:*()\\", []),
        ("' OR 1=1 --", []), ("85183020", []), ("<->", []),
    ],
)  # fmt: skip
def test_it_finds_by_the_beginning_of_words_and_codes_what_is_in_force(
    rows: None, typed: str, found: list[str]
) -> None:
    assert [r.cth for r in tariff_search.find(typed, ON) if len(r.cth) == 8 and r.cth != "98049000"] == found


def test_the_page_works_without_javascript_answers_as_one_types_and_goes_on(rows: None, signed_in: SignedIn) -> None:
    for n in range(70):
        row(f"9405{n:04d}", f"Lamps of pattern {n}")
    client = signed_in("courier.swift")
    page = client.get(f"/bills/tariff/?q=lamps+pattern&on={ON}").content.decode()
    assert "94050000" in page and "94050024" in page and "94050025" not in page and "after=94050024" in page
    following = client.get(f"/bills/tariff/?q=lamps+pattern&on={ON}&after=94050044").content.decode()
    assert "94050045" in following and "94050069" in following and "Next 25" not in following
    part = client.get(f"/bills/tariff/?q=mechanical+watches&on={ON}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "91021100" in part and "1 found" in part
    told = client.get(f"/bills/tariff/91021100/?on={ON}").content.decode()
    assert "earlier" in told and "later" in told and "19/02/2027" in told
    assert "not in the tariff" in client.get(f"/bills/tariff/85183020/?on={ON}").content.decode()
    assert client.get("/bills/tariff/85183077/?on=2027-03-01").status_code == 404
    assert "is no day" in client.get("/bills/tariff/?q=lamps&on=31/02/2027").content.decode()
    with CaptureQueriesContext(connection) as few:
        client.get(f"/bills/tariff/?q=watches&on={ON}")
    with CaptureQueriesContext(connection) as many:
        client.get(f"/bills/tariff/?q=lamps&on={ON}")
    assert len(few) == len(many)


def test_the_items_are_offered_where_one_is_typed_into_a_bill(rows: None, signed_in: SignedIn, hawb: Any) -> None:
    client = signed_in("courier.swift")
    client.post("/bills/new/", {"hawb": hawb.pk})
    draft = CourierBillOfEntry.objects.get(hawb=hawb)
    page = client.get(f"/bills/drafts/{draft.pk}/items/1/").content.decode()
    assert 'list="tariff-items"' in page and '<datalist id="tariff-items"' in page
    offered = client.get(f"/bills/tariff/?list=1&cth=headph&on={ON}", headers={"HX-Request": "true"}).content.decode()
    assert '<option value="85183011">Wireless HEADPHONES, over the ear</option>' in offered and "<html" not in offered
    assert not client.get("/bills/tariff/?list=1&cth=h").content.strip()


def asked(**given: Any) -> dict[str, str]:
    """The estimator's form as it is sent."""
    typed = {
        "cth": "85183011", "goods": "GOODS", "value": "100", "currency": "USD", "terms": "FOB", "freight": "45", "insurance": "",
        "inland_charges": "", "quantity": "", "uom": "", "on": ON.strftime("%d/%m/%Y"),
    }  # fmt: skip
    return typed | given


@pytest.fixture
def dollar() -> None:
    """One dollar is 95 rupees."""
    ExchangeRate.objects.create(
        currency="USD", import_rate=95, export_rate=93, from_date=date(2027, 2, 15), notification="Notification 7/2027"
    )


def test_anybody_may_ask_what_goods_would_cost_and_sees_every_working(rows: None, dollar: None, client: Client) -> None:
    assert "/bills/estimate/" in client.get("/sign-in/").content.decode()
    assert "Tariff item" in client.get("/bills/estimate/").content.decode()
    with CaptureQueriesContext(connection) as queries:
        page = unescape(client.get("/bills/estimate/", asked()).content.decode()).replace("\u00a0", " ")
    assert not [q["sql"] for q in queries if not q["sql"].startswith("SELECT")]
    assert (
        "5,058" in page and "11,506.88" in page and "USD 121.125 × ₹ 95.00" in page
    )  # freight capped, insurance assumed
    assert "11,506.88 × 20 % = 2,301.38" in page and "Customs Tariff Act 1975, section 3(7)" in page
    assert "Notification 7/2027" in page and "CBE-XIII" in page


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"cth": "85183099"}, "cth", "not in the tariff"), ({"cth": "8518"}, "cth", "eight digits"), ({"value": "0"}, "value", "0.01"),
        ({"currency": "AFN"}, "currency", "no rate of exchange"), ({"on": "01/01/1990"}, "on", "no rules"), ({"value": "ten"}, "value", "number"),
        ({"on": "31/02/2027"}, "on", "DD/MM/YYYY"),
    ],
)  # fmt: skip
def test_what_cannot_be_reckoned_is_said_beside_its_question(
    rows: None, dollar: None, client: Client, given: dict[str, str], field: str, words: str
) -> None:
    answer = client.get("/bills/estimate/", asked(**given))
    page = answer.content.decode()
    assert answer.status_code == 422 and f'href="#id_{field}' in page and words in page and "Error:" in page


def test_samples_gifts_small_sums_and_duties_by_quantity_are_told_as_on_a_bill(rows: None, dollar: None) -> None:
    row("85183030", "Sold by weight", bcd_specific=500, bcd_specific_unit="KGS", unit="KGS")
    goods = Asked("85183011", Decimal(50), "USD", "CIF", ON)
    sample = estimate(Asked("85183011", Decimal(50), "USD", "CIF", ON, nature="SAMPLE"))
    duty = estimate(goods).found.duty
    assert sample.found.duty.total == 0 and sample.forgone == duty.total and sample.form == "CBE-XII"
    gift = estimate(Asked("85183011", Decimal(50), "USD", "CIF", ON, nature="GIFT"))
    assert gift.found.duty.total == duty.total and "only rakhis" in gift.why_not_free and gift.form == "CBE-XIII"
    small = estimate(Asked("85183011", Decimal(1), "USD", "CIF", ON)).found.duty
    assert small.total == 0 and small.waived
    heavy = estimate(Asked("85183030", Decimal(50), "USD", "CIF", ON, quantity=Decimal(9), uom="KGS"))
    with pytest.raises(CannotTell, match="per KGS: give the quantity in KGS") as none:
        estimate(Asked("85183030", Decimal(50), "USD", "CIF", ON, quantity=Decimal(9), uom="NOS"))
    assert none.value.field == "uom"
    with pytest.raises(
        CannotTell, match="give the quantity in KGS"
    ) as none:  # nobody's goods weigh one kilogram by default
        estimate(Asked("85183030", Decimal(50), "USD", "CIF", ON, uom="KGS"))
    assert none.value.field == "quantity"
    assert heavy.by_quantity and heavy.found.duty.heads["BCD"] == 4500
    assert estimate(Asked("85183011", Decimal(5000), "USD", "CIF", ON)).form == "CBE-XIV"
