"""Signing in as people do: an authenticator taken up and lost, an expiry in the middle of a draft, a session about to end."""

from __future__ import annotations

import re
from base64 import b32decode
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp
from playwright.sync_api import Page, expect

from accounts import expiry
from accounts.credentials import ExpiryExercise
from accounts.models import User
from bills import drafts
from bills.models import CourierBillOfEntry
from tests.browser.conftest import PASSWORD, Visit, member
from tests.factories.manifests import house_airway_bill, manifest

NEW = "Monsoon-over-Bengaluru-7"


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Type user name and password."""
    member(username)
    page.goto("/sign-in/")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Continue").click()


def test_an_authenticator_is_taken_up_and_lost(visit: Visit, settings: LazySettings) -> None:
    settings.SECOND_FACTOR = True
    page = visit("")
    sign_in(page, "ao.blr")
    expect(page.get_by_role("heading", name="Set up your second factor")).to_be_visible()
    square = page.get_by_alt_text("QR code of the key below")
    expect(square).to_have_js_property("complete", True)
    assert square.evaluate("picture => picture.naturalWidth > 40")
    key = b32decode(page.locator("#key").inner_text().replace(" ", ""))
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("not the code the authenticator shows now")
    page.get_by_label("Code").fill(f"{totp(key):06d}")
    page.get_by_role("button", name="Continue").click()
    codes = page.locator("#codes code").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("button", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Your desk")).to_be_visible()

    again = visit("")
    sign_in(again, "ao.blr")
    expect(again.get_by_role("heading", name="Enter the code")).to_be_visible()
    again.get_by_label("Code").fill(f"{totp(key, drift=1):06d}")  # the next one: the first was used to take it up
    again.get_by_role("button", name="Continue").click()
    expect(again.get_by_role("heading", name="Your desk")).to_be_visible()

    lost = visit("")
    sign_in(lost, "ao.blr")
    lost.get_by_role("link", name="Lost your phone or authenticator?").click()
    lost.get_by_label("Recovery code").fill(codes[0])
    lost.get_by_role("button", name="Continue").click()
    expect(lost.get_by_role("heading", name="Your desk")).to_be_visible()
    lost.goto("/account/")
    expect(lost.get_by_text("9 recovery codes are left.")).to_be_visible()
    expect(lost.locator("tbody tr")).to_have_count(3)


def begin_exercise() -> None:
    """All passwords expire now."""
    User.objects.update(password_set_at=timezone.now() - timedelta(days=1))
    ExpiryExercise.objects.create(begins_at=timezone.now(), scope="ALL", made_by=member("sysadmin"))
    expiry.forget()


def typed(bill: CourierBillOfEntry) -> dict[str, str]:
    """What is kept of the bill."""
    return drafts.header(CourierBillOfEntry.objects.get(pk=bill.pk))


@pytest.mark.parametrize("autosaved", [True, False])
def test_passwords_expire_in_the_middle_of_a_draft_and_nothing_is_lost(autosaved: bool, visit: Visit) -> None:
    """The courier types on after the moment: the words are kept, the password is changed, the draft is there again."""
    courier = member("courier.swift")
    bill = drafts.start(house_airway_bill(manifest(courier=courier.courier)), courier.pk)
    here = reverse("bill-part", args=[bill.pk, "invoice"])
    page = visit("courier.swift")
    page.goto(here)
    page.get_by_label("Invoice number").press_sequentially("HRB-20791")
    expect(page.locator("#saved")).to_contain_text("Saved as a draft")
    begin_exercise()
    page.get_by_label("Date of the invoice").or_(page.get_by_label("Invoice date")).first.press_sequentially("10/11/20")
    if not autosaved:  # another page is asked for before the words were saved
        page.evaluate("location.assign('/account/')")
    page.wait_for_url(re.compile("/password/"))
    expect(page.get_by_role("heading", name="Choose a new password")).to_be_visible()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("New password again").fill(NEW)
    page.get_by_role("button", name="Change password").click()
    page.wait_for_url(re.compile(re.escape(here)) if autosaved else lambda url: "/password/" not in url)
    page.goto(here)
    expect(page.get_by_label("Invoice number")).to_have_value("HRB-20791")
    assert typed(bill)["invoice_number"] == "HRB-20791"
    assert typed(bill)["invoice_date"] == "10/11/20"


def test_a_warning_comes_before_the_end_and_the_form_stays(visit: Visit, settings: LazySettings) -> None:
    settings.IDLE_WARNING_SECONDS = settings.IDLE_MINUTES * 60 - 1
    page = visit("")
    sign_in(page, "ao.blr")
    page.goto("/password/")
    page.get_by_label("Present password").fill("half typed")
    dialog = page.get_by_role("dialog", name="Are you still there?")
    expect(dialog).to_be_visible()
    expect(dialog.locator("b")).to_have_text(re.compile(r"19:\d\d"))
    settings.IDLE_WARNING_SECONDS = 0
    dialog.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("Present password")).to_have_value("half typed")


def test_a_session_that_is_over_ends_at_the_sign_in_page_and_comes_back(visit: Visit, settings: LazySettings) -> None:
    page = visit("")
    sign_in(page, "ao.blr")
    settings.IDLE_WARNING_SECONDS = settings.IDLE_MINUTES * 60
    settings.IDLE_MINUTES = 0
    page.goto("/account/")
    expect(page.get_by_text("You were signed out because nothing was done")).to_be_visible()
    settings.IDLE_MINUTES = 20
    settings.IDLE_WARNING_SECONDS = 120
    page.get_by_label("User name").fill("ao.blr")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Your sign-in")).to_be_visible()
