"""The audit log may only grow, tells who did what from where, keeps no secret, and shows where it was changed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.models import User
from accounts.permissions import SYSTEM
from eccs import audit, logs, roots
from eccs.audit import AuditLane, AuditLine
from eccs.client_address import address_of
from tests.factories.firms import actor
from tests.races.together import together

pytestmark = pytest.mark.django_db

OFFICER = {"role": "DCAC", "station": "BLR"}


def line(**given: Any) -> AuditLine:
    """The line that `record` writes."""
    audit.record(given.pop("event", "file.downloaded"), **given)
    return AuditLine.objects.latest("pk")


def past_the_trigger(statement: str, *values: Any) -> None:
    """What somebody with the keys of the database could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE eccs_auditline DISABLE TRIGGER eccs_auditline_lines")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE eccs_auditline ENABLE TRIGGER eccs_auditline_lines")


def test_a_line_says_who_as_what_where_about_what_and_why() -> None:
    officer = actor("DCAC")
    found = line(by=officer, about="CBE-XIII_BLR_2026-2027_01_01", why="asked by the auditor", pages=2)
    assert (found.by_id, found.username, found.postings) == (officer.user_id, "uma.pillai", "DCAC@BLR")
    assert (found.stations, found.lane, found.about) == (["BLR"], "BLR", "CBE-XIII_BLR_2026-2027_01_01")
    assert (found.why, found.details) == ("asked by the auditor", {"pages": 2})
    assert timezone.now() - found.at < timedelta(minutes=1)
    assert found.holds()


def test_what_the_system_does_has_no_person() -> None:
    found = line(by=SYSTEM, about="Advisory 1/2026")
    assert (found.by_id, found.username, found.stations, found.lane) == (None, "ECCS", [], "")


def test_a_line_belongs_to_the_stations_of_the_person_and_of_the_document() -> None:
    found = line(by=actor("DCAC", station="DEL"), about="ECM_BLR_2026-2027_01")
    assert found.stations == ["BLR", "DEL"]


@pytest.mark.parametrize(
    "change",
    ["UPDATE eccs_auditline SET about = 'x'", "DELETE FROM eccs_auditline"],
)
def test_the_database_refuses_to_change_a_line(change: str) -> None:
    line(by=actor(**OFFICER))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert AuditLine.objects.count() == 1


def test_the_database_refuses_to_empty_the_log() -> None:
    """The trigger that a test database has switched off, so that tests may empty it."""
    line(by=actor(**OFFICER))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE eccs_auditline ENABLE TRIGGER eccs_auditline_whole")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE eccs_auditline")
        cursor.execute("ALTER TABLE eccs_auditline DISABLE TRIGGER eccs_auditline_whole")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("UPDATE eccs_auditline SET username = 'x' WHERE lane = 'BLR' AND seq = 2", "line 2 (rms.read)"),
        ("UPDATE eccs_auditline SET details = '{}' WHERE lane = 'BLR' AND seq = 1", "line 1 (file.downloaded)"),
        ("UPDATE eccs_auditline SET at = at - interval '1 day' WHERE lane = 'BLR' AND seq = 3", "line 3 (sign-out)"),
        ("DELETE FROM eccs_auditline WHERE lane = 'BLR' AND seq = 1", "line 1 (rms.read)"),
        ("DELETE FROM eccs_auditline WHERE lane = 'BLR' AND seq = 3", "line 2 (the end of the chain)"),
        ("DELETE FROM eccs_auditline WHERE lane = 'BLR'", "line 0 (the end of the chain)"),
    ],
)
def test_the_first_broken_line_of_a_lane_is_named(change: str, wrong: str) -> None:
    for event in ("file.downloaded", "rms.read", "sign-out"):
        audit.record(event, by=actor(**OFFICER), size=7)
        audit.record(event, by=actor("DCAC", station="DEL"))
    assert not list(audit.broken_lines())
    past_the_trigger(change)
    assert list(audit.broken_lines()) == [("audit log of BLR", wrong)]
    with pytest.raises(CommandError, match="1 broken"):
        call_command("verify_trail", stdout=StringIO())


def test_a_lane_whose_head_was_removed_is_named() -> None:
    line(by=actor(**OFFICER))
    AuditLane.objects.all().delete()
    assert list(audit.broken_lines()) == [("audit log of BLR", "line 1 (the end of the chain)")]


def test_the_root_of_a_day_covers_the_log() -> None:
    line(by=actor(**OFFICER))
    line(by=actor("DCAC", station="DEL"))
    sealed = {root.trail: root for root in roots.seal_day(timezone.localdate())}["eccs_auditline"]
    assert (sealed.documents, sealed.lines) == (2, 2)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_fifty_at_once_keep_every_lane_whole() -> None:
    people = [actor("DCAC", station=station, name=f"Officer {n}") for n in range(25) for station in ("BLR", "DEL")]
    found = together(*(partial(audit.record, "file.downloaded", by=person, n=n) for n, person in enumerate(people)))
    assert [one for one in found if one is not None] == []
    assert dict(AuditLane.objects.values_list("name", "length")) == {"BLR": 25, "DEL": 25}
    assert sorted(AuditLine.objects.filter(lane="BLR").values_list("seq", flat=True)) == list(range(1, 26))
    assert not list(audit.broken_lines())


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_line_waits_for_the_commit_and_goes_with_what_is_rolled_back() -> None:
    officer = actor(**OFFICER)
    with transaction.atomic():
        audit.record("grant.given", by=officer)
        assert not AuditLine.objects.exists()
    assert AuditLine.objects.get().event == "grant.given"
    with transaction.atomic():
        audit.record("grant.ended", by=officer)
        transaction.set_rollback(True)
    assert AuditLine.objects.count() == 1


# ── what is never kept ───────────────────────────────────────────────────────


def test_no_secret_and_no_aadhaar_number_is_kept() -> None:
    found = line(
        by=actor(**OFFICER), why="Consignee 2341 2341 2346 asked", new_password="Sesame-2026", code="123456", kyc_number="AB1",
        nested={"token": "x", "remark": "2341-2341-2346", "hawb": "SWF123456789012"},
    )  # fmt: skip
    assert found.details == {
        "new_password": "withheld", "code": "withheld", "kyc_number": "withheld",
        "nested": {"token": "withheld", "remark": "XXXXXXXX2346", "hawb": "SWF123456789012"},
    }  # fmt: skip
    assert found.why == "Consignee XXXXXXXX2346 asked"


def test_what_the_database_cannot_hold_is_made_harmless() -> None:
    found = line(
        by=actor(**OFFICER), about="a\x00b\r\nc\ud800", why="x" * 1000, odd={1: {"set": {3}, "day": timezone.now()}}
    )
    assert found.about == "a b  c "
    assert len(found.why) == 300 and found.why.endswith("…")
    assert found.holds()


def test_a_name_that_nobody_has_is_cut_because_people_type_passwords_there(people: Callable[[str], User]) -> None:
    assert line(event="sign-in.failed", about="Sesame-Open-2026").about == "ses…"
    known = line(event="sign-in.failed", about=" AO.BLR ")
    assert (known.about, known.by_id, known.username, known.stations) == ("ao.blr", None, "", ["BLR"])


def test_sign_ins_of_a_firms_people_are_read_where_the_firm_operates(people: Callable[[str], User]) -> None:
    courier = people("courier.swift")
    known = line(event="sign-in.done", by=courier, about="courier.swift")
    assert known.stations == ["BLR", "BOM", "DEL"] and known.lane == ""
    assert line(event="sign-in.failed", about="courier.swift").stations == ["BLR", "BOM", "DEL"]
    assert line(event="list.exported", by=courier, about="register").stations == []
    newcomer = User.objects.create(username="nila.bose", full_name="Nila Bose", home_id="DEL")
    assert line(event="sign-in.done", by=newcomer, about="nila.bose").stations == ["DEL"]
    assert line(event="sign-in.done", by=people("sysadmin"), about="sysadmin").stations == []


# ── from where ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "address"),
    [
        (0, "", "203.0.113.9", "203.0.113.9"),
        (0, "198.51.100.7", "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7", "10.0.0.2", "198.51.100.7"),
        (1, "6.6.6.6, 198.51.100.7", "10.0.0.2", "198.51.100.7"),
        (2, "6.6.6.6, 198.51.100.7, 10.0.0.1", "10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7", "10.0.0.2", "10.0.0.2"),
        (1, "", "10.0.0.2", "10.0.0.2"),
        (1, "1.1.1.1, <script>", "10.0.0.2", "10.0.0.2"),
        (1, "2001:DB8:0::1", "10.0.0.2", "2001:db8::1"),
        (0, "", "::ffff:203.0.113.9", "203.0.113.9"),
        (0, "", "", ""),
    ],
)
def test_the_address_is_what_our_own_proxies_saw(
    proxies: int, forwarded: str, remote: str, address: str, settings: LazySettings
) -> None:
    settings.PROXIES = proxies
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR=remote, **headers)  # type: ignore[arg-type]
    assert address_of(request) == address


# ── the lines of the program's own log ───────────────────────────────────────


def test_every_line_of_the_log_is_json_at_utc_with_the_id_of_its_request() -> None:
    token = logs.request_id.set("0f1e2d3c4b5a6978")
    try:
        made = logging.makeLogRecord({
            "name": "eccs", "levelname": "WARNING", "msg": "first\nsecond %s", "args": ("“third”",), "created": 1795250000.5, "bill": 7,
        })  # fmt: skip
        said = logs.JsonLines().format(made)
    finally:
        logs.request_id.reset(token)
    assert "\n" not in said
    told = json.loads(said)
    assert told["at"] == "2026-11-21T08:33:20.500Z"
    assert (told["request_id"], told["level"], told["logger"]) == ("0f1e2d3c4b5a6978", "WARNING", "eccs")
    assert (told["message"], told["bill"]) == ("first\nsecond “third”", 7)


def test_the_id_of_a_request_stands_in_its_answer_and_in_what_django_says_of_it(
    client: Client, caplog: pytest.LogCaptureFixture, people: Callable[[str], User]
) -> None:
    client.force_login(people("ao.blr"))
    answer = client.get("/nothing/here/")
    said = json.loads(logs.JsonLines().format(next(one for one in caplog.records if one.name == "django.request")))
    assert said["request_id"] == answer["X-Request-ID"]
    assert len(said["request_id"]) == 16


@pytest.mark.parametrize("given", ["7f3c1a2b" * 4, "a" * 64])  # nginx gives 32 digits; more than 64 are replaced
def test_the_id_that_the_proxy_gave_a_request_stands_in_the_audit_log(client: Client, given: str) -> None:
    client.post("/sign-in/", {"username": "nobody", "password": "wrong"}, headers={"X-Request-ID": given})
    assert AuditLine.objects.latest("pk").request_id == given


def test_a_fault_is_told_with_its_traceback_on_the_same_line() -> None:
    try:
        raise ValueError("a wrong\nturn")
    except ValueError:
        import sys

        made = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
    said = logs.JsonLines().format(made)
    assert "\n" not in said
    assert "ValueError: a wrong\nturn" in json.loads(said)["exception"]
