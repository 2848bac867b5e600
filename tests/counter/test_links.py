"""On the trade's own pages, opened in the customer's hand at the Service Centre, whatever is offered opens (PN17 2.3)."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import reverse

from accounts.models import AuthorisedCourier
from bonds.models import Bond
from tests.counter.conftest import Counter
from tests.factories.amendments import amendment
from tests.factories.bills import DRAFT, bill
from tests.factories.directory import importer
from tests.factories.manifests import manifest
from tests.factories.shipping import export_manifest, shipping_bill
from tests.factories.transit import flagged, transfer

pytestmark = pytest.mark.django_db
LEAVES = ("/static/", "/media/")


def offered(at: Any, page: str) -> set[str]:
    """Where the links and the forms of a page lead."""
    shown = at.get(page)
    assert shown.status_code == 200, (page, shown.status_code)
    places = re.findall(r'\s(?:href|action|formaction|hx-get|hx-post)="([^"]*)"', shown.content.decode())
    return {
        urljoin(page, place).split("#")[0] for place in map(unescape, places)
        if not urlsplit(place).scheme and not place.startswith("#")
    }  # fmt: skip


def follow(counter: Counter, pages: list[str]) -> dict[str, int]:
    """Every place that these pages offer and the operator may not open, with the answer."""
    shut, asked = {}, set[str]()
    for page in pages:
        for place in sorted(offered(counter.browser, page) - asked):
            asked.add(place)
            if place.startswith(LEAVES) or place.endswith("/sign-out/"):
                continue
            answer = counter.browser.get(place).status_code
            if answer not in (200, 302, 405):
                shut[f"{page} → {place}"] = answer
    return shut


def test_2_3_no_link_of_the_trades_pages_at_the_counter_leads_to_a_page_that_is_shut(
    counter: Counter, swift: AuthorisedCourier
) -> None:
    one, export, change = transfer(hawbs=2), export_manifest(), amendment("DRAFT")
    amendment("REJECTED", hawb=change.manifest.hawbs.get())
    waiting, hawb = flagged(), change.manifest.hawbs.get()
    shipping_bill("LET_EXPORT", hawb="SWX9000007")
    own = [bill("DRAFT", draft=DRAFT), shipping_bill("DRAFT", hawb="SWX9000008"), manifest("DRAFT")]
    counter.serve(str(swift.number))
    key = change.manifest.key
    pages = [reverse("transfer-new"), reverse("transfer-draft", args=[one.pk]), reverse("cem-new"), reverse("cem-lines", args=[export.pk])]  # fmt: skip
    pages += [reverse(name, args=[key]) for name in ("manifest-amend", "amend-header", "amend-igm", "amend-add")]
    pages += [reverse(name, args=[key, hawb.number]) for name in ("amend-shipment", "amend-pieces")]
    pages += [reverse("counter"), reverse("counter-answers"), reverse("counter-open", args=["bond", 0])]
    pages += [document.get_absolute_url() for document in own]
    pages += [f"{reverse('bill-check', args=[own[0].pk])}", reverse("manifest-new"), reverse("csb-start"), reverse("bill-start")]  # fmt: skip
    at_home = counter.browser.get(reverse("counter")).context["mast"]
    in_hand = counter.browser.get(pages[0]).context["mast"]
    assert [one["url"] for one in in_hand["nav"]] == [one["url"] for one in at_home["nav"]]  # the operator's own
    assert str(waiting.manifest) in counter.browser.get(pages[0]).content.decode()
    more = [place for place in offered(counter.browser, reverse("counter")) if place.startswith(("/counter/answers/", "/counter/discard/"))]  # fmt: skip
    assert len(more) >= 3
    assert follow(counter, [*pages, *more]) == {}


def test_2_3_the_same_of_an_importers_pages(counter: Counter) -> None:
    firm = importer()
    one = transfer(importer=firm)
    Bond.objects.update(balance=0)  # the page says that it is short, and where another is asked for
    counter.serve(str(firm.iec))
    assert follow(counter, [reverse("transfer-new"), reverse("transfer-draft", args=[one.pk]), reverse("counter")]) == {}  # fmt: skip
