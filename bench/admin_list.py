"""The peer of a queue page: the page of a Django admin over the same rows, as light as the admin can be made."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver

from bench import world
from bills.models import CourierBillOfEntry

ADDRESS = "/peer/bills/courierbillofentry/"
ENGINE = "peer"  # with the context processors of a new Django project, not ours
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]  # as a new Django project has them


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

    def changelist_view(self, request: Any, extra_context: Any = None) -> Any:
        """The list, without the work that every page of ECCS has."""
        answer = super().changelist_view(request, extra_context)
        answer.using = ENGINE  # type: ignore[attr-defined]
        return answer


class Site(admin.AdminSite):
    """An admin that asks nobody for rights: one query less."""

    def has_permission(self, request: Any) -> bool:
        """Anyone here."""
        return True


def addresses() -> list[URLPattern | URLResolver]:
    """Where the admin is."""
    site = Site()
    site.register(CourierBillOfEntry, BillAdmin)
    found: list[URLPattern | URLResolver] = site.urls[0]
    return found


def client() -> Client:
    """A browser signed in at the admin, served by the middleware of a new Django project."""
    found = Client(SERVER_NAME="127.0.0.1")
    found.force_login(world.person("ao.blr"))
    with override_settings(MIDDLEWARE=MIDDLEWARE):
        ask(found)  # the handler keeps the middleware of its first request
    return found


def ask(client: Client) -> None:
    """The list, with the rows of a queue page."""
    answer = client.get(ADDRESS)
    assert answer.status_code == 200, answer.status_code
    assert answer.content.count(b'class="field-number') == 25, "the rows of the list"
