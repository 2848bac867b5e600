"""The pages of the directory: who keeps it, who reads it, what a courier's own people see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from accounts.directory.registration import Stage
from accounts.models import AuthorisedCourier, CourierSignatory, Custodian, Importer, User
from eccs.workflow import take
from tests.directory.conftest import SignedIn
from tests.every_step.directory import day, order
from tests.factories.firms import actor, registration

pytestmark = pytest.mark.django_db
LOTUS = {"pan": "aabcl 1207q", "name": "Lotus Air Limited", "short_name": "Lotus", "address": "3 Cargo Road"}
LIST = "/directory/couriers/"


def text(answer: Any) -> str:
    """The page below its masthead."""
    return str(answer.content.decode()).split("<main")[-1].split("</main>")[0]


def written(day_: Any) -> str:
    """A day as it is typed."""
    return f"{day_:%d/%m/%Y}"


def test_a_courier_is_entered_extended_and_registered(signed_in: SignedIn) -> None:
    jc = signed_in("jc.blr")
    answer = jc.post(reverse("courier-new"), LOTUS)
    courier = AuthorisedCourier.objects.get(pan="AABCL1207Q")
    assert (courier.stage, courier.number, answer["Location"]) == (Stage.APPLIED, None, courier.get_absolute_url())
    page = text(jc.get(courier.get_absolute_url()))
    assert "Not possible now" in page and "No station is entered yet" in page
    given = {
        "station": "DEL", "since": written(day()), "bond_number": "CB/1", "bond_date": written(day()),
        "bond_amount": "500000", "security": "CASH", "security_reference": "TR6/1",
    }  # fmt: skip
    extend = {f"extend_to_station-{k}": v for k, v in given.items()}
    answer = jc.post(courier.step_url("extend_to_station"), extend)
    assert answer.status_code == 422 and "at least ₹\u00a010,00,000" in text(answer)
    jc.post(courier.step_url("extend_to_station"), {**extend, "extend_to_station-bond_amount": "1000000"})
    register = {"register-order_number": "REG/7", "register-registered_on": written(day())}
    assert "What happens" in text(jc.post(courier.step_url("register"), register))
    assert AuthorisedCourier.objects.get(pk=courier.pk).stage == Stage.APPLIED
    answer = jc.post(courier.step_url("register"), {**register, "confirm": "yes"})
    courier = AuthorisedCourier.objects.get(pk=courier.pk)
    assert (courier.stage, courier.number) == (Stage.REGISTERED, "AABCL1207QAC01")
    assert answer["Location"] == courier.get_absolute_url()  # no other courier is opened next
    assert [line.step for line in courier.trail.all()] == ["enter", "extend_to_station", "register"]
    assert not courier.why_not_at("DEL", day())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"pan": "AABCL1207"}, "is not a PAN"),
        ({"pan": "AAQCS4821K"}, "in the directory already: Swift Consignments Private Limited, AAQCS4821KAC01, Registered"),
        ({"address": ""}, "required"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_told_and_kept(signed_in: SignedIn, given: dict[str, str], words: str) -> None:
    answer = signed_in("jc.blr").post(reverse("courier-new"), LOTUS | given)
    assert answer.status_code == 422 and words in text(answer) and "Lotus Air Limited" in text(answer)
    assert "<title>Error:" in answer.content.decode()
    assert AuthorisedCourier.objects.count() == 2


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"Swift", "Metro"}), ("q=metro", {"Metro"}), ("q=AAQCS4821K", {"Swift"}), ("q=aabcm7730rac", {"Metro"}),
        ("stage=SUSPENDED", {"Metro"}), ("station=BLR", {"Swift", "Metro"}), ("station=TRZ", set()), ("q=zzz", set()),
    ],
)  # fmt: skip
def test_the_list_is_searched_and_narrowed(signed_in: SignedIn, asked: str, found: set[str]) -> None:
    client = signed_in("jc.blr")
    take(AuthorisedCourier.objects.get(pan="AABCM7730R"), "suspend", actor("JOINT_COMMISSIONER"), **order())
    page = text(client.get(f"{LIST}?{asked}"))
    assert {name for name in ("Swift", "Metro") if f"{name} " in page} == found
    assert ("Nothing fits these filters" in page) is not found


def test_the_list_goes_on_page_by_page(signed_in: SignedIn, django_assert_max_num_queries: Any) -> None:
    client = signed_in("jc.blr")
    for n in range(30):
        registration(name=f"Firm {n:02d}", pan=f"AAAC{chr(65 + n // 10)}{1000 + n}A")
    with django_assert_max_num_queries(25):
        first = client.get(LIST)
    assert "Next 25" in text(first) and "Firm 00" in text(first).title()
    following = client.get(f"{LIST}?mark={first.context['page'].next_mark}")
    assert "Swift Consignments Private Limited" in text(following)


@pytest.mark.parametrize("username", ["ao.blr", "signatory.swift", "courieradmin.swift", "scan.blr", "importer.kaveri"])
def test_other_desks_neither_keep_nor_list_it(signed_in: SignedIn, username: str) -> None:
    client, courier = signed_in(username), AuthorisedCourier.objects.get(pan="AABCM7730R")
    for name in (
        "couriers",
        "courier-new",
        "courier-renewals",
        "custodians",
        "custodian-new",
        "importers",
        "importer-new",
    ):
        assert client.get(reverse(name)).status_code == 403, name
        assert client.post(reverse(name), LOTUS).status_code in (403, 405), name
    given = {f"suspend-{k}": str(v) for k, v in order().items()}
    answer = client.post(courier.step_url("suspend"), {**given, "confirm": "yes"})
    assert answer.status_code == 404
    assert AuthorisedCourier.objects.get(pk=courier.pk).stage == Stage.REGISTERED
    assert AuthorisedCourier.objects.count() == 2


def test_a_reader_sees_the_registration_and_takes_no_step(signed_in: SignedIn) -> None:
    client, courier = signed_in("commissioner.del"), AuthorisedCourier.objects.get(pan="AABCM7730R")
    page = text(client.get(courier.get_absolute_url()))
    assert "Metro Parcel Lines Limited" in page and "Stations and bonds" in page and "Suspend…" not in page
    assert "Enter a courier" not in text(client.get(LIST))


def test_a_joint_commissioner_of_any_station_keeps_the_directory(signed_in: SignedIn) -> None:
    courier = AuthorisedCourier.objects.filter(pk=registration(name="Third", pan="AABCT1207Q").pk).get()
    given = {f"suspend-{k}": v for k, v in order().items()} | {"suspend-order_date": written(day()), "confirm": "yes"}
    signed_in("jc.del").post(courier.step_url("suspend"), given)
    assert AuthorisedCourier.objects.get(pk=courier.pk).stage == Stage.SUSPENDED


def test_an_entry_not_registered_yet_is_for_those_who_keep_the_directory(signed_in: SignedIn) -> None:
    draft = registration(Stage.APPLIED, name="Lotus", pan="AABCL1207Q")
    assert signed_in("jc.blr").get(draft.get_absolute_url()).status_code == 200
    assert signed_in("commissioner.blr").get(draft.get_absolute_url()).status_code == 404
    assert "Lotus" not in text(signed_in("commissioner.blr").get(LIST))


def test_a_courier_s_people_read_their_own_registration_only(
    signed_in: SignedIn, people: Callable[[str], User]
) -> None:
    client = signed_in("courier.swift")
    page = text(client.get(reverse("own-registration"), follow=True))
    assert "AAQCS4821KAC01" in page and "10,00,000.00" in page and "Om Shah" in page
    assert "<form" not in page.replace('role="search"', "")
    other = people("courier.metro").courier
    assert other is not None
    assert client.get(other.get_absolute_url()).status_code == 404


def test_an_officer_s_reason_and_name_are_not_told_to_the_firm(signed_in: SignedIn) -> None:
    client = signed_in("signatory.metro")
    courier = AuthorisedCourier.objects.get(pan="AABCM7730R")
    take(courier, "suspend", actor("JOINT_COMMISSIONER"), **order())
    page = text(client.get(courier.get_absolute_url()))
    assert "Suspend" in page and "Breach of regulation" not in page and "Uma Pillai" not in page


@pytest.mark.parametrize(
    ("given", "words", "told"),
    [
        ({"stage": "SUSPENDED", "suspended_on": 0, "suspension_order": "S/1"}, "Nothing can be filed now", 0),
        ({"stage": "INACTIVE", "inactive_since": -1}, "Form K until {:%d/%m/%Y}", 89),
        ({"valid_until": 30}, "ends on {:%d/%m/%Y}", 30),
        ({"valid_until": 31}, "", 0),
        ({"valid_until": -1}, "ended on", 0),
        ({}, "", 0),
    ],
)
def test_a_banner_on_every_page_tells_the_firm_how_it_stands(
    signed_in: SignedIn, given: dict[str, Any], words: str, told: int
) -> None:
    given = {name: day(value) if isinstance(value, int) else value for name, value in given.items()}
    words = words.format(day(told))
    client, metro, officer = signed_in("courier.swift"), signed_in("courier.metro"), signed_in("ao.blr")
    AuthorisedCourier.objects.filter(pan="AAQCS4821K").update(**given)
    for address in ("/", "/manifests/", "/payments/"):
        page = text(client.get(address))
        assert (words in page) if words else ("standing" not in page), address
    assert "standing" not in text(metro.get("/")) + text(officer.get("/"))


def test_what_is_due_is_listed(signed_in: SignedIn) -> None:
    client = signed_in("jc.blr")
    registration(name="Ending", pan="AAACA1001A", valid_until=day(20))
    registration(name="Later", pan="AAACA1002A", valid_until=day(80))
    registration(Stage.INACTIVE, name="Silent", pan="AAACA1003A", inactive_since=day(-91))
    registration(name="Warned", pan="AAACA1004A", active_from=day(-340), warned_of=day(26))
    registration(name="Again", pan="AAACA1005A", warned_of=day(26))  # has filed since
    CourierSignatory.objects.filter(courier__name__startswith="Ending").update(valid_until=day(-1))
    page = text(client.get(reverse("courier-renewals")))
    assert [name in page for name in ("Ending ", "Later ", "Silent ", "Warned ", "Again ")] == [
        True,
        False,
        True,
        True,
        False,
    ]
    assert "over" in page and "F/77" in page
    assert "Later " in text(client.get(reverse("courier-renewals"), {"days": "90"}))


def test_custodians_and_importers_are_entered_once(signed_in: SignedIn) -> None:
    jc = signed_in("jc.blr")
    given = {"name": "Cargo Halls Limited", "station": "BLR", "address": "", "since": written(day())}
    assert jc.post(reverse("custodian-new"), given)["Location"] == "/directory/custodians/CUSTODIAN_BLR_02/"
    assert "entered for the station already" in text(jc.post(reverse("custodian-new"), given))
    assert jc.post(reverse("custodian-new"), {**given, "station": "DEL"}).status_code == 422  # another's station
    assert "Cargo Halls Limited" in text(jc.get(reverse("custodians"), {"station": "BLR"}))
    given = {"iec": "aakct4417e", "name": "Tunga Instruments", "address": ""}
    assert jc.post(reverse("importer-new"), given)["Location"] == "/directory/importers/AAKCT4417E/"
    assert "already: Tunga Instruments, In force" in text(jc.post(reverse("importer-new"), given))
    assert "is not an IEC" in text(jc.post(reverse("importer-new"), {**given, "iec": "12"}))
    assert (Custodian.objects.count(), Importer.objects.count()) == (4, 2)
    assert [line.step for line in Importer.objects.get(iec="AAKCT4417E").trail.all()] == ["enter"]


def test_a_custodian_belongs_to_its_station_s_joint_commissioner(signed_in: SignedIn) -> None:
    client = signed_in("jc.del")
    custodian = Custodian.objects.get(station="BLR")
    given = {
        "end_appointment-until": written(day()), "end_appointment-order_number": "C/1", "end_appointment-reason": "Another one.",
        "confirm": "yes",
    }  # fmt: skip
    assert "at another station" in text(client.post(custodian.step_url("end_appointment"), given))
    assert Custodian.objects.get(pk=custodian.pk).stage == "APPOINTED"
    signed_in("jc.blr").post(custodian.step_url("end_appointment"), given)
    assert Custodian.objects.get(pk=custodian.pk).until == day()
