"""An importer sends its own goods on: its transfer manifest, bond, fee and news, and what others see of it (PN17 14.0, 14.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Importer
from accounts.permissions import SYSTEM, Actor
from bonds.models import Bond
from eccs import notices
from eccs.models import Notice
from eccs.workflow import take
from manifests.clearance import Stage as ManifestStage
from manifests.locks import on_transfers, why_not_deleted
from manifests.models import WarehouseEntry
from payments import fees, refunds
from payments.cash import ledger
from payments.models import Challan
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh
from tests.factories.directory import importer
from tests.factories.manifests import manifest
from tests.factories.transit import flagged, transfer, transshipment_bond
from tests.papers.reading import text
from transit import drafts, overdue
from transit.clearance import Stage
from transit.models import CargoTransferManifest, TransferArrival, TransferLine

pytestmark = pytest.mark.django_db

KAVERI, SWIFT, SIGNATORY = "importer.kaveri", "courier.swift", "signatory.swift"


@pytest.fixture
def kaveri(people: Any) -> Importer:
    """The importer of the cast."""
    found: Importer = people(KAVERI).importer
    return found


@pytest.fixture
def desks(signed_in: SignedIn, kaveri: Importer) -> Desks:
    """The cast at its desks."""
    return Desks(signed_in)


def content(answer: Any) -> str:
    """The words of an answer."""
    return str(answer.content.decode().replace("\u00a0", " "))


def flight(people: Any, kaveri: Importer) -> Any:
    """Swift's manifest at Bengaluru: two shipments of the importer for Delhi, one of two packages, and one of somebody else."""
    on = manifest(ManifestStage.ARRIVED, courier=people(SWIFT).courier)
    name = kaveri.name.upper()
    for given in ({"consignee_name": name}, {"consignee_name": name, "packages": 2}, {}):
        made = flagged(on, **given)
        WarehouseEntry.objects.create(hawb=made, station_id="BLR", in_at=made.arrived_at)
    return on


def test_14_0_an_importer_sends_its_own_goods_on_from_the_hawb_to_the_certificate(
    desks: Desks, people: Any, kaveri: Importer
) -> None:
    on = flight(people, kaveri)
    one_hawb, two_hawb, stranger = on.hawbs.order_by("pk")
    browser = desks.signed_in(KAVERI)

    # begun by the HAWB: nothing is listed unasked, and nothing of another consignee at all
    assert "Type the HAWB" in content(browser.get("/transit/new/"))
    assert str(on) not in content(browser.get("/transit/new/"))
    assert "No such shipment is consigned to you" in content(browser.get(f"/transit/new/?q={stranger.number}"))
    assert str(on) in content(browser.get(f"/transit/new/?q={one_hawb.number.lower()}"))
    begin = {"manifest": on.pk, "to": "DEL"}
    assert browser.post("/transit/new/", begin).status_code == 404
    assert browser.post("/transit/new/", begin | {"q": stranger.number}).status_code == 404
    begun = browser.post("/transit/new/", begin | {"q": one_hawb.number})
    one = CargoTransferManifest.objects.get()
    assert "No shipment of this manifest waits" in content(
        browser.post("/transit/new/", begin | {"q": one_hawb.number})
    )
    assert begun["Location"] == f"/transit/drafts/{one.pk}/"
    assert (one.importer, one.courier, one.hawb_count) == (kaveri, None, 1)
    assert two_hawb.number not in content(browser.get(begun["Location"]))
    named = {"numbers": f"{two_hawb.number} {stranger.number}"}
    listed = content(browser.post(f"{begun['Location']}list/", named, follow=True))
    assert "1 shipment was added." in listed and f"on this manifest: {stranger.number}" in listed

    # its own bond secures it, never the courier's; it is told where that is short
    of_courier = transshipment_bond()
    assert "no registered transshipment bond" in desks.refused(KAVERI, fresh(one), "submit")
    told = Notice.objects.filter(subject__contains="bond is short")
    assert {notice.audience for notice in told} == {f"importer:{kaveri.pk}"}
    assert "bond is short" in content(browser.get("/"))
    own = transshipment_bond(importer=kaveri, amount=1_000_000)
    one = desks.act(KAVERI, fresh(one), "submit")
    assert (one.stage, one.bond) == (Stage.FEE, own)
    assert Bond.objects.get(pk=own.pk).balance == 1_000_000 - one.secured < 1_000_000
    assert Bond.objects.get(pk=of_courier.pk).balance == of_courier.balance

    # the courier that brought the goods sees where they stand, and no more
    seen = desks.page(SWIFT, on)
    assert str(one) in seen and "of the importer" in seen and one.get_absolute_url() not in seen
    assert one.get_absolute_url() in desks.page("ao.blr", on)
    for address in (one.get_absolute_url(), f"/transit/prints/{one.key}.pdf", one.step_url("cancel")):
        assert desks.signed_in(SWIFT).get(address).status_code == 404, address
    assert str(one) not in content(desks.signed_in(SWIFT).get("/transit/"))
    assert str(one) in content(browser.get("/transit/"))

    # the fee, by a challan of the importer
    assert desks.signed_in(SWIFT).post("/payments/fees/", {"transfer": one.pk}).status_code == 409
    assert str(one) in content(browser.get("/payments/fees/"))
    assert browser.post("/payments/fees/", {"transfer": one.pk}).status_code == 302
    challan = Challan.objects.get()
    assert (challan.importer, challan.courier, challan.amount) == (kaveri, None, 500)
    challan = take(challan, "go_to_bank", Actor.of(people(KAVERI)))
    take(challan, "confirm_paid", SYSTEM, bank_transaction="SBX261119140073318", told_by="confirmation")
    assert str(one) in text(browser.get(f"/payments/challans/{challan.number}/receipt/").content)
    page = desks.page("ao.blr", fresh(one))
    assert kaveri.name in page and str(kaveri.iec) in page and str(challan.number) in page
    one = desks.act("ao.blr", fresh(one), "approve")

    # out at Bengaluru, in at Delhi, one package short
    gate = {"act": "all"}
    desks.signed_in("warehouse.blr").post(f"/transit/gate/{one.number}/", gate)
    one = desks.act("warehouse.blr", one, "depart", conveyance="KA-01-7788", seal="")
    arrival = TransferArrival.objects.get()
    assert (arrival.importer, arrival.courier, arrival.station_id) == (kaveri, None, "DEL")
    door = {"act": "scan", "codes": f"{one_hawb.number} {two_hawb.number}-1"}
    desks.signed_in("scan.del").post(f"/transit/scan/{arrival.number}/", door)
    assert kaveri.name in desks.page("warehouse.del", arrival)
    arrival = desks.act("warehouse.del", arrival, "record_arrival", remarks="")
    assert fresh(one).stage == Stage.SHORT
    short = one.lines.get(hawb=two_hawb).amount
    assert Bond.objects.get(pk=own.pk).balance == 1_000_000 - short
    assert str(arrival) in desks.page(KAVERI, arrival)
    for username, status in ((KAVERI, 200), ("ao.blr", 200), ("warehouse.del", 200), (SWIFT, 404)):
        paper = desks.signed_in(username).get(f"/transit/certificates/{arrival.number}.pdf")
        assert paper.status_code == status, username
        assert status == 404 or kaveri.name.replace(" ", "") in text(paper.content).replace(" ", "")
    printed = text(browser.get(f"/transit/prints/{one.key}.pdf").content).replace(" ", "")
    assert kaveri.name.replace(" ", "") in printed and str(kaveri.iec) in printed
    assert str(one) in content(desks.signed_in("ao.blr").get("/transit/?q=kaveri"))
    assert kaveri.name in content(desks.signed_in("ao.blr").get("/transit/export/?as=csv"))
    Notice.objects.all().delete()
    for kind in (CargoTransferManifest.trail_model, TransferArrival.trail_model):
        notices.gather(kind)
    assert {notice.audience for notice in Notice.objects.all()} == {f"importer:{kaveri.pk}"}


def test_14_0_what_a_firm_has_only_begun_stands_in_no_other_firms_way(
    desks: Desks, people: Any, kaveri: Importer
) -> None:
    on = flight(people, kaveri)
    mine, also, theirs = on.hawbs.order_by("pk")
    transshipment_bond(), transshipment_bond(importer=kaveri)
    browser, swift = desks.signed_in(KAVERI), desks.signed_in(SWIFT)
    begin = {"manifest": on.pk, "to": "DEL"}
    browser.post("/transit/new/", begin | {"q": mine.number})
    assert not on_transfers([mine.pk]) and "of the importer" not in desks.page(SWIFT, on)
    swift.post("/transit/new/", begin)
    of_courier, of_importer = (CargoTransferManifest.objects.get(importer=whose) for whose in (None, kaveri))
    assert of_courier.hawb_count == 3 and mine.pk in on_transfers([mine.pk])
    assert "No such shipment" in content(browser.get(f"/transit/new/?q={mine.number}"))  # it is on its own draft

    filed = desks.act(KAVERI, of_importer, "submit")
    assert on_transfers([mine.pk]) == {mine.pk: filed.number}
    assert f"{mine.number}: another firm has filed" in desks.refused(SIGNATORY, of_courier, "submit")
    lines = dict(of_courier.lines.values_list("hawb", "pk"))
    with pytest.raises(IntegrityError, match="transfer_one_filed_for_a_hawb"), transaction.atomic():
        TransferLine.objects.filter(pk=lines[mine.pk]).update(filed=True)
    kept = {"mode": "AIR", "shown": list(lines.values()), "line": [lines[also.pk], lines[theirs.pk]]}
    swift.post(f"/transit/drafts/{of_courier.pk}/", kept)
    assert desks.act(SIGNATORY, fresh(of_courier), "submit").hawb_count == 2
    filed = desks.act(KAVERI, filed, "cancel", reason="Cleared here.")
    assert filed.stage == Stage.CANCELLED
    copied = browser.post(f"/transit/copies/{filed.number}/")
    again = CargoTransferManifest.objects.get(stage=Stage.DRAFT)
    assert copied["Location"] == f"/transit/drafts/{again.pk}/" and again.importer == kaveri
    assert list(again.lines.values_list("hawb", flat=True)) == [mine.pk]
    assert desks.act(KAVERI, again, "discard").stage == Stage.DISCARDED


def test_14_0_what_an_importers_draft_names_is_not_taken_off_the_manifest(kaveri: Importer) -> None:
    hawb = transfer(importer=kaveri).lines.get().hawb
    hawb.packages_arrived = 0
    assert "A transfer manifest names" in why_not_deleted(hawb, {})


def test_14_0_an_importer_in_force_sends_on_what_is_consigned_to_it(desks: Desks, kaveri: Importer) -> None:
    one = transfer(importer=kaveri)
    hawb = one.lines.get().hawb
    type(hawb).objects.filter(pk=hawb.pk).update(consignee_name="Somebody Else")
    assert f"{hawb.number}: consigned to somebody else" in desks.refused(KAVERI, one, "submit")
    type(hawb).objects.filter(pk=hawb.pk).update(consignee_name=kaveri.name)
    Importer.objects.filter(pk=kaveri.pk).update(
        stage="SUSPENDED", suspended_on=timezone.localdate(), suspension_order="DGFT/1"
    )
    assert "is suspended since" in desks.refused(KAVERI, one, "submit")


def test_14_0_another_importer_sees_nothing_of_it(people: Any, kaveri: Importer) -> None:
    mine = Actor.of(people(KAVERI))
    other = replace(mine, importer_id=importer(iec="AABCT5519M").pk)
    begun, waiting = transfer(importer=kaveri), transfer(Stage.FEE, importer=kaveri, fee=500)
    for who, found in ((mine, [begun, waiting]), (other, []), (Actor.of(people(SWIFT)), [])):
        assert list(CargoTransferManifest.objects.visible_to(who).order_by("pk")) == found
        assert list(fees.FEES.payable(who)) == found[1:]
    free = flagged(begun.manifest, consignee_name=kaveri.name)
    assert [drafts.flagged(who).filter(pk=free.pk).exists() for who in (mine, other)] == [True, False]
    elsewhere = replace(mine, postings=tuple(replace_station(held, "DEL") for held in mine.postings))
    assert not drafts.flagged(elsewhere).exists()
    assert not CargoTransferManifest.objects.visible_to(elsewhere).exists()


def replace_station(held: Any, station: str) -> Any:
    """The same role at one station alone."""
    return held._replace(station=station)


def test_14_0_the_importer_is_reminded_of_what_is_overdue_and_refunded_its_fee(
    desks: Desks, people: Any, kaveri: Importer
) -> None:
    today = timezone.localdate()
    transfer(Stage.IN_TRANSIT, importer=kaveri, due_on=today - timedelta(days=1))
    assert overdue.remind(today) == 1
    assert [n.audience for n in Notice.objects.filter(subject__contains="overdue")] == [f"importer:{kaveri.pk}"]

    paid = transfer(Stage.APPROVAL, importer=kaveri, fee=500, fee_paid_at=timezone.now())
    refused = desks.act("ao.blr", paid, "refuse", reason="The flag was set by mistake.")
    officer = Actor.of(people("dcac.blr"))
    found = next(one for one in refunds.refunds(officer) if one.document.pk == refused.pk)
    refunds.credit_refund(found, "The goods stay here.", officer)
    assert ledger.balance_of(courier_id=None, importer_id=kaveri.pk) == 500
    assert ledger.balance_of(courier_id=refused.manifest.courier_id, importer_id=None) == 0
    told = Notice.objects.filter(subject__contains="refund")
    assert {notice.audience for notice in told} == {f"importer:{kaveri.pk}"}
