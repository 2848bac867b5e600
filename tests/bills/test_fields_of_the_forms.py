"""Every field that Forms D and E ask: uploaded, checked, valued, shown, printed, copied and amended (PN17 5.4, 11.0)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from bills import copies, drafts, rates
from bills.amendable import declared
from bills.assessment import reckon_again
from bills.columns import COLUMNS, FORM_E, HEADER, INVOICE_E, ITEM, ITEM_E, SAME
from bills.duty.exchange import Exchange, ExchangeRates
from bills.duty.valuation import Invoice, ValuationRules, value
from bills.forms.words import LABELS
from bills.kinds import Kind
from bills.models import CourierBillOfEntry, FormE, Item
from eccs import upload_runner
from eccs.workflow import Refused
from manifests.models import ExpressCargoManifest
from tests.bills.conftest import SignedIn
from tests.bills.test_upload import Rows, flight, row, send  # noqa: F401 flight is a fixture
from tests.factories.rates import exemption_rate
from tests.papers import reading

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def exempted(db: None) -> None:
    """The notification that the bills claim is in force."""
    exemption_rate()


D = Decimal
OF_D: dict[str, Any] = {
    "notification_type": "TARIFF", "notification": "7/2026-Customs", "notification_sl_no": "12", "igst_notification": "9/2025",
    "igst_notification_sl_no": "12", "cess_notification": "2/2017", "cess_notification_sl_no": "7",
    "landing_charges": "3.00", "discount": "5.00", "discount_currency": "EUR",
}  # fmt: skip
OF_E: dict[str, Any] = {
    "form": "CBE-XIV", "iec": "AAKCK4417E", "eou": "Y", "mawb_date": "2026-11-10", "hawb_date": "2026-11-09",
    "contract_number": "C-7", "contract_date": "2026-10-01", "credit_number": "LC-1", "credit_date": "2026-10-02",
    "supplier": "Lantern Bay Audio", "supplier_address": "22 Harbour Lane", "seller": "Ocean Traders",
    "seller_address": "1 Pier Road", "broker": "Quay Agents", "broker_address": "3 Dock Street",
    "general_description": "Audio goods", "brand": "Lantern",
}  # fmt: skip


def filed(signed_in: SignedIn, on: ExpressCargoManifest, rows: Rows, user: User) -> CourierBillOfEntry:
    """The rows handed in, signed and filed as one bill."""
    upload = send(signed_in, on, rows)
    assert upload.state == "READY", upload.faults
    signed_in("signatory.swift").post(reverse("upload-sign", args=[upload.pk]), {"declare1": "on", "declare2": "on"})
    upload_runner.save(upload.pk, user.pk)
    made: CourierBillOfEntry = CourierBillOfEntry.objects.get(hawb__number=rows[0]["hawb"])
    return made


def test_every_column_has_its_place_its_words_and_is_amendable(flight: ExpressCargoManifest) -> None:  # noqa: F811
    placed = {"hawb", "form", *SAME, *HEADER, *ITEM, *ITEM_E, *FORM_E, *INVOICE_E}
    assert {column.name for column in COLUMNS} == placed
    assert set(LABELS) >= placed - {"hawb", "item_no", "hawb_image", "invoice_image"}
    asked = {name for names in drafts.HEADER_PARTS[Kind.XIV].values() for name in names}
    asked |= {*drafts.INVOICE_OF_XIV, *drafts.ITEM, *ITEM_E}
    assert asked >= placed - {"hawb", "form", "item_no", "hawb_image", "invoice_image"}


def test_form_e_is_whole_from_file_to_print_and_amendment(
    signed_in: SignedIn, flight: ExpressCargoManifest, people: Callable[[str], User]  # noqa: F811
) -> None:  # fmt: skip
    courier = signed_in("signatory.swift")
    wrong = row("SWF001", **OF_D | OF_E | {"hawb_date": "2099-01-01", "contract_number": "", "discount": ""})
    faults = {fault[1] for fault in send(signed_in, flight, [wrong]).faults}
    assert faults >= {"hawb_date", "contract_date", "discount_currency"}
    one = filed(signed_in, flight, [row("SWF001", **OF_D | OF_E)], people("signatory.swift"))
    item, invoice = one.items.get(), one.invoices.get()
    assert (item.general_description, item.brand, item.notification_type) == ("Audio goods", "Lantern", "TARIFF")
    assert (item.igst_notification, item.cess_notification_sl_no) == ("9/2025", "7")
    assert (invoice.supplier_address, invoice.contract_date, one.form_e.hawb_date) == (
        "22 Harbour Lane",
        date(2026, 10, 1),
        date(2026, 11, 9),
    )
    assert (invoice.discount_currency, one.discount_currency, invoice.landing_charges) == ("EUR", "EUR", D("3.00"))
    exchange = rates.exchange_rates()
    assert one.presented_on is not None and one.exchange_rate is not None
    euro = exchange.rate("EUR", one.presented_on)
    assert euro is not None
    base = D(112) - D(5) * euro.rate / one.exchange_rate
    assert one.assessable_value == pytest.approx(
        (base + D(10) + base * D("0.01125")) * one.exchange_rate, abs=D("0.01")
    )
    again = reckon_again(one, list(one.items.all()), rates.tariff(), one.presented_on)
    assert again.assessable_value == one.assessable_value
    paper = reading.text(courier.get(reverse("bill-print", args=[one.key])).content)
    page = (
        courier.get(one.get_absolute_url()).content.decode()
        + signed_in("ao.blr").get(one.get_absolute_url()).content.decode()
    )
    for words in ("Audio goods", "Lantern", "9/2025, sl. 12", "2/2017, sl. 7", "22 Harbour Lane", "1 Pier Road", "3 Dock Street",
                  "01/10/2026", "02/10/2026", "09/11/2026", "10/11/2026", "EUR"):  # fmt: skip
        assert reading.squeezed(words) in paper, words
        assert words in page, words
    copied = copies.draft_of(one)
    assert copied["items"][0]["brand"] == "Lantern" and copied["invoices"][0]["seller_address"] == "1 Pier Road"
    assert "hawb_date" not in copied["header"]
    keys = {value.key for value in declared(one, [invoice], [item])}
    assert keys >= {
        "form_e_mawb_date",
        "invoice1_credit_date",
        "invoice1_discount_currency",
        "item1_brand",
        "item1_cess_notification",
    }


def test_a_copy_leaves_out_what_is_of_one_carriage_one_sale_and_one_request() -> None:
    block = FormE(
        gateway_igm="9", gateway_port="INBOM4", marks="A-1", extension_48=True, extension_reason="Rain", first_check=True,
        provisional_documents=True, high_sea_sale=True, high_sea_seller="Reef", high_sea_seller_iec="0500012345",
        country_of_consignment="DE",
    )  # fmt: skip
    item = Item(item_packages=1, item_marks="A-1", licence_debit=D(5), brand="Lantern")
    assert copies.texts(block, FORM_E) == {"country_of_consignment": "DE"}
    assert copies.texts(item, ("item_packages", "item_marks", "licence_debit", "brand")) == {"brand": "Lantern"}


def test_the_fields_of_form_d_are_asked_shown_and_printed(
    signed_in: SignedIn, flight: ExpressCargoManifest, people: Callable[[str], User]  # noqa: F811
) -> None:  # fmt: skip
    courier = signed_in("signatory.swift")
    one = filed(signed_in, flight, [row("SWF002", **OF_D)], people("signatory.swift"))
    paper = reading.text(courier.get(reverse("bill-print", args=[one.key])).content)
    page = signed_in("ao.blr").get(one.get_absolute_url()).content.decode()
    for words in ("9/2025, sl. 12", "Tariff"):
        assert reading.squeezed(words) in paper and words in page, words
    assert "EUR5.00" in paper and "Landingcharges" in paper and "Landing charges" in page
    draft = drafts.start(flight.hawbs.get(number="SWF003"), people("courier.swift").pk)
    part = courier.get(reverse("bill-part", args=[draft.pk, "invoice"])).content.decode()
    seldom = part.split("<details", 1)[1]
    assert 'name="landing_charges"' in seldom and 'name="discount_currency"' in seldom
    assert 'name="igst_notification"' in courier.get(reverse("bill-item", args=[draft.pk, 1])).content.decode()
    one.discount = None
    with pytest.raises(Refused, match="without a discount"):
        reckon_again(one, list(one.items.all()), rates.tariff(), one.presented_on or date.min)


DAY = date(2026, 11, 1)
BOOK = ExchangeRates(
    [
        Exchange("USD", 1, D(95), DAY, ""),
        Exchange("EUR", 1, D("104.50"), DAY, ""),
        Exchange("JPY", 100, D("63.65"), DAY, ""),
    ]
)
RULES = ValuationRules(D(20), D("1.125"), D(0))


@pytest.mark.parametrize(
    ("discount", "currency", "taken_off", "assessable"),
    [  # of USD 110 FOB with freight 12 and insurance of 1.125 percent
        ("10", "", "10", "10746.88"),
        ("10", "USD", "10", "10746.88"),
        ("10", "EUR", "11", "10650.81"),
        ("950", "INR", "10", "10746.88"),
        ("1000", "JPY", "6.7", "11063.90"),
    ],
)
def test_a_discount_in_another_currency_is_taken_off_by_its_rate(
    discount: str, currency: str, taken_off: str, assessable: str
) -> None:
    dollar = BOOK.rate("USD", DAY)
    assert dollar is not None
    found = BOOK.discount({"discount": D(discount), "discount_currency": currency}, dollar, DAY)
    assert found == D(taken_off)
    assert value(Invoice("FOB", D(110), freight=D(12), discount=found), dollar, RULES).assessable_value == D(assessable)
