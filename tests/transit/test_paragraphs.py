"""A transfer manifest from the flagged shipment to the certificate of arrival, through the pages (PN17 14.0, 14.1)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import SYSTEM
from bonds import ledger
from bonds.models import Bond
from eccs.dated_rules import DatedRule, forget
from eccs.models import Notice
from eccs.workflow import take
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest, WarehouseEntry
from payments.models import Challan
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh
from tests.bills.test_courier_in_force import suspend, withdraw
from tests.factories.bonds import bond, bond_master
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.transit import arrival, flagged, location, transfer, transshipment_bond
from tests.papers.reading import squeezed, text
from transit import overdue
from transit.clearance import Stage
from transit.drafts import start
from transit.models import CargoTransferManifest, TransferArrival

pytestmark = pytest.mark.django_db


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


def content(answer: Any) -> str:
    """The words of an answer."""
    return str(answer.content.decode().replace("\u00a0", " "))


def flight(people: Any) -> ExpressCargoManifest:
    """Swift's manifest at Bengaluru: three shipments for Delhi, one of two packages, and one that stays."""
    on = manifest(ManifestStage.ARRIVED, courier=people("courier.swift").courier)
    for packages in (1, 1, 2):
        made = flagged(on, packages=packages)
        WarehouseEntry.objects.create(hawb=made, station_id="BLR", in_at=made.arrived_at)
    house_airway_bill(on, arrived=True)
    return on


def begun(desks: Desks, on: ExpressCargoManifest) -> CargoTransferManifest:
    """The draft, with every shipment flagged for Delhi."""
    swift = desks.signed_in("courier.swift")
    assert str(on) in content(swift.get("/transit/new/"))
    answer = swift.post("/transit/new/", {"manifest": on.pk, "to": "DEL"})
    assert answer.status_code == 302
    one = CargoTransferManifest.objects.get()
    assert answer["Location"] == f"/transit/drafts/{one.pk}/"
    assert one.hawb_count == 3 and one.package_count == 4
    return one


def paid(one: CargoTransferManifest, desks: Desks) -> CargoTransferManifest:
    """The fee, by a challan that the bank confirms."""
    answer = desks.signed_in("courier.swift").post("/payments/fees/", {"transfer": one.pk})
    assert answer.status_code == 302
    challan = Challan.objects.get()
    assert (challan.amount, challan.heads, challan.bill_count) == (500, {"fee": "500.00"}, 1)
    payer = actor("COURIER_SIGNATORY")
    challan = take(challan, "go_to_bank", payer)
    take(challan, "confirm_paid", SYSTEM, bank_transaction="SBX261119140073318", told_by="confirmation")
    page = desks.page("signatory.swift", fresh(challan))
    assert "Transshipment fee" in page and str(one) in page
    receipt = desks.signed_in("courier.swift").get(f"/payments/challans/{challan.number}/receipt/")
    assert str(one) in text(receipt.content)
    return fresh(one)  # type: ignore[no-any-return]


def test_14_transshipment_from_the_manifest_to_the_certificate_of_arrival(desks: Desks, people: Any) -> None:
    on = flight(people)
    one = begun(desks, on)
    swift = desks.signed_in("courier.swift")
    secured_by = transshipment_bond(amount=1_000_000)
    lines = list(one.lines.order_by("pk"))

    # the draft: one shipment off, and on again by a list that also names a stranger
    shown = [line.pk for line in lines]
    kept = {"mode": "ROAD", "carrier": "Deccan Roadways", "marks": "", "shown": shown, "line": shown[1:]}
    assert swift.post(f"/transit/drafts/{one.pk}/", kept).status_code == 302
    assert fresh(one).hawb_count == 2
    listed = swift.post(
        f"/transit/drafts/{one.pk}/list/", {"numbers": f"{lines[0].hawb.number}\nSTRANGER1"}, follow=True
    )
    assert "1 shipment was added." in content(listed) and "STRANGER1" in content(listed)
    assert swift.post(f"/transit/drafts/{one.pk}/list/", {}).status_code == 422

    # filed: the bond is debited with the value, the fee waits
    page = desks.page("courier.swift", fresh(one))
    assert str(secured_by) in page and "Deccan Roadways" in page
    one = desks.act("signatory.swift", fresh(one), "submit")
    assert (one.stage, one.number) == (Stage.FEE, f"CTM_BLR_{str(one).split('_')[2]}_000001")
    assert one.secured == sum(line.amount for line in one.lines.all()) > 0
    assert Bond.objects.get(pk=secured_by.pk).balance == 1_000_000 - one.secured
    assert str(one) in desks.page("ao.blr", secured_by) and str(one) in desks.page("courier.swift", on)

    one = paid(one, desks)
    assert one.stage == Stage.APPROVAL
    assert "paid" in desks.page("ao.blr", one) and "1911" not in one.reason
    one = desks.act("ao.blr", one, "approve")

    # the gate: two of the three shipments leave
    assert "Scan or tick what leaves first" in desks.refused("warehouse.blr", one, "depart", conveyance="KA-01")
    keeper, gate = desks.signed_in("warehouse.blr"), f"/transit/gate/{one.number}/"
    first, other, two = one.lines.select_related("hawb").order_by("packages", "pk")
    strange = keeper.post(gate, {"act": "scan", "codes": f"{first.hawb.number} STRAY {two.hawb.number}-1"}, follow=True)
    assert "2 packages counted" in content(strange) and "does not leave: STRAY" in content(strange)
    assert "not every package is at the gate" in desks.refused("warehouse.blr", one, "depart", conveyance="KA-01")
    assert "has begun to let the goods out" in desks.refused("courier.swift", one, "cancel", reason="No longer.")
    keeper.post(gate, {"act": "tick", "line": two.pk})
    one = desks.act("warehouse.blr", one, "depart", conveyance="KA-01-7788", seal="S-44")
    assert (one.stage, one.hawb_count) == (Stage.IN_TRANSIT, 2)
    assert one.due_on == timezone.localdate() + timedelta(days=30)
    left = {entry.hawb_id: entry.out_on for entry in WarehouseEntry.objects.all()}
    assert left == {first.hawb_id: "TRANSSHIPPED", two.hawb_id: "TRANSSHIPPED", other.hawb_id: ""}
    assert Bond.objects.get(pk=secured_by.pk).balance == 1_000_000 - one.secured + other.amount

    # the destination: one package short, one in excess
    arrival = TransferArrival.objects.get()
    assert (arrival.station_id, arrival.number) == ("DEL", f"CTA_DEL_{str(arrival).split('_')[2]}_000001")
    assert desks.signed_in("warehouse.blr").get(arrival.get_absolute_url()).status_code == 404
    assert desks.signed_in("warehouse.del").get(one.get_absolute_url()).status_code == 404
    door = f"/transit/scan/{arrival.number}/"
    assert "Scan or tick what has arrived first" in desks.refused("scan.del", arrival, "record_arrival", remarks="")
    at_door = desks.signed_in("scan.del")
    seen = at_door.post(
        door, {"act": "scan", "codes": f"{first.hawb.number}, {two.hawb.number}-2, EXTRA-9"}, follow=True
    )
    assert "kept as excess: EXTRA-9" in content(seen)
    again = at_door.post(door, {"act": "scan", "codes": first.hawb.number}, follow=True)
    assert "0 packages counted. 1 had been counted before." in content(again)
    arrival = desks.act("warehouse.del", arrival, "record_arrival", remarks="The seal is whole.")
    one = fresh(one)
    assert one.stage == Stage.SHORT
    assert Bond.objects.get(pk=secured_by.pk).balance == 1_000_000 - two.amount
    for username in ("courier.swift", "ao.blr", "warehouse.del"):
        certificate = desks.signed_in(username).get(f"/transit/certificates/{arrival.number}.pdf")
        assert certificate["Content-Type"] == "application/pdf"
    told = text(certificate.content)
    assert arrival.number in told and "EXTRA-9" in told and one.number in told and "Thesealiswhole." in told
    recorded_by = arrival.trail.get(step="record_arrival").by_name
    assert "Signedforthecustodian" in told and squeezed(recorded_by) in told.partition("Signedforthecustodian")[2]
    assert desks.signed_in("courier.metro").get(f"/transit/certificates/{arrival.number}.pdf").status_code == 404
    assert "1 package short" in desks.page("ao.blr", one)
    one = desks.act("ao.blr", one, "settle_short", reason="The carton came a day later: CTA letter 4.")
    assert one.stage == Stage.ARRIVED and Bond.objects.get(pk=secured_by.pk).balance == 1_000_000
    assert not ledger.faults().exists()
    paper = text(desks.signed_in("ao.blr").get(f"/transit/prints/{one.number}.pdf").content)
    assert all(words in paper for words in (one.number, "KA-01-7788", "S-44", str(secured_by), first.hawb.number))


def test_14_a_short_bond_blocks_the_ctm_and_alerts_the_firm(desks: Desks, people: Any) -> None:
    on = flight(people)
    wrong = bond(amount=9_000_000, master=bond_master(purpose="PROVISIONAL"))
    one = begun(desks, on)
    wants = sum(line.amount for line in one.lines.all())
    save = {"mode": "AIR", "carrier": "", "marks": "", "line": list(one.lines.values_list("pk", flat=True))}
    swift = desks.signed_in("courier.swift")
    swift.post(f"/transit/drafts/{one.pk}/", {**save, "done": "yes"})
    assert "no registered transshipment bond" in desks.refused("signatory.swift", fresh(one), "submit")

    little = transshipment_bond(amount=int(wants) - 1)
    swift.post(f"/transit/drafts/{one.pk}/", save)
    swift.post(f"/transit/drafts/{one.pk}/", save)
    told = desks.refused("signatory.swift", fresh(one), "submit")
    assert "₹ 1 are short" in told and Bond.objects.get(pk=little.pk).balance == wants - 1
    page = desks.page("courier.swift", fresh(one))
    assert "The transshipment bond is short" in page and "short by ₹ 1.00" in page
    alerts = [n.subject.replace("\u00a0", " ") for n in Notice.objects.filter(subject__contains="bond is short")]
    assert len(alerts) == 2 and alerts[1].endswith("short by ₹ 1")  # once for each amount
    assert "bond is short by ₹ 1" in content(swift.get("/"))  # and on the desk

    enough = transshipment_bond(amount=int(wants))
    one = desks.act("signatory.swift", fresh(one), "submit")
    assert one.bond == enough and Bond.objects.get(pk=enough.pk).balance == 0
    assert Bond.objects.get(pk=wrong.pk).balance == 9_000_000
    one = desks.act("signatory.swift", one, "cancel", reason="The consignee collects here.")
    assert one.stage == Stage.CANCELLED and Bond.objects.get(pk=enough.pk).balance == wants
    copied = swift.post(f"/transit/copies/{one.number}/")
    assert copied.status_code == 302 and CargoTransferManifest.objects.get(stage=Stage.DRAFT).hawb_count == 3


def test_14_a_bond_that_became_short_after_the_draft_alerts_the_firm_when_the_ctm_is_refused(
    desks: Desks, people: Any
) -> None:
    on, enough = flight(people), transshipment_bond(amount=9_000_000)
    one = begun(desks, on)
    alerts = Notice.objects.filter(audience=f"courier:{on.courier_id}", subject__contains="bond is short")
    assert not alerts.exists()
    Bond.objects.filter(pk=enough.pk).update(balance=1)  # the rest secures something else by now
    for _time in range(2):
        assert "are short" in desks.refused("signatory.swift", fresh(one), "submit")
    assert alerts.count() == 1 and "Replenish the bond" in alerts.get().body
    Bond.objects.filter(pk=enough.pk).update(stage="EXPIRED")
    start(flight(people), location(), actor("COURIER_OPERATOR"))  # a draft that is short from the beginning
    assert alerts.count() == 2


@pytest.mark.parametrize("stop", [suspend, withdraw])
def test_14_a_courier_that_is_not_in_force_files_no_ctm_and_asks_for_no_bond(
    desks: Desks, people: Any, stop: Any
) -> None:
    on = flight(people)
    transshipment_bond(amount=9_000_000)
    one, master = begun(desks, on), bond_master()
    assert desks.signed_in("courier.swift").post(one.step_url("submit"), {"confirm": "yes"}).status_code == 404
    assert one.courier is not None
    words = stop(one.courier)
    assert words in desks.refused("signatory.swift", fresh(one), "submit")
    asked = {"master": master.pk, "about": "", "duty": "80000", "amount": "80000", "reason": "Test reports."}
    answer = desks.signed_in("signatory.swift").post("/bonds/request/", asked)
    assert answer.status_code == (409 if stop is suspend else 422)
    assert stop is withdraw or words in content(answer)
    assert (fresh(one).stage, Bond.objects.count()) == (Stage.DRAFT, 1)


def test_14_what_is_sent_on_gets_no_bill_and_keeps_its_flag(desks: Desks, people: Any) -> None:
    on = flight(people)
    sent = on.hawbs.filter(transshipment=True)[0]
    begun(desks, on)
    swift = desks.signed_in("courier.swift")
    assert swift.post("/bills/new/", {"hawb": sent.pk, "form": "CBE-XIII"}).status_code == 404
    from manifests.locks import reasons_locked
    from tests.factories.amendments import amendment

    asked = amendment("REQUESTED", hawb=sent)
    asked.lines.update(kind="CHANGE", hawb=sent.number, after={"transshipment": "N"})
    assert any("stands on transfer manifest" in reason for reason in reasons_locked(asked))


def test_14_a_destination_outside_eccs_certifies_on_paper(desks: Desks, people: Any) -> None:
    one = transfer(Stage.DEPARTURE, to="ICD013", hawbs=2)
    assert one.destination.name == "Tuglakabad" and one.destination.state == "Delhi"
    one = desks.act("warehouse.blr", one, "depart", conveyance="TRAIN 12", seal="")
    assert one.stage == Stage.CERTIFICATE and not TransferArrival.objects.exists()
    short = one.lines.order_by("pk")[0]
    given = {"certificate": "TKD/2026/7", "certificate_on": f"{timezone.localdate():%d/%m/%Y}"}
    assert "Not on this transfer manifest" in desks.refused(
        "ao.blr", one, "accept_certificate", **given, short="NOBODY1"
    )
    early = f"{timezone.localdate() - timedelta(days=1):%d/%m/%Y}"
    assert "before the departure" in desks.refused(
        "ao.blr", one, "accept_certificate", **given | {"certificate_on": early}
    )
    one = desks.act("ao.blr", one, "accept_certificate", **given, short=short.hawb.number)
    assert (one.stage, one.certificate) == (Stage.SHORT, "TKD/2026/7")
    assert one.bond.balance == one.bond.amount - short.amount


@pytest.mark.parametrize(("days", "told"), [(0, 0), (1, 1)])
def test_14_goods_are_overdue_after_the_last_day(desks: Desks, days: int, told: int) -> None:
    today = timezone.localdate()
    one = transfer(Stage.IN_TRANSIT, due_on=today - timedelta(days=days))
    assert one.days_over(today) == days
    assert overdue.remind(today) == told and overdue.remind(today) == 0
    if told:
        assert overdue.remind(today + timedelta(days=6)) == 0 and overdue.remind(today + timedelta(days=7)) == 1
        assert "1 transfer is overdue" in content(desks.signed_in("ao.blr").get("/transit/"))
        assert "1 day overdue" in content(desks.signed_in("ao.blr").get("/transit/?overdue=on"))
    else:
        assert "No transfer is overdue" in content(desks.signed_in("ao.blr").get("/transit/"))
        assert str(one) not in content(desks.signed_in("ao.blr").get("/transit/?overdue=on"))


def test_14_1_the_fee_is_paid_before_the_assessing_officer_approves(desks: Desks) -> None:
    one = transfer(Stage.FEE, fee=500)
    assert "Awaiting transshipment fee" in desks.page("ao.blr", one)
    answer = desks.signed_in("courier.swift").post("/payments/fees/", {"transfer": one.pk})
    assert answer.status_code == 302
    assert desks.signed_in("courier.swift").post("/payments/fees/", {"transfer": one.pk}).status_code == 409
    assert "stands on challan" in desks.refused("courier.swift", one, "cancel", reason="Not needed.")
    challan = Challan.objects.get()
    take(
        take(challan, "go_to_bank", actor("COURIER_SIGNATORY")),
        "confirm_paid",
        SYSTEM,
        bank_transaction="SBX1",
        told_by="c",
    )
    one = fresh(one)
    assert one.stage == Stage.APPROVAL and one.fee_challan == challan.number and one.fee_paid_at
    assert challan.lines.get().credited_at
    queue = content(desks.signed_in("ao.blr").get("/transit/manifests/queue/approval/"))
    assert str(challan.number) in queue and str(one).rsplit("_", 1)[1] in queue
    one = desks.act("ao.blr", one, "refuse", reason="The flag was set by mistake.")
    assert one.stage == Stage.REFUSED and one.bond.balance == one.bond.amount


def test_14_1_without_a_fee_the_ctm_goes_to_the_assessing_officer_at_once(desks: Desks) -> None:
    DatedRule.objects.create(
        name="transshipment_fee", station_code="BLR", from_date=timezone.localdate(), value="off", source="trial"
    )
    forget()
    here, there = transfer(), transfer(station="DEL", firm="metro")
    assert take(here, "submit", actor("COURIER_SIGNATORY")).stage == Stage.APPROVAL
    elsewhere = take(there, "submit", actor("COURIER_SIGNATORY", firm="metro"))
    assert (elsewhere.stage, elsewhere.fee) == (Stage.FEE, Decimal(500))


def test_14_what_never_arrives_is_recorded_as_short_by_the_destination_and_settled(desks: Desks) -> None:
    coming = arrival(station="DEL", counted=False)
    bond_of, debited = coming.transfer.bond_id, coming.transfer.secured
    assert bond_of is not None
    before = Bond.objects.get(pk=bond_of).balance
    assert "Record that nothing arrived" in desks.page("warehouse.del", coming)
    desks.act("warehouse.del", coming, "record_nothing", reason="The lorry was never seen.")
    assert Bond.objects.get(pk=bond_of).balance == before
    one = fresh(coming.transfer)
    assert one.stage == Stage.SHORT
    certificate = desks.signed_in("warehouse.del").get(f"/transit/certificates/{coming.number}.pdf")
    assert "Thelorrywasneverseen." in text(certificate.content)
    one = desks.act("ao.blr", one, "settle_short", reason="Duty was paid on all of it: challan 1911402718.")
    assert (one.stage, Bond.objects.get(pk=bond_of).balance) == (Stage.ARRIVED, before + debited)


def test_14_of_what_was_counted_nobody_records_that_nothing_arrived(desks: Desks) -> None:
    assert "Something of it has arrived" in desks.refused(
        "warehouse.del", arrival(station="DEL"), "record_nothing", reason="The lorry was never seen."
    )
