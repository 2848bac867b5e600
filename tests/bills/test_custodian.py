"""What the custodian's people see of a bill: the goods and whether they may leave, not what is declared of them (PN17 2.2)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bills.models import CourierBillOfEntry
from bills.stages import Stage
from manifests.models import ExpressCargoManifest
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks
from tests.factories.bills import bill, hawb_of
from tests.factories.documents import bill_of_documents

pytestmark = pytest.mark.django_db

KEEPERS = ("scan.blr", "warehouse.blr", "custodianadmin.blr")


def status(reader: Client, address: str) -> int:
    """What an address answers; a file is read to its end, and closed."""
    answer: Any = reader.get(address)
    if answer.streaming:
        list(answer.streaming_content)
    return int(answer.status_code)


def test_neither_papers_nor_prints_nor_values_nor_kyc(signed_in: SignedIn) -> None:
    one, papers = bill(Stage.DOCUMENTS), bill_of_documents(Stage.XRAY)
    paper = one.attachments.get()
    paper.file.save("authorisation.pdf", ContentFile(b"%PDF-1.7"))
    shut = [
        reverse("attachment", args=[paper.pk]), reverse("bill-print", args=[one.key]), reverse("bill-print", args=[papers.key]),
    ]  # fmt: skip
    for username in KEEPERS:
        reader = signed_in(username)
        assert [status(reader, address) for address in shut] == [404] * 3, username
        page = reader.get(one.get_absolute_url()).content.decode()
        assert hawb_of(one).number in page and "Krishna Electronics" in page
        for words in (
            "29AAKCK4417E1ZH",
            "AAKCK4417E",
            "authorisation.pdf",
            "Assessable value",
            "Lantern Bay",
            "LBA-26-11873",
            "/print/",
        ):
            assert words not in page, (username, words)
        shown = reader.get(papers.get_absolute_url()).content.decode()
        assert "D001" in shown and "/print/" not in shown and 'id="documents"' not in shown
    for username in ("ao.blr", "signatory.swift"):
        assert [status(signed_in(username), address) for address in shut] == [200] * 3, username


def test_the_order_lets_the_goods_out(signed_in: SignedIn) -> None:
    one = Desks(signed_in).act("superintendent.blr", bill(Stage.FOR_OUT_OF_CHARGE), "give_out_of_charge")
    order = reverse("out-of-charge-print", args=[one.key])
    keeper = signed_in("warehouse.blr")
    assert order in keeper.get(one.get_absolute_url()).content.decode()
    assert keeper.get(order).status_code == 200
    assert signed_in("warehouse.del").get(order).status_code == 404


def test_the_queue_of_the_scanner_tells_no_values_and_is_not_filtered_by_them(signed_in: SignedIn) -> None:
    bill(Stage.ARRIVAL)
    queue = reverse("queue", args=["bills/imports", "arrival"])
    page = signed_in("scan.blr").get(queue, {"av": "999999", "duty": "999999"}).content.decode()
    assert "AV ₹" not in page and "Duty ₹" not in page and "Krishna Electronics" in page


def test_a_service_centre_sees_what_its_operator_entered_and_nothing_else(signed_in: SignedIn) -> None:
    centre, stranger = signed_in("servicecentre.blr"), bill(Stage.ARRIVAL)
    operator = User.objects.get(username="servicecentre.blr")
    own = bill(Stage.DOCUMENTS, created_by=operator)
    own.attachments.get().file.save("authorisation.pdf", ContentFile(b"%PDF-1.7"))
    addresses = {one: [one.get_absolute_url(), one.manifest.get_absolute_url()] for one in (own, stranger)}
    ExpressCargoManifest.objects.filter(pk=own.manifest_id).update(created_by=operator)
    assert [centre.get(address).status_code for address in addresses[own]] == [200, 200]
    assert status(centre, reverse("attachment", args=[own.attachments.get().pk])) == 200
    assert [centre.get(address).status_code for address in addresses[stranger]] == [404, 404]
    found = centre.get(reverse("find"), {"q": hawb_of(stranger).number}, follow=True).content.decode()
    assert str(stranger) not in found
    CourierBillOfEntry.objects.filter(pk=own.pk).update(created_by=User.objects.get(username="scan.blr"))
    assert centre.get(own.get_absolute_url()).status_code == 404
