"""What is signed, and that nothing else can be done with it (PN17 2.4)."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from asn1crypto import cms as asn1
from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.utils import InternalError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from bills.forms.entry import FilingForm
from bills.models import BillTrail, CourierBillOfEntry
from bills.stages import Stage
from eccs import tasks
from eccs.audit import AuditLine
from eccs.dated_rules import DatedRule, forget
from eccs.signing import certificates, verifying
from eccs.signing.models import Signature, SignatureFault, ToSign
from eccs.signing.names import Owner
from eccs.trail import broken_lines
from eccs.workflow import Refused, take
from tests.accounts.conftest import member
from tests.factories.bills import bill
from tests.signing.conftest import Authority, Keyed, browser_of

pytestmark = pytest.mark.django_db

REPLY = {"reply_to_query-reply": "A lithium cell of 40 mAh."}


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """What a test keeps is gone with it."""
    settings.MEDIA_ROOT = tmp_path / "media"


def demand(rule: str = "signed_filings", station: str = "BLR", since: str = "2026-01-01") -> None:
    """The station orders signatures from a day on."""
    DatedRule.objects.create(name=rule, station_code=station, from_date=since, value="on", source="Order 3 of 2026")
    forget()


def asked(browser: Client, one: CourierBillOfEntry, given: dict[str, Any] | None = None) -> ToSign:
    """The reply is sent, and shown for signing; nothing has happened yet."""
    before = one.trail.count()
    answer = browser.post(one.step_url("reply_to_query"), {**REPLY, **(given or {})})
    assert answer.status_code == 302 and answer["Location"].startswith("/sign/"), answer.content.decode()[-3000:]
    assert one.trail.count() == before and not Signature.objects.exists()
    return ToSign.objects.latest("pk")


def send(browser: Client, found: ToSign, cms: bytes) -> Any:
    """The signature comes back from the browser."""
    return browser.post(reverse("sign", args=[found.key]), {"cms": base64.b64encode(cms).decode()})


def signed_reply(authority: Authority) -> tuple[CourierBillOfEntry, Keyed, Client]:
    """A query that was answered under a signature."""
    demand()
    one, user = bill(Stage.QUERY), member("signatory.swift")
    keyed, _certificate = authority.register(user)
    browser = browser_of(user)
    found = asked(browser, one)
    answer = send(browser, found, keyed.sign(bytes(found.content)))
    assert answer.status_code == 302, answer.content.decode()
    return CourierBillOfEntry.objects.get(pk=one.pk), keyed, browser


def refused(answer: Any, words: str, one: CourierBillOfEntry) -> None:
    """Not signed, with the reason; the bill waits as before."""
    assert answer.status_code == 409 and words in answer.content.decode(), answer.content.decode()[:6000]
    assert CourierBillOfEntry.objects.get(pk=one.pk).stage == Stage.QUERY and not Signature.objects.exists()
    assert ToSign.objects.filter(signed_at=None).exists()


def test_2_4_a_reply_is_signed_over_exactly_what_was_shown(authority: Authority) -> None:
    one, _keyed, browser = signed_reply(authority)
    assert one.stage == Stage.ASSESSMENT
    row, line = Signature.objects.get(), one.trail.latest("seq")
    filing = json.loads(bytes(row.leaf))
    assert (filing["step"], filing["id"], filing["answers"]["reply"]) == (
        "reply_to_query",
        one.pk,
        REPLY["reply_to_query-reply"],
    )
    assert filing["by"] == {"id": member("signatory.swift").pk, "name": member("signatory.swift").full_name}
    assert filing["station"] == "BLR" and filing["after"] == line.previous
    assert bytes(row.leaf) == bytes(row.content)
    assert (row.kind, row.document_id, row.seq, row.number) == (
        "bills.courierbillofentry",
        one.pk,
        line.seq,
        one.number,
    )
    assert line.answers["signature"] == hashlib.sha256(bytes(row.cms)).hexdigest()
    assert not list(broken_lines(BillTrail))
    page = browser.get(one.get_absolute_url()).content.decode()
    way = reverse("signature-part", args=["bills/imports", one.key, line.seq, "signature"])
    assert way in page and browser.get(way).content == bytes(row.cms)
    assert browser_of(member("signatory.metro")).get(way).status_code == 404


def test_2_4_openssl_agrees_and_so_does_the_command(authority: Authority, tmp_path: Path) -> None:
    one, _keyed, _browser = signed_reply(authority)
    said = StringIO()
    call_command("verify_signature", one.number, into=tmp_path / "kept", stdout=said)
    assert "reply_to_query, signed by" in said.getvalue() and "UTC: holds" in said.getvalue()
    folder = tmp_path / "kept"

    def openssl() -> int:
        words = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "1.cms", "-content", "1.content", "-CAfile", "authorities.pem", "-purpose", "any", "-out", "out"]  # fmt: skip
        return subprocess.run(words, cwd=folder, check=False, capture_output=True).returncode

    assert openssl() == 0
    assert (folder / "out").read_bytes() == (folder / "1.filing.json").read_bytes()
    (folder / "1.content").write_bytes((folder / "1.content").read_bytes().replace(b"40 mAh", b"41 mAh"))
    assert openssl() != 0
    with pytest.raises(CommandError, match="nothing on it is signed"):
        call_command("verify_signature", "CBE-XIII_BLR_2026-2027_01_99")


def test_without_the_order_of_the_station_everything_goes_on_as_before(authority: Authority) -> None:
    demand(station="DEL")
    demand(rule="signed_orders")
    one = bill(Stage.QUERY)
    browser_of(member("signatory.swift")).post(one.step_url("reply_to_query"), REPLY)
    assert CourierBillOfEntry.objects.get(pk=one.pk).stage == Stage.ASSESSMENT and not Signature.objects.exists()


def test_the_order_counts_from_its_day(authority: Authority) -> None:
    demand(since="2026-11-20")
    actor = Actor.of(member("signatory.swift"))
    for moment, must in (("2026-11-19T23:59:59+05:30", False), ("2026-11-20T00:00:00+05:30", True)):
        one = bill(Stage.QUERY)
        with time_machine.travel(moment, tick=False):
            if must:
                with pytest.raises(Refused, match="must be digitally signed at this station"):
                    take(one, "reply_to_query", actor, reply="A lithium cell.")
            else:
                take(one, "reply_to_query", actor, reply="A lithium cell.")


def test_a_step_that_could_not_be_taken_is_not_shown_for_signing(authority: Authority) -> None:
    demand()
    one = bill(Stage.ASSESSMENT)
    answer = browser_of(member("signatory.swift")).post(one.step_url("reply_to_query"), REPLY)
    assert answer.status_code == 409 and not ToSign.objects.exists()


def test_a_signature_is_good_for_one_document_alone(authority: Authority) -> None:
    demand()
    user = member("signatory.swift")
    keyed, _certificate = authority.register(user)
    browser, one, other = browser_of(user), bill(Stage.QUERY), bill(Stage.QUERY)
    first, second = asked(browser, one), asked(browser, other)
    cms = keyed.sign(bytes(first.content))
    refused(send(browser, second, cms), "not over what was shown", other)
    assert send(browser, first, cms).status_code == 302
    again = send(browser, first, cms)
    assert again.status_code == 409 and "signed already" in again.content.decode()
    assert Signature.objects.count() == 1


def test_what_changed_since_it_was_shown_is_shown_again(authority: Authority) -> None:
    demand()
    user = member("signatory.swift")
    keyed, _certificate = authority.register(user)
    browser, one = browser_of(user), bill(Stage.QUERY)
    found = asked(browser, one)
    take(one, "stop", Actor.of(member("dcac.blr")), remarks="Wait.")
    take(CourierBillOfEntry.objects.get(pk=one.pk), "clear_stop", Actor.of(member("dcac.blr")), remarks="Go on.")
    refused(send(browser, found, keyed.sign(bytes(found.content))), "has changed since it was shown", one)


def test_a_certificate_that_is_swapped_after_signing_is_found_out(authority: Authority) -> None:
    demand()
    user = member("signatory.swift")
    keyed, made = authority.register(user)
    certificates.retire(made)
    other, _certificate = authority.register(user)
    browser, one = browser_of(user), bill(Stage.QUERY)
    found = asked(browser, one)
    info = asn1.ContentInfo.load(keyed.sign(bytes(found.content)))
    theirs = Asn1Certificate.load(other.certificate.public_bytes(Encoding.DER))
    info["content"]["certificates"] = [asn1.CertificateChoices("certificate", theirs)]
    named = {"issuer": theirs.issuer, "serial_number": theirs.serial_number}
    info["content"]["signer_infos"][0]["sid"] = asn1.SignerIdentifier("issuer_and_serial_number", named)
    refused(send(browser, found, info.dump(force=True)), "key of the certificate", one)
    refused(send(browser, found, keyed.sign(bytes(found.content))), "was retired", one)


def test_an_expired_revoked_foreign_or_somebody_elses_certificate_is_refused(authority: Authority) -> None:
    demand()
    user, other = member("signatory.swift"), member("signatory.metro")
    keyed, made = authority.register(user, until=5)
    theirs, _certificate = authority.register(other)
    unknown = authority.issue(Owner(user.full_name))
    browser, one = browser_of(user), bill(Stage.QUERY)
    found = asked(browser, one)
    content = bytes(found.content)
    refused(send(browser, found, theirs.sign(content)), "that of somebody else", one)
    refused(send(browser, found, unknown.sign(content)), "is not registered", one)
    refused(send(browser, found, b"\x30\x03\x02\x01\x01"), "not a digital signature", one)
    refused(send(browser, found, b""), "Nothing was signed", one)
    refused(send(browser, found, keyed.sign(content + b" ")), "not over what was shown", one)
    with time_machine.travel(made.valid_until + timedelta(seconds=1)):
        late = asked(browser_of(user), one)
        refused(send(browser_of(user), late, keyed.sign(bytes(late.content))), "expired on", one)
    authority.revoke([keyed.certificate.serial_number])
    refused(send(browser, found, keyed.sign(content)), "was revoked", one)
    assert AuditLine.objects.filter(event="signature.refused").count() == 7


def test_a_session_without_the_key_signs_nothing_and_nobody_signs_what_was_shown_to_another(
    authority: Authority,
) -> None:
    demand()
    user, other = member("signatory.swift"), member("courieradmin.swift")
    keyed, _certificate = authority.register(user)
    one = bill(Stage.QUERY)
    found = asked(browser_of(user), one)
    assert send(browser_of(other), found, keyed.sign(bytes(found.content))).status_code == 404
    refused(browser_of(user).post(reverse("sign", args=[found.key])), "Nothing was signed", one)


def test_what_was_shown_too_long_ago_is_shown_anew(authority: Authority) -> None:
    demand()
    user = member("signatory.swift")
    keyed, _certificate = authority.register(user)
    one = bill(Stage.QUERY)
    found = asked(browser_of(user), one)
    for minutes, late in ((30, False), (31, True)):
        ToSign.objects.filter(pk=found.pk).update(
            made_at=timezone.now() - timedelta(minutes=minutes, seconds=-9 if not late else 0)
        )
        answer = browser_of(user).get(reverse("sign", args=[found.key])).content.decode()
        assert ("too long ago" in answer) is late
    refused(send(browser_of(user), found, keyed.sign(bytes(found.content))), "too long ago", one)
    ToSign.objects.update(made_at=timezone.now() - timedelta(days=2))
    tasks.verify_signatures()
    assert not ToSign.objects.exists()


def test_files_that_come_with_it_are_named_with_their_digests_and_attached_once_it_is_signed(
    authority: Authority,
) -> None:
    demand()
    user = member("signatory.swift")
    keyed, _certificate = authority.register(user)
    one, browser = bill(Stage.QUERY), browser_of(user)
    pdf = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
    found = asked(browser, one, {"reply_to_query-papers": SimpleUploadedFile("cell.pdf", pdf, "application/pdf")})
    assert not one.attachments.exists()
    filing = json.loads(bytes(found.content))
    assert filing["files"] == [{"name": "cell.pdf", "sha256": hashlib.sha256(pdf).hexdigest()}]
    assert send(browser, found, keyed.sign(bytes(found.content))).status_code == 302
    kept = one.attachments.get()
    with kept.file.open("rb") as file:
        assert kept.name == "cell.pdf" and file.read() == pdf


def tampered(table: str, column: str, value: Any, pk: int) -> None:
    """One value in the database, changed past every trigger."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk])
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def flipped(content: bytes, at: int = 60) -> bytes:
    """The same but for one bit of one byte."""
    changed = bytearray(content)
    changed[at] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("column", ["leaf", "content", "cms"])
def test_2_4_one_byte_altered_in_the_database_is_found_at_night_and_shown(authority: Authority, column: str) -> None:
    one, _keyed, _browser = signed_reply(authority)
    assert tasks.verify_signatures() == 0 and not SignatureFault.objects.exists()
    row = Signature.objects.get()
    was = bytes(getattr(row, column))
    tampered("eccs_signature", column, flipped(was, len(was) - 9), row.pk)
    assert tasks.verify_signatures() == 1
    page = browser_of(member("sysadmin")).get(reverse("certificates-all")).content.decode()
    assert one.number and one.number in page and SignatureFault.objects.get().what in page
    desk = browser_of(member("sysadmin")).get("/").content.decode()
    assert "does not hold" in desk and reverse("certificates-all") in desk
    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify_signature", one.number, stdout=StringIO())
    tampered("eccs_signature", column, was, row.pk)
    assert tasks.verify_signatures() == 0 and not SignatureFault.objects.exists()
    assert "does not hold" not in browser_of(member("sysadmin")).get("/").content.decode()


def test_2_4_a_trail_that_was_altered_or_a_signature_taken_away_is_found(authority: Authority) -> None:
    one, _keyed, _browser = signed_reply(authority)
    line, row = one.trail.latest("seq"), Signature.objects.get()
    altered = json.dumps({**line.answers, "reply": "A lithium cell of 41 mAh."})
    tampered("bills_billtrail", "answers", altered, line.pk)
    tasks.verify_signatures()
    assert SignatureFault.objects.get().what == "The trail does not say what was signed."
    tampered("bills_billtrail", "answers", json.dumps(line.answers), line.pk)
    tampered("eccs_signature", "seq", 99, row.pk)
    tasks.verify_signatures()
    assert set(SignatureFault.objects.values_list("what", flat=True)) == {
        "The line of the trail that was signed is not there.", "The signature that the trail names is not there.",
    }  # fmt: skip


def test_a_signature_is_never_changed_in_the_database(authority: Authority) -> None:
    signed_reply(authority)
    with pytest.raises(InternalError, match="stays as it was made"):
        Signature.objects.update(step="file")


def test_the_person_must_sign_with_the_own_name_whoever_sits_at_the_desk(authority: Authority) -> None:
    demand(rule="signed_orders")
    officer: User = member("superintendent.blr")
    keyed, _certificate = authority.register(officer)
    one = bill(Stage.FOR_OUT_OF_CHARGE)
    browser = browser_of(officer)
    answer = browser.post(one.step_url("give_out_of_charge"), {"confirm": "yes"})
    assert answer["Location"].startswith("/sign/"), answer
    found = ToSign.objects.get()
    assert send(browser, found, keyed.sign(bytes(found.content))).status_code == 302
    assert CourierBillOfEntry.objects.get(pk=one.pk).stage == Stage.OUT_OF_CHARGE
    row = Signature.objects.get()
    way = reverse("signature-part", args=["bills/imports", one.key, row.seq, "signed"])
    assert browser.get(way).status_code == 200
    assert browser_of(member("signatory.swift")).get(way).status_code == 404  # no officer's name goes to the trade


def test_a_bill_is_filed_from_its_own_page_with_its_declarations_in_what_is_signed(authority: Authority) -> None:
    demand()
    user, one = member("signatory.swift"), bill(Stage.DRAFT)
    keyed, _certificate = authority.register(user)
    browser, check = browser_of(user), reverse("bill-check", args=[one.pk])
    form = FilingForm(document=one, actor=Actor.of(user), prefix="file")
    answer = browser.post(check, {f"file-{name}": "on" for name in form.fields})
    found = ToSign.objects.get()
    assert answer["Location"] == reverse("sign", args=[found.key])
    page = browser.get(answer["Location"]).content.decode()
    assert "<noscript>" in page and "Signing needs JavaScript" in page and 'name="passphrase"' not in page
    assert str(form.fields["true"].label)[:40] in page
    filing = json.loads(bytes(found.content))
    assert filing["declarations"] == [str(field.label) for field in form.fields.values()]
    assert one.hawb is not None and filing["declared"]["hawb"] == one.hawb.number
    assert send(browser, found, keyed.sign(bytes(found.content))).status_code == 302
    filed = CourierBillOfEntry.objects.get(pk=one.pk)
    row = Signature.objects.get()
    assert filed.number == row.number and verifying.of_number(row.number) == [(row, [])]
