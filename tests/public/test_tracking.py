"""Anybody finds a shipment by its number and courier, and learns the step it is at: nothing of goods, names, risk or duty."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.models import User
from bills.models import CourierBillOfEntry
from bills.stages import HERE
from bills.stages import Stage as Inward
from eccs.asked_often import MOST_TOLD
from eccs.audit import AuditLine
from eccs.dated_rules import DatedRule
from exports.models import Transmission, TransmissionFile
from exports.stages import Stage as Outward
from helpdesk.models import Downtime
from manifests.clearance import Stage as ManifestStage
from manifests.models import WarehouseEntry
from public import tracking
from public.tracking import Step
from tests.factories import firms
from tests.factories.bills import bill
from tests.factories.documents import bill_of_documents
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.shipping import shipping_bill

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-11-19T12:00:00+05:30")
TIMES = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d|csrfmiddlewaretoken.*?>")
SECRETS = (
    "secret compartment", "N-0099", "RMS", "Krishna", "earphones", "Lantern", "Asha", "Query", "query", "Detain", "detain",
    "Duty", "672", "IEC", "CBE-", "CSB-", "lane", "Stopped", "examination", "X-ray",
)  # fmt: skip


def asked(hawb: str, firm: str = "swift", **headers: Any) -> Any:
    """The answer to somebody who is not signed in."""
    return Client().get("/public/track/", {"hawb": hawb, "courier": str(firms.courier(firm).number)}, **headers)


def said(answer: Any) -> str:
    """What stands in the answer, without the times."""
    main = answer.content.decode().partition("<main")[2].partition('class="track__ask"')[0]
    return TIMES.sub("", main)


def step_of(hawb: str, firm: str = "swift") -> Step | None:
    """The step that is told."""
    found = tracking.find(hawb, firms.courier(firm).pk)
    return found.step if found else None


@pytest.mark.parametrize("stage", [s for s in HERE if s not in (Inward.FIRST_CHECK_ARRIVAL, Inward.ARRIVAL)])
def test_every_desk_of_customs_looks_alike(stage: Inward) -> None:
    one, other = bill(stage, arrived=True), bill(Inward.XRAY, arrived=True)
    CourierBillOfEntry.objects.update(filed_at=NOON)
    page = said(asked(one.consignment)).replace(one.consignment, "N")  # a number may hold the digits of a secret
    assert "With Customs" in page
    assert page == said(asked(other.consignment)).replace(other.consignment, "N")
    for secret in SECRETS:
        assert secret not in page, secret


@pytest.mark.parametrize(
    "stage", [s for s in Outward if s not in (Outward.DRAFT, Outward.DISCARDED, Outward.CANCELLED)]
)
def test_the_steps_of_an_export(stage: Outward) -> None:
    one = shipping_bill(stage)
    told = {
        Outward.GOODS: Step.DECLARED, Outward.LET_EXPORT: Step.CLEARED, Outward.MANIFESTED: Step.CLEARED, Outward.EXPORTED: Step.LEFT,
        Outward.BACK_TO_TOWN: Step.ENDED, Outward.CONFISCATED: Step.ENDED,
    }  # fmt: skip
    assert step_of(one.hawb) == told.get(stage, Step.DECLARED if one.registered_at is None else Step.WITH_CUSTOMS)
    page = said(asked(one.hawb)).replace(one.hawb, "N")
    for secret in (*SECRETS, "Kaveri", "Nordlicht", "shirt"):
        assert secret not in page, secret


@pytest.mark.parametrize(("state", "words"), Transmission.State.choices, ids=Transmission.State.values)
def test_the_exporter_is_told_what_icegate_and_the_reserve_bank_were_told(
    state: str, words: Any, people: Callable[[str], User]
) -> None:
    """By number and courier, as the steps are; not why something was refused, and nothing before the goods have left."""
    one, by = shipping_bill(Outward.EXPORTED), people("ao.blr")
    register_line(one, "IGST", state, by)
    register_line(one, "EDPMS", "DUE", by, act="WITHDRAW")
    page = asked(one.hawb).content.decode()
    assert f"<dt>ICEGATE: refund of IGST</dt><dd>{words}</dd>" in page and "EDPMS" not in page
    assert "Wrong AD code" not in page
    waiting = shipping_bill(Outward.LET_EXPORT)
    register_line(waiting, "IGST", state, by)
    assert "ICEGATE" not in said(asked(waiting.hawb))


def register_line(one: Any, register: str, state: str, by: User, act: str = "NEW") -> None:
    """What a register is to be told of a bill, or was."""
    file = None
    if state != "DUE":
        file = TransmissionFile.objects.create(
            register=register, station_id=one.station_id, day=timezone.localdate(), made_by=by, line_count=1
        )
    Transmission.objects.create(
        register=register, station_id=one.station_id, courier_id=one.courier_id, shipping_bill=one, state=state, act=act, file=file,
        reason="Wrong AD code" if state == "REFUSED" else "",
    )  # fmt: skip


def test_the_steps_of_an_import() -> None:
    flight = manifest(ManifestStage.ARRIVAL_SCAN)
    announced, arrived = house_airway_bill(flight), house_airway_bill(flight, arrived=True)
    assert step_of(announced.number) == Step.ANNOUNCED and step_of(arrived.number) == Step.ARRIVED
    assert step_of(bill(Inward.ASSESSMENT, arrived=False).consignment) == Step.DECLARED
    assert step_of(bill(Inward.OUT_OF_CHARGE).consignment) == Step.HANDED_OVER
    assert step_of(bill(Inward.PROVISIONALLY_RELEASED).consignment) == Step.HANDED_OVER
    assert step_of(bill(Inward.CONFISCATED).consignment) == Step.ENDED
    assert step_of(bill(Inward.CANCELLED, arrived=True).consignment) == Step.ARRIVED
    assert step_of(bill(Inward.DRAFT, arrived=True).consignment) == Step.ARRIVED
    WarehouseEntry.objects.create(hawb=arrived, station_id="BLR", out_at=timezone.now(), out_on="TRANSSHIPPED")
    assert step_of(arrived.number) == Step.SENT_ON
    of_documents = bill_of_documents(Inward.XRAY).shipments()[0]
    assert step_of(of_documents.number) in (Step.WITH_CUSTOMS, Step.DECLARED)
    unsubmitted = house_airway_bill(manifest(ManifestStage.DRAFT))
    assert step_of(unsubmitted.number) is None


def test_the_page_tells_the_steps_done_and_to_come() -> None:
    page = asked(f" {bill(Inward.OUT_OF_CHARGE).consignment.lower()} ").content.decode()
    lines = re.findall(r"<li( class=\"is-(?:done|here)\")?[^>]*><b[^>]*>([^<]+)</b>", page)
    assert [words for _state, words in lines][-1] == "With your courier for delivery"
    assert {"Announced to Customs by your courier", "Cleared by Customs"} <= {words for _state, words in lines}


def test_a_number_of_another_courier_and_one_of_nobody_are_answered_alike() -> None:
    theirs = bill(Inward.ASSESSMENT, firm="metro", arrived=True).consignment
    nobodys, answers = "QQQ" + theirs[3:], []
    assert asked("SWF7731904425").status_code == 200  # the rules are read once
    for hawb in (theirs, nobodys):
        with CaptureQueriesContext(connection) as queries:
            answer = asked(hawb)
        answers.append((answer.status_code, len(queries), said(answer).replace(hawb, "N"), len(answer.content)))
    assert answers[0] == answers[1] and "Nothing is known of this shipment" in answers[0][2]


@pytest.mark.parametrize("typed", ["SWF%", "SWF_", "' OR 1=1 --", "S", "SWF" * 20, "\u0939\u0926", ""])
def test_only_the_whole_number_finds(typed: str) -> None:
    bill(Inward.ASSESSMENT)
    answer = asked(typed)
    assert answer.status_code == 422 and "track__now" not in answer.content.decode()
    begun = bill(Inward.ASSESSMENT, arrived=True).consignment[:-1]
    assert "Nothing is known" in asked(begun).content.decode()


def test_what_is_missing_is_named_and_what_was_typed_is_kept() -> None:
    page = Client().get("/public/track/", {"hawb": "SWF7731904425"})
    assert page.status_code == 422 and "Choose the courier." in page.content.decode()
    assert 'value="SWF7731904425"' in page.content.decode()


def _at_most(count: int) -> None:
    DatedRule.objects.filter(name="public_tracking_a_minute").update(value=str(count))


@pytest.mark.usefixtures("one_minute")
def test_who_asks_too_often_is_told_how_long_to_wait() -> None:
    _at_most(2)
    hawb = bill(Inward.ASSESSMENT, arrived=True).consignment
    assert [asked(hawb).status_code for _time in range(2)] == [200, 200]
    with CaptureQueriesContext(connection) as queries:
        refused = asked(hawb)
    assert refused.status_code == 429 and 1 <= int(refused["Retry-After"]) <= 60
    page = refused.content.decode()
    assert "Ask again in" in page and f'value="{hawb}"' in page and "track__now" not in page
    assert not [one for one in queries if "track_houseairwaybill" in one["sql"]]
    assert asked(hawb, REMOTE_ADDR="10.0.0.9").status_code == 200
    assert Client().get("/public/track/").status_code == 200  # the form itself is always there
    cache.clear()
    assert asked(hawb).status_code == 200


@pytest.mark.usefixtures("one_minute")
def test_a_household_of_the_newer_addresses_is_one() -> None:
    _at_most(1)
    assert asked("SWF7731904425", REMOTE_ADDR="2001:db8::1").status_code == 200
    assert asked("SWF7731904425", REMOTE_ADDR="2001:db8::2").status_code == 429
    assert asked("SWF7731904425", REMOTE_ADDR="2001:db8:0:1::2").status_code == 200


@pytest.mark.usefixtures("one_minute")
def test_the_first_question_too_many_stands_in_the_audit_log_and_nobody_fills_it() -> None:
    _at_most(1)
    for host in range(MOST_TOLD + 5):
        answers = [asked("SWF7731904425", REMOTE_ADDR=f"10.1.1.{host}").status_code for _time in range(3)]
        assert answers == [200, 429, 429]
    told = AuditLine.objects.filter(event="asked.too-often", by=None).order_by("pk")
    assert [one.details["asker"] for one in told] == [f"10.1.1.{host}" for host in range(MOST_TOLD)]
    assert {(one.details["a_minute"], one.address == one.details["asker"]) for one in told} == {(1, True)}


@pytest.mark.usefixtures("one_minute")
def test_questions_are_counted_also_while_the_cache_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: Any, **_more: Any) -> Any:
        raise RedisError("away")

    for name in ("get", "get_many", "add", "set", "set_many", "incr", "has_key", "delete", "delete_many", "touch"):
        monkeypatch.setattr(f"django.core.cache.backends.redis.RedisCacheClient.{name}", away)
    monkeypatch.setattr("eccs.cache.KeptClient.count", away)
    _at_most(2)
    hawb = bill(Inward.ASSESSMENT, arrived=True).consignment
    assert [asked(hawb).status_code for _time in range(3)] == [200, 200, 429]


def test_what_is_kept_of_a_page_is_never_somebody_elses() -> None:
    one, other = bill(Inward.ASSESSMENT, arrived=True), bill(Inward.XRAY, firm="metro", arrived=True)
    first = asked(one.consignment).content.decode()
    second = asked(other.consignment, "metro").content.decode()
    assert one.consignment in first and one.consignment not in second and other.consignment in second
    assert f'<option value="{firms.courier("metro").number}" selected>' in second and second.count(" selected>") == 1
    assert f"hawb={other.consignment}" in second and "GAP_" not in first + second
    in_hindi = asked(one.consignment, headers={"Accept-Language": "hi"}).content.decode()
    assert 'lang="hi"' in in_hindi and "With Customs" not in in_hindi
    tokens = [re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page) for page in (first, second)]
    assert tokens[0] and tokens[1] and tokens[0][1] != tokens[1][1]
    strict = Client(enforce_csrf_checks=True)
    page = strict.get("/public/track/", {"hawb": 'A"><b>1', "courier": str(firms.courier().number)}).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token and '"><b>1' not in page
    given = {"language": "hi", "next": "/public/track/", "csrfmiddlewaretoken": token[1]}
    assert strict.post("/language/", given).status_code == 302


def test_a_time_of_rest_stands_on_the_tracker_at_once() -> None:
    assert "Downtime" not in Client().get("/public/track/").content.decode()
    now = timezone.now()
    Downtime.objects.create(
        begins_at=now + timedelta(hours=1), until=now + timedelta(hours=2), announced_from=now - timedelta(minutes=1),
        title="Works at the terminal", text="Nothing is filed.", planned_by=firms.person("Sita Kaul"),
    )  # fmt: skip
    assert "Works at the terminal" in Client().get("/public/track/").content.decode()
