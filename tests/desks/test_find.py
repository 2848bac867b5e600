"""One line finds a document by whatever people have of it, and says what it understood."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.utils import timezone

from bills.listing import by_number, ending
from bills.models import CourierBillOfEntry, UnclearedNotice
from bills.stages import Stage
from eccs import search
from eccs.search import understood
from eccs.workflow import take
from manifests.clearance import Stage as ManifestStage
from manifests.models import HouseAirwayBill, Package
from tests.desks.conftest import SignedIn
from tests.factories.amendments import amendment
from tests.factories.bills import bill, hawb_of
from tests.factories.challans import challan
from tests.factories.documents import bill_of_documents
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.requests import amendment as amendment_of_a_bill
from tests.factories.uncleared import disposal, return_to_origin

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("line", "kinds", "day"),
    [
        ("CBE-XIII_BLR_2026-2027_0412_01873", ["number"], None),
        ("0412_01873", ["number"], None),
        ("SWF7731904425", ["hawb", "label", "number", "order"], None),
        ("899-44172063", ["mawb", "hawb", "label", "number", "order"], None),
        ("899 4417 2063", ["mawb", "hawb", "label", "number", "order"], None),
        ("aapcz9911k", ["hawb", "label", "pan", "number", "order"], None),
        ("Unit420", ["hawb", "label", "number", "consignee", "order"], None),
        ("Sector 1234", ["hawb", "label", "number", "consignee", "order"], None),
        ("0503012345", ["hawb", "label", "iec", "number", "order"], None),
        ("Krishna Electronics 19/11/2026", ["number", "consignee"], date(2026, 11, 19)),
        ("19-11-2026", [], date(2026, 11, 19)),
        ("2026-11-19", [], date(2026, 11, 19)),
        ("31/02/2026", ["number", "order"], None),
        ("VIII/10/7/2026 Adj.", ["number", "consignee", "order"], None),
        ("\0 \u202e", [], None),
    ],
)
def test_a_line_is_understood(line: str, kinds: list[str], day: date | None) -> None:
    asked = understood(line)
    assert [kind for kind, _value in asked.readings] == kinds
    assert asked.day == day


def test_a_bill_is_found_by_all_that_people_have_of_it(signed_in: SignedIn) -> None:
    officer, other = signed_in("ao.blr"), signed_in("ao.del")
    flight = manifest(ManifestStage.ARRIVAL_SCAN)
    one = bill(Stage.ASSESSMENT, on=flight, iec="AAPCZ9911K")
    today = timezone.localdate()
    number = str(one)
    for line in (
        number,
        number.lower().replace("cbe", "CBE"),
        hawb_of(one).number.lower(),
        "_".join(number.split("_")[-2:]),
        "AAPCZ9911K",
    ):
        assert officer.get("/find/", {"q": line}).get("Location") == one.get_absolute_url(), line
        assert one.get_absolute_url() not in other.get("/find/", {"q": line}).content.decode()
    master = officer.get("/find/", {"q": hawb_of(one).master.number}).content.decode()
    assert one.get_absolute_url() in master and flight.get_absolute_url() in master and "MAWB" in master
    name = hawb_of(one).consignee_name[:8]
    assert (
        officer.get("/find/", {"q": f"{name} {timezone.localtime(one.filed_at):%d/%m/%Y}"})["Location"]
        == one.get_absolute_url()
    )
    nothing = officer.get("/find/", {"q": f"{name} {today - timedelta(days=9):%d/%m/%Y}"}).content.decode()
    assert (
        "Nothing fits" in nothing and "Understood as:" in nothing and f"{today - timedelta(days=9):%d/%m/%Y}" in nothing
    )
    loose = house_airway_bill(flight)
    assert officer.get("/find/", {"q": loose.number})["Location"] == flight.get_absolute_url()


def test_a_shipment_is_found_by_whatever_is_written_on_it(signed_in: SignedIn) -> None:
    officer, flight = signed_in("ao.blr"), manifest(ManifestStage.ARRIVAL_SCAN)
    parcel = house_airway_bill(flight, packages=2, ucr="6IN0503012345X77")
    one = bill(Stage.ASSESSMENT, hawb=parcel)
    papers = bill_of_documents(Stage.XRAY)
    bagged = HouseAirwayBill.objects.filter(bag__isnull=False, manifest=papers.manifest).first()
    assert bagged is not None and bagged.bag is not None
    label = Package.objects.filter(hawb=parcel).order_by("part")[1].crn
    found = {label: one, label.lower(): one, "6in0503012345x77": one, bagged.bag.number: papers}
    for code, shown in found.items():
        assert officer.get("/find/", {"q": code}).get("Location") == shown.get_absolute_url(), code
        assert signed_in("ao.del").get("/find/", {"q": code}).status_code == 200, code
        assert signed_in("signatory.metro").get("/find/", {"q": code}).status_code == 200, code
    unbilled = house_airway_bill(flight, packages=2)
    crn = Package.objects.filter(hawb=unbilled).order_by("part")[0].crn
    assert officer.get("/find/", {"q": crn})["Location"] == flight.get_absolute_url()


def test_a_challan_is_found_by_number_in_its_firm(signed_in: SignedIn) -> None:
    one = challan("CREATED", bill(Stage.DUTY))
    assert signed_in("signatory.swift").get("/find/", {"q": str(one)})["Location"] == one.get_absolute_url()
    assert one.get_absolute_url() not in signed_in("signatory.metro").get("/find/", {"q": str(one)}).content.decode()


def test_a_bill_is_found_by_its_order_of_adjudication(signed_in: SignedIn) -> None:
    given: dict[str, Any] = {
        "order_number": "VIII/10/31/2026 Adj.",
        "order_date": "2026-11-19",
        "outcome": "RELEASE",
        "remarks": "Copied.",
    }
    one = take(bill(Stage.ADJUDICATION, arrived=True), "adjudicate", actor("ASSESSING_OFFICER"), **given)
    bill(Stage.ASSESSMENT)
    for line in ("VIII/10/31/2026 Adj.", "viii/10/31/2026 adj."):
        assert signed_in("ao.blr").get("/find/", {"q": line}).get("Location") == one.get_absolute_url(), line
        assert one.get_absolute_url() not in signed_in("ao.del").get("/find/", {"q": line}).content.decode()


def test_a_consignee_without_a_bill_is_found_on_its_manifest(signed_in: SignedIn) -> None:
    one, flight = bill(Stage.ASSESSMENT), manifest(ManifestStage.ARRIVAL_SCAN)
    name = hawb_of(one).consignee_name[:9]
    assert signed_in("ao.blr").get("/find/", {"q": name})["Location"] == one.get_absolute_url()
    house_airway_bill(flight)
    found = signed_in("ao.blr").get("/find/", {"q": name.lower()}).content.decode()
    assert one.get_absolute_url() in found and flight.get_absolute_url() in found
    for other in ("ao.del", "signatory.metro"):
        assert flight.get_absolute_url() not in signed_in(other).get("/find/", {"q": name}).content.decode()


def test_requests_returns_and_disposals_are_found_by_day_and_by_the_notice(signed_in: SignedIn) -> None:
    back, gone, asked, changed = return_to_origin(), disposal(), amendment_of_a_bill(), amendment()
    notice = UnclearedNotice.objects.get(hawb=gone.hawb)
    officer = signed_in("dcac.blr")
    found = officer.get("/find/", {"q": f"{timezone.localdate():%d/%m/%Y}"}).content.decode()
    for one in (back, gone, asked, changed):
        assert one.get_absolute_url() in found, one
    earlier = officer.get("/find/", {"q": f"{timezone.localdate() - timedelta(days=9):%d/%m/%Y}"}).content.decode()
    assert back.get_absolute_url() not in earlier
    said = officer.get("/find/", {"q": str(notice).lower()}).content.decode()
    assert gone.get_absolute_url() in said and gone.hawb.manifest.get_absolute_url() in said
    assert gone.get_absolute_url() not in signed_in("dcac.del").get("/find/", {"q": str(notice)}).content.decode()


def test_a_bill_is_found_by_the_end_of_its_number_through_the_index() -> None:
    one = bill(Stage.ASSESSMENT)
    groups = "_".join(str(one).split("_")[-2:])
    assert str(one) in ending(groups)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = CourierBillOfEntry.objects.filter(by_number(groups)).explain()
    assert "number" in plan and "Seq Scan on bills_courierbillofentry" not in plan


ODD: list[Any] = [
    "%",
    "_",
    "__",
    "'",
    "\\",
    "' OR 1=1",
    "\u202e",
    "9" * 400,
    "1e309",
    "00/00/0000",
    "-",
    "½",
    "\ud7ff",
    " ",
]


def test_odd_input_is_answered(signed_in: SignedIn) -> None:
    officer, firm = signed_in("ao.blr"), signed_in("signatory.swift")
    for given in ODD:
        for client in (officer, firm):
            assert client.get("/find/", {"q": given}).status_code == 200, given
            assert client.get("/manifests/", {"number": given, "flight": given, "q": given}).status_code == 200, given
        columns = (
            "number",
            "hawb",
            "consignee",
            "goods",
            "av",
            "duty",
            "lane",
            "flight",
            "work",
            "mark",
            "sort",
            "show",
        )
        for name in columns:
            assert officer.get("/bills/imports/queue/assessment/", {name: given}).status_code == 200, (name, given)
        address = f"/bills/imports/{quote(given, safe='')}/"
        assert officer.get(address).status_code in (200, 301, 302, 404), address


def test_a_name_that_too_many_bear_asks_for_more_of_it_or_for_a_day(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never more shipments than that are looked through, however many years there are; on one day all of them are."""
    monkeypatch.setattr(search, "MOST_OF_A_NAME", 2)
    officer, now = signed_in("ao.blr"), timezone.now()
    days = [bill(Stage.ASSESSMENT, filed_at=now - timedelta(days=n)) for n in range(3)]
    for n, one in enumerate(days):
        HouseAirwayBill.objects.filter(bills=one).update(consignee_name=f"Zubin Mistry {n}")

    def found(text: str) -> Any:
        return officer.get("/find/", {"q": text})

    page = found("Zubin").content.decode()
    assert "Write more of the name, or the day beside it." in page and "Nothing fits" not in page
    assert not [one for one in days if one.get_absolute_url() in page]
    assert found("Zubin Mistry 1")["Location"] == days[1].get_absolute_url()
    day = timezone.localtime(days[1].filed_at)
    assert found(f"Zubin {day:%d/%m/%Y}")["Location"] == days[1].get_absolute_url()
    assert "Write more of the name" not in found(f"{day:%d/%m/%Y}").content.decode()


def test_how_many_bear_a_name_tells_nothing_of_whose_they_are(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_OF_A_NAME", 2)
    mine, theirs = bill(Stage.ASSESSMENT), bill(Stage.ASSESSMENT, firm="metro")
    HouseAirwayBill.objects.filter(bills__in=[mine, theirs]).update(consignee_name="Zubin Mistry")
    assert signed_in("signatory.swift").get("/find/", {"q": "Zubin"})["Location"] == mine.get_absolute_url()
