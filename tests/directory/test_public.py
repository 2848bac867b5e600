"""What everybody may know of the directory, and nothing else."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from accounts.directory.registration import Stage
from tests.every_step.directory import day
from tests.factories.directory import custodian, importer
from tests.factories.firms import registration

pytestmark = pytest.mark.django_db
LIST, FILE = "/public/couriers/", "/public/couriers.csv"


@pytest.fixture
def stranger() -> Client:
    """Somebody who has not signed in, and a directory with a firm of each stage."""
    for n, stage in enumerate(Stage):
        given: dict[str, Any] = {"email": "office@firm.example"}
        if stage == Stage.SUSPENDED:
            given["suspension_order"] = "SECRET/1"
        registration(stage, name=str(stage.label), pan=f"AAAC{chr(65 + n)}1001A", without="TRZ", **given)
    return Client()


def shown(page: str) -> set[str]:
    """The firms on a page, by the stage they are named for."""
    return {stage.value for stage in Stage if f"{stage.label} Consignments" in page}


def test_the_list_holds_the_registrations_that_stand(stranger: Client) -> None:
    answer = stranger.get(LIST)
    assert answer.status_code == 200
    assert shown(answer.content.decode()) == {"REGISTERED", "SUSPENDED", "INACTIVE"}


@pytest.mark.parametrize("address", [LIST, FILE, f"{LIST}?q=registered", "/public/custodians/", "/public/importers/"])
def test_it_shows_no_more_than_it_should(stranger: Client, address: str) -> None:
    page = stranger.get(address).content.decode()
    for secret in (
        "14 Ring Road", "office@firm.example", "SECRET/1", "Lata Sethi", "F/77", "B/BLR", "10,00,000", "REG/1", "/directory/",
    ):  # fmt: skip
        assert secret not in page, secret


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("station=BLR", 3), ("station=TRZ", 0), ("q=SUSPENDED", 1), ("q=AAACB1001AAC01", 1), ("q=AAACB1001A", 0),
        ("q=office@firm", 0), ("q=Ring", 0), ("q=Applied", 0),
    ],
)  # fmt: skip
def test_it_is_searched_by_name_number_and_station_only(stranger: Client, asked: str, found: int) -> None:
    assert len(shown(stranger.get(f"{LIST}?{asked}").content.decode())) == found
    lines = list(csv.reader(StringIO(stranger.get(f"{FILE}?{asked}").content.decode("utf-8-sig"))))
    assert len(lines) == found + 1


def test_the_file_is_safe_to_open(stranger: Client) -> None:
    registration(name="=cmd", pan="AAACZ1001A", valid_until=day(-1))
    answer = stranger.get(FILE)
    assert answer["Content-Disposition"].startswith("attachment; ")
    lines = {line[0]: line for line in csv.reader(StringIO(answer.content.decode("utf-8-sig")))}
    assert lines["Name"] == ["Name", "Registration number", "Stations", "Status"]
    dangerous = lines["'=Cmd Consignments Private Limited"]
    assert dangerous[1] == "AAACZ1001AAC01" and dangerous[3] == "Ended"
    assert dangerous[2].startswith("AMD ") and len(dangerous[2].split()) == 13


def test_the_public_list_tells_nothing_of_who_is_signed_in_and_takes_no_form(stranger: Client) -> None:
    assert stranger.post(LIST, {"q": "x"}).status_code == 405
    assert "Sign out" not in stranger.get(LIST).content.decode()
    assert LIST in stranger.get("/sign-in/").content.decode()


def test_custodians_are_those_of_today(stranger: Client) -> None:
    custodian(name="Halls of Today")
    custodian(name="Halls of Tomorrow", since=day(1))
    custodian("ENDED", name="Halls of Yesterday", since=day(-9), until=day(-1))
    page = stranger.get("/public/custodians/").content.decode()
    assert [f"Halls of {name}" in page for name in ("Today", "Tomorrow", "Yesterday")] == [True, False, False]


def test_a_code_is_looked_up_whole_and_no_importer_is_listed(stranger: Client) -> None:
    held = importer(name="Tunga Instruments", iec="AAKCT4417E")
    importer("CANCELLED", name="Kabini Looms", iec="AAKCK1111E")
    address = "/public/importers/"
    assert "Tunga" not in stranger.get(address).content.decode()
    for part in ("AAKCT", "Tunga", "AAKCT4417"):
        page = stranger.get(address, {"iec": part}).content.decode()
        assert "No importer files here with this code" in page and "Tunga Instruments" not in page
    page = stranger.get(address, {"iec": f" {held.iec.lower()} "}).content.decode()
    assert "Tunga Instruments" in page and "In force" in page
    page = stranger.get(address, {"iec": "AAKCK1111E"}).content.decode()
    assert "Cancelled" in page and "DGFT/1" not in page  # the order is for Customs
