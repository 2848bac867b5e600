"""Signing in the browser with a key on a token, through the bridge, with SoftHSM for the token (PN17 2.4)."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.certificate_views import owner_of
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from eccs.dated_rules import DatedRule, forget
from eccs.signing import certificates, cms, verifying
from eccs.signing.authorities import NotAccepted
from eccs.signing.models import Signature
from eccs.signing.names import Owner
from tests.browser.conftest import Visit, member
from tests.browser.test_signing import authority  # noqa: F401 a fixture
from tests.factories.bills import bill
from tests.house.source import ROOT
from tests.signing.conftest import Authority

MODULE = next(
    (p for at in ("/usr/lib", "/usr/local/lib") for p in sorted(Path(at).glob("**/softhsm/libsofthsm2.so"))), None
)
PIN = "271828"

pytestmark = pytest.mark.skipif(
    MODULE is None or shutil.which("softhsm2-util") is None, reason="no SoftHSM on this machine"
)

PUT = """
import sys, pkcs11
from pkcs11 import Attribute, CertificateType, ObjectClass
der = open(sys.argv[2], "rb").read()
with pkcs11.lib(sys.argv[1]).get_token(token_label="signatory").open(rw=True, user_pin=sys.argv[3]) as session:
    session.create_object({
        Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.CERTIFICATE_TYPE: CertificateType.X_509, Attribute.TOKEN: True,
        Attribute.ID: bytes([int(sys.argv[4])]), Attribute.SUBJECT: b"", Attribute.VALUE: der, Attribute.LABEL: "me",
    })
"""


class Bridge:
    """The bridge as people start it, with what it says on its screen."""

    def __init__(self, origin: str, conf: Path) -> None:
        command = [
            sys.executable,
            str(ROOT / "tools" / "signing_bridge.py"),
            "--module",
            str(MODULE),
            "--origin",
            origin,
            "--port",
            "0",
        ]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "SOFTHSM2_CONF": str(conf)}
        )
        assert self.process.stdout is not None
        self.address = re.findall(r"http://\S+", self.process.stdout.readline())[0]
        self.code = self.process.stdout.readline().split()[-1]

    def ask(self, **headers: str) -> int:
        """What it answers to a question with these headers."""
        asked = urllib.request.Request(f"{self.address}/certificates", b"{}", headers, method="POST")  # noqa: S310 our own address
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code

    def sign(self, origin: str, content: bytes, fingerprint: str) -> bytes:
        """The signature that it makes with the key of this certificate."""
        told = {"content": base64.b64encode(content).decode(), "fingerprint": fingerprint, "pin": PIN}
        headers = {"Origin": origin, "X-Pairing-Code": self.code}
        asked = urllib.request.Request(f"{self.address}/sign", json.dumps(told).encode(), headers, method="POST")  # noqa: S310 our own address
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
            return base64.b64decode(json.load(answer)["cms"])

    def close(self) -> None:
        """It is closed."""
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """The folder of tokens, with none in it yet: where SoftHSM is told of it."""
    (tmp_path / "tokens").mkdir()
    conf = tmp_path / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    return conf


@pytest.fixture
def bridge(whole_system: str, token: Path, settings: Any) -> Iterator[Bridge]:
    """The bridge for this system, and for no other address."""
    started = Bridge(whole_system, token)
    settings.SIGNING_BRIDGE = started.address
    yield started
    started.close()


def put_on_token(key: Any, certificate: Any, conf: Path, number: int = 1) -> None:
    """Somebody's key and certificate, as whoever issues tokens puts them there; the first makes the token."""
    env = {**os.environ, "SOFTHSM2_CONF": str(conf)}
    file, der = conf.with_name("key.pem"), conf.with_name("me.der")
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    der.write_bytes(certificate.public_bytes(Encoding.DER))
    made = ["softhsm2-util", "--init-token", "--free", "--label", "signatory", "--so-pin", "314159", "--pin", PIN]
    put = [
        "softhsm2-util",
        "--import",
        str(file),
        "--token",
        "signatory",
        "--label",
        "me",
        "--id",
        f"{number:02}",
        "--pin",
        PIN,
    ]
    for command in (
        *([made] if number == 1 else []),
        put,
        [sys.executable, "-c", PUT, str(MODULE), str(der), PIN, str(number)],
    ):
        subprocess.run(command, env=env, check=True, capture_output=True, timeout=60)


def sign_with(page: Page, code: str, pin: str) -> None:
    """Type code and PIN, press the button."""
    page.get_by_label("Pairing code of the signing bridge").fill(code)
    page.get_by_label("PIN of the token").fill(pin)
    page.get_by_role("button", name="Sign and submit").click()


def test_2_4_a_bill_is_filed_under_a_signature_made_by_a_token(
    visit: Visit,
    authority: Authority,  # noqa: F811
    bridge: Bridge,
    token: Path,
) -> None:
    DatedRule.objects.create(
        name="signed_filings", station_code="BLR", from_date="2026-01-01", value="on", source="Order 3"
    )
    forget()
    user = member("signatory.swift")
    key = ec.generate_private_key(ec.SECP256R1())
    own = authority.certify(owner_of(user), key.public_key())
    certificates.register(user.pk, owner_of(user), own.public_bytes(Encoding.PEM))
    one = bill(Stage.DRAFT)
    page = visit("signatory.swift")
    page.goto(reverse("bill-check", args=[one.pk]))
    for box in page.locator("form.sign input[type=checkbox]").all():
        box.check()
    page.locator("form.sign button").click()
    page.get_by_label("On a token").check()
    said = page.locator("#sign-said")

    sign_with(page, bridge.code, PIN)
    expect(said).to_contain_text("No token is plugged in")
    put_on_token(key, own, token)
    sign_with(page, "WRONGONE", PIN)
    expect(said).to_contain_text("not the one that the bridge shows")
    sign_with(page, bridge.code, "000000")
    expect(said).to_contain_text("The PIN is wrong")
    expect(page.get_by_label("PIN of the token")).to_have_value("")
    assert CourierBillOfEntry.objects.get(pk=one.pk).stage == Stage.DRAFT
    sign_with(page, bridge.code.lower(), PIN)
    expect(page.get_by_text("File bill done").first).to_be_visible()
    filed = CourierBillOfEntry.objects.get(pk=one.pk)
    assert Signature.objects.get().certificate.fingerprint == own.fingerprint(hashes.SHA256()).hex()
    assert [faults for _row, faults in verifying.of_number(str(filed.number))] == [[]]


def test_the_bridge_answers_its_own_pages_alone_and_locks_itself(whole_system: str, bridge: Bridge) -> None:
    own = {"Origin": whole_system, "X-Pairing-Code": bridge.code}
    assert bridge.ask(**own) == 409  # nothing is plugged in
    assert bridge.ask(**own | {"Origin": "https://elsewhere.example"}) == 403
    assert bridge.ask(**own | {"Host": "rebound.example"}) == 403
    assert bridge.ask(**{"X-Pairing-Code": bridge.code}) == 403
    assert [bridge.ask(**own | {"X-Pairing-Code": "GUESS"}) for _n in range(5)] == [403] * 5
    assert bridge.ask(**own) == 403  # the right code comes too late


def test_a_token_signs_with_keys_of_each_kind_that_is_accepted(token: Path, tmp_path: Path) -> None:
    above, origin, content = Authority(), "https://eccs.example", b'{"form":"ECCS filing 1"}'
    keys: list[Any] = [
        rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 3072),
        ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1()),
    ]  # fmt: skip
    held = []
    for number, key in enumerate(keys, 1):
        own = above.certify(Owner("Nila Joshi"), key.public_key())
        put_on_token(key, own, token, number)
        held.append(own)
    bridge = Bridge(origin, token)
    try:
        made = [bridge.sign(origin, content, own.fingerprint(hashes.SHA256()).hex()) for own in held]
    finally:
        bridge.close()
    assert [cms.signer_of(der, content) for der in made] == held
    root, signed, file = tmp_path / "root.pem", tmp_path / "signed", tmp_path / "made.p7s"
    root.write_bytes(above.certificate.public_bytes(Encoding.PEM))
    signed.write_bytes(content)
    for der in made:
        with pytest.raises(NotAccepted, match="not over what was shown"):
            cms.signer_of(der, content + b" ")
        file.write_bytes(der)
        verify = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(file), "-content", str(signed), "-CAfile", str(root), "-purpose", "any"]  # fmt: skip
        subprocess.run([*verify, "-out", os.devnull], check=True, capture_output=True, timeout=30)
