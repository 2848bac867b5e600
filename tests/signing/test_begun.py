"""What begins on a page of its own is signed like any step: shown first, sent once more under the signature, or not at all."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Importer
from bills.models import Disposal, ReturnToOrigin
from bonds.models import Bond
from eccs import tasks
from eccs.signing import verifying
from eccs.signing.models import Signature, ToSign
from manifests.models import WarehouseEntry
from tests.accounts.conftest import member
from tests.factories.bonds import bond_master
from tests.factories.uncleared import lying, notified
from tests.signing.conftest import Authority, Keyed, browser_of
from tests.signing.test_filings import demand, own_files, send  # noqa: F401

pytestmark = pytest.mark.django_db

ASKED = {"duty": "400000", "amount": "500000", "about": "", "reason": "Transshipment to Kochi."}


def signer(authority: Authority, username: str) -> tuple[Client, Keyed]:
    """A person with a certificate, at the own browser."""
    user = member(username)
    return browser_of(user), authority.register(user)[0]


def shown(browser: Client, address: str, given: dict[str, Any]) -> ToSign:
    """The page is sent, and shown for signing."""
    answer = browser.post(address, given)
    assert answer.status_code == 302 and answer["Location"].startswith("/sign/"), answer.content.decode()[-2000:]
    assert browser.get(answer["Location"]).status_code == 200
    return ToSign.objects.latest("pk")


def test_2_4_a_bond_is_asked_for_under_a_signature_over_everything_that_was_typed(authority: Authority) -> None:
    demand()
    browser, keyed = signer(authority, "signatory.swift")
    master = bond_master()
    found = shown(browser, reverse("bond-request"), {**ASKED, "master": master.pk})
    assert not Bond.objects.exists()
    filing = json.loads(bytes(found.content))
    assert filing["answers"] == {
        "type": master.number, "duty": "400000", "amount": "500000", "reason": ASKED["reason"],
    } and (filing["id"], filing["document"]) == (None, "Bond")  # fmt: skip
    cms = keyed.sign(bytes(found.content))
    answer = send(browser, found, cms)
    one = Bond.objects.get()
    assert answer["Location"] == one.get_absolute_url()
    row = Signature.objects.get()
    assert (row.document_id, row.seq, row.step) == (one.pk, 1, "request")
    assert verifying.of_number(row.number) == [(row, [])] and tasks.verify_signatures() == 0
    assert send(browser, found, cms).status_code == 409 and Bond.objects.count() == 1  # once


def test_what_can_no_longer_begin_is_not_begun_by_its_signature(authority: Authority) -> None:
    demand()
    browser, keyed = signer(authority, "signatory.swift")
    master = bond_master()
    found = shown(browser, reverse("bond-request"), {**ASKED, "master": master.pk})
    type(master).objects.filter(pk=master.pk).update(stage="WITHDRAWN")
    answer = send(browser, found, keyed.sign(bytes(found.content)))
    assert answer.status_code == 409 and "has changed since it was shown" in answer.content.decode()
    assert not Bond.objects.exists() and not Signature.objects.exists() and ToSign.objects.get().signed_at is None


def test_2_4_a_custodian_proposes_several_disposals_in_one_signed_act(authority: Authority) -> None:
    demand()
    browser, keyed = signer(authority, "warehouse.blr")
    entries = [lying(40), lying(41)]
    for entry in entries:
        notified(entry)
    given = {"entry": [one.pk for one in entries], "confirm": "yes", "manner": "AUCTION", "reason": "Nobody answers."}
    found = shown(browser, reverse("uncleared-dispose"), given)
    assert len(found.leaves) == 2 and not Disposal.objects.exists()
    assert json.loads(bytes(found.leaves[0]))["answers"]["manner"] == "AUCTION"
    assert send(browser, found, keyed.sign(bytes(found.content))).status_code == 302
    assert Disposal.objects.count() == Signature.objects.count() == 2 and tasks.verify_signatures() == 0
    assert {bytes(row.leaf) for row in Signature.objects.all()} == {bytes(leaf) for leaf in found.leaves}


def test_2_4_a_return_is_asked_for_under_a_signature_with_its_declaration(authority: Authority) -> None:
    demand()
    browser, keyed = signer(authority, "signatory.swift")
    entry: WarehouseEntry = lying(16)
    given = {"reason": "The consignee refuses the goods.", "declared": "on"}
    found = shown(browser, reverse("uncleared-return", args=[entry.pk]), given)
    assert "neither prohibited nor restricted" in json.loads(bytes(found.content))["declarations"][0]
    assert send(browser, found, keyed.sign(bytes(found.content))).status_code == 302
    assert ReturnToOrigin.objects.get().hawb == entry.hawb and Signature.objects.get().step == "request"


@pytest.mark.parametrize(
    ("page", "given"),
    [
        ("importer-new", {"iec": "AAKCT4417E", "name": "Tunga Instruments", "address": "12 Mysuru Road"}),
        ("custodian-new", {"name": "Cargo Halls Limited", "station": "BLR", "address": ""}),
    ],
)
def test_an_entry_in_the_directory_is_an_order_of_the_joint_commissioner_under_a_signature(
    authority: Authority, page: str, given: dict[str, str]
) -> None:
    demand(rule="signed_orders", station="")
    browser, keyed = signer(authority, "jc.blr")
    found = shown(browser, reverse(page), {**given, "since": f"{timezone.localdate() + timedelta(days=1):%d/%m/%Y}"})
    assert json.loads(bytes(found.content))["answers"].items() >= {"name": given["name"]}.items()
    assert not Importer.objects.filter(name=given["name"]).exists()
    der = base64.b64encode(keyed.sign(bytes(found.content))).decode()
    assert browser.post(reverse("sign", args=[found.key]), {"cms": der}).status_code == 302
    assert Signature.objects.get().step == "enter" and tasks.verify_signatures() == 0
