"""A queue page over a million bills: beside ten thousand, beside its own first page, and beside a tuned Django admin list."""

from __future__ import annotations

from statistics import median
from typing import Any

from django.contrib import admin
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory

from bench import world
from bench.bulk import lay_bills
from bench.measure import Row, at_least, at_most, timed
from bills.models import CourierBillOfEntry
from eccs import desks, keyset

FEW, ALL = 10_000, 1_000_000
DEEP = 200_000
ROUNDS = 25
QUEUE = "/bills/imports/queue/assessment/"


class BillAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The same rows as the queue, as lightly as the admin can show them."""

    list_display = (
        "number",
        "hawb",
        "consignee",
        "goods",
        "assessable_value",
        "total_duty",
        "lane",
        "stage_since",
        "flight",
    )
    list_select_related = ("hawb", "manifest", "station", "courier", "risk_decision")
    list_per_page = 25
    list_filter = ()
    ordering = ("stage_since", "id")
    show_full_result_count = False
    actions = None

    def get_queryset(self, request: Any) -> Any:
        """The bills that wait for assessment at the station."""
        return CourierBillOfEntry.objects.filter(station_id="BLR", stage="ASSESSMENT")

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        """Anyone here."""
        return True

    has_change_permission = has_add_permission = has_delete_permission = has_module_permission = has_view_permission

    @admin.display
    def consignee(self, bill: CourierBillOfEntry) -> str:
        """Name and place."""
        assert bill.hawb is not None
        return f"{bill.hawb.consignee_name}, {bill.hawb.consignee_city}"

    @admin.display
    def lane(self, bill: CourierBillOfEntry) -> str:
        """The lane."""
        return bill.risk_decision.get_lane_display() if bill.risk_decision else ""

    @admin.display
    def flight(self, bill: CourierBillOfEntry) -> str:
        """The flight."""
        return bill.manifest.flight_number


def run() -> list[Row]:
    """Few, all, deep, the badges, and the admin."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(world.person("ao.blr"))

    def page(address: str = QUEUE) -> float:
        def ask() -> None:
            answer = client.get(address)
            assert answer.status_code == 200, answer.status_code

        return timed(ask)

    with connection.cursor() as cursor:
        cursor.execute("UPDATE bills_courierbillofentry SET stage = 'FOR_OUT_OF_CHARGE' WHERE stage = 'ASSESSMENT'")
    lay_bills(FEW, "ASSESSMENT")
    cache.clear()
    page()
    few = median(page() for _n in range(ROUNDS))
    lay_bills(ALL - FEW, "ASSESSMENT")
    cache.clear()
    page()
    deep = _deep()
    turns = [(page(), page(deep), _admin()) for _n in range(ROUNDS)]  # in turn, so that none has the quieter minute
    first, far, listed = (median(times) for times in zip(*turns, strict=True))
    badges = _badges(first)
    return [
        at_most(
            "queue page, a million bills",
            f"{first * 1000:.1f} ms",
            f"ten thousand {few * 1000:.1f} ms",
            first / few,
            1.15,
        ),
        at_least(
            "queue page, 200,000 deep",
            f"{1 / far:,.0f} pages/s",
            f"first page {1 / first:,.0f} pages/s",
            first / far,
            0.9,
        ),
        at_most(
            "badges of a queue page", f"{badges * 1000:.2f} ms", f"the page {first * 1000:.1f} ms", badges / first, 0.1
        ),
        at_least(
            "queue page beside the admin",
            f"{1 / first:,.0f} pages/s",
            f"admin list {1 / listed:,.1f} pages/s",
            listed / first,
            4,
        ),
    ]


def _deep() -> str:
    rows = CourierBillOfEntry.objects.filter(station_id="BLR", stage="ASSESSMENT").order_by("stage_since", "pk")
    last = rows[DEEP]
    return f"{QUEUE}?mark={keyset.mark('stage_since', last)}"


def _badges(_page: float) -> float:
    """What the counts cost a page: reading them from the cache, and its share of counting them anew every few seconds."""
    actor = world.actor("ao.blr")
    desks.desks(actor)
    warm = median(timed(lambda: desks.desks(actor)) for _n in range(50))

    def cold() -> float:
        cache.clear()
        return timed(lambda: desks.desks(actor))

    counted = median(cold() for _n in range(5))
    pages_meanwhile = desks.COUNTED_FOR / _page
    return warm + counted / pages_meanwhile


def _admin() -> float:
    site = admin.AdminSite()
    model_admin = BillAdmin(CourierBillOfEntry, site)
    request = RequestFactory().get("/")
    user = world.person("ao.blr")
    user.is_staff = user.is_superuser = True  # type: ignore[attr-defined]
    request.user = user
    request.actor = world.actor("ao.blr")  # type: ignore[attr-defined]

    def ask() -> None:
        from django.contrib.admin.views.main import ChangeList

        found = model_admin.get_changelist_instance(request)
        assert isinstance(found, ChangeList)
        from django.contrib.admin.templatetags.admin_list import result_headers, result_hidden_fields, results
        from django.template.loader import render_to_string

        found.formset = None
        list(result_headers(found)), list(result_hidden_fields(found))
        rows = list(results(found))
        render_to_string(
            "admin/change_list_results.html",
            {"cl": found, "results": rows, "result_headers": list(result_headers(found))},
        )
        assert len(rows) == 25

    return timed(ask)
