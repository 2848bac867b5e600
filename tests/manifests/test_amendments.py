"""Amendments of a manifest: what each stage locks, what an approval changes, which versions stay (PN17 12.0)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from bills.stages import Stage as BillStage
from eccs import trail
from eccs.models import Notice
from eccs.workflow import Refused, take
from manifests import amendments, arrival
from manifests.arrival import Scan
from manifests.clearance import Stage
from manifests.models import (
    AmendmentLine,
    AmendmentTrail,
    ExpressCargoManifest,
    HouseAirwayBill,
    ManifestAmendment,
    ManifestTrail,
    ManifestVersion,
    Package,
)
from rms.models import RiskDecision
from tests.factories.bills import bill, decision, hawb_of
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.manifests.conftest import SignedIn, shipment

pytestmark = pytest.mark.django_db
COURIER, SIGNATORY, DCAC = "COURIER_OPERATOR", "COURIER_SIGNATORY", "DCAC"


def scanned(on: ExpressCargoManifest, *codes: str) -> None:
    """Pulls of the trigger."""
    scans = [Scan(uuid4(), code, timezone.now()) for code in codes]
    arrival.record(on.pk, scans, actor("ARRIVAL_SCANNER"), documents=on.is_documents)


def at(how_far: str) -> tuple[ExpressCargoManifest, HouseAirwayBill]:
    """A manifest as far as that, with a shipment that has not arrived and another that may have."""
    stage = {"before IGM": Stage.SUBMITTED, "after IGM": Stage.IGM_FED, "scan begun": Stage.ARRIVAL_SCAN,
             "scanned": Stage.ARRIVAL_SCAN, "closed": Stage.ARRIVED}[how_far]  # fmt: skip
    on = manifest(stage, hawb_count=2, package_count=2)
    hawb, other = house_airway_bill(on), house_airway_bill(on)
    if how_far in ("scanned", "closed"):
        scanned(on, other.number)
    return on, hawb


def fresh(one: Any) -> Any:
    """As the database has it."""
    return type(one)._default_manager.get(pk=one.pk)


def approved(amendment: ManifestAmendment, when: datetime | None = None, **given: str) -> ManifestAmendment:
    """Asked for by the signatory, approved by the DC/AC."""
    asked = take(amendment, "request_amendment", actor(SIGNATORY), at=when, reason="As landed", **given)
    done: ManifestAmendment = take(asked, "approve_amendment", actor(DCAC, name="Ila Nair"), at=when)
    return done


def row(hawb: HouseAirwayBill, /, **changes: str) -> dict[str, str]:
    """The shipment's row with other cells."""
    return (
        amendments.row_of(HouseAirwayBill.objects.select_related("master", "bag", "manifest").get(pk=hawb.pk)) | changes
    )


IDENTITY = {"hawb": "SWFNEW01", "crn_numbers": "CRN-77", "packages": "2"}
OTHER = {
    "mawb": "157-12345675",
    "gross_weight_kg": "9.5",
    "description": "Cables",
    "consignee_name": "Nandi Books",
    "invoice_value": "5.00",
}
TABLE = [
    ("before IGM", True, True, True, True),
    ("after IGM", False, True, True, True),
    ("scan begun", False, True, True, True),
    ("scanned", False, False, True, True),
    ("closed", False, False, True, True),
]


@pytest.mark.parametrize(("how_far", "flight", "identity", "other", "add"), TABLE)
def test_what_each_stage_locks(how_far: str, *, flight: bool, identity: bool, other: bool, add: bool) -> None:
    on, hawb = at(how_far)
    by = actor(COURIER)

    def allowed(what: Any) -> bool:
        try:
            what()
        except Refused as refusal:
            return "Locked" not in refusal.reasons[0]
        return True

    for name in ("airline", "flight_number", "airport_of_shipment", "on_board_courier"):
        cells = amendments.header_of(on) | {name: "NEW"}
        assert allowed(lambda c=cells: amendments.propose_header(on, c, by)) == flight, name
    for name, value in IDENTITY.items():
        more = {"crn_numbers": "CRN-1 CRN-2"} if name == "packages" else {}
        cells = row(hawb, **{name: value}, **more)
        assert allowed(lambda c=cells: amendments.propose_change(on, hawb.number, c, by)) == identity, name
    for name, value in OTHER.items():
        cells = row(hawb, **{name: value})
        assert allowed(lambda c=cells: amendments.propose_change(on, hawb.number, c, by)) == other, name
    assert allowed(lambda: amendments.propose_add(on, shipment("SWFADD01"), by)) == add
    assert allowed(lambda: amendments.propose_delete(on, hawb.number, by)) == add


@pytest.mark.parametrize(("how_far", "flight", "identity", "other", "add"), TABLE)
def test_the_forms_show_what_is_locked_and_why(
    signed_in: SignedIn, how_far: str, *, flight: bool, identity: bool, other: bool, add: bool
) -> None:
    client = signed_in("courier.swift")
    on, hawb = at(how_far)
    page = client.get(reverse("amend-header", args=[on.key])).content.decode()
    assert ("the IGM number is fed" in page) != flight and (page.count(" disabled") > 6) != flight
    address = reverse("amend-shipment", args=[on.key, hawb.number])
    page = client.get(address).content.decode()
    assert ("the custodian has begun to scan" in page) != identity
    sent = client.post(address, row(hawb, hawb="SWFNEW01"))
    assert sent.status_code == (302 if identity else 422)
    assert client.post(address, row(hawb, consignee_city="Mysuru")).status_code == 302
    cells = {n: v for n, v in amendments.header_of(on).items() if n != "scheduled_arrival"}
    cells |= {
        "airline": "Other Air",
        "scheduled_arrival": timezone.localtime(on.scheduled_arrival).strftime("%d/%m/%Y %H:%M"),
    }
    assert client.post(reverse("amend-header", args=[on.key]), cells).status_code == (302 if flight else 409)
    assert client.post(reverse("amend-add", args=[on.key]), shipment("SWFADD01")).status_code == 302
    assert other and add
    lines = {line.kind: line for line in AmendmentLine.objects.all()}
    assert lines["CHANGE"].after == {"consignee_city": "Mysuru"}
    assert ("HEADER" in lines) == flight


def test_after_arrival_only_with_an_adjudication_reference(signed_in: SignedIn) -> None:
    on, hawb = at("closed")
    amendment = amendments.propose_change(on, hawb.number, row(hawb, consignee_city="Mysuru"), actor(COURIER))
    with pytest.raises(Refused, match="adjudication"):
        take(amendment, "request_amendment", actor(SIGNATORY), reason="x")
    client = signed_in("signatory.swift")
    assert client.post(amendment.step_url("request_amendment"), {"request_amendment-reason": "x"}).status_code == 422
    assert approved(amendment, adjudication_reference="OIO 17/2026").stage == "APPROVED"
    assert fresh(hawb).consignee_city == "Mysuru"


def test_12_i_an_approval_changes_everything_at_once_and_keeps_the_version() -> None:
    on = manifest(Stage.SUBMITTED, hawb_count=3, package_count=4, gross_weight_kg=Decimal("12.6"))
    changed, gone, _kept = house_airway_bill(on, packages=2), house_airway_bill(on), house_airway_bill(on)
    by, number = actor(COURIER), changed.number
    amendments.propose_header(on, amendments.header_of(on) | {"on_board_courier": "Vani Menon"}, by)
    amendments.propose_change(
        on, number, row(changed, packages="3", crn_numbers="C-001 C-002 C-003", mawb="176-23456786"), by
    )
    amendments.propose_delete(on, gone.number, by)
    amendment = amendments.propose_add(on, shipment("SWFADD01", gross_weight_kg="2.5"), by)
    done = approved(amendment)
    now = fresh(on)
    assert (now.on_board_courier, now.hawb_count, now.package_count) == ("Vani Menon", 3, 5)
    assert now.gross_weight_kg == Decimal("10.900")
    assert list(Package.objects.filter(hawb=changed).order_by("part").values_list("crn", flat=True)) == [
        "C-001",
        "C-002",
        "C-003",
    ]
    assert fresh(changed).master.number == "176-23456786"
    assert not now.hawbs.filter(number=gone.number).exists()
    kept = ManifestVersion.objects.get(manifest=on)
    assert (kept.number, kept.amendment, kept.header["on_board_courier"]) == (1, done, "")
    assert {s["hawb"] for s in kept.shipments} == {number, gone.number, _kept.number}
    assert next(s for s in kept.shipments if s["hawb"] == number)["crn_numbers"] == f"{number}-1 {number}-2"
    line = ManifestTrail.objects.get(document=on, step="amend")
    assert line.snapshot is not None
    assert (line.answers["amendment"], line.role, len(line.snapshot["lines"])) == (done.number, DCAC, 4)
    assert not list(trail.broken_lines(ManifestTrail)) and not list(trail.broken_lines(AmendmentTrail))
    assert done.number == f"{on.number}_A01"


def test_every_version_is_viewed(signed_in: SignedIn) -> None:
    on = manifest(Stage.SUBMITTED)
    hawb = house_airway_bill(on, consignee_city="Bengaluru")
    for city in ("Mysuru", "Hubli"):
        approved(amendments.propose_change(on, hawb.number, row(hawb, consignee_city=city), actor(COURIER)))
    for username in ("courier.swift", "dcac.blr"):
        client = signed_in(username)
        page = client.get(reverse("manifest-versions", args=[on.key])).content.decode()
        assert f"{on.number}_" in page and "in force now" in page
        for number, city in ((1, "Bengaluru"), (2, "Mysuru")):
            assert city in client.get(reverse("manifest-version", args=[on.key, number])).content.decode()
    assert signed_in("courier.metro").get(reverse("manifest-version", args=[on.key, 1])).status_code == 404
    assert client.get(reverse("manifest-version", args=[on.key, 3])).status_code == 404


def test_the_approver_sees_before_and_after_and_may_refuse(signed_in: SignedIn) -> None:
    on = manifest(Stage.SUBMITTED)
    hawb = house_airway_bill(on, consignee_city="Bengaluru")
    asked = take(
        amendments.propose_change(on, hawb.number, row(hawb, consignee_city="Mysuru"), actor(COURIER)),
        "request_amendment", actor(SIGNATORY), reason="The consignee moved",
    )  # fmt: skip
    officer = signed_in("dcac.blr")
    assert str(asked.number) in officer.get("/manifests/amendments/queue/requested/").content.decode()
    page = officer.get(asked.get_absolute_url()).content.decode()
    assert "<td>Bengaluru</td>" in page and "<b>Mysuru</b>" in page and "The consignee moved" in page
    officer.post(asked.step_url("reject_amendment"), {"reject_amendment-remarks": "No proof"})
    assert fresh(asked).stage == "REJECTED"
    assert fresh(hawb).consignee_city == "Bengaluru"
    assert "No proof" in signed_in("courier.swift").get(asked.get_absolute_url()).content.decode()


def test_a_shipment_whose_bill_is_filed_is_not_changed_under_it(signed_in: SignedIn) -> None:
    filed = bill(BillStage.ASSESSMENT, on=manifest(Stage.SUBMITTED))
    on, hawb, by = filed.manifest, hawb_of(filed), actor(COURIER)
    words = f"bill {filed.number} is filed for it. What the bill declares is amended with the bill"
    said = words.replace(".", r"\.")
    with pytest.raises(Refused, match=said):
        amendments.propose_change(on, hawb.number, row(hawb, consignee_city="Mysuru"), by)
    with pytest.raises(Refused, match=said):
        amendments.propose_delete(on, hawb.number, by)
    page = signed_in("courier.swift").get(reverse("amend-shipment", args=[on.key, hawb.number])).content.decode()
    assert words in page
    approved(amendments.propose_change(on, hawb.number, row(hawb, gross_weight_kg="5.000"), by))
    assert fresh(hawb).gross_weight_kg == Decimal("5.000")


FOLLOWED = {
    "mawb": "157-12345675",
    "ucr": "UCR-9",
    "packages": "2",
    "crn_numbers": "CRN-1 CRN-2",
    "invoice_value": "77.00",
}


@pytest.mark.parametrize(("how_far", "open_still"), [("before IGM", True), ("after IGM", True), ("scanned", False)])
def test_12_i_a_bill_filed_in_advance_follows_until_the_first_scan(
    signed_in: SignedIn, how_far: str, *, open_still: bool
) -> None:
    on, hawb = at(how_far)
    filed = bill(BillStage.ASSESSMENT, hawb=hawb, arrived=False, risk_decision=decision("FACILITATED"))
    by, client = actor(COURIER), signed_in("courier.swift")
    page = client.get(reverse("amend-shipment", args=[on.key, hawb.number])).content.decode()
    words = f"bill {filed.number} is filed for it, about this HAWB"
    assert words in page
    for cells in ({"hawb": "SWFNEW01"}, {"transshipment": "Y", "transshipment_to": "DEL"}):
        with pytest.raises(Refused, match=words):
            amendments.propose_change(on, hawb.number, row(hawb, **cells), by)
    if not open_still:
        for names in (("mawb",), ("ucr",), ("packages", "crn_numbers"), ("invoice_value",)):
            with pytest.raises(Refused, match="Locked"):
                amendments.propose_change(on, hawb.number, row(hawb, **{name: FOLLOWED[name] for name in names}), by)
        return
    asked = approved(amendments.propose_change(on, hawb.number, row(hawb, **FOLLOWED), by))
    now = HouseAirwayBill.objects.select_related("master").get(pk=hawb.pk)
    assert (now.master.number, now.ucr, now.packages) == ("157-12345675", "UCR-9", 2)
    assert now.invoice_value == Decimal("77.00")
    assert [piece.crn for piece in now.pieces.order_by("part")] == ["CRN-1", "CRN-2"]
    line = filed.trail.get(step="carry_details")
    assert line.answers == {"hawb": hawb.number, "amendment": asked.number}
    heard = RiskDecision.objects.get(pk=fresh(filed).risk_decision_id)
    assert (heard.before_id, heard.facts["packages"]) == (filed.risk_decision_id, 2)
    told = Notice.objects.get(audience=f"courier:{filed.courier_id}", subject__contains="which changed")
    assert str(filed.number) in told.subject and str(asked) in told.subject


def test_a_bill_filed_meanwhile_locks_what_was_asked_for() -> None:
    on, hawb = at("before IGM")
    amendment = amendments.propose_delete(on, hawb.number, actor(COURIER))
    asked = take(amendment, "request_amendment", actor(SIGNATORY), reason="x")
    bill(BillStage.ASSESSMENT, hawb=hawb)
    with pytest.raises(Refused, match="is filed for it"):
        take(asked, "approve_amendment", actor(DCAC))
    assert HouseAirwayBill.objects.filter(pk=hawb.pk).exists()
    assert not ManifestVersion.objects.exists()


@pytest.mark.parametrize("stage", [BillStage.DRAFT, BillStage.DISCARDED])
def test_a_shipment_that_a_draft_names_is_not_deleted(stage: BillStage) -> None:
    on, hawb = at("before IGM")
    bill(stage, hawb=hawb)
    with pytest.raises(Refused, match="A draft of a bill names"):
        amendments.propose_delete(on, hawb.number, actor(COURIER))


def test_a_shipment_that_came_is_not_short() -> None:
    on, hawb = at("scan begun")
    scanned(on, hawb.number)
    with pytest.raises(Refused, match="it is not short"):
        amendments.propose_delete(on, hawb.number, actor(COURIER))


def test_two_amendments_of_one_thing_do_not_overwrite_each_other() -> None:
    on, hawb = at("before IGM")
    first = amendments.propose_change(on, hawb.number, row(hawb, consignee_city="Mysuru"), actor(COURIER))
    first = take(first, "request_amendment", actor(SIGNATORY), reason="x")
    second = amendments.propose_change(on, hawb.number, row(hawb, consignee_city="Hubli"), actor(COURIER))
    assert second.pk != first.pk
    approved(second)
    with pytest.raises(Refused, match="has changed since"):
        take(first, "approve_amendment", actor(DCAC))
    assert fresh(hawb).consignee_city == "Hubli"


def test_a_line_may_be_taken_back_until_it_is_asked_for(signed_in: SignedIn) -> None:
    client = signed_in("courier.swift")
    on, hawb = at("before IGM")
    amendment = amendments.propose_delete(on, hawb.number, actor(COURIER))
    gone = reverse("amend-remove", args=[on.key, amendment.lines.get().pk])
    assert signed_in("courier.metro").post(gone).status_code == 404
    assert client.post(gone).status_code == 302
    assert not amendment.lines.exists()
    with pytest.raises(Refused, match="changes nothing"):
        take(amendment, "request_amendment", actor(SIGNATORY), reason="x")


def test_excess_and_short_are_settled_by_the_amendment_and_excess_has_arrived() -> None:
    on, short = at("closed")
    on = fresh(on)
    on.scan_closed_at = timezone.now()
    on.save(update_fields=["scan_closed_at"])
    scanned(on, "EXCESS1")
    from manifests.reconciliation import after_late_scans, found

    on.differences.bulk_create(found(on, timezone.now()))
    after_late_scans(on)
    assert set(on.differences.values_list("kind", "code")) == {("SHORT", short.number), ("EXCESS", "EXCESS1")}
    amendments.propose_add(on, shipment("EXCESS1"), actor(COURIER))
    done = approved(amendments.propose_delete(on, short.number, actor(COURIER)), adjudication_reference="OIO 18/2026")
    assert set(on.differences.values_list("code", "amendment")) == {(short.number, done.pk), ("EXCESS1", done.pk)}
    assert not on.differences.filter(settled_at=None).exists()
    added = HouseAirwayBill.objects.get(manifest=on, number="EXCESS1")
    assert added.arrived_at is not None and added.packages_arrived == 1
    assert added.warehouse_entry.in_at is not None


def test_documents_move_between_bags() -> None:
    on = manifest(Stage.SUBMITTED, kind=ExpressCargoManifest.Kind.DOCUMENTS)
    hawb = house_airway_bill(on, bag="BAG-1", invoice_currency="", invoice_value=0)
    amendments.propose_change(on, hawb.number, row(hawb, bag_number="BAG-2"), actor(COURIER))
    added = dict.fromkeys(row(hawb), "") | {
        "hawb": "SWFADD01", "mawb": "157-12345675", "pieces": "1", "gross_weight_kg": "0.1", "consignor_name": "A",
        "consignor_country": "HK", "consignee_name": "B", "bag_number": "BAG-2",
    }  # fmt: skip
    columns = (
        "hawb",
        "mawb",
        "bag_number",
        "pieces",
        "gross_weight_kg",
        "consignor_name",
        "consignor_country",
        "consignee_name",
    )
    approved(amendments.propose_add(on, {name: added[name] for name in columns}, actor(COURIER)))
    assert list(on.bags.values_list("number", flat=True)) == ["BAG-2"]
    assert set(on.bags.get().hawbs.values_list("number", flat=True)) == {hawb.number, "SWFADD01"}


# ── whose it is ──────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("username", "status"), [("courier.metro", 404), ("dcac.blr", 403), ("importer.kaveri", 403)])
def test_only_the_own_firm_writes_it(signed_in: SignedIn, username: str, status: int) -> None:
    client = signed_in(username)
    on, hawb = at("before IGM")
    for address in (
        reverse("manifest-amend", args=[on.key]), reverse("amend-header", args=[on.key]), reverse("amend-add", args=[on.key]),
        reverse("amend-shipment", args=[on.key, hawb.number]),
    ):  # fmt: skip
        assert client.get(address).status_code == status
    assert client.post(reverse("amend-shipment", args=[on.key, hawb.number]), {"delete": "1"}).status_code == status
    assert not ManifestAmendment.objects.exists()


def test_what_is_being_written_is_the_couriers_alone(signed_in: SignedIn) -> None:
    on, hawb = at("before IGM")
    draft = amendments.propose_delete(on, hawb.number, actor(COURIER))
    for username, status in (("dcac.blr", 404), ("courier.metro", 404), ("courier.swift", 200)):
        assert signed_in(username).get(draft.get_absolute_url()).status_code == status


def test_a_draft_manifest_is_changed_on_its_own_page(signed_in: SignedIn, draft: ExpressCargoManifest) -> None:
    assert signed_in("courier.swift").get(reverse("manifest-amend", args=[draft.key])).status_code == 404
