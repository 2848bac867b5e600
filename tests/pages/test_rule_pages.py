"""The System Admin adds the next row of a dated rule, sees what it changes, and takes back only what is still to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from html import escape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import CustomsStation, User
from accounts.sessions import PROVED
from eccs.audit import AuditLine
from eccs.dated_rules import RULES, DatedRule, RuleKind, rule_book
from eccs.rule_views import changes, in_words

pytestmark = pytest.mark.django_db

IST = ZoneInfo("Asia/Kolkata")
LIMIT = "cbe_xiii_value_limit"


@pytest.fixture
def admin(people: Callable[[str], User]) -> Client:
    """The System Admin's browser."""
    client = Client()
    people("sysadmin")
    sign_in(client)
    return client


def sign_in(client: Client) -> None:
    """The System Admin has just typed the password."""
    client.force_login(User.objects.get(username="sysadmin"))
    session = client.session
    session[PROVED] = int(timezone.now().timestamp())
    session.save()


def day(days: int = 0) -> date:
    """So many days from today."""
    return timezone.localdate() + timedelta(days=days)


def typed(**given: str) -> dict[str, str]:
    """The form as it is sent."""
    return {
        "value": "1,50,000",
        "from_date": day(10).strftime("%d/%m/%Y"),
        "station": "",
        "source": "Notification 7/2027",
        **given,
    }


def rows(name: str = LIMIT) -> list[tuple[str, date, str]]:
    """The rows of a rule."""
    return list(DatedRule.objects.filter(name=name).values_list("station_code", "from_date", "value"))


def test_every_rule_is_listed_with_todays_value_and_source(admin: Client) -> None:
    DatedRule.objects.create(name=LIMIT, station_code="BLR", from_date=day(), value="90000", source="trial")
    DatedRule.objects.create(name=LIMIT, from_date=day(5), value="200000", source="trial")
    page = admin.get("/rules/").content.decode()
    for name, kind in RULES.items():
        assert f"/rules/{name}/" in page and escape(str(kind.words)) in page
    assert "1,00,000" in page and "PN17 5.4.3" in page
    assert "BLR 90,000" in page and f"2,00,000 from {day(5):%d/%m/%Y}" in page


def test_the_next_row_is_shown_with_what_it_changes_and_kept_when_it_is_confirmed(admin: Client) -> None:
    before = rows()
    shown = admin.post(f"/rules/{LIMIT}/add/", typed())
    page = shown.content.decode()
    assert shown.status_code == 200 and rows() == before
    assert "1,50,000" in page and f"{day(9):%d/%m/%Y}" in page and "changes" in page and "stays" in page
    assert admin.post(f"/rules/{LIMIT}/add/", typed(confirm="yes"))["Location"] == f"/rules/{LIMIT}/"
    assert rows() == [*before, ("", day(10), "150000")]
    line = AuditLine.objects.get(event="rule.added")
    assert (line.username, line.about, line.details["value"]) == ("sysadmin", LIMIT, "150000")
    assert line.details["from_date"] == day(10).isoformat() and line.details["source"] == "Notification 7/2027"


def test_both_sides_of_the_boundary_at_midnight_in_india(admin: Client) -> None:
    first = date(2027, 1, 1)
    with time_machine.travel(datetime(2026, 12, 1, 12, tzinfo=IST), tick=False):
        sign_in(admin)
        admin.post(f"/rules/{LIMIT}/add/", typed(from_date="01/01/2027", confirm="yes"))
    assert rule_book().amount(LIMIT, first - timedelta(days=1)) == Decimal(100000)
    assert rule_book().amount(LIMIT, first) == Decimal(150000)
    for moment, value in (
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=IST), "1,00,000"),
        (datetime(2027, 1, 1, 0, 0, 0, tzinfo=IST), "1,50,000"),
    ):
        with time_machine.travel(moment, tick=False):
            sign_in(admin)
            told = {rule["name"]: rule["now"].value for rule in admin.get("/rules/").context["rules"]}
            assert told[LIMIT] == value


@pytest.mark.parametrize(("days", "status"), [(-1, 422), (0, 302), (1, 302)])
def test_a_row_begins_today_at_the_earliest(days: int, status: int, admin: Client) -> None:
    answer = admin.post(f"/rules/{LIMIT}/add/", typed(from_date=day(days).strftime("%d/%m/%Y"), confirm="yes"))
    assert answer.status_code == status
    assert (("", day(days), "150000") in rows()) is (status == 302)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (LIMIT, "a lakh", "must be a number"), (LIMIT, "-1", "must be a number"), (LIMIT, "NaN", "must be a number"),
        (LIMIT, "1e9", "must be a number"), (LIMIT, "١٠٠", "must be a number"), (LIMIT, "", ""),
        ("target_minutes", "1.5", "must be a whole number"), ("target_minutes", "0", "must be 1 or more"),
        ("sws_percent", "100.001", "must be 100 or less"), ("audit_online_days", "179", "must be 180 or more"),
        ("auto_out_of_charge", "maybe", ""),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused_in_words(name: str, value: str, words: str, admin: Client) -> None:
    before = rows(name)
    answer = admin.post(f"/rules/{name}/add/", typed(value=value, confirm="yes"))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert rows(name) == before


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("audit_online_days", "180", "180"),
        ("sws_percent", "100", "100"),
        ("auto_out_of_charge", "off", "off"),
        (LIMIT, "₹ 2,00,000.50", "200000.5"),
    ],
)
def test_a_value_at_its_limit_is_kept(name: str, value: str, kept: str, admin: Client) -> None:
    assert admin.post(f"/rules/{name}/add/", typed(value=value, confirm="yes")).status_code == 302
    assert ("", day(10), kept) in rows(name)


def test_a_station_has_its_own_row_and_no_other_is_touched(admin: Client) -> None:
    shown = admin.post(f"/rules/{LIMIT}/add/", typed(station="BLR")).content.decode()
    assert "holds at BLR alone" in shown
    admin.post(f"/rules/{LIMIT}/add/", typed(station="BLR", confirm="yes"))
    assert rule_book().amount(LIMIT, day(10), "BLR") == Decimal(150000)
    assert rule_book().amount(LIMIT, day(10), "DEL") == Decimal(100000)
    assert "Not touched: BLR." in admin.post(f"/rules/{LIMIT}/add/", typed(value="175000")).content.decode()
    assert AuditLine.objects.get(event="rule.added").stations == ["BLR"]
    assert admin.post(f"/rules/{LIMIT}/add/", typed(station="XXX")).status_code == 422


def test_a_day_has_one_row(admin: Client) -> None:
    for status in (302, 422):
        assert admin.post(f"/rules/{LIMIT}/add/", typed(confirm="yes")).status_code == status
    assert admin.post(f"/rules/{LIMIT}/add/", typed(station="BLR", confirm="yes")).status_code == 302


def test_a_coming_row_is_withdrawn_with_a_reason(admin: Client) -> None:
    coming = DatedRule.objects.create(name=LIMIT, from_date=day(1), value="150000", source="trial")
    address = f"/rules/{LIMIT}/{coming.pk}/withdraw/"
    page = admin.get(address).content.decode()
    assert "1,50,000" in page and "1,00,000" in page
    assert admin.post(address, {"why": ""}).status_code == 422
    assert DatedRule.objects.filter(pk=coming.pk).exists()
    assert admin.post(address, {"why": "The notification was rescinded."}).status_code == 302
    assert not DatedRule.objects.filter(pk=coming.pk).exists()
    line = AuditLine.objects.get(event="rule.withdrawn")
    assert (line.why, line.details["value"]) == ("The notification was rescinded.", "150000")
    assert admin.post(address, {"why": "Once more."}).status_code == 404


@pytest.mark.parametrize("days", [0, -1, -400])
def test_a_row_that_is_or_was_in_force_is_never_withdrawn(days: int, admin: Client) -> None:
    row = DatedRule.objects.create(name=LIMIT, from_date=day(days), value="150000", source="trial")
    for answer in (
        admin.get(f"/rules/{LIMIT}/{row.pk}/withdraw/"),
        admin.post(f"/rules/{LIMIT}/{row.pk}/withdraw/", {"why": "No more."}),
    ):
        assert answer.status_code == 302
    assert DatedRule.objects.filter(pk=row.pk).exists()
    assert not AuditLine.objects.filter(event="rule.withdrawn").exists()


def test_what_changes_is_told_span_by_span() -> None:
    old = [
        DatedRule(name=LIMIT, from_date=day(-100), value="100000"), DatedRule(name=LIMIT, from_date=day(20), value="300000"),
        DatedRule(name=LIMIT, station_code="DEL", from_date=day(15), value="5"),
    ]  # fmt: skip
    spans = changes(LIMIT, "", old, [*old, DatedRule(name=LIMIT, from_date=day(10), value="200000")])
    assert [(s["from"], s["until"], s["old"], s["new"], s["changes"]) for s in spans] == [
        (day(), day(9), "1,00,000", "1,00,000", False),
        (day(10), day(19), "1,00,000", "2,00,000", True),
        (day(20), None, "3,00,000", "3,00,000", False),
    ]


def test_rules_and_stations_are_the_system_admins_alone(people: Callable[[str], User]) -> None:
    coming = DatedRule.objects.create(name=LIMIT, from_date=day(1), value="1", source="trial")
    for username in ("portadmin.blr", "auditor.blr", "dcac.blr", "courier.swift", "custodianadmin.blr"):
        client = Client()
        client.force_login(people(username))
        for address in ("/rules/", f"/rules/{LIMIT}/", f"/rules/{LIMIT}/{coming.pk}/withdraw/", "/stations/"):
            assert client.get(address).status_code == 403, (username, address)
        assert client.post(f"/rules/{LIMIT}/add/", typed(confirm="yes")).status_code == 403
        assert client.post(f"/rules/{LIMIT}/{coming.pk}/withdraw/", {"why": "Not mine."}).status_code == 403
    assert DatedRule.objects.filter(name=LIMIT).count() == 2


def test_the_system_admin_finds_every_page_from_the_desk(admin: Client) -> None:
    page = admin.get("/").content.decode()
    for address in ("/rules/", "/stations/", "/advisories/written/", "/audit/"):
        assert f'href="{address}"' in page
    listed = admin.get("/stations/").content.decode()
    assert all(code in listed for code in CustomsStation.objects.values_list("pk", flat=True))
    assert admin.get("/rules/no-such-rule/").status_code == 404


def test_the_dcac_finds_the_payments_to_reconcile(people: Callable[[str], User]) -> None:
    client = Client()
    client.force_login(people("dcac.blr"))
    assert 'href="/payments/reconciliation/"' in client.get("/payments/").content.decode()
    assert client.get("/payments/reconciliation/").status_code == 200
    client.force_login(people("ao.blr"))
    assert client.get("/payments/reconciliation/").status_code == 403


def test_values_are_told_as_people_write_them() -> None:
    told = [in_words(value) for value in (True, False, 180, Decimal(100000), Decimal("1.125"), Decimal("1.50"), None)]
    assert told == ["On", "Off", "180", "1,00,000", "1.125", "1.5", "–"]
    assert RuleKind("words", Decimal).read("1.125") == Decimal("1.125")
