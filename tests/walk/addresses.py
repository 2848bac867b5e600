"""Every address of the system, with documents of one firm at one station behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.advisories import Advisory
from accounts.advisories import Stage as AdvisoryStage
from accounts.credentials import ExpiryExercise
from accounts.directory.registration import Stage as CourierStage
from accounts.models import Importer
from bills.models import Attachment, CourierBillOfEntry, Holiday, ManualScan, QueryMemo
from bills.stages import Stage
from eccs import audit
from eccs.audit import AuditLine
from eccs.dated_rules import DatedRule
from eccs.hand_over import HandOver
from eccs.models import Upload
from eccs.pages import as_verb, listings, slug_of
from manifests.applying import keep_version
from manifests.clearance import Stage as ManifestStage
from manifests.models import (
    ArrivalScan,
    Difference,
    ExpressCargoManifest,
    ManifestAmendment,
    WarehouseEntry,
)
from payments.clearance import Stage as ChallanStage
from tests.factories import firms
from tests.factories.advisories import advisory
from tests.factories.amendments import amendment
from tests.factories.bills import bill
from tests.factories.bonds import bond, bond_master
from tests.factories.challans import bank_difference, challan, withdrawal
from tests.factories.departures import departure
from tests.factories.directory import custodian, importer
from tests.factories.documents import bill_of_documents
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.manual import manual_clearance, manual_form
from tests.factories.orders import cyber_receipt, out_of_charge
from tests.factories.people import officer, station_role
from tests.factories.rates import rate_file
from tests.factories.requests import amendment as bill_amendment
from tests.factories.requests import cancellation, penalty_demand, provisional_assessment
from tests.factories.rules import risk_rule
from tests.factories.tickets import ticket
from tests.factories.transit import arrival, transfer
from tests.factories.uncleared import disposal, lying, notified, return_to_origin
from tests.walk.of_api import PUBLIC as OF_API
from tests.walk.of_api import of_api
from tests.walk.of_counter import of_counter
from tests.walk.of_exports import of_exports
from tests.walk.of_help import of_help
from tests.walk.of_payments import of_payments
from tests.walk.of_reports import of_reports
from tests.walk.world import World

PUBLIC = (
    "sign-in", "sign-in-code", "sign-in-recovery", "password-forgotten", "password-sent", "password-reset", "healthz", "readyz", "metrics", "set_language", "bank-return",
    "bank-confirmation",
    "public-couriers", "public-couriers-csv", "public-custodians", "public-importers", "estimator",
    "public-home", "public-track", "public-exchange-rates", "public-exchange-rate", "public-tariff", "public-tariff-item", "public-advisories",
    "public-forms", "public-form", "public-status", "help",
    "verify", "verify-code", "verify-offline", "verify-keys", "counter-display",
    *OF_API,
)  # fmt: skip
"""What a stranger may ask for; the bank's messages are known by their signature, the API's programs by their key (tests/api)."""


IMPORTER_IEC = "AAFCM2291R"  # of an importer who files a bill of its own


def build() -> World:
    """Documents at every stage that has a page of its own, and all addresses that lead to them."""
    world = World()
    draft_manifest = manifest(ManifestStage.DRAFT)
    flight = manifest(ManifestStage.ARRIVAL_SCAN, scan_started_at="2026-11-19T06:30:00+05:30")
    unbilled = house_airway_bill(flight)
    _scanned(flight)
    bills = {stage: bill(stage, on=flight) for stage in Stage}
    out_of_charge(bills[Stage.OUT_OF_CHARGE])
    owed = challan(ChallanStage.CREATED, bills[Stage.DUTY])
    paid = challan(ChallanStage.PAID, bill(Stage.DUTY, on=flight))
    cyber_receipt(paid)
    people = [officer(name="Zubin Contractor"), officer("SUSPENDED", name="Zara Contractor", username="zara")]
    roles = [station_role(name="Zenith desk"), station_role("WITHDRAWN", name="Zero desk")]
    drafted, asked = amendment("DRAFT", hawb=unbilled), amendment("REQUESTED", hawb=unbilled)
    of_bills = [
        bill_amendment(of=bills[Stage.XRAY]), cancellation(of=bills[Stage.ASSESSMENT]),
        provisional_assessment(of=bills[Stage.OUT_OF_CHARGE]),
        penalty_demand(of=bills[Stage.CONFISCATED]),
    ]  # fmt: skip
    of_bills.append(departure(of=bills[Stage.EXAMINATION]))
    sent_back, going, disposed = return_to_origin(), return_to_origin("PERMITTED"), disposal()
    world.own("re-export-print", going.re_export.number)
    rules = [risk_rule(), risk_rule("PROPOSED")]
    for name in ("risk-rule-version", "risk-test", "risk-test-start", "risk-test-cancel"):
        world.own(name, rules[0].key)
    bonds = [bond(), bond("REQUESTED"), bond("EXPIRED"), bond("VERIFIED")]
    sent_on = [
        transfer(stage) for stage in ("DRAFT", "FEE", "APPROVAL", "DEPARTURE", "IN_TRANSIT", "CERTIFICATE", "SHORT")
    ]
    its_own = Importer.objects.filter(iec=IMPORTER_IEC).first() or importer(iec=IMPORTER_IEC)
    sent_on += [transfer(stage, importer=its_own) for stage in ("DRAFT", "IN_TRANSIT")]
    arrived = [
        arrival(origin="MAA"),
        arrival("RECORDED", origin="MAA"),
        arrival("RECORDED", origin="MAA", importer=its_own),
    ]
    papers = [bill_of_documents(Stage.DRAFT), bill_of_documents(Stage.XRAY)]
    world.documents = [
        bank_difference(), withdrawal(), sent_back, going, disposed, *rules, *bonds, *sent_on, *arrived, bond_master("ENTERED", category="SPECIFIC"), bond_master(), manual_clearance(), manual_form(), manual_form("USED"), draft_manifest, flight, drafted, asked, *bills.values(), *papers, *of_bills, *of_exports(world), owed, paid, *people, *roles, ticket(), ticket("ANSWERED"),
        _of_the_port_admin(world),
    ]  # fmt: skip
    of_counter(world)
    _generic(world)
    _of_manifests(world, draft_manifest, flight)
    _of_bills(world, bills, flight)
    world.own("bond-statement", bonds[0].number)
    world.own("bond-print", bonds[0].number)
    for name in ("transfer-draft", "transfer-list"):
        world.own(name, sent_on[0].pk)
        world.own(name, sent_on[-2].pk)
    world.own("transfer-copy", sent_on[1].number)
    world.own("transfer-gate", sent_on[3].number)
    world.own("transfer-scan", arrived[0].number)
    world.own("transfer-print", sent_on[3].number)
    for one in arrived[1:]:
        world.own("transfer-certificate", one.number)
    world.common("location-change", "DEL")
    world.own("bill-choose", papers[0].pk)
    world.own("bill-check", papers[0].pk)
    world.own("bill-shipments", papers[1].number)
    world.own("bill-print", papers[1].key)
    of_payments(world, owed, paid)
    world.own("signature-part", "bills/imports", bills[Stage.QUERY].key, 1, "signature")
    _common(world)
    _of_amendments(world, asked)
    _of_uncleared_goods(world)
    return world


def _scanned(flight: ExpressCargoManifest) -> None:
    ArrivalScan.objects.create(
        key="6f1f9d0e-7a0c-4a55-9a77-0d4a3f0e1c55", manifest=flight, code="STRAY1", verdict="UNKNOWN",
        scanned_at=flight.stage_since, received_at=flight.stage_since, by=firms.person("Rafi Das"),
    )  # fmt: skip


def _generic(world: World) -> None:
    for one in world.documents:
        slug = slug_of(type(one))
        world.own("document", slug, one.key)
        for step in one.steps().values():
            if one.stage in step.sources:
                world.own("step", slug, one.key, as_verb(step.name))
        world.own("work-priority", slug, one.key)
    asked = next(one for one in world.documents if isinstance(one, CourierBillOfEntry) and one.stage == Stage.QUERY)
    for act in ("take-up", "set-aside", "give-back", "take-over", "re-allocate", "priority"):
        world.own("work-act", "bills/imports", asked.key, act)


def _of_manifests(world: World, draft: ExpressCargoManifest, flight: ExpressCargoManifest) -> None:
    for one in (draft, flight):
        for name in ("manifest-header", "manifest-upload", "manifest-shipments", "manifest-shipment"):
            world.own(name, one.key)
    for name in ("scan-station", "scan-packages", "scans", "weight", "differences"):
        world.own(name, flight.key)
    world.own("bill-upload", flight.key)
    world.own("bill-images", flight.key)


def _of_amendments(world: World, asked: ManifestAmendment) -> None:
    hawb, flight = asked.manifest.hawbs.order_by("pk")[0], asked.manifest
    for name in ("manifest-amend", "amend-header", "amend-igm", "amend-add", "manifest-versions", "manifest-print"):
        world.own(name, flight.key)
    for name in ("amend-shipment", "amend-pieces", "hawb-hold"):
        world.own(name, flight.key, hawb.number)
    world.own("amend-remove", flight.key, asked.lines.get().pk)
    kept = keep_version(flight, amendment("APPROVED", hawb=hawb), timezone.now())
    world.own("manifest-version", flight.key, kept.number)
    entry = WarehouseEntry.objects.create(hawb=hawb, station_id=flight.station_id, in_at=timezone.now())
    world.own("warehouse-entry", entry.pk)
    closed = manifest(ManifestStage.ARRIVED)  # what is short is known when the scan is closed, and not before
    short = Difference.objects.create(manifest=closed, kind="SHORT", code=hawb.number, opened_at=timezone.now())
    world.own("difference-settle", short.pk)


def _of_bills(world: World, bills: dict[Stage, CourierBillOfEntry], flight: ExpressCargoManifest) -> None:
    draft = bills[Stage.DRAFT]
    for name in ("bill-draft", "bill-items", "bill-papers", "bill-check", "bill-form", "bill-invoices"):
        world.own(name, draft.pk)
    world.own("bill-item", draft.pk, 1)
    world.own("bill-item-remove", draft.pk, 1)
    world.own("bill-invoice", draft.pk, 1)
    world.own("bill-invoice-remove", draft.pk, 1)
    for part in ("importer", "invoice"):
        world.own("bill-part", draft.pk, part)
    own_goods = Importer.objects.filter(iec=IMPORTER_IEC).first() or importer(iec=IMPORTER_IEC)
    of_importer = bill(Stage.QUERY, on=flight, importer=own_goods, kind="CBE-XIV")
    for one in (bills[Stage.ASSESSMENT], bills[Stage.QUERY], bills[Stage.OUT_OF_CHARGE], of_importer):
        for name in (
            "bill-filed",
            "bill-print",
            "out-of-charge-print",
            "gate-pass-print",
            "labels-print",
            "bill-attach",
        ):
            world.own(name, one.key)
    world.own("final-print", provisional_assessment("FINAL", of=bill(Stage.OUT_OF_CHARGE, on=flight)).number)
    world.own("detention-print", bills[Stage.DETAINED].detentions.get().number)
    memo = bills[Stage.QUERY].queries.first() or QueryMemo.objects.create(
        bill=bills[Stage.QUERY], raised_from="ASSESSMENT", question="Why?", raised_by=bills[Stage.QUERY].created_by
    )
    world.own("decision-print", "query", memo.pk)
    paper = Attachment.objects.create(
        bill=bills[Stage.QUERY], kind="OTHER", name="data-sheet.pdf", file=ContentFile(b"%PDF-1.7", "data-sheet.pdf"),
        content_type="application/pdf", size=8, sha256="0" * 64, by=bills[Stage.QUERY].created_by,
    )  # fmt: skip
    world.own("attachment", paper.pk)
    for kind in ("ecm", "cbe"):
        for state in ("RECEIVED", "REFUSED", "DONE"):
            found = _upload(kind, state, flight)
            for name in ("upload", "upload-sign", "upload-errors"):
                world.own(name, found.pk)


def _upload(kind: str, state: str, flight: ExpressCargoManifest) -> Upload:
    return Upload.objects.create(
        kind=kind, owner=f"courier:{flight.courier_id}", subject_id=flight.pk, by=firms.person(), name="flight.csv",
        file=ContentFile(b"hawb\nSWF1\n", "flight.csv"), size=10, digest="0" * 64, state=state, rows=1,
        faults=[[2, "mawb", "", "is required"]] if state == "REFUSED" else [], summary={"filed": 1, "hawbs": 1},
    )  # fmt: skip


def _of_uncleared_goods(world: World) -> None:
    entry = lying(40)
    to = Importer.objects.filter(iec=IMPORTER_IEC).first() or importer(iec=IMPORTER_IEC)
    for name in ("uncleared-notice", "uncleared-posted"):
        world.own(
            name,
            notified(entry, importer=to, posted_on=None).number
            if name == "uncleared-notice"
            else notified(lying(40)).number,
        )
    world.own("uncleared-return", entry.pk)
    scan = ManualScan.objects.create(
        form=manual_form("USED"), name="paper.pdf", file=ContentFile(b"%PDF-1.7", "paper.pdf"), content_type="application/pdf",
        size=8, sha256="0" * 64, by=firms.person("Kavya Sethi"),
    )  # fmt: skip
    world.own("manual-scan", scan.pk)
    blank = manual_form().number
    for name in ("manual-issued", "manual-blanks"):
        world.own(name)
        world.addresses[name][-1] += f"?first={blank}&last={blank}"


def _of_the_port_admin(world: World) -> Advisory:
    draft, national = advisory(AdvisoryStage.DRAFT, station="BLR"), advisory(AdvisoryStage.DRAFT)
    for one in (draft, national):
        world.own("advisory-edit", one.key)
        world.own("advisory-mark-read", one.key)
    world.national.add(world.addresses["advisory-edit"][-1])
    for station, about in (("BLR", "CBE-XIII_BLR_2026-2027_01_01"), ("", "target_minutes")):
        audit.record("file.downloaded", about=about, station=station)
        world.own("audit-line", AuditLine.objects.latest("pk").pk)
    world.national.add(world.addresses["audit-line"][-1])
    return draft


def _common(world: World) -> None:
    for name in (
        "desk", "counts", "find", "sign-out", "text-size", "keys", "manifests", "manifest-new", "bill-start", "payment-history",
        "switch", "people", "person-new", "person-from-elsewhere", "roles", "roles-open",
        "new-challan", "payment-export", "scrolls", "scroll-ask", "scroll-load", "cash-ledger", "cash-ledger-export",
        "cash-ledger-print", "cash-deposit", "cash-withdraw", "cash-accounts", "authorised-banks", "bank-authorise", "reconciliation", "reconciliation-export", "reconciliation-print", "refunds-export", "refunds-print", "cash-accounts-export", "cash-accounts-print", "account", "kept-form", "session", "sessions-end-others", "password-change", "confirm-password",
        "second-factor", "second-factor-square", "recovery-codes", "second-factor-policy", "expiry-exercises", "expiry-new",
        "differences-open", "warehouse-register", "warehouse-export", "warehouse-print", "warehouse-move",
        "manual", "manual-export", "manual-propose", "manual-issue", "uncleared", "uncleared-export", "uncleared-print",
        "uncleared-dispose", "audit", "audit-export", "documents", "role-holders", "advisories", "advisories-written",
        "advisory-new", "rules", "stations", "couriers", "courier-new", "courier-renewals", "own-registration", "custodians",
        "bonds", "bonds-export", "transfers", "transfers-export", "transfer-new", "fee-challan", "locations", "location-new", "bond-request", "bond-master", "bond-master-enter", "custodian-new", "importers", "importer-new", "work", "hand-over",
        "rate-files", "tariff", "exchange-rates", "exemptions", "holidays", "risk-rules", "risk-rule-new", "risk-waiting", "risk-feedback", "risk-shares", "books", "refunds",
        "certificates", "certificates-all", "certificates-revoked", "chains", "chains-head",
    ):  # fmt: skip
        world.common(name)
    of_api(world)
    of_help(world)
    of_reports(world)
    world.common("session-end", 1)
    world.common("certificate-retire", 1)
    world.common("sign", "00000000-0000-4000-8000-000000000000")
    world.common("print-selected", "bills/imports")
    world.common("printing", "00000000-0000-4000-8000-000000000000")
    world.common("printing-download", "00000000-0000-4000-8000-000000000000")
    note = HandOver.objects.create(station="BLR", role="RISK_OFFICER", by=firms.person("Asha Das"), by_name="Asha Das")
    for name in ("hand-over-note", "hand-over-read"):
        world.own(name, note.pk)
    for name in ("expiry-exercise", "expiry-cancel", "expiry-people"):
        world.common(name, _cancelled_exercise().pk)
    _directory(world)
    for word in world.words()[::4]:
        world.shared["find"].append(f"{reverse('find')}?q={word}")
    for listing in listings():
        world.common("clearance", listing.slug)
        for stage in listing.model.stage_order():
            world.common("queue", listing.slug, as_verb(stage))
            world.common("work-next", listing.slug, as_verb(stage))
            if listing.model is CourierBillOfEntry:
                world.common("work-many", listing.slug, as_verb(stage), "take-up")
            for step in listing.model.steps().values():
                if stage in step.sources:
                    world.common("steps", listing.slug, as_verb(stage), as_verb(step.name))
    for group in ("customs", "courier", "importer", "custodian"):
        world.common("role-new", group)
    for name in ("rule", "rule-add"):
        world.common(name, "target_minutes")
    coming = DatedRule.objects.create(
        name="target_minutes", from_date=timezone.localdate() + timedelta(days=9), value="90", source="trial"
    )
    world.common("rule-withdraw", coming.name, coming.pk)
    world.common("upload-template", "ecm")
    world.common("upload-template", "ecm-documents")
    world.common("bars", "ECM_DEL_2026-2027_01")
    world.common("squares")
    world.common("upload-template", "cbe")
    world.common("upload-template", "cbe-xi")
    _rates(world)


def _rates(world: World) -> None:
    """A file of rates that waits for approval, an item and a currency."""
    loaded = rate_file("PROPOSED")
    assert loaded.upload is not None
    loaded.upload.file.save("lamps.csv", ContentFile(b"cth\n"))
    for sort in ("tariff", "exchange-rates", "exemptions"):
        world.common("upload-template", sort)
        world.common("rate-file-new", sort)
    for name in ("rate-file-changes", "rate-file-download"):
        world.common(name, loaded.key)
    world.common("rate-file-again", loaded.pk)
    world.common("tariff-item", "98049000")
    world.common("exchange-rate", "USD")
    day = timezone.localdate() + timedelta(days=40)
    holiday = Holiday.objects.create(day=day, name="Trial day", source="trial", station_id="BLR")
    world.own("holiday-remove", holiday.pk)
    world.national.add(world.addresses["holiday-remove"][-1])


def _cancelled_exercise() -> ExpiryExercise:
    found = ExpiryExercise.objects.first()
    who, now = firms.person(), timezone.now()
    return found or ExpiryExercise.objects.create(
        begins_at=now,
        scope=ExpiryExercise.Scope.STATION,
        station_id="DEL",
        made_by=who,
        cancelled_at=now,
        cancelled_by=who,
    )


def _directory(world: World) -> None:
    """Each kind of firm, which officers of every station may read; a draft entry; every step on them."""
    firms_of_all = (
        firms.courier("swift"),
        firms.registration(CourierStage.APPLIED, pan="AABCL1207Q"),
        custodian(),
        importer(),
    )
    for one in firms_of_all:
        world.common("document", slug_of(type(one)), one.key)
        for step in one.steps().values():
            world.common("step", slug_of(type(one)), one.key, as_verb(step.name))
    world.directory = list(firms_of_all)


def names() -> set[str]:
    """The name of every address there is."""
    return {pattern.name or pattern.lookup_str for pattern in _patterns(get_resolver())}


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _patterns(one)
        else:
            yield one
