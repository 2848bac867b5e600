"""The public window: there for everybody, light, and with no more than everybody may know."""

from __future__ import annotations

import gzip
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from accounts.directory.urls import urlpatterns as directory_urls
from bills.models import ExchangeRate
from eccs import dated_rules
from eccs.dated_rules import DatedRule
from public.guides import GUIDES
from public.urls import urlpatterns as public_urls
from tests.factories.advisories import advisory
from tests.factories.firms import courier

pytestmark = pytest.mark.django_db
PAGES = (
    "/public/", "/public/track/", "/public/exchange-rates/", "/public/exchange-rates/USD/", "/public/tariff/?q=85",
    "/public/tariff/98049000/", "/public/advisories/", "/public/forms/", "/public/forms/cbe-xiii/", "/public/forms/cem/",
    "/public/couriers/", "/public/custodians/", "/public/importers/", "/bills/estimate/", "/verify/", "/public/status/", "/help/",
    "/sign-in/",
)  # fmt: skip
DEVANAGARI = "fonts/devanagari-small.woff2"
FIRST_VIEW = 60 * 1024  # bytes that a page may cost a phone which has nothing of it yet


def read(address: str, **headers: Any) -> str:
    """A page as somebody reads it who is not signed in."""
    answer = Client().get(address, headers=headers)
    assert answer.status_code == 200, address
    return answer.content.decode()


def over_the_wire(address: str, **headers: Any) -> dict[str, int]:
    """The bytes that each part of a page costs, packed as nginx and whitenoise send them; the head of each answer counts as 300.

    The Devanagari that a device without one fetches is always counted. Other fonts that a style names are not fetched: the
    journey on a phone (tests/browser/test_public.py) watches that.
    """
    page = read(address, **headers)
    found = {address: len(gzip.compress(page.encode(), 6)) + 300}
    for part in {*re.findall(r'(?:href|src)="/static/([^"]+)"', page), DEVANAGARI}:
        content = Path(str(finders.find(part))).read_bytes()
        found[part] = min(len(content), len(gzip.compress(content, 6))) + 300
    return found


def test_no_page_of_the_window_is_left_out() -> None:
    of_window = {one.name for one in public_urls if one.name} | {one.name for one in directory_urls if one.name}
    weighed = {resolve(address.partition("?")[0]).url_name for address in PAGES}
    assert {name for name in of_window if name.startswith("public-")} - {"public-couriers-csv"} <= weighed
    assert {"estimator", "verify", "help"} <= weighed


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_there_at_once_on_a_slow_line(address: str, language: str) -> None:
    courier()
    costs = over_the_wire(address, **{"Accept-Language": language})
    assert sum(costs.values()) <= FIRST_VIEW, costs
    page = read(address)
    assert "<script" not in page and 'class="govuk-template lean' in page
    assert f'lang="{language}"' in read(address, **{"Accept-Language": language})


def test_the_fonts_of_a_light_page_are_those_of_the_phone() -> None:
    style = Path(str(finders.find("css/ground.css"))).read_text()
    family = re.search(r"\.lean \{ --font: ([^;]+);", style)
    assert family and "Noto" not in family[1] and "Small Devanagari" in family[1]


def test_the_window_leads_to_every_page_and_the_sign_in_page_leads_to_it() -> None:
    home = read("/public/")
    for address in (
        "/public/track/", "/bills/estimate/", "/public/exchange-rates/", "/public/tariff/", "/public/couriers/", "/public/forms/",
        "/public/advisories/", "/sign-in/",
    ):  # fmt: skip
        assert f'href="{address}"' in home, address
        assert f'href="{address}"' in read("/sign-in/"), address
    assert 'href="/public/"' in read("/sign-in/")


def test_the_limits_of_a_form_are_those_in_force_today() -> None:
    assert "1,00,000" in read("/public/forms/cbe-xiii/")
    today = timezone.localdate()
    DatedRule.objects.create(name="cbe_xiii_value_limit", from_date=today, value="150000", source="trial")
    assert "1,50,000" in read("/public/forms/cbe-xiii/") and "1,50,000" in read("/public/forms/cbe-xiv/")
    DatedRule.objects.filter(source="trial").delete()
    tomorrow = today + timedelta(days=1)
    DatedRule.objects.create(name="cbe_xiii_value_limit", from_date=tomorrow, value="150000", source="trial")
    assert "1,50,000" not in read("/public/forms/cbe-xiii/")


def test_a_guide_names_the_fields_of_its_own_form() -> None:
    thirteen, fourteen, twelve = (read(f"/public/forms/cbe-{n}/") for n in ("xiii", "xiv", "xii"))
    assert "<code>high_sea_sale</code>" in fourteen and "<code>high_sea_sale</code>" not in thirteen
    assert "<code>gift_kind</code>" in twelve and "<code>gift_kind</code>" not in thirteen
    for guide in GUIDES:
        page = read(f"/public/forms/{guide.slug}/")
        assert str(guide.letter) in page and str(guide.use) in page
        assert bool(guide.fields()) == bool(guide.file)
    assert Client().get("/public/forms/cbe-xv/").status_code == 404


def test_exchange_rates_are_told_by_day_with_their_history() -> None:
    ExchangeRate.objects.create(
        currency="XTS",
        unit=1,
        import_rate="81.5",
        export_rate="80.5",
        from_date=date(2026, 1, 5),
        notification="1/2026",
    )
    assert "XTS" not in read("/public/exchange-rates/?on=2026-01-04")
    assert "81.5" in read("/public/exchange-rates/?on=05/01/2026")
    assert "is no day" in read("/public/exchange-rates/?on=yesterday")
    assert "1/2026" in read("/public/exchange-rates/xts/")
    assert Client().get("/public/exchange-rates/QQQ/").status_code == 404


@pytest.mark.usefixtures("one_minute")
def test_the_tariff_is_searched_so_often_and_no_more() -> None:
    assert "98049000" in read("/public/tariff/?q=9804") and "9804" in read("/public/tariff/98049000/")
    DatedRule.objects.filter(name="public_searches_a_minute").update(value="3")
    dated_rules.forget()
    answers = [Client().get("/public/tariff/?q=lamp") for _time in range(4)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] and 'value="lamp"' in answers[-1].content.decode()


def test_public_advisories_alone_are_shown() -> None:
    advisory(title="For everybody in the street", audience="PUBLIC")
    advisory(title="For those inside")
    page = read("/public/advisories/")
    assert "For everybody in the street" in page and "For those inside" not in page
