"""What people do enters the audit log by itself, and its page shows each reader the own stations and nothing else."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import LazySettings
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from bills.models import Attachment, CourierBillOfEntry
from bills.stages import Stage
from eccs import audit
from eccs.audit import AuditLine
from tests.conftest import PASSWORD
from tests.factories.bills import bill, hawb_of
from tests.factories.firms import actor
from tests.house.source import templates

pytestmark = pytest.mark.django_db

SignedIn = Callable[[str], Client]
READERS = ["portadmin.blr", "auditor.blr", "sysadmin"]
OTHERS = [
    "courier.swift", "signatory.swift", "courieradmin.swift", "importer.kaveri", "ao.blr", "dcac.blr", "customsadmin.blr", "scan.blr",
    "custodianadmin.blr",
]  # fmt: skip


@pytest.fixture
def signed_in(people: Callable[[str], User]) -> SignedIn:
    """A browser in which somebody has signed in; nothing is in the log yet."""

    def sign(username: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(people(username))
        return client

    return sign


def events(*names: str) -> list[AuditLine]:
    """The lines of these events, in order."""
    return list(AuditLine.objects.filter(event__in=names).order_by("pk"))


def only(event: str) -> AuditLine:
    """The one line of an event."""
    (found,) = events(event)
    return found


def page(client: Client, address: str = "/audit/") -> str:
    """A page as text."""
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    """The rows of the exported file."""
    answer: Any = client.get(f"/audit/export/{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


# ── what enters the log by itself ────────────────────────────────────────────


def test_signing_in_failing_to_and_signing_out_are_recorded(
    people: Callable[[str], User], settings: LazySettings, django_capture_on_commit_callbacks: Any
) -> None:
    settings.PROXIES = 1
    person, client = people("ao.blr"), Client(headers={"user-agent": "Firefox/140"})
    forged = {"x-forwarded-for": "6.6.6.6, 198.51.100.7"}
    for username, password in (("AO.BLR", "wrong-Sesame-1"), ("Nobody.There", "wrong-Sesame-2"), ("ao.blr", PASSWORD)):
        with django_capture_on_commit_callbacks(execute=True):
            client.post("/sign-in/", {"username": username, "password": password}, headers=forged)
    client.post("/sign-out/", headers=forged)
    failed, unknown = events("sign-in.failed")
    assert (failed.about, failed.by_id, failed.stations) == ("ao.blr", None, ["BLR"])
    assert (unknown.about, unknown.stations) == ("nob…", [])
    done, out = events("sign-in.done", "sign-out")
    assert (done.by_id, done.username, done.postings, done.stations) == (
        person.pk,
        "ao.blr",
        "ASSESSING_OFFICER@BLR",
        ["BLR"],
    )
    assert (out.by_id, out.event) == (person.pk, "sign-out")
    assert {line.address for line in (failed, unknown, done, out)} == {"198.51.100.7"}
    assert done.browser == "Firefox/140" and re.fullmatch(r"[0-9a-f]{16}", done.request_id)
    assert "esame" not in "".join(line.facts() for line in AuditLine.objects.all())


def test_a_print_and_an_attachment_are_recorded_with_their_bill(
    signed_in: SignedIn, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client, one = signed_in("ao.blr"), bill(Stage.ASSESSMENT)
    paper = Attachment.objects.create(
        bill=one, kind="OTHER", name="data sheet.pdf", file=ContentFile(b"%PDF-1.7", "x.pdf"), content_type="application/pdf",
        size=8, sha256="0" * 64, by=one.created_by,
    )  # fmt: skip
    client.get(reverse("bill-print", args=[one.key]))
    b"".join(client.get(reverse("attachment", args=[paper.pk])))
    client.get(reverse("upload-template", args=["cbe"]))
    printed, attached, template = events("file.downloaded")
    assert (printed.about, printed.details["file"], printed.stations) == (one.number, f"{one.number}.pdf", ["BLR"])
    assert (attached.about, attached.details["file"]) == (one.number, "data sheet.pdf")
    assert (template.about, template.username) == ("/uploads/template/cbe/", "ao.blr")


def test_pictures_on_pages_and_files_refused_are_no_downloads(signed_in: SignedIn) -> None:
    client, one = signed_in("ao.blr"), bill(Stage.ASSESSMENT, station="DEL")
    assert client.get(reverse("bars", args=["ECM_DEL_2026-2027_01"])).status_code == 200
    assert client.get(reverse("bill-print", args=[one.key])).status_code == 404
    client.get("/")
    assert not events("file.downloaded")


@pytest.mark.parametrize("username", ["ao.blr", "xray.blr", "auditor.blr"])
def test_each_view_of_rms_reasons_is_recorded_without_the_reasons(username: str, signed_in: SignedIn) -> None:
    client, one = signed_in(username), bill(Stage.ASSESSMENT)
    for _ in range(2):
        assert "secret compartment" in page(client, one.get_absolute_url())
    lines = events("rms.read")
    assert [(line.about, line.username, line.stations) for line in lines] == [(one.number, username, ["BLR"])] * 2
    assert "secret" not in "".join(line.facts() for line in lines)


def test_a_queue_that_shows_reasons_is_one_line_that_names_its_bills(signed_in: SignedIn) -> None:
    client = signed_in("ao.blr")
    bills = [bill(Stage.ASSESSMENT) for _ in range(3)]
    assert "N-0099" in page(client, "/bills/imports/queue/assessment/")
    line = only("rms.read")
    assert line.about == "/bills/imports/queue/assessment/"
    assert sorted(line.details["documents"]) == sorted(str(one.number) for one in bills)


@pytest.mark.parametrize("username", ["signatory.swift", "warehouse.blr"])
def test_who_is_shown_no_reasons_leaves_no_such_line(username: str, signed_in: SignedIn) -> None:
    assert "secret compartment" not in page(signed_in(username), bill(Stage.ASSESSMENT).get_absolute_url())
    assert not events("rms.read")


def test_reasons_stand_on_no_page_that_does_not_say_so() -> None:
    """Templates read them through one tag, which is what the log goes by."""
    found = [str(p.name) for p in templates() if re.search(r"decision\.reasons(?!\|length| %})", p.read_text())]
    assert not found


def test_a_step_refused_for_lack_of_role_or_station_is_recorded(signed_in: SignedIn) -> None:
    one = bill(Stage.ASSESSMENT)
    address = one.step_url("assess")
    for username in ("xray.blr", "ao.del", "courier.metro"):
        assert signed_in(username).post(address).status_code == 404
    wrong_role, wrong_station, wrong_firm = events("step.refused")
    assert (wrong_role.about, wrong_role.details["step"], wrong_role.stations) == (one.number, "assess", ["BLR"])
    assert (wrong_station.about, wrong_station.stations) == (one.number, ["BLR", "DEL"])
    assert (wrong_firm.about, wrong_firm.username) == (one.number, "courier.metro")
    assert CourierBillOfEntry.objects.get(pk=one.pk).stage == Stage.ASSESSMENT


def test_a_step_refused_at_a_station_where_the_role_is_not_held_says_why(
    signed_in: SignedIn, people: Callable[[str], User]
) -> None:
    one, client = bill(Stage.FOR_OUT_OF_CHARGE), signed_in("superintendent.del")
    people("superintendent.del").postings.create(role="XRAY_OFFICER", station_id="BLR")
    assert client.post(one.step_url("give_out_of_charge"), {"confirm": "yes"}).status_code == 409
    line = only("step.refused")
    assert (line.about, line.why, line.stations) == (one.number, "The document is at another station.", ["BLR", "DEL"])
    assert CourierBillOfEntry.objects.get(pk=one.pk).stage == Stage.FOR_OUT_OF_CHARGE


def test_a_page_refused_and_a_stale_form_are_told_apart(people: Callable[[str], User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people("courier.swift"))
    assert client.get("/audit/").status_code == 403
    assert client.post("/text-size/", {"size": "large"}).status_code == 403
    assert (only("permission.denied").about, only("form.refused").about) == ("/audit/", "/text-size/")


def test_a_stranger_leaves_nothing_but_failed_sign_ins(client: Client, people: Callable[[str], User]) -> None:
    for address in ("/audit/", "/nothing/", bill(Stage.ASSESSMENT).step_url("assess")):
        client.post(address)
    assert not AuditLine.objects.exists()


# ── who reads it ─────────────────────────────────────────────────────────────


def test_nobody_else_opens_the_audit_log(signed_in: SignedIn) -> None:
    audit.record("file.downloaded", about="CBE-XIII_BLR_2026-2027_09_99", station="BLR")
    line = AuditLine.objects.latest("pk").pk
    for username in OTHERS:
        client = signed_in(username)
        for address in ("/audit/", "/audit/export/", f"/audit/{line}/"):
            answer = client.get(address)
            assert answer.status_code == 403, (username, address)
            assert "09_99" not in answer.content.decode()
        assert "/audit/" not in page(client, "/")


def test_its_readers_find_it_in_their_navigation(signed_in: SignedIn) -> None:
    for username in READERS:
        assert 'href="/audit/"' in page(signed_in(username), "/")


def test_each_reader_sees_the_own_stations_and_nothing_else(signed_in: SignedIn) -> None:
    audit.record("rms.read", by=actor("DCAC", station="BLR"), about="about-of-blr")
    audit.record("rms.read", by=actor("DCAC", station="DEL"), about="about-of-del")
    audit.record("rms.read", by=actor("DCAC", station="DEL"), about="about-of-both", station="BLR")
    audit.record("file.downloaded", by=actor("COURIER_OPERATOR"), about="about-of-a-firm")
    audit.record("file.downloaded", by=actor("COURIER_OPERATOR"), about="about-of-a-firm-at-blr", station="BLR")
    sees = {
        "portadmin.blr": {"about-of-blr", "about-of-both", "about-of-a-firm-at-blr"},
        "auditor.blr": {"about-of-blr", "about-of-both", "about-of-a-firm-at-blr"},
        "auditor.del": {"about-of-del", "about-of-both"},
        "portadmin.bom": set(),
        "sysadmin": {"about-of-a-firm"},
    }
    for username, expected in sees.items():
        client = signed_in(username)
        assert set(re.findall(r">(about-of-[a-z-]+)<", page(client))) == expected, username
        assert {row["about"] for row in exported(client) if row["about"].startswith("about")} == expected, username
        for line in AuditLine.objects.filter(about__startswith="about-of"):
            assert client.get(f"/audit/{line.pk}/").status_code == (200 if line.about in expected else 404)


def test_the_auditor_reads_all_of_the_station_and_takes_no_step(signed_in: SignedIn) -> None:
    client, one, elsewhere = signed_in("auditor.blr"), bill(Stage.ASSESSMENT), bill(Stage.ASSESSMENT, station="DEL")
    shown = page(client, one.get_absolute_url())
    assert 'id="trail"' in shown and "step__form" not in shown
    for name in one.steps():
        assert client.post(one.step_url(name), {"confirm": "yes"}).status_code == 404
    assert client.get(elsewhere.get_absolute_url()).status_code == 404
    assert CourierBillOfEntry.objects.get(pk=one.pk).stage == Stage.ASSESSMENT
    assert client.get(f"/find/?q={hawb_of(one).number}")["Location"] == one.get_absolute_url()


# ── the page ─────────────────────────────────────────────────────────────────


@pytest.fixture
def searched(people: Callable[[str], User]) -> dict[str, AuditLine]:
    """Lines of two people of Bengaluru on three days."""
    first = actor("DCAC", name="Asha Iyer")
    second = actor("INSPECTOR", name="Bala Khan")
    found = {}
    for name, by, event, about, days in (
        ("old", first, "file.downloaded", "CBE-XIII_BLR_2026-2027_01_01", 2),
        ("middle", second, "rms.read", "CBE-XIII_BLR_2026-2027_01_02", 1),
        ("new", second, "file.downloaded", "CBE-XIII_BLR_2026-2027_01_01", 0),
    ):
        audit.record(event, by=by, about=about)
        found[name] = AuditLine.objects.latest("pk")
        past = timezone.now() - timedelta(days=days)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE eccs_auditline DISABLE TRIGGER eccs_auditline_lines")
            cursor.execute(
                "UPDATE eccs_auditline SET at = %s, address = %s, request_id = %s WHERE id = %s",
                [past, f"203.0.113.{days}", f"{name:x>16}", found[name].pk],
            )
            cursor.execute("ALTER TABLE eccs_auditline ENABLE TRIGGER eccs_auditline_lines")
    return found


def day(days_ago: int) -> str:
    """A day as it is typed."""
    return (timezone.localdate() - timedelta(days=days_ago)).strftime("%d/%m/%Y")


SEARCHES: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"old", "middle", "new"}),
    ({"person": "asha.iyer"}, {"old"}),
    ({"person": "BALA"}, {"middle", "new"}),
    ({"person": "khan"}, {"middle", "new"}),
    ({"event": "rms.read"}, {"middle"}),
    ({"about": "CBE-XIII_BLR_2026-2027_01_01"}, {"old", "new"}),
    ({"address": "203.0.113.1"}, {"middle"}),
    ({"request_id": "xxxxxxxxxxxxxnew"}, {"new"}),
    ({"since": 1}, {"middle", "new"}),
    ({"until": 1}, {"old", "middle"}),
    ({"since": 1, "until": 1}, {"middle"}),
    ({"station": "BLR", "person": "asha.iyer", "event": "rms.read"}, set()),
    ({"station": "DEL"}, set()),
]


def test_the_log_is_searched_by_everything_a_line_says(searched: dict[str, AuditLine], signed_in: SignedIn) -> None:
    client = signed_in("portadmin.blr")
    for query, names in SEARCHES:
        typed = urlencode({name: day(value) if isinstance(value, int) else value for name, value in query.items()})
        shown = page(client, f"/audit/?{typed}")
        assert {name for name, line in searched.items() if f"/audit/{line.pk}/" in shown} == names, query
        in_file = {row["seal"] for row in exported(client, f"?{typed}")}
        assert {name for name, line in searched.items() if line.seal in in_file} == names, query


@pytest.mark.parametrize(
    ("query", "words"), [("since=31/31/2026", "Write the day as"), ("address=here", "Write a whole address")]
)
def test_a_filter_that_is_none_says_so_and_shows_nothing(query: str, words: str, signed_in: SignedIn) -> None:
    for address in ("/audit/", "/audit/export/"):
        shown = page(signed_in("portadmin.blr"), f"{address}?{query}")
        assert words in shown and "<title>Error:" in " ".join(shown.split()).replace("<title> ", "<title>")
        assert "Nothing fits these filters." in shown
    assert not events("list.exported")


def test_the_pages_of_a_long_log_show_every_line_once(signed_in: SignedIn) -> None:
    for n in range(60):
        audit.record("file.downloaded", by=actor("DCAC"), about=f"about-{n}")
    client, seen, query = signed_in("auditor.blr"), [], ""
    while True:
        shown = page(client, f"/audit/?event=file.downloaded{query}")
        seen += re.findall(r">about-(\d+)<", shown)
        following = re.search(r'href="\?event=file.downloaded&amp;(mark=[^"]+)" rel="next"', shown)
        if following is None:
            break
        query = f"&{following[1]}"
    assert seen == [str(n) for n in reversed(range(60))]
    assert len(exported(client, "?event=file.downloaded")) == 60


def test_a_line_opens_to_all_it_says_and_tells_when_it_was_changed(signed_in: SignedIn) -> None:
    audit.record("file.downloaded", by=actor("DCAC"), about="about-this", why="asked <b>twice</b>", file="a.pdf")
    line, client = AuditLine.objects.latest("pk"), signed_in("portadmin.blr")
    shown = page(client, f"/audit/{line.pk}/")
    assert line.seal in shown and "As it was written" in shown and "a.pdf" in shown and "DC/AC, BLR" in shown
    assert "asked &lt;b&gt;twice&lt;/b&gt;" in shown
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE eccs_auditline DISABLE TRIGGER eccs_auditline_lines")
        cursor.execute("UPDATE eccs_auditline SET why = 'nothing' WHERE id = %s", [line.pk])
        cursor.execute("ALTER TABLE eccs_auditline ENABLE TRIGGER eccs_auditline_lines")
    assert "Changed since it was written" in page(client, f"/audit/{line.pk}/")


def test_no_cell_of_the_export_is_a_formula_and_the_export_is_recorded(signed_in: SignedIn) -> None:
    for text in ("=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)"):
        audit.record("file.downloaded", by=actor("DCAC"), about=text, why=text)
    client = signed_in("portadmin.blr")
    rows = exported(client, "?event=file.downloaded&person=uma.pillai")
    assert sorted(row["about"] for row in rows) == ["'+cmd|' /C calc'!A0", "'-2", "'=1+1", "'@SUM(A1)"]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    line = only("list.exported")
    assert (line.username, line.about) == ("portadmin.blr", "audit")
    assert line.details == {"filter_event": "file.downloaded", "filter_person": "uma.pillai"}
    assert not events("file.downloaded")[4:]


def test_a_long_log_is_read_by_index(signed_in: SignedIn, django_assert_max_num_queries: Any) -> None:
    """The page asks once for its lines, whatever their number: the rest is who asks."""
    for n in range(30):
        audit.record("file.downloaded", by=actor("DCAC"), about=f"about-{n}")
    client = signed_in("portadmin.blr")
    page(client)
    with django_assert_max_num_queries(8):
        page(client)
