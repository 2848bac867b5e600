"""The register with its files, the location directory, and how many statements a thousand shipments take."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from accounts.locations import Location
from eccs.audit import AuditLine
from eccs.uploads import read
from eccs.workflow import take
from tests.bills.conftest import SignedIn
from tests.factories.bonds import bond
from tests.factories.firms import actor
from tests.factories.transit import transfer
from transit import gate
from transit.clearance import Stage
from transit.drafts import why_not_submit
from transit.forms import ListForm

pytestmark = pytest.mark.django_db


def test_the_register_is_searched_adds_up_and_is_taken_out(signed_in: SignedIn) -> None:
    officer = signed_in("ao.blr")
    assert "No transfer manifest was filed here yet." in officer.get("/transit/").content.decode()
    near, far = transfer(Stage.IN_TRANSIT), transfer(Stage.APPROVAL, firm="metro", to="ICD001")
    transfer(Stage.DRAFT), transfer(Stage.APPROVAL, station="DEL")
    hawb = far.lines.get().hawb.number
    for query, shown in (
        ("", [near, far]), ("?q=metro", [far]), (f"?q={hawb}", [far]), (f"?q={near.number}", [near]), ("?to=anaparthi", [far]),
        ("?stage=IN_TRANSIT", [near]), ("?overdue=on", []), ("?since=x", []), ("?since=01/01/2020", [near, far]),
    ):  # fmt: skip
        listed = officer.get(f"/transit/{query}").content.decode().split("<tbody>")[1]
        assert [str(one) in listed for one in (near, far)] == [one in shown for one in (near, far)], query
    for kind in ("csv", "xlsx"):
        answer = officer.get(f"/transit/export/?as={kind}&q=metro")
        sheet = read(answer.content, f"register.{kind}")
        assert [row[0] for row in sheet.rows] == [far.number] and sheet.names[0] == "ctm"
    assert AuditLine.objects.filter(event="list.exported").count() == 2
    assert str(far) not in signed_in("signatory.swift").get("/transit/").content.decode()


def test_the_register_of_bonds_is_taken_out(signed_in: SignedIn) -> None:
    one = bond()
    bond(firm="metro")
    for kind in ("csv", "xlsx"):
        answer = signed_in("ao.blr").get(f"/bonds/export/?as={kind}&q={one}")
        sheet = read(answer.content, f"bonds.{kind}")
        assert [row[0] for row in sheet.rows] == [one.number]
        assert sheet.rows[0][sheet.names.index("balance_inr")] == "100000.00"
    assert signed_in("signatory.swift").get("/bonds/export/").content.decode().count("BND_") == 1


def test_the_location_directory_is_found_and_kept(signed_in: SignedIn) -> None:
    """134 depots, 12 major and 217 other ports of the answer to question 2299; the thirteen courier terminals."""
    kinds = {kind: Location.objects.filter(kind=kind).count() for kind in Location.Kind.values}
    assert (kinds["TERMINAL"], kinds["ICD"], kinds["SEAPORT"]) == (13, 134, 229)
    assert set(Location.objects.filter(kind="TERMINAL").values_list("station", flat=True)) >= {"BLR", "DEL"}
    reader = signed_in("courier.swift")
    for query, shown in (
        ("?q=tuglak", "ICD013"),
        ("?q=delhi&kind=TERMINAL", "INDEL4"),
        ("?q=bhavnagar+gujarat", "NMP006"),
    ):
        told = reader.get(f"/locations/{query}").content.decode().split("<tbody>")[1]
        assert (shown in told) is (shown != "INDEL4") and "NMP001" not in told, query
    assert reader.get("/locations/new/").status_code == reader.get("/locations/DEL/").status_code == 403

    admin, today = signed_in("sysadmin"), f"{timezone.localdate():%d/%m/%Y}"
    given = {
        "code": "icdx1",
        "name": "Whitefield",
        "kind": "ICD",
        "state": "Karnataka",
        "since": today,
        "source": "Letter 4",
    }
    assert admin.post("/locations/new/", given | {"code": "DEL"}).status_code == 422
    assert admin.post("/locations/new/", given).status_code == 302
    changed: dict[str, Any] = {**given, "name": "Whitefield depot", "until": "01/01/2020"}
    assert "before the first" in admin.post("/locations/ICDX1/", changed).content.decode()
    assert admin.post("/locations/ICDX1/", changed | {"until": today}).status_code == 302
    assert Location.objects.get(pk="ICDX1").name == "Whitefield depot"
    assert admin.post("/locations/DEL/", changed | {"until": ""}).status_code == 422  # a station stays a terminal
    assert set(AuditLine.objects.filter(event__startswith="location.").values_list("event", flat=True)) == {
        "location.added", "location.changed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"hawb,goods\nSWF1,lamps\nSWF2,books\n", ["SWF1", "SWF2"]), (b"SWF1\nSWF2\n", ["SWF1", "SWF2"]), (b"", [])],
)
def test_a_list_of_hawbs_is_read_with_or_without_a_heading(content: bytes, found: list[str]) -> None:
    form = ListForm({}, MultiValueDict({"file": [SimpleUploadedFile("list.csv", content)]}))
    assert form.is_valid() is bool(found), form.errors
    assert not found or form.cleaned_data["found"] == found


def test_documents_without_labels_are_counted_by_their_hawb() -> None:
    one = transfer(Stage.DEPARTURE, hawbs=2)
    type(one.manifest).objects.filter(pk=one.manifest_id).update(kind="DOCUMENTS")
    one, loose, keeper = type(one).objects.get(pk=one.pk), one.lines.order_by("pk")[0], actor("WAREHOUSE_KEEPER")
    loose.hawb.pieces.all().delete()
    type(loose.hawb).objects.filter(pk=loose.hawb_id).update(packages=3, packages_arrived=3)
    one.lines.filter(pk=loose.pk).update(packages=3)
    one.lines.update(packages_out=0)
    assert gate.tick(one, gate.OUT, [loose.pk], keeper).counted == 3
    assert gate.scan(one, gate.OUT, [loose.hawb.number], keeper).before == 3
    assert list(one.lines.order_by("pk").values_list("packages_out", flat=True)) == [3, 0]


def test_goods_are_not_sent_on_to_where_they_are() -> None:
    assert "the station itself" in " ".join(why_not_submit(transfer(to="BLR")))


def test_a_thousand_shipments_take_as_many_statements_as_ten() -> None:
    """Filing, both gates and the departure are set-wise."""

    def statements(hawbs: int) -> list[int]:
        one, counts = transfer(hawbs=10 if hawbs == 10 else 300), []
        keeper, firm = actor("WAREHOUSE_KEEPER"), actor("COURIER_SIGNATORY")
        for deed in (
            lambda: take(one, "submit", firm),
            lambda: take(take(one, "confirm_fee", actor("SYSTEM"), challan="1"), "approve", actor("ASSESSING_OFFICER")),
            lambda: gate.tick(one, gate.OUT, [line.pk for line in gate.lines_of(one)], keeper),
            lambda: take(one, "depart", keeper, conveyance="ZZ901"),
        ):
            with CaptureQueriesContext(connection) as queries:
                deed()
            counts.append(len(queries))
        return counts

    statements(10)
    assert statements(10) == statements(300)
