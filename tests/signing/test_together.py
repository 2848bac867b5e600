"""Many filings signed in one act: each carries its way to the root, and is verified alone."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from bills.models import BillTrail, CourierBillOfEntry
from bills.stages import Stage
from eccs import tasks, upload_runner
from eccs.celery import app
from eccs.models import Upload
from eccs.signing import cms, merkle, verifying
from eccs.signing.models import Signature, SignatureFault, ToSign
from eccs.trail import broken_lines
from exports.models import CourierShippingBill
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest
from tests.accounts.conftest import member
from tests.bills import test_documents_pages as documents_pages
from tests.bills.test_upload import Rows, as_csv, flight, good  # noqa: F401 the fixtures of that file
from tests.exports import test_documents as exported
from tests.factories.bills import bill
from tests.factories.documents import flight as flight_of_documents
from tests.signing.conftest import Authority, Keyed, browser_of
from tests.signing.test_filings import demand, flipped, own_files, tampered  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13])
def test_each_leaf_leads_to_the_root_and_no_other_does(count: int) -> None:
    leaves = [f"filing {n}".encode() for n in range(count)]
    root, paths = merkle.tree(leaves)
    for n, (leaf, path) in enumerate(zip(leaves, paths, strict=True)):
        assert merkle.root_of(leaf, path) == root
        assert merkle.root_of(leaf + b" ", path) != root
        if count > 1:
            assert merkle.root_of(leaf, paths[n - 1]) != root


def checked(flight: ExpressCargoManifest, rows: Rows) -> Upload:  # noqa: F811
    """The file of a flight's bills, checked."""
    browser_of(member("courier.swift")).post(reverse("bill-upload", args=[flight.key]), {"file": as_csv(rows)})
    upload = Upload.objects.latest("pk")
    upload_runner.check(upload.pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.READY, upload.faults
    return upload


def signed(authority: Authority, upload: Upload) -> tuple[ToSign, Keyed, Any]:
    """The root of all, signed by the signatory."""
    user = member("signatory.swift")
    keyed, _certificate = authority.register(user)
    browser = browser_of(user)
    answer = browser.post(reverse("upload-sign", args=[upload.pk]), {"declare1": "on", "declare2": "on"})
    found = ToSign.objects.get()
    assert answer["Location"] == reverse("sign", args=[found.key])
    page = browser.get(answer["Location"]).content.decode()
    assert "documents in one act" in page
    signature = base64.b64encode(keyed.sign(bytes(found.content))).decode()
    return found, keyed, browser.post(reverse("sign", args=[found.key]), {"cms": signature})


def test_2_4_the_bills_of_a_flight_are_signed_in_one_act_and_each_is_verified_alone(
    people: Callable[[str], User], authority: Authority, flight: ExpressCargoManifest, good: Rows, tmp_path: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    demand()
    upload = checked(flight, good)
    _found, _keyed, answer = signed(authority, upload)
    assert answer["Location"] == reverse("upload", args=[upload.pk])
    upload_runner.save(upload.pk, member("signatory.swift").pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.DONE, upload.refusal
    rows = list(Signature.objects.order_by("place"))
    bills = {one.pk: one for one in CourierBillOfEntry.objects.select_related("hawb")}
    assert len(rows) == len(bills) == 2 and len({bytes(row.content) for row in rows}) == 1
    told = json.loads(bytes(rows[0].content))
    assert told["count"] == 2 and told["root"] == merkle.root_of(bytes(rows[1].leaf), rows[1].path).hex()
    for row in rows:
        one, filing = bills[row.document_id], json.loads(bytes(row.leaf))
        assert one.hawb is not None and (row.number, filing["declared"]["hawb"]) == (one.number, one.hawb.number)
        assert verifying.of_number(row.number) == [(row, [])]
    assert "234123412346" not in bytes(rows[1].leaf).decode()  # an Aadhaar number stays masked
    asked, signer_of = list[bytes](), cms.signer_of

    def noted(der: bytes, content: bytes) -> Any:
        asked.append(der)
        return signer_of(der, content)

    monkeypatch.setattr(cms, "signer_of", noted)
    assert not list(broken_lines(BillTrail)) and tasks.verify_signatures() == 0
    assert len(asked) == 1  # one act is one signature to verify, however many filings it is over
    said = StringIO()
    call_command("verify_signature", rows[0].number, into=tmp_path / "kept", stdout=said)
    assert "with 1 others" in said.getvalue()

    was = bytes(rows[1].leaf)
    tampered("eccs_signature", "leaf", flipped(was, was.index(b"Wireless")), rows[1].pk)
    assert tasks.verify_signatures() == 1
    fault = SignatureFault.objects.get()
    assert (fault.number, fault.what) == (rows[1].number, "The filing is not the one that was signed.")
    assert verifying.of_number(rows[0].number)[0][1] == []


def test_a_file_is_not_filed_without_the_signature_that_the_station_demands(
    people: Callable[[str], User], authority: Authority, flight: ExpressCargoManifest, good: Rows  # noqa: F811
) -> None:  # fmt: skip
    upload = checked(flight, good)
    demand()
    assert upload_runner.sign(upload, member("signatory.swift").pk)  # past the page
    upload_runner.save(upload.pk, member("signatory.swift").pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.REFUSED and "must be digitally signed" in upload.refusal
    assert not CourierBillOfEntry.objects.exists()


def test_a_file_whose_goods_are_valued_anew_after_signing_is_shown_again(
    people: Callable[[str], User], authority: Authority, flight: ExpressCargoManifest, good: Rows, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    demand()
    upload = checked(flight, good)
    monkeypatch.setattr(app.conf, "task_always_eager", False)
    _found, _keyed, answer = signed(authority, upload)
    assert answer.status_code == 302
    flight.hawbs.filter(number="SWF001").update(consignee_name="Another")
    from bills import filing

    whole = filing.declared
    monkeypatch.setattr(filing, "declared", lambda one: whole(one) | {"total_duty": "0"})
    upload_runner.save(upload.pk, member("signatory.swift").pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.REFUSED and "has changed since it was shown" in upload.refusal
    assert not CourierBillOfEntry.objects.exists() and not Signature.objects.exists()


def test_ticked_documents_are_signed_in_one_act(authority: Authority) -> None:
    demand(rule="signed_orders")
    officer = member("superintendent.blr")
    keyed, _certificate = authority.register(officer)
    ones = [bill(Stage.FOR_OUT_OF_CHARGE) for _n in range(3)]
    browser = browser_of(officer)
    way = reverse("steps", args=["bills/imports", "for-out-of-charge", "give-out-of-charge"])
    answer = browser.post(way, {"document": [one.pk for one in ones], "confirm": "yes"})
    found = ToSign.objects.get()
    assert answer["Location"] == reverse("sign", args=[found.key])
    assert not CourierBillOfEntry.objects.filter(stage=Stage.OUT_OF_CHARGE).exists()
    assert browser.get(answer["Location"]).status_code == 200
    cms = base64.b64encode(keyed.sign(bytes(found.content))).decode()
    assert browser.post(answer["Location"], {"cms": cms}).status_code == 302
    assert CourierBillOfEntry.objects.filter(stage=Stage.OUT_OF_CHARGE).count() == 3
    assert [faults for one in ones for _row, faults in verifying.of_number(one.number or "")] == [[], [], []]


def test_every_kind_of_file_tells_what_it_files() -> None:
    kinds = ("cbe", "cbe-xi", "csb", "csb-iii")
    assert all((kind := upload_runner.kind_named(name)) is not None and kind.filings is not None for name in kinds)
    assert CourierShippingBill.steps()["file"].signed == CourierBillOfEntry.steps()["file"].signed == "signed_filings"


def filed_by_file(authority: Authority, upload: Upload, declarations: int) -> Signature:
    """One bill over many shipments, filed from a file under a signature."""
    user = member("signatory.swift")
    keyed, _certificate = authority.register(user)
    browser = browser_of(user)
    ticked = {f"declare{n}": "on" for n in range(1, declarations + 1)}
    answer = browser.post(reverse("upload-sign", args=[upload.pk]), ticked)
    found = ToSign.objects.get()
    cms = base64.b64encode(keyed.sign(bytes(found.content))).decode()
    assert browser.post(answer["Location"], {"cms": cms}).status_code == 302
    upload_runner.save(upload.pk, user.pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.DONE, upload.refusal
    row = Signature.objects.get()
    assert verifying.of_number(row.number) == [(row, [])]
    return row


def test_a_file_of_documents_is_signed_whichever_way_they_go(
    people: Callable[[str], User], authority: Authority
) -> None:
    demand()
    people("courier.swift")
    signed_in = cache(lambda username: browser_of(member(username)))
    landed = flight_of_documents(ManifestStage.ARRIVAL_SCAN)
    upload = documents_pages.upload(signed_in("courier.swift"), landed, "hawb,bag_number\n,bag-1\nD004,\n")
    row = filed_by_file(authority, upload, 3)
    assert row.kind == "bills.courierbillofentry" and row.count == 1


def test_a_file_of_documents_for_export_is_signed(people: Callable[[str], User], authority: Authority) -> None:
    demand()
    people("courier.swift")
    signed_in = cache(lambda username: browser_of(member(username)))
    bill = exported.begun(signed_in)
    row = filed_by_file(authority, exported.handed_in(signed_in, bill, exported.hawbs("BAG-1", 3)), 3)
    assert row.kind == "exports.couriershippingbill" and row.count == 1
