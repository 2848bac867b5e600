"""People at their browsers: each comes by a letter's link, takes up a second factor, and signs with a certificate of the own."""

from __future__ import annotations

import re
import secrets
import time
from base64 import b32decode
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django_otp.oath import totp
from playwright.sync_api import Browser, FilePayload, Locator, Page

from eccs.signing.names import Owner
from eccs.signing.own_authority import OwnAuthority, as_pkcs12

PATIENCE = 30_000  # milliseconds a page may take
PROVED_FOR = 480  # seconds; after ten minutes ECCS asks for the password before what weighs much


def labelled(where: Page | Locator, words: str) -> Locator:
    """The field before which just these words stand, whether it may be left empty or not."""
    return where.get_by_label(re.compile(rf"^\s*{re.escape(words)}(\s+\(optional\))?\s*$"))


class Stuck(Exception):
    """A page says no, or has not what is looked for."""


@dataclass
class Person:
    """Somebody at a browser of the own."""

    username: str
    name: str
    page: Page
    firm: str = ""
    pan: str = ""
    password: str = field(default_factory=lambda: f"{secrets.token_urlsafe(15)}-Aa7")
    key: bytes = b""  # of the authenticator
    file: bytes = b""  # PKCS#12
    proved: float = 0.0

    @property
    def heading(self) -> str:
        """What the page that stands open is called."""
        return self.page.locator("h1").first.inner_text().strip()

    def go(self, address: str) -> None:
        """Open a page; one that asks for the password is answered."""
        self.page.goto(address)
        self._confirm()

    def press(self, name: str, within: Locator | None = None) -> None:
        """Press a button that sends a form, and be at the page that follows. Raises Stuck where that one refuses."""
        self.send((within or self.page).get_by_role("button", name=name).first)

    def send(self, button: Locator) -> None:
        """Press this button, sign what is to be signed, and be at the page that follows. Raises Stuck where that one refuses."""
        with self.page.expect_navigation(wait_until="load"):
            button.click()
        if self.page.locator("form#sign, #sign-said").count():
            self._sign()
        if faults := self.page.locator(".govuk-error-summary, .said--error[role=alert]").all_inner_texts():
            raise Stuck(" ".join(faults))

    def fill(self, **cells: str) -> None:
        """Fill fields by the words that stand before them, underscores for spaces."""
        for words, value in cells.items():
            labelled(self.page, words.replace("_", " ")).fill(value)

    def says(self, words: str) -> None:
        """The page that stands open says these words."""
        self.page.get_by_text(words).first.wait_for(state="visible", timeout=PATIENCE)

    def prove(self) -> None:
        """Before what weighs much: the password once more, where it was typed long ago."""
        if time.monotonic() - self.proved > PROVED_FOR:
            self.go("/password/confirm/?next=/account/")

    def _confirm(self) -> None:
        if self.heading == "Type your password again":
            self.page.get_by_label("Password").fill(self.password)
            self.press("Go on")
            self.proved = time.monotonic()

    def come(self, link: str) -> None:
        """Choose a password by the link, sign in, and set up the second factor where it is asked for."""
        page = self.page
        page.goto(link)
        page.get_by_label("New password", exact=True).fill(self.password)
        page.get_by_label("New password again").fill(self.password)
        self.press("Change password")
        page.get_by_label("User name").fill(self.username)
        page.get_by_label("Password").fill(self.password)
        self.press("Continue")
        self.proved = time.monotonic()
        if self.heading == "Set up your second factor":
            self.key = b32decode(page.locator("#key").inner_text().replace(" ", ""))
            page.get_by_label("Code").fill(f"{totp(self.key):06d}")
            self.press("Continue")
            if page.locator("#codes code").count() != 10:
                raise Stuck("no ten recovery codes are shown")
            with page.expect_navigation():
                page.get_by_role("button", name="I have kept them").click()
        page.get_by_role("button", name="Sign out").wait_for()

    def certify(self, authority: OwnAuthority) -> None:
        """Get a certificate of the authority, and register it."""
        issued = authority.issue(Owner(self.name, self.firm, self.pan))
        self.file = as_pkcs12(issued, self.password)
        self.prove()
        self.go("/account/certificates/")
        self.page.locator("input[type=file]").set_input_files(
            FilePayload(name="own.pem", mimeType="application/x-pem-file", buffer=issued.pem)
        )
        self.press("Register")
        self.says("Registered:")

    def _sign(self) -> None:
        if not self.file:
            raise Stuck("a signature is asked for, and there is no certificate")
        page = self.page
        page.get_by_label("File with your key").set_input_files(
            FilePayload(name="own.p12", mimeType="application/x-pkcs12", buffer=self.file)
        )
        page.get_by_label("Pass-phrase of the file").fill(self.password)
        with page.expect_navigation(wait_until="load"):
            page.get_by_role("button", name="Sign and submit").click()


class People:
    """Everybody who works at the station, each with a browser of the own."""

    def __init__(self, browser: Browser, address: str, authority: OwnAuthority, *, own_certificate: bool) -> None:
        self._browser, self._address, self._own = browser, address, own_certificate
        self._there: dict[str, Person] = {}
        self.authority = authority
        self.at: Person | None = None  # who acts now

    def __getitem__(self, username: str) -> Person:
        self.at = self._there[username]
        return self.at

    def welcome(self, username: str, name: str, link: str | Callable[[], str], firm: str = "", pan: str = "") -> Person:
        """Somebody comes for the first time, by a link that was said or that stands in a letter."""
        context = self._browser.new_context(
            base_url=self._address,
            ignore_https_errors=self._own,
            viewport={"width": 1366, "height": 900},
            locale="en-IN",
        )
        context.set_default_timeout(PATIENCE)
        self.at = self._there[username] = Person(username, name, context.new_page(), firm, pan)
        self.at.come(link if isinstance(link, str) else link())
        return self.at

    def where(self, picture: Path) -> str:
        """Who acts now, on which page, and what stands there; the page as a picture beside it."""
        if self.at is None:
            return "Nobody was at a page yet."
        page = self.at.page
        page.screenshot(path=picture, full_page=True)
        words = page.locator("body").inner_text()
        return f"{self.at.username} at {page.url}\n{words[:4000]}\n(picture: {picture})"
