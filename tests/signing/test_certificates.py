"""Certificates: whose, from whom, for what, from when until when, and revoked or not."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts import demo_certificates
from accounts.certificate_views import owner_of
from eccs.audit import AuditLine
from eccs.dated_rules import DatedRule, forget
from eccs.signing import certificates, own_authority
from eccs.signing.authorities import NotAccepted
from eccs.signing.models import Certificate, RevocationList
from eccs.signing.names import Owner
from tests.accounts.conftest import member
from tests.signing.conftest import Authority, browser_of

pytestmark = pytest.mark.django_db


def file(content: bytes, name: str = "me.cer") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def refused(user: Any, content: bytes) -> str:
    """Why it is not accepted."""
    with pytest.raises(NotAccepted) as fault:
        certificates.register(user.pk, owner_of(user), content)
    assert not Certificate.objects.exists()
    return str(fault.value)


def test_a_person_registers_and_retires_a_certificate(authority: Authority) -> None:
    user = member("signatory.swift")
    browser = browser_of(user)
    keyed = authority.issue(owner_of(user))
    answer = browser.post(reverse("certificates"), {"file": file(keyed.pem)}, follow=True)
    made = Certificate.objects.get()
    assert made.owner == user and f"{made.serial}" in answer.content.decode()
    assert made.parsed == keyed.certificate
    again = browser.post(reverse("certificates"), {"file": file(keyed.pem)})
    assert again.status_code == 422 and b"registered already" in again.content
    assert b"Retire" in browser.get(reverse("certificate-retire", args=[made.pk])).content
    browser.post(reverse("certificate-retire", args=[made.pk]))
    made.refresh_from_db()
    assert made.retired_at is not None and "was retired" in certificates.why_not(made, made.retired_at)[0]
    assert set(AuditLine.objects.values_list("event", flat=True)) >= {
        "certificate.registered", "certificate.refused", "certificate.retired",
    }  # fmt: skip


def test_nobody_retires_the_certificate_of_another(authority: Authority) -> None:
    _keyed, made = authority.register(member("signatory.swift"))
    other = browser_of(member("signatory.metro"))
    assert other.post(reverse("certificate-retire", args=[made.pk])).status_code == 404
    assert other.get(reverse("certificates")).content.decode().count(made.serial) == 0


def test_a_certificate_of_somebody_else_another_firm_or_pan_is_refused(authority: Authority) -> None:
    user = member("signatory.swift")
    own = owner_of(user)
    for owner, words in (
        (Owner("Zubin Contractor", own.firm, own.pan), "is of Zubin Contractor, not of"),
        (Owner(own.name, "Metro Parcel Lines Limited"), "is for Metro Parcel Lines Limited, not for"),
        (Owner(own.name, own.firm, "AABCM7730R"), "PAN in the certificate is not that of"),
        (Owner(own.name), "names no firm"),
    ):
        assert words in refused(user, authority.issue(owner).pem)


def test_a_certificate_that_somebody_else_registered_is_refused(authority: Authority) -> None:
    keyed, _made = authority.register(member("signatory.swift"))
    user = member("signatory.metro")
    user.full_name, user.courier = member("signatory.swift").full_name, member("signatory.swift").courier
    with pytest.raises(NotAccepted, match="registered by somebody else"):
        certificates.register(user.pk, owner_of(user), keyed.pem)


def test_a_foreign_authority_is_refused_and_one_of_the_same_name_too(authority: Authority) -> None:
    user = member("signatory.swift")
    for name in ("Another", "Authority of the tests"):
        assert "not issued by a certifying authority" in refused(user, Authority(name).issue(owner_of(user)).pem)


def test_a_key_for_anything_else_is_refused(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    user = member("signatory.swift")
    whole = own_authority.usage
    monkeypatch.setattr(own_authority, "usage", lambda **_whose: x509.KeyUsage(True, False, True, False, False, False, False, False, False))  # fmt: skip
    assert "not for signing documents" in refused(user, authority.issue(owner_of(user)).pem)
    monkeypatch.setattr(own_authority, "usage", whole)
    key = ec.generate_private_key(ec.SECP521R1())
    odd = authority.certify(owner_of(user), key.public_key())
    assert "of a kind that is not accepted" in refused(user, odd.public_bytes(Encoding.PEM))


def test_validity_holds_from_its_first_to_its_last_second(authority: Authority) -> None:
    _keyed, made = authority.register(member("signatory.swift"), until=30)
    second = timedelta(seconds=1)
    assert certificates.why_not(made, made.valid_from) == []
    assert certificates.why_not(made, made.valid_until) == []
    assert "valid only from" in certificates.why_not(made, made.valid_from - second)[0]
    assert "expired on" in certificates.why_not(made, made.valid_until + second)[0]
    for days in ({"since": 1}, {"since": -9, "until": -1}):
        user = member("signatory.metro")
        with pytest.raises(NotAccepted, match=r"valid only from|expired on"):
            certificates.register(user.pk, owner_of(user), authority.issue(owner_of(user), **days).pem)


def test_a_revoked_certificate_counts_until_it_was_revoked(authority: Authority) -> None:
    keyed, made = authority.register(member("signatory.swift"))
    authority.revoke([keyed.certificate.serial_number])
    on = RevocationList.objects.get().issued_at
    assert "was revoked" in certificates.why_not(made, on)[0]
    assert certificates.why_not(made, on - timedelta(seconds=1)) == []
    authority.revoke([])  # a later list that forgets it changes nothing
    assert "was revoked" in certificates.why_not(made, on)[0]


def test_where_lists_are_demanded_one_in_date_must_be_loaded(authority: Authority) -> None:
    _keyed, made = authority.register(member("signatory.swift"))
    DatedRule.objects.create(name="revocation_lists_demanded", from_date="2026-01-01", value="on", source="Order 1")
    forget()
    now = made.registered_at
    assert "No list of revoked certificates in date" in certificates.why_not(made, now)[0]
    authority.revoke([])
    row = RevocationList.objects.get()
    assert certificates.why_not(made, row.issued_at) == []
    assert row.next_at is not None
    assert certificates.why_not(made, row.next_at) == []
    assert "No list of revoked" in certificates.why_not(made, row.next_at + timedelta(seconds=1))[0]
    with time_machine.travel(row.next_at + timedelta(days=1)):
        assert row.is_late


def test_what_is_no_certificate_is_refused(authority: Authority) -> None:
    user = member("signatory.swift")
    keyed = authority.issue(owner_of(user))
    p12 = pkcs12.serialize_key_and_certificates(b"me", keyed.key, keyed.certificate, None, BestAvailableEncryption(b"x"))  # fmt: skip
    for content, words in (
        (b"hello", "not a certificate"), (p12, "not a certificate"), (keyed.pem * 2, "exactly one"),
        (authority.certificate.public_bytes(Encoding.PEM), "exactly one"), (b"0" * (256 * 1024 + 1), "too large"),
    ):  # fmt: skip
        assert words in refused(user, content)


def test_the_system_admin_sees_all_and_loads_lists(authority: Authority, tmp_path: Path) -> None:
    keyed, made = authority.register(member("signatory.swift"))
    assert browser_of(member("ao.blr")).get(reverse("certificates-all")).status_code == 403
    browser = browser_of(member("sysadmin"))
    page = browser.get(reverse("certificates-all"), {"q": "signatory"}).content.decode()
    assert made.serial in page and "Authority of the tests" in page and "none loaded" in page
    content = authority.revoked([keyed.certificate.serial_number])
    stranger = Authority()
    stranger.certificate = authority.certificate
    forged = stranger.revoked()
    for given, words in ((b"hello", "not a list"), (forged, "not signed by")):
        answer = browser.post(reverse("certificates-revoked"), {"file": file(given)})
        assert answer.status_code == 422 and words in answer.content.decode()
    for words in ("Loaded:", "loaded already"):
        answer = browser.post(reverse("certificates-revoked"), {"file": file(content)}, follow=True)
        assert words in answer.content.decode()
    path, said = tmp_path / "list.crl", StringIO()
    path.write_bytes(content)
    call_command("load_revocations", str(path), stdout=said)
    assert "1 revoked, there already" in said.getvalue()
    path.write_bytes(b"hello")
    with pytest.raises(CommandError, match="not a list"):
        call_command("load_revocations", str(path))


def test_the_demonstration_makes_its_authority_and_keys_once(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR_DIR, settings.SIGNING_CA_DIR = tmp_path, tmp_path / "signing" / "authorities"
    settings.PAPER_KEYS_DIR = tmp_path / "signing" / "papers"
    user = member("signatory.swift")
    folder = demo_certificates.make([user], "a long pass-phrase")
    content = (folder / "signatory.swift.p12").read_bytes()
    key, certificate, _more = pkcs12.load_key_and_certificates(content, b"a long pass-phrase")
    assert certificate is not None and key is not None
    made = Certificate.objects.get()
    assert made.parsed == certificate and certificates.why_not(made, made.registered_at) == []
    demo_certificates.make([user], "a long pass-phrase")
    assert (folder / "signatory.swift.p12").read_bytes() == content and Certificate.objects.count() == 1
    assert (folder / "signatory.swift.p12").stat().st_mode & 0o077 == 0


def test_no_authority_slips_in_beneath_one_that_allows_none(authority: Authority) -> None:
    user = member("signatory.swift")
    beneath = Authority("Between")
    begun = own_authority.begun(
        beneath.certificate.subject, authority.certificate.subject, beneath.key.public_key(), authority=True
    )
    between = begun.sign(authority.key, hashes.SHA256())
    own = beneath.issue(owner_of(user))
    # an authority whose own certificate allows none beneath it vouches for nobody's authority
    assert "not issued by" in refused(user, own.pem + between.public_bytes(Encoding.PEM))


def test_the_page_asks_for_the_password_again(authority: Authority) -> None:
    user = member("signatory.swift")
    client = Client()
    client.force_login(user)
    answer = client.post(reverse("certificates"), {"file": file(authority.issue(owner_of(user)).pem)})
    assert answer.status_code == 302 and answer["Location"].startswith("/password/confirm/")
    assert not Certificate.objects.exists()
