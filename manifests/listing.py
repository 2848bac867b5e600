"""How manifests are listed and shown."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.directory.filings import counts_as_filing
from accounts.roles import COURIERS, CUSTODIANS, OFFICERS, TRADE, Role
from eccs.pages import Column, Listing, activity_of, link, register
from manifests.models import ExpressCargoManifest

SHIPMENTS_SHOWN = 50


def search(text: str) -> Q:
    """By the whole number, the IGM number, the flight or a HAWB on it."""
    upper = text.upper()
    return Q(number=upper) | Q(igm_number=upper) | Q(flight_number=upper)


def context(manifest: Any, actor: Any) -> dict[str, Any]:
    """The shipments, and what has been handed in for the manifest."""
    from eccs.models import Upload

    shipments = list(manifest.hawbs.select_related("master").order_by("pk")[:SHIPMENTS_SHOWN])
    uploads = Upload.objects.filter(owner=f"courier:{manifest.courier_id}", subject_id=manifest.pk).order_by("-pk")[:5]
    scanned = manifest.scans.filter(verdict="ARRIVED").count() if manifest.scan_started_at else 0
    return {
        "shipments": shipments, "first_shipments": shipments[:10], "uploads": uploads if actor.is_trade else [], "scanned": scanned,
        "bill_count": manifest.bills.exclude(stage__in=("DRAFT", "DISCARDED")).count(),
        "may_scan": bool(actor.acts_as(activity_of("scan-station"), manifest)) and manifest.stage == "ARRIVAL_SCAN",
    }  # fmt: skip


MANIFESTS = Listing(
    model=ExpressCargoManifest,
    slug="manifests",
    label=_("Express Cargo Manifests"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("flight", _("Flight"), "flight_number__icontains", hint=_("flight")),
        Column("courier", _("Courier"), "courier__name__icontains", hint=_("name")),
        Column("arrival", _("Arrival"), sort="scheduled_arrival"),
        Column("hawbs", _("HAWBs"), "hawb_count__gte", "hawb_count", _("from"), number=True),
        Column("packages", _("Packages"), "package_count__gte", "package_count", _("from"), number=True),
        Column("age", _("Age"), sort="stage_since"),
    ),
    row_template="manifests/_row.html",
    page_template="manifests/manifest.html",
    trade_template="manifests/manifest_trade.html",
    related=("station", "courier"),
    context=context,
    search=search,
)

register(MANIFESTS)
counts_as_filing(ExpressCargoManifest, "submitted_at")
link(_("Manifests"), "manifests", *TRADE, *CUSTODIANS, *OFFICERS)
link(_("File a manifest"), "manifest-new", *COURIERS, nav=False)
link(_("Arrival scan station"), "scan-station", Role.ARRIVAL_SCANNER, nav=False)
