"""Programs sign with their own key what the API hands out, under the checks of the page where people sign (PN17 2.4)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.certificate_views import owner_of
from accounts.models import User
from bench import flights
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.dated_rules import DatedRule, forget
from eccs.models import Upload
from eccs.signing import merkle, verifying
from eccs.signing.models import Signature, ToSign
from manifests.models import ExpressCargoManifest
from tests.api.conftest import Made, Program
from tests.api.test_filing import FORM_A, csv, work
from tests.factories.bills import bill
from tests.factories.manifests import house_airway_bill, manifest
from tests.signing.conftest import Authority, Keyed, authority  # noqa: F401 fixture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demanded() -> None:
    """Bengaluru demands signatures."""
    DatedRule.objects.create(
        name="signed_filings", station_code="BLR", from_date="2026-01-01", value="on", source="Order 3"
    )
    forget()


def signed(keyed: Keyed, wanted: dict[str, Any]) -> dict[str, str]:
    """What a program sends back: a detached CMS over the bytes that it was handed."""
    return {"cms": base64.b64encode(keyed.sign(base64.b64decode(wanted["content"]))).decode()}


def asked_to_reply(asking: Program, of: CourierBillOfEntry, once: str = "reply-0001") -> dict[str, Any]:
    """A reply, and what is to be signed of it."""
    answer = asking.post(f"/bills/{of.number}/reply", {"reply": "See it."}, **{"idempotency-key": once})
    assert answer.status_code == 202, answer.content
    told: dict[str, Any] = answer.json()
    return told


def test_2_4_a_program_signs_what_it_is_handed_and_the_step_is_taken_under_it(
    program: Made, people: Callable[[str], User], authority: Authority  # noqa: F811
) -> None:  # fmt: skip
    asking, queried = program(), bill(Stage.QUERY)
    keyed, _row = authority.register(people("signatory.swift"))
    wanted = asked_to_reply(asking, queried)
    assert CourierBillOfEntry.objects.get(pk=queried.pk).stage == Stage.QUERY and wanted["count"] == 1
    filing = json.loads(base64.b64decode(wanted["content"]))
    assert filing["answers"] == {"reply": "See it."} and filing["document"] == queried.number
    again = asking.get(f"/signatures/{wanted['to_sign']}").json()
    assert (again["content"], again["sha256"], again["filings"]) == (
        wanted["content"],
        wanted["sha256"],
        wanted["filings"],
    )
    assert program("signatory.metro").get(f"/signatures/{wanted['to_sign']}").status_code == 404
    done = asking.post(f"/signatures/{wanted['to_sign']}", signed(keyed, wanted))
    assert done.status_code == 200 and done.json()["document"] == queried.number, done.content
    line = queried.trail.get(step="reply_to_query")
    assert line.answers["signature"] == done.json()["signature"]
    kept = Signature.objects.get()
    assert bytes(kept.content) == base64.b64decode(wanted["content"]) and verifying.nightly() == 0
    again = asking.post(f"/signatures/{wanted['to_sign']}", signed(keyed, wanted))
    assert again.status_code == 422 and "signed already" in again.json()["errors"][0]["reason"]


def test_2_4_signatures_of_others_over_others_or_too_late_file_nothing(
    program: Made, people: Callable[[str], User], authority: Authority  # noqa: F811
) -> None:  # fmt: skip
    asking, queried, other = program(), bill(Stage.QUERY), bill(Stage.QUERY)
    owner = people("signatory.swift")
    keyed, row = authority.register(owner)
    theirs, _row = authority.register(people("signatory.metro"))
    wanted, of_other = asked_to_reply(asking, queried), asked_to_reply(asking, other, "reply-0002")
    swapped = authority.issue(owner_of(owner))  # good in itself, of the same person, and never registered
    plain = {"cms": base64.b64encode(b"plain words").decode()}
    for cms in (signed(theirs, wanted), signed(keyed, of_other), signed(swapped, wanted), plain):
        answer = asking.post(f"/signatures/{wanted['to_sign']}", cms)
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "cms", answer.content
    authority.revoke([int(row.serial, 16)])
    answer = asking.post(f"/signatures/{wanted['to_sign']}", signed(keyed, wanted))
    assert answer.status_code == 422 and "revoked" in answer.json()["errors"][0]["reason"]
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        late = asking.post(f"/signatures/{of_other['to_sign']}", signed(keyed, of_other))
        assert late.status_code == 422 and "too long ago" in late.json()["errors"][0]["reason"]
    assert not Signature.objects.exists() and CourierBillOfEntry.objects.filter(stage=Stage.QUERY).count() == 2


def test_2_4_the_bills_of_a_file_are_signed_by_a_program_in_one_act_over_their_root(
    program: Made, people: Callable[[str], User], authority: Authority  # noqa: F811
) -> None:  # fmt: skip
    asking, flight = program(), manifest("SUBMITTED")
    keyed, _row = authority.register(people("signatory.swift"))
    for one in flights.shipments(3):
        house_airway_bill(flight, number=one["hawb"])
    upload = asking.send(f"/manifests/{flight.key}/bills", file=csv(flights.bills(3))).json()
    work()
    ready = asking.get(f"/uploads/{upload['id']}").json()
    again = asking.send(f"/manifests/{flight.key}/bills", file=csv(flights.bills(3))).json()
    assert again["id"] == upload["id"] and again["declarations"] == ready["declarations"] != []  # not heard, sent again
    told = {"declared": [one["name"] for one in again["declarations"]]}
    answer = asking.post(f"/uploads/{upload['id']}/sign", told).json()
    assert answer["state"] == "READY" and answer["to_sign"]
    wanted = asking.get(f"/signatures/{answer['to_sign']}").json()
    leaves = [base64.b64decode(one["filing"]) for one in wanted["filings"]]
    content = json.loads(base64.b64decode(wanted["content"]))
    assert content["count"] == wanted["count"] == len(leaves) == 3
    assert content["root"] == merkle.tree(leaves)[0].hex()  # the program sees for itself what it signs
    assert asking.get(f"/signatures/{answer['to_sign']}", start=2).json()["filings"] == wanted["filings"][2:]
    done = asking.post(f"/signatures/{answer['to_sign']}", signed(keyed, wanted)).json()
    assert done["upload"] == upload["id"]
    work()
    assert Upload.objects.get(pk=upload["id"]).state == "DONE"
    assert Signature.objects.count() == CourierBillOfEntry.objects.count() == 3
    assert verifying.nightly() == 0


def test_2_4_a_manifest_is_submitted_by_a_program_under_its_signature(
    program: Made, people: Callable[[str], User], authority: Authority  # noqa: F811
) -> None:  # fmt: skip
    asking, flight = program(), manifest("DRAFT")
    house_airway_bill(flight)
    ExpressCargoManifest.objects.update(hawb_count=1, package_count=1, gross_weight_kg=2)
    keyed, _row = authority.register(people("signatory.swift"))
    wanted = asking.post(f"/manifests/{flight.key}/submit", FORM_A, **{"idempotency-key": "submit-01"})
    assert wanted.status_code == 202 and ExpressCargoManifest.objects.get().stage == "DRAFT"
    told = signed(keyed, wanted.json())
    done = asking.post(f"/signatures/{wanted.json()['to_sign']}", told)
    assert done.json()["document"].startswith("ECM_BLR_") and done.json()["stage"] == "SUBMITTED"
    again = asking.post(
        f"/signatures/{wanted.json()['to_sign']}", told
    )  # the answer was lost, and it is sent once more
    assert again.status_code == 200 and again.json() == done.json() and Signature.objects.count() == 1
    assert ToSign.objects.get().signed_at is not None
