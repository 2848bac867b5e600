"""How transfer manifests and arrivals are listed and shown, and whose the pages are."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from accounts.roles import CUSTODIANS, OFFICERS, TRADE
from eccs.moments import day, moment
from eccs.pages import Alternatives, Column, Elsewhere, Listing, activity_of, by_own_number, link, register
from eccs.written import grouped, two_lines
from transit import gate, security
from transit.clearance import BEFORE_DEPARTURE, DRAFTERS, GIVEN_UP, KEEPERS, ArrivalStage, Stage
from transit.models import CargoTransferManifest, TransferArrival, TransferLine

SHOWN = 200  # shipments on a page


def _may(actor: Actor, page: str, document: Any) -> bool:
    return bool(actor.acts_as(activity_of(page), document))


def transfer_context(transfer: CargoTransferManifest, actor: Actor) -> dict[str, Any]:
    """The shipments, the bond, the fee with its challan, and how far the goods are."""
    filed = transfer.submitted_at is not None
    rows = transfer.lines.filter(live=True) if transfer.stage not in GIVEN_UP else transfer.lines.all()
    lines = list(rows.select_related("hawb").order_by("hawb__number")[: SHOWN + 1])
    left = transfer.lines.filter(live=False) if transfer.departed_at else transfer.lines.none()
    return {
        "lines": lines[:SHOWN], "more": len(lines) > SHOWN, "left_behind": list(left.select_related("hawb")[:SHOWN]),
        "look": None if filed or transfer.stage in GIVEN_UP else security.look(transfer),
        "outstanding": security.outstanding([transfer]).get(transfer.pk),
        "arrival": getattr(transfer, "arrival", None), "days_over": transfer.days_over(timezone.localdate()),
        "excess": gate.excess(transfer) if transfer.departed_at else [],
        "may_write": transfer.stage == Stage.DRAFT and _may(actor, "transfer-draft", transfer),
        "may_gate": transfer.stage == Stage.DEPARTURE and _may(actor, "transfer-gate", transfer),
        "may_copy": transfer.stage in GIVEN_UP and _may(actor, "transfer-new", transfer),
        "at_gate": transfer.live_lines().filter(packages_out__gt=0).count() if transfer.stage == Stage.DEPARTURE else 0,
        "before_departure": transfer.stage in BEFORE_DEPARTURE,
    }  # fmt: skip


def arrival_context(arrival: TransferArrival, actor: Actor) -> dict[str, Any]:
    """The transfer manifest that arrives, its shipments, what was counted, what is in excess."""
    transfer = arrival.transfer
    lines = list(transfer.live_lines().select_related("hawb").order_by("hawb__number")[: SHOWN + 1])
    counts = transfer.live_lines().values_list("packages", "packages_in")
    return {
        "transfer": transfer, "lines": lines[:SHOWN], "more": len(lines) > SHOWN, "excess": gate.excess(transfer),
        "expected": sum(packages for packages, _seen in counts), "counted": sum(seen for _packages, seen in counts),
        "may_scan": arrival.stage == ArrivalStage.EXPECTED and _may(actor, "transfer-scan", arrival),
        "days_over": transfer.days_over(timezone.localdate()),
    }  # fmt: skip


def of_firm(text: str) -> Q:
    """Of a courier or an importer whose name contains what was typed."""
    return Q(courier__name__icontains=text) | Q(importer__name__icontains=text)


def _with_hawb(text: str) -> Q:
    return Q(pk__in=TransferLine.objects.filter(hawb__number=text.upper()).values("transfer"))


def _arrival_with_hawb(text: str) -> Q:
    return Q(transfer__in=TransferLine.objects.filter(hawb__number=text.upper(), live=True).values("transfer"))


def _arrival_by_number(text: str) -> Alternatives:
    """By the own number, or the transfer manifest's."""
    return (Q(number=text.upper()) | Q(transfer__number=text.upper()),) if "_" in text else ()


TRANSFERS = Listing(
    model=CargoTransferManifest, slug="transit/manifests", label=_("Transfer manifests"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("firm", _("Firm"), "courier__name__icontains", query=of_firm, hint=_("name"), cell=lambda one: one.firm_short),
        Column("to", _("Destination"), "destination__name__icontains", hint=_("name"), cell=lambda one: two_lines(one.destination.name, one.destination_id)),
        Column("manifest", _("Manifest"), "manifest__number__icontains", hint=_("contains"), cell=lambda one: one.manifest.number or "–"),
        Column("hawbs", _("HAWBs"), "hawb_count__gte", "hawb_count", _("from"), number=True, cell=lambda one: grouped(one.hawb_count)),
        Column("secured", _("Debited ₹"), "secured__gte", "secured", _("from"), number=True, cell=lambda one: grouped(one.secured)),
        Column("fee", _("Fee"), cell=lambda one: two_lines(one.fee_challan, moment(one.fee_paid_at)) if one.fee_paid_at else (f"₹\u00a0{grouped(one.fee)}" if one.fee else "–")),
        Column("due", _("Arrives by"), cell=lambda one: day(one.due_on) or "–", css="nowrap"),
    ),
    page_template="transit/transfer.html", trade_template="transit/transfer_trade.html",
    related=("station", "courier", "importer", "destination", "manifest", "bond"), context=transfer_context,
    search_by={"number": by_own_number, "hawb": _with_hawb}, dated_by="submitted_at",
    elsewhere={Stage.FEE: Elsewhere(_("Pay the fee"), "fee-challan")},
    targets={Stage.APPROVAL: "target_requests", **dict.fromkeys(
        (Stage.DEPARTURE, Stage.IN_TRANSIT, Stage.CERTIFICATE, Stage.SHORT), "target_of_days",
    )},
)  # fmt: skip
ARRIVALS = Listing(
    model=TransferArrival, slug="transit/arrivals", label=_("Arrivals of transfers"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("transfer", _("CTM"), "transfer__number__icontains", hint=_("contains"), cell=lambda one: one.transfer.number),
        Column("firm", _("Firm"), "courier__name__icontains", query=of_firm, hint=_("name"), cell=lambda one: one.transfer.firm_short),
        Column("from", _("From"), cell=lambda one: str(one.transfer.station)),
        Column("conveyance", _("With"), "transfer__conveyance__icontains", hint=_("contains"), cell=lambda one: two_lines(one.transfer.conveyance, one.transfer.seal)),
        Column("hawbs", _("HAWBs"), number=True, cell=lambda one: grouped(one.transfer.hawb_count)),
        Column("due", _("Arrives by"), cell=lambda one: day(one.transfer.due_on), css="nowrap"),
    ),
    page_template="transit/arrival.html", trade_template="transit/arrival_trade.html",
    related=("station", "transfer__courier", "transfer__importer", "transfer__station", "transfer__destination", "transfer__manifest"),
    context=arrival_context, dated_by="expected_at",
    search_by={"number": _arrival_by_number, "hawb": _arrival_with_hawb},
    targets={ArrivalStage.EXPECTED: "target_of_days"},
)  # fmt: skip
register(TRANSFERS)
register(ARRIVALS)
link(_("Transshipment"), "transfers", *TRADE, *OFFICERS, *CUSTODIANS)
link(_("File a transfer manifest"), "transfer-new", *DRAFTERS, nav=False)
link(_("Write a transfer manifest"), "transfer-draft", *DRAFTERS, nav=False)
link(_("Let goods out in transshipment"), "transfer-gate", *KEEPERS, nav=False)
link(_("Take goods in from transshipment"), "transfer-scan", *KEEPERS, nav=False)
