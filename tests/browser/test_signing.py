"""Signing in the browser with a PKCS#12 file: the key never leaves the page (PN17 2.4)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from django.urls import reverse
from playwright.sync_api import FilePayload, Page, Request, expect

from accounts.certificate_views import owner_of
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.dated_rules import DatedRule, forget
from eccs.signing import certificates, verifying
from eccs.signing.models import Signature
from tests.browser.conftest import Visit, member
from tests.factories.bills import bill
from tests.signing.conftest import Authority

PASSPHRASE = "monsoon over the harbour"


def key_file(certificate: x509.Certificate, key: Any) -> FilePayload:
    """What a certifying authority hands over."""
    content = pkcs12.serialize_key_and_certificates(b"me", key, certificate, None, BestAvailableEncryption(PASSPHRASE.encode()))  # fmt: skip
    return {"name": "me.p12", "mimeType": "application/x-pkcs12", "buffer": content}


def sign_with(page: Page, file: FilePayload, passphrase: str) -> None:
    """Choose the file, type the pass-phrase, press the button."""
    page.get_by_label("File with your key").set_input_files(file)
    page.get_by_label("Pass-phrase of the file").fill(passphrase)
    page.get_by_role("button", name="Sign and submit").click()


@pytest.fixture
def authority(settings: Any, tmp_path: Path) -> Authority:
    """The one that is accepted here."""
    settings.SIGNING_CA_DIR = tmp_path / "authorities"
    return Authority().trusted_in(tmp_path / "authorities")


@pytest.mark.parametrize("kind", ["RSA", "P-256"])
def test_a_bill_is_filed_under_a_signature_made_in_the_browser(visit: Visit, authority: Authority, kind: str) -> None:
    DatedRule.objects.create(
        name="signed_filings", station_code="BLR", from_date="2026-01-01", value="on", source="Order 3"
    )
    forget()
    user = member("signatory.swift")
    key: Any = ec.generate_private_key(ec.SECP256R1()) if kind == "P-256" else rsa.generate_private_key(65537, 2048)
    own = authority.certify(owner_of(user), key.public_key())
    certificates.register(user.pk, owner_of(user), own.public_bytes(Encoding.PEM))
    stranger = authority.issue(owner_of(user))
    one = bill(Stage.DRAFT)
    page, sent = visit("signatory.swift"), list[Request]()
    page.goto(reverse("bill-check", args=[one.pk]))
    for box in page.locator("form.sign input[type=checkbox]").all():
        box.check()
    page.locator("form.sign button").click()
    expect(page.get_by_role("heading", name="Sign: File bill")).to_be_visible()
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)

    sign_with(page, key_file(own, key), "not the pass-phrase")
    expect(page.locator("#sign-said")).to_contain_text("The pass-phrase is wrong")
    expect(page.get_by_label("Pass-phrase of the file")).to_have_value("")
    sign_with(page, key_file(stranger.certificate, stranger.key), PASSPHRASE)
    expect(page.locator("#sign-said")).to_contain_text("not one that you registered")
    assert not sent and CourierBillOfEntry.objects.get(pk=one.pk).stage == Stage.DRAFT

    sign_with(page, key_file(own, key), PASSPHRASE)
    expect(page.get_by_text("File bill done").first).to_be_visible()
    filed = CourierBillOfEntry.objects.get(pk=one.pk)
    assert filed.number and filed.stage != Stage.DRAFT
    row = Signature.objects.get()
    assert row.certificate.fingerprint == own.fingerprint(hashes.SHA256()).hex()
    assert [faults for _row, faults in verifying.of_number(filed.number)] == [[]]
    assert one.hawb is not None and json.loads(bytes(row.leaf))["declared"]["hawb"] == one.hawb.number
    assert len(sent) == 1 and set(sent[0].post_data_json or {}) == {"csrfmiddlewaretoken", "cms"}
