"""`manage.py load_history`: the past it lays is as the gate would have written it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Max
from django.test import Client
from django.urls import resolve

from accounts.models import User
from bills.models import BillTrail, CourierBillOfEntry, OutOfCharge
from bills.stages import Stage
from eccs import numbering, roots, trail
from eccs.trail_years import TrailYear, year_of
from exports.models import CourierExportManifest, CourierShippingBill, ShippingBillTrail
from manifests.models import ExpressCargoManifest
from payments.cash.checking import check
from payments.models import Challan
from reports.models import DayTally

pytestmark = pytest.mark.django_db
People = Callable[[str], User]


@pytest.fixture
def past(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small one: 120 bills of entry and 30 shipping bills over two years."""
    monkeypatch.setattr("reports.history.whole.VACUUM", "SELECT 1")  # a test is one transaction
    people("ao.blr")
    call_command("load_history", bills=120, years=2, exports=0.2, live=12, verbosity=0)


def test_what_is_laid_is_whole(past: None, client: Client, people: People) -> None:
    """Numbers are dense, every chain holds as the gate seals it, the books balance, and the reports tell of the past."""
    assert (CourierBillOfEntry.objects.count(), CourierShippingBill.objects.count()) == (120, 30)
    assert [broken for kind in trail.trails() for broken in trail.broken_lines(kind)] == []
    assert 9 <= BillTrail.objects.count() / 120 <= 11
    _each_year_lies_in_its_partition()
    open_bills = CourierBillOfEntry.objects.exclude(stage=Stage.OUT_OF_CHARGE)
    assert 0 < open_bills.count() <= 24 and open_bills.values("stage").distinct().count() > 3
    assert OutOfCharge.objects.count() == 120 - open_bills.count()
    assert check().faults == []
    counted = dict(numbering.Counter.objects.values_list("series", "last"))
    for flight in ExpressCargoManifest.objects.all():
        assert flight.number == flight.numbered(flight.serial or 0) and counted[flight.series()] >= (flight.serial or 0)
    for bill in (*CourierBillOfEntry.objects.all(), *CourierShippingBill.objects.all()):
        assert bill.number == bill.numbered(bill.serial or 0) and counted[bill.series()] >= (bill.serial or 0)
    for order in OutOfCharge.objects.all():
        assert order.number == order.numbered(order.serial or 0)
    for challan in Challan.objects.all():
        assert challan.number == challan.numbered(challan.serial or 0) and challan.lines.count() == challan.bill_count
    assert DayTally.objects.filter(what="CLEARED", part="all").count() > 10
    client.force_login(people("ao.blr"))
    one = OutOfCharge.objects.filter(station_id="BLR").order_by("given_at")[0].bill
    page = client.get(one.get_absolute_url()).content.decode()
    assert str(one.number) in page and "Out of Charge" in page


def _each_year_lies_in_its_partition() -> None:
    """From the first document of each financial year, for bills of entry and shipping bills."""
    for trail_of in (BillTrail, ShippingBillTrail):
        years = list(TrailYear.objects.filter(trail=trail_of._meta.db_table).order_by("first"))
        assert len(years) >= 4 and years[-1].since > years[-2].since > years[-3].since
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT DISTINCT tableoid::regclass::text, (min(at) - interval '5 hours')::date FROM {years[0].trail} WHERE seq = 1 GROUP BY 1 ORDER BY 2"
            )
            found = [(part, year_of(first)) for part, first in cursor.fetchall()]
        assert found == [(year.part, year.since) for year in years[:-1]]


def test_the_papers_of_what_is_laid_are_printed(past: None, client: Client, people: People) -> None:
    """A document of each kind at each stage, with every paper that its page offers."""
    client.force_login(people("dcac.blr"))
    printed: list[str] = []
    for model in (CourierBillOfEntry, CourierShippingBill, ExpressCargoManifest, CourierExportManifest, Challan):
        for document in model.objects.filter(station_id="BLR").order_by("stage", "pk").distinct("stage"):
            page = client.get(document.get_absolute_url()).content.decode()
            for address in set(re.findall(r'href="([^"]+\.pdf)"', page)):
                assert client.get(address)["Content-Type"] == "application/pdf", address
                printed.append(address)
    names = {resolve(address).url_name for address in printed}
    assert {
        "bill-print",
        "out-of-charge-print",
        "csb-print",
        "let-export-print",
        "manifest-print",
        "cem-print",
        "challan-print",
    } <= names
    assert len(printed) > 20


def test_a_past_that_was_laid_goes_on(past: None) -> None:
    """A second past takes the numbers after the first."""
    call_command("load_history", bills=40, years=1, exports=0, live=4, verbosity=0, without_reports=True)
    assert CourierBillOfEntry.objects.count() == 160
    last = ExpressCargoManifest.objects.filter(number__startswith="ECM_BLR_").aggregate(n=Max("pk"))["n"]
    newest = ExpressCargoManifest.objects.get(pk=last)
    assert numbering.Counter.objects.get(series=newest.series()).last == newest.serial
    assert [broken for kind in trail.trails() for broken in trail.broken_lines(kind)] == []


def test_nothing_is_laid_where_it_would_do_harm(past: None, settings: LazySettings) -> None:
    """Not beside documents in production, and not before days that are sealed."""
    settings.DEMO = False
    with pytest.raises(CommandError, match="no demonstration"):
        call_command("load_history", bills=40)
    roots.seal_day(CourierBillOfEntry.objects.latest("filed_at").filed_at.date())  # type: ignore[union-attr]
    with pytest.raises(CommandError, match="sealed"):
        call_command("load_history", bills=40, force="this database may be filled with invented documents")
