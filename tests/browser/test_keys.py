"""A desk worked by its keys alone: walk the queue, open, take a step, and the next document opens."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.written import tail
from tests.browser.conftest import Visit
from tests.factories.bills import bill


def test_a_desk_is_worked_without_a_mouse(visit: Visit) -> None:
    first, second, third = (
        bill(Stage.FOR_OUT_OF_CHARGE, stage_since=timezone.now() - timedelta(hours=hours)) for hours in (3, 2, 1)
    )
    page = visit("superintendent.blr")
    page.goto("/bills/imports/queue/for-out-of-charge/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile(re.escape(tail(first))))
    steps = page.locator(".steps summary").all_inner_texts()
    assert [said.split()[-1] for said in steps] == [str(n + 1) for n in range(len(steps))]  # each shows its key
    page.keyboard.press(str(1 + next(n for n, said in enumerate(steps) if said.startswith("Refer to Assessing"))))
    page.keyboard.type("The brand looks copied.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Refer to Assessing Officer done").first).to_be_visible()
    assert CourierBillOfEntry.objects.get(pk=first.pk).stage == Stage.ADJUDICATION
    expect(page).to_have_title(re.compile(re.escape(tail(second))))  # the next one opens

    page.goto("/bills/imports/queue/for-out-of-charge/")
    for key in ("j", "x", "j", "x", "b"):
        page.keyboard.press(key)
    expect(page.locator(".bulk button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main").get_by_role("button", name="Give Out of Charge")).to_be_visible()
    assert {str(one) in page.locator("main").inner_text() for one in (second, third)} == {True}
