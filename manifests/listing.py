"""How manifests are listed and shown."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.directory.filings import counts_as_filing
from accounts.roles import COURIERS, CUSTODIANS, OFFICERS, TRADE, Role
from eccs.acting import SYSTEM, acting_as
from eccs.moments import moment
from eccs.pages import ByName, Column, Listing, SearchBy, activity_of, by_own_number, link, register
from eccs.written import brief, grouped, two_lines
from manifests import arrival, lateness
from manifests.amendments import AMENDABLE
from manifests.igm import corrections, reached
from manifests.locks import transfer_lines
from manifests.models import ExpressCargoManifest, HouseAirwayBill, ManifestAmendment, ManifestVersion, MasterAirwayBill
from manifests.pieces import reached_by
from manifests.shipments import beginning, named, unbilled

SHIPMENTS_SHOWN = 50


def by_number(text: str) -> Q:
    """By the whole number, the IGM number, the flight, or the notice that goods of it are uncleared."""
    upper = text.upper()
    if upper.startswith("UCN_"):
        return Q(pk__in=HouseAirwayBill.objects.filter(uncleared_notices__number=upper).values("manifest"))
    return Q(number=upper) | Q(igm_number=upper) | Q(flight_number=upper.replace(" ", ""))


SEARCH_BY: SearchBy = {
    "number": by_number,
    "mawb": lambda number: Q(pk__in=MasterAirwayBill.objects.filter(number=number).values("manifest")),
    "consignee": ByName(
        beginning,
        lambda hawbs: (Q(pk__in=unbilled(HouseAirwayBill.objects.filter(pk__in=hawbs)).values("manifest")),),
        lambda name: (Q(Exists(unbilled(beginning(name)).filter(manifest=OuterRef("pk")))),),
    ),
}


def transfers_of(hawbs: list[int]) -> dict[int, Any]:
    """The transfer manifest on which each of these shipments stands, also where it is its importer's: number and stage are shown."""
    with acting_as(SYSTEM):
        rows = transfer_lines().filter(hawb__in=hawbs).select_related("transfer__destination") if hawbs else ()
        return {line.hawb_id: line.transfer for line in rows}


def context(manifest: Any, actor: Any) -> dict[str, Any]:
    """The shipments, and what has been handed in for the manifest."""
    from eccs.models import Upload

    shipments = list(manifest.hawbs.select_related("master", "bag").order_by("pk")[:SHIPMENTS_SHOWN])
    sent_on = transfers_of([hawb.pk for hawb in shipments if hawb.transshipment])
    for hawb in shipments:
        hawb.transfer = sent_on.get(hawb.pk)
    uploads = Upload.objects.filter(owner=f"courier:{manifest.courier_id}", subject_id=manifest.pk).order_by("-pk")[:5]
    to_scan, scanned = arrival.labels(manifest)
    return {
        "late": lateness.words(manifest), "shipments": shipments, "first_shipments": shipments[:10], "uploads": uploads if actor.is_trade else [], "to_scan": to_scan, "scanned": scanned,
        "igm_corrections": corrections(manifest) if manifest.igm_number else (), "versions": manifest.versions.count(), "amendments": manifest.amendments.visible_to(actor).order_by("-pk")[:10],
        "may_amend": manifest.stage in AMENDABLE and bool(actor.acts_as(activity_of("manifest-amend"), manifest)),
        "may_hold": manifest.number is not None and bool(actor.acts_as(activity_of("hawb-hold"), manifest)),
        "bill_count": manifest.bills.exclude(stage__in=("DRAFT", "DISCARDED")).count(),
        "may_scan": bool(actor.acts_as(activity_of("scan-station"), manifest))
        and (manifest.stage == "ARRIVAL_SCAN" or (manifest.stage == "ARRIVED" and scanned < to_scan)),
    }  # fmt: skip


MANIFESTS = Listing(
    model=ExpressCargoManifest,
    slug="manifests",
    label=_("Express Cargo Manifests"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column(
            "flight",
            _("Flight"),
            "flight_number__icontains",
            hint=_("flight"),
            cell=lambda one: two_lines(one.flight_number, one.airport_of_shipment),
        ),
        Column(
            "courier", _("Courier"), "courier__name__icontains", hint=_("name"), cell=lambda one: one.courier.short_name
        ),
        Column(
            "arrival",
            _("Arrival"),
            sort="scheduled_arrival",
            cell=lambda one: moment(one.actual_arrival or one.scheduled_arrival),
            css="nowrap",
        ),
        Column(
            "submitted",
            _("Submitted"),
            "submitted_at",
            choices=lateness.CHOICES,
            query=lateness.of_choice,
            cell=lateness.cell,
            css="nowrap",
        ),
        Column(
            "hawbs",
            _("HAWBs"),
            "hawb_count__gte",
            "hawb_count",
            _("from"),
            number=True,
            cell=lambda one: grouped(one.hawb_count),
        ),
        Column(
            "packages",
            _("Packages"),
            "package_count__gte",
            "package_count",
            _("from"),
            number=True,
            cell=lambda one: grouped(one.package_count),
        ),
    ),
    page_template="manifests/manifest.html",
    trade_template="manifests/manifest_trade.html",
    related=("station", "courier"),
    context=context,
    search_by=SEARCH_BY,
    carries=lambda code: Q(pk__in=HouseAirwayBill.objects.filter(pk__in=named(code)).values("manifest")),
    dated_by="submitted_at",
)


def amendment_context(amendment: Any, actor: Any) -> dict[str, Any]:
    """What an amendment changes, before and after."""
    from manifests.amendment_views import told_lines

    own_draft = amendment.stage == "DRAFT" and not amendment.of_weight
    may_write = own_draft and bool(actor.acts_as(activity_of("manifest-amend"), amendment))
    moved = next(
        (at for line in amendment.lines.all() if (at := line.after.get("actual_arrival")) and line.kind == "IGM"), ""
    )
    return {
        "lines": told_lines(amendment), "may_write": may_write,
        "reached": reached(amendment.manifest, moved) if moved and amendment.stage in ("DRAFT", "REQUESTED") else None,
        "landing": reached_by(amendment) if amendment.stage in ("DRAFT", "REQUESTED") else (),
        "version": ManifestVersion.objects.filter(amendment=amendment).defer("shipments", "header").first(),
    }  # fmt: skip


AMENDMENTS = Listing(
    model=ManifestAmendment,
    slug="manifests/amendments",
    label=_("Manifest amendments"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column(
            "flight",
            _("Flight"),
            "manifest__flight_number__icontains",
            hint=_("flight"),
            cell=lambda asked: asked.manifest.flight_number,
        ),
        Column(
            "courier", _("Courier"), "courier__name__icontains", hint=_("name"), cell=lambda one: one.courier.short_name
        ),
        Column("manifest_stage", _("Manifest"), cell=lambda asked: asked.manifest.get_stage_display()),
        Column(
            "reason",
            _("Reason"),
            "reason__icontains",
            hint=_("contains"),
            cell=lambda asked: two_lines(brief(asked.reason, 60), asked.adjudication_reference),
        ),
    ),
    page_template="manifests/amendment.html",
    trade_template="manifests/amendment_trade.html",
    related=("station", "courier", "manifest"),
    context=amendment_context,
    dated_by="created_at",
    search=by_own_number,
    targets={"REQUESTED": "target_requests"},
)

register(MANIFESTS)
register(AMENDMENTS)
counts_as_filing(ExpressCargoManifest, "submitted_at")
link(_("Manifests"), "manifests", *TRADE, *CUSTODIANS, *OFFICERS)
link(_("File a manifest"), "manifest-new", *COURIERS, Role.SERVICE_CENTRE, nav=False)
link(_("Arrival scan station"), "scan-station", Role.ARRIVAL_SCANNER, nav=False)
link(_("Amend a manifest"), "manifest-amend", *COURIERS, nav=False)
link(_("Hold and release a shipment"), "hawb-hold", *COURIERS, nav=False)
link(_("Warehouse register"), "warehouse-register", Role.WAREHOUSE_KEEPER, Role.CUSTODIAN_ADMIN, *OFFICERS)
link(_("Move goods in the warehouse"), "warehouse-move", Role.WAREHOUSE_KEEPER, nav=False)
link(_("Short and excess"), "differences-open", *COURIERS, *CUSTODIANS, *OFFICERS)
link(_("Settle short and excess"), "difference-settle", Role.DCAC, Role.SHED_SUPERINTENDENT, nav=False)
