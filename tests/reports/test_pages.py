"""The pages of the reports: the figures of the tallies, of the reader's own stations, in few statements however much there is."""

from __future__ import annotations

from csv import reader
from datetime import timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from eccs.audit import AuditLine
from reports.kinds import REPORTS
from reports.models import DayTally, DwellTally, HourTally, Mark, PendingTally
from reports.sources import SOURCES, WHOLE
from rms.models import RuleDay
from tests.desks.conftest import SignedIn
from tests.factories import firms

pytestmark = pytest.mark.django_db
BILL = "CBE-XIII"


def counted(station: str = "BLR", *, times: int = 1, ago: int = 0, firm: str = "swift") -> None:
    """A day of one courier as the worker leaves it."""
    on, courier = timezone.localdate() - timedelta(days=ago), firms.courier(firm).pk
    days = {
        "CLEARED": {"all": 8, "facilitated": 6, "automatic": 5, "assessed": 1, "examined": 2},
        "STEP": {"clear_xray": 9, "mark_suspicious": 1}, "EXAMINED": {"RELEASE": 1, "DETAIN": 1},
    }  # fmt: skip
    rows: list[tuple[str, str, str, int, Any]] = [
        (BILL, what, part, n, 0) for what, parts in days.items() for part, n in parts.items()
    ]
    rows += [(BILL, "REVENUE", "bcd", 4, 1200), (BILL, "REVENUE", "sonst", 1, Decimal("34.60"))]
    rows += [("ECM", "ARRIVAL", part, n, 0) for part, n in (("manifests", 2), ("packages", 500), ("short", 1))]
    DayTally.objects.bulk_create(
        DayTally(station=station, kind=kind, what=what, day=on, courier=courier, part=part, count=n * times, amount=money * times)
        for kind, what, part, n, money in rows
    )  # fmt: skip
    DwellTally.objects.bulk_create(
        DwellTally(station=station, kind=kind, day=on, courier=courier, stage=stage, place=20, count=4 * times, seconds=6000 * times)
        for kind, stage in ((BILL, WHOLE), (BILL, "XRAY"), ("CSB-V", "XRAY"), ("ECM", "IGM_FED"), ("ECM", "ARRIVAL_SCAN"))
    )  # fmt: skip
    HourTally.objects.bulk_create(
        HourTally(station=station, kind=BILL, day=on, hour=hour, role=role, step="clear_xray", count=3 * times)
        for hour, role in product((9, 10), ("XRAY_OFFICER", "SYSTEM", "CUSTOMS: Night desk"))
    )
    RuleDay.objects.bulk_create(
        RuleDay(station_code=station, day=on, rule=rule, hits=4 * times, looked_at=2 * times, confirmed=times)
        for rule in ("", "N-0001", "RANDOM", "lane:FACILITATED", "rules:EXAMINATION")
    )
    if not ago:
        PendingTally.objects.create(station=station, kind=BILL, courier=courier, stage="XRAY", place=2, count=7 * times, oldest=timezone.now())  # fmt: skip


def marked(**given: Any) -> None:
    """The worker has counted everything until a moment."""
    Mark.objects.bulk_create(Mark(trail=one.table, **({"as_of": timezone.now()} | given)) for one in SOURCES)


def test_every_report_tells_its_figures_by_whatever_it_is_divided(signed_in: SignedIn) -> None:
    counted()
    counted("DEL", times=10)
    marked()
    browser = signed_in("commissioner.blr")
    for report in REPORTS.values():
        for by in report.by:
            page = browser.get(f"/reports/{report.slug}/?by={by}&compare=on&sort=-1")
            assert page.status_code == 200 and "As of today" in page.content.decode(), (report.slug, by)
            assert len(page.context["rows"]) >= 1, (report.slug, by)
    told = browser.get("/reports/facilitation/?by=courier").context
    assert [(row["name"], row["cells"]) for row in told["rows"]] == [
        ("Swift Consignments", ["8", "6", "75.0", "62.5", "1", "2"])
    ]
    money = browser.get("/reports/revenue/?by=head").context
    assert [(row["name"], row["cells"]) for row in money["rows"]] == [("BCD", ["1,200"]), ("SONST", ["35"])]
    assert money["total"] == ["1,235"]
    rules = browser.get("/reports/hits/").context["rows"]
    assert {row["name"]: row["cells"][:4] for row in rules} == {"N-0001": ["4", "2", "1", "50.0"], "By chance": ["4", "2", "1", "50.0"]}  # fmt: skip
    custody = browser.get("/reports/custodians/").context["rows"][0]
    assert custody["cells"][:5] == ["2", "500", "1", "0", "2.0"]
    assert browser.get("/reports/pending/").context["rows"][0]["cells"][0] == "7"
    assert "Filing to release" in browser.get("/reports/dwell/").content.decode()


def test_nobody_reads_of_another_station_and_couriers_read_nothing(signed_in: SignedIn) -> None:
    counted()
    counted("DEL", times=10)
    for username, released in (
        ("commissioner.del", "80"),
        ("dcac.blr", "8"),
        ("portadmin.blr", "8"),
        ("sysadmin", "88"),
    ):
        told = signed_in(username).get("/reports/facilitation/").context
        assert told["total"][0] == released, username
        assert signed_in(username).get("/reports/").context["figures"][0]["value"] == released
    asked_elsewhere = signed_in("commissioner.blr").get("/reports/facilitation/?station=DEL")
    assert "is not one of the available choices" in asked_elsewhere.content.decode()
    assert asked_elsewhere.context["total"][0] == "8"
    for username in ("ao.blr", "signatory.swift", "importer.kaveri", "warehouse.blr", "auditor.blr"):
        for address in ("", "facilitation/", "hits/", "facilitation/csv/", "hits/xlsx/"):
            assert signed_in(username).get(f"/reports/{address}").status_code == 403, (username, address)
    for username in ("portadmin.blr", "sysadmin"):  # what the RMS does is for those who lead the clearance
        assert signed_in(username).get("/reports/hits/").status_code == 403
        assert "hits" not in signed_in(username).get("/reports/").content.decode()
    assert signed_in("commissioner.blr").get("/reports/nothing/").status_code == 404


def test_a_page_asks_as_little_of_much_as_of_little(signed_in: SignedIn) -> None:
    browser = signed_in("commissioner.blr")

    def statements() -> list[int]:
        found = []
        for address in ("", *(f"{slug}/?compare=on" for slug in REPORTS)):
            browser.get(f"/reports/{address}")
            with CaptureQueriesContext(
                connection,
            ) as asked:
                browser.get(f"/reports/{address}")
            found.append(len(asked))
            sources = [f'FROM "{one.documents}"' for one in SOURCES] + [f'FROM "{one.table}"' for one in SOURCES]
            assert not [one["sql"] for one in asked if any(table in one["sql"] for table in sources)]
        return found

    counted()
    marked()
    few = statements()
    for ago in range(1, 15):
        counted(ago=ago, firm="metro")
    assert statements() == few


def test_the_period_before_stands_beside(signed_in: SignedIn) -> None:
    counted()
    counted(ago=7, times=3)
    told = signed_in("commissioner.blr").get("/reports/revenue/?by=day&compare=on").context
    assert [(row["cells"][0], row["before"]) for row in told["rows"]] == [("1,235", "3,704")]
    assert told["total_before"] == "3,704"  # 3 × 1,234.60
    assert told["drawn"]["columns"]["bars"][0]["before_y"] is not None
    overview = signed_in("commissioner.blr").get("/reports/").context["figures"]
    assert (overview[0]["value"], overview[0]["before"]) == ("8", "24")


def test_what_is_taken_out_is_the_table_and_a_line_of_the_audit_log(signed_in: SignedIn) -> None:
    counted(times=2)
    browser = signed_in("commissioner.blr")
    answer = browser.get("/reports/dwell/csv/?by=kind&stage=XRAY&compare=on")
    rows = list(reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["Form", "Visits", "Median, minutes"] and len(rows) == 3 and rows[0][-1].endswith("period before")  # fmt: skip
    assert rows[1][0] == "CBE-XIII (low value dutiable)" and rows[1][-2] == "25.0"  # 6000 s of 4
    book = CalamineWorkbook.from_filelike(BytesIO(browser.get("/reports/revenue/xlsx/?by=head").content))
    assert book.get_sheet_by_index(0).to_python() == [["Head", "Paid, rupees"], ["BCD", 2400.0], ["SONST", 69.2]]
    line = AuditLine.objects.filter(event="list.exported").latest("pk")
    assert line.username == "commissioner.blr" and "report revenue" in str(line.details) + line.about


def test_days_that_cannot_be_read_are_said_and_the_last_days_shown(signed_in: SignedIn) -> None:
    browser = signed_in("commissioner.blr")
    for given, words in (("since=yesterday", "Write the first day"), ("since=2026-11-09&until=2026-11-02", "after the last")):  # fmt: skip
        page = browser.get(f"/reports/facilitation/?{given}")
        assert words in page.content.decode() and page.context["scope"].days == 7
    page = browser.get("/reports/facilitation/?since=2026-11-01&until=2026-11-02")
    assert "Nothing was counted" in page.content.decode() and page.context["scope"].days == 2


def test_a_page_says_until_when_it_is_counted(signed_in: SignedIn) -> None:
    browser = signed_in("commissioner.blr")
    assert "The past is being counted" in browser.get("/reports/").content.decode()
    marked(as_of=timezone.now() - timedelta(hours=3))
    assert "nothing was counted since" in browser.get("/reports/").content.decode()
