"""A flight filed by a program: the checks of page and file, each act once, and the key named in every line of the trail."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from api.models import RepeatedAnswer
from api.tasks import forget_answers
from bench import flights
from bills.models import BillTrail, CourierBillOfEntry
from bills.stages import Stage
from eccs import upload_runner
from eccs.models import Upload
from eccs.trail import broken_lines
from manifests.models import ExpressCargoManifest
from tests.api.conftest import Made, Program
from tests.factories.bills import bill
from tests.factories.manifests import house_airway_bill, manifest

pytestmark = pytest.mark.django_db

ONCE = {"idempotency-key": "flight-ZZ318-begin"}
FORM_A = {"declared": ["complete", "true"]}


def header(**given: str) -> dict[str, str]:
    """The header of a manifest."""
    arrival = timezone.localtime() + timedelta(hours=5)
    return {
        "station": "BLR", "airline": "Zephyr Air", "flight_number": "zz318", "airport_of_shipment": "HKG",
        "country_of_exportation": "HK", "first_port_of_arrival": "BLR", "scheduled_arrival": f"{arrival:%Y-%m-%dT%H:%M}",
    } | given  # fmt: skip


def csv(rows: list[dict[str, str]]) -> SimpleUploadedFile:
    """Rows as a file."""
    return SimpleUploadedFile("flight.csv", flights.as_csv(rows))


def work() -> None:
    """What the worker does meanwhile."""
    for one in Upload.objects.filter(state="RECEIVED"):
        upload_runner.check(one.pk)
    for one in Upload.objects.filter(state="SAVING"):
        upload_runner.save(one.pk, one.signed_by_id or 0)


def test_the_client_of_the_readme_files_a_flight(
    program: Made, key: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    found = re.search(r"<!-- client: begin -->\s+```python\n(.*?)```", readme, re.DOTALL)
    assert found
    made, text = key()

    class Session:
        """Asks the site without a network."""

        def __init__(self) -> None:
            self.headers: dict[str, str] = {}

        def request(self, way: str, address: str, headers: dict[str, str], json: Any = None, files: Any = None) -> Any:
            sent = {"data": files} if files else {"data": json, "content_type": "application/json"}
            if way == "GET":
                sent = {}
            answer: Any = getattr(Client(), way.lower())(address, headers=self.headers | headers, **sent)
            return SimpleNamespace(ok=answer.status_code < 400, json=answer.json)

    space: dict[str, Any] = {"print": lambda _words: None}
    monkeypatch.setitem(sys.modules, "requests", SimpleNamespace(Session=Session))
    exec(found[1], space)  # noqa: S102 our own README
    space["time"] = SimpleNamespace(sleep=lambda _seconds: work())
    number, first, last = space["file_flight"]("", text, header(), csv(flights.shipments(6)), csv(flights.bills(6)))
    flight = ExpressCargoManifest.objects.get(number=number)
    bills = list(CourierBillOfEntry.objects.filter(manifest=flight).order_by("pk"))
    assert [bills[0].number, bills[-1].number, len(bills)] == [first, last, 6]
    lines = [*flight.trail.all(), *BillTrail.objects.all()]
    assert {(line.step, line.by_id, line.by_name) for line in lines if line.role != "SYSTEM"} == {
        ("submit", made.person_id, f"{made.person.full_name}, {made.called}"),
        ("file", made.person_id, f"{made.person.full_name}, {made.called}"),
    }  # fmt: skip
    assert not list(broken_lines(BillTrail))
    broken = flights.bills(6)
    broken[0]["cth"] = "1"
    other = header(flight_number="ZZ319")
    with pytest.raises(RuntimeError, match="row 2, cth: "):
        space["file_flight"]("", text, other, csv(flights.shipments(6, 2)), csv([row | {"hawb": row["hawb"].replace("SW000", "SW002")} for row in broken]))  # fmt: skip


def test_faults_are_those_of_the_upload_by_row_and_field(program: Made) -> None:
    asking, flight = program(), manifest("SUBMITTED")
    house_airway_bill(flight, number="SW000000000000")
    told = asking.send(f"/manifests/{flight.key}/bills", file=csv(flights.bills(2))).json()
    work()
    upload = Upload.objects.get(pk=told["id"])
    answer = asking.get(f"/uploads/{upload.pk}").json()
    assert (answer["state"], answer["problem"]["status"]) == ("REFUSED", 422)
    assert [[f["row"], f["field"], f["value"], f["reason"]] for f in answer["problem"]["errors"]] == upload.faults != []
    assert asking.post(f"/uploads/{upload.pk}/sign", {"declared": []}).status_code == 409
    assert not CourierBillOfEntry.objects.exists()


def test_what_is_sent_again_under_a_key_is_done_once_and_answered_alike(program: Made) -> None:
    asking, told = program(), header()
    first, again = (asking.post("/manifests", told, **ONCE) for _n in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json()) and first.status_code == 201
    assert "Idempotency-Replayed" not in first.headers and again["Idempotency-Replayed"] == "true"
    other = asking.post("/manifests", header(flight_number="ZZ999"), **ONCE)
    assert other.status_code == 422 and other.json()["errors"][0]["field"] == "Idempotency-Key"
    assert ExpressCargoManifest.objects.count() == 1
    assert program("signatory.metro").post("/manifests", told, **ONCE).status_code == 201  # its own key
    for wrong in ({}, {"idempotency-key": "short"}, {"idempotency-key": "a b c d e f g"}):
        answer = asking.post("/manifests", told, **wrong)
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_what_is_refused_is_not_kept_and_may_be_tried_again(program: Made) -> None:
    asking = program()
    answer = asking.post("/manifests", header(country_of_exportation="ZZ"), **ONCE)
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "country_of_exportation"
    made = asking.post("/manifests", header(), **ONCE).json()
    empty = asking.post(f"/manifests/{made['key']}/submit", FORM_A, **{"idempotency-key": "submit-1"})
    assert empty.status_code == 409 and "no house airway bill" in empty.json()["detail"]
    assert [row.key for row in RepeatedAnswer.objects.all()] == [ONCE["idempotency-key"]]
    asking.send(f"/manifests/{made['key']}/shipments", file=csv(flights.shipments(2)))
    work()
    bare = asking.post(f"/manifests/{made['key']}/submit", {"declared": ["true"]}, **{"idempotency-key": "submit-1"})
    assert [one["field"] for one in bare.json()["errors"]] == ["complete"]
    done = asking.post(f"/manifests/{made['key']}/submit", FORM_A, **{"idempotency-key": "submit-1"})
    assert done.json()["number"].startswith("ECM_BLR_")
    again = asking.post(f"/manifests/{made['key']}/submit", FORM_A, **{"idempotency-key": "submit-1"})  # not heard
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (200, done.json(), "true")
    late = asking.send(f"/manifests/{done.json()['key']}/shipments", file=csv(flights.shipments(2)))
    assert late.status_code == 409


def test_answers_are_forgotten_after_the_days_of_the_rule(program: Made) -> None:
    program().post("/manifests", header(), **ONCE)
    with time_machine.travel(timezone.now() + timedelta(days=7) - timedelta(minutes=1), tick=False):
        assert forget_answers() == 0
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        assert forget_answers() == 1


def test_only_who_may_sign_signs_and_the_same_file_is_one_upload(program: Made) -> None:
    flight = manifest("SUBMITTED")
    for one in flights.shipments(2):
        house_airway_bill(flight, number=one["hawb"])
    operator, signatory, metro = program("courier.swift"), program(), program("signatory.metro")
    first, again = (
        operator.send(f"/manifests/{flight.key}/bills", file=csv(flights.bills(2))).json()["id"] for _n in range(2)
    )
    assert first == again
    work()
    told = operator.get(f"/uploads/{first}").json()
    assert told["state"] == "READY" and len(told["declarations"]) == 2 and told["summary"]["bills"] == 2
    names = {"declared": [one["name"] for one in told["declarations"]]}
    assert operator.post(f"/uploads/{first}/sign", names).status_code == 403
    assert metro.get(f"/uploads/{first}").status_code == metro.post(f"/uploads/{first}/sign", names).status_code == 404
    assert program(station="DEL", name="Delhi").get(f"/uploads/{first}").status_code == 404
    bare = signatory.post(f"/uploads/{first}/sign", {"declared": ["declare1"]})
    assert [one["field"] for one in bare.json()["errors"]] == ["declare2"]
    for _n in range(2):
        assert signatory.post(f"/uploads/{first}/sign", names).json()["state"] == "SAVING"
    work()
    assert CourierBillOfEntry.objects.filter(stage__in=Stage).count() == 2


def test_a_query_is_answered_once_in_the_name_of_the_key(program: Made, people: Callable[[str], User]) -> None:
    asking, one = program(), bill(Stage.QUERY)
    address, told = f"/bills/{one.number}/reply", {"reply": "Lithium ion, 3.7 V."}
    assert program("signatory.metro").post(address, told, **ONCE).status_code == 404
    assert program(scopes=["read"]).post(address, told, **ONCE).status_code == 403
    assert asking.post(address, {"reply": " "}, **ONCE).status_code == 422
    first, again = asking.post(address, told, **ONCE), asking.post(address, told, **ONCE)
    assert first.status_code == 200 and first.json() == again.json() and first.json()["stage"]["code"] == "ASSESSMENT"
    line = one.trail.get(step="reply_to_query")
    assert line.by_name.startswith(f"{people('signatory.swift').full_name}, key ERP ")
    assert asking.post(address, told, **{"idempotency-key": "another-1"}).status_code == 409
    assert asking.get(f"/bills/{one.number}/queries").json()["items"][0]["reply"] == told["reply"]


def test_a_file_that_is_none_and_a_stranger_s_file_are_refused(program: Made) -> None:
    flight = manifest("SUBMITTED")
    address = f"/manifests/{flight.key}/bills"
    assert Program().send(address, file=csv(flights.bills(1))).status_code == 401
    assert program("signatory.metro").send(address, file=csv(flights.bills(1))).status_code == 404
    asking = program()
    assert asking.send(address).json()["errors"][0]["field"] == "file"
    asking.send(address, file=SimpleUploadedFile("x.csv", b"%PDF-1.7"))
    work()
    answer = asking.get(f"/uploads/{Upload.objects.latest('pk').pk}").json()
    assert answer["state"] == "REFUSED" and "PDF" in answer["problem"]["detail"]
    assert asking.send(f"/manifests/{manifest('DRAFT').key}/bills", file=csv(flights.bills(1))).status_code == 409
