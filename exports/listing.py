"""How shipping bills are listed and shown, and whose the pages are."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.directory.filings import counts_as_filing
from accounts.permissions import Actor
from accounts.roles import COURIERS, CUSTODIANS, OFFICERS, Role
from bills.asking import put_to_rms
from bills.cells import lane
from bills.requests_listing import DEPARTING, about, changes_of
from bills.stages import Hold
from bills.xray_results import are_xrayed
from eccs.moments import moment
from eccs.pages import (
    Alternatives,
    ByName,
    Column,
    Elsewhere,
    Listing,
    Standing,
    activity_of,
    by_own_number,
    link,
    register,
)
from eccs.written import brief, grouped, tail, two_lines
from exports import cells, going_back
from exports.amending import in_words
from exports.changes import as_amended
from exports.clearance.adjudging import DemandStage
from exports.forms.words import LABELS
from exports.iii.leaving import stayed
from exports.models import (
    CourierExportManifest,
    CourierShippingBill,
    ExcludedGoodsPermission,
    ExportAdjudication,
    ExportAmendment,
    ExportCancellation,
    ExportDemand,
    ExportDeparture,
    ExportManifestAmendment,
    ExportManifestLine,
    ExportShipment,
    ReExportLine,
)
from exports.models.requests import owed_a_weight
from exports.risk import EXPORTS
from exports.stages import Stage
from rms.models import RiskDecision

SHOWN = 300  # shipping bills on a page


def by_number(text: str) -> Alternatives:
    """By the own number, the Let Export Order, or the detention memo."""
    upper = text.upper()
    return (Q(number=upper), Q(order__number=upper), Q(detentions__number=upper)) if "_" in text else ()


def by_hawb(number: str) -> Alternatives:
    """By the house airway bill, also by one of many that a CSB-III covers or covered."""
    return Q(hawb=number), Q(pk__in=ExportShipment.objects.filter(number=number).values("bill"))


def beginning(name: str) -> QuerySet[CourierShippingBill]:
    """The shipping bills whose consignee's name begins so."""
    return CourierShippingBill.objects.filter(consignee_name__istartswith=name)


def at_desk_by_hawb(begins: str) -> Q:
    """By the beginning of the number of a house airway bill, also of one of many that a CSB-III covers."""
    number = begins.upper()
    covered = ExportShipment.objects.filter(number__startswith=number, ended_at=None)
    return Q(hawb__startswith=number) | Q(pk__in=covered.values("bill"))


def context(bill: CourierShippingBill, actor: Actor) -> dict[str, Any]:
    """What the page of a shipping bill shows beyond what every document has."""
    from exports.summary import summary

    return summary(bill, actor)


SHIPPING_BILLS = Listing(
    model=CourierShippingBill, slug="exports/bills", label=_("Courier Shipping Bills"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("hawb", _("HAWB"), "hawb__startswith", hint=_("starts with"), query=at_desk_by_hawb, cell=cells.consignment, css="nowrap"),
        Column("exporter", _("Exporter"), "consignor_name__icontains", hint=_("name"), cell=lambda bill: brief(bill.consignor_name, 28)),
        Column("goods", _("Goods"), "goods__icontains", hint=_("goods"), cell=cells.goods),
        Column("to", _("Destination"), "destination_country__iexact", hint=_("country"), cell=lambda bill: two_lines(bill.destination_country, bill.airport_of_destination)),
        Column("fob", _("FOB ₹"), "fob_value__gte", "fob_value", _("from"), number=True, declared=True, cell=cells.value),
        Column("lane", _("Lane and reason"), "risk_decision__lane", officers_only=True, choices=tuple(RiskDecision.Lane.choices), cell=lane, css="lanes"),
    ),
    page_template="exports/bill_page.html", trade_template="exports/bill_page.html",
    related=("station", "courier", "risk_decision"),
    row_fields=(
        "kind", "goods", "item_count", "shipment_count", "bag_count", "hawb", "packages", "consignor_name", "destination_country", "airport_of_destination",
        "filed_at", "fob_value", "assessment_required", "assessment_due", "examination_prescribed", "holds", "risk_decision__reasons", "risk_decision__carried", "risk_decision__xray_attention",
    ),
    context=context,
    search_by={
        "number": by_number, "hawb": by_hawb, "iec": lambda code: Q(iec=code),
        "pan": lambda code: (Q(iec=code), Q(kyc_type="PAN", kyc_number=code)),
        "consignee": ByName(beginning, lambda bills: (Q(pk__in=bills),), lambda name: (Q(consignee_name__istartswith=name),)),
        "order": lambda number: Q(pk__in=ExportAdjudication.objects.filter(order_number__iexact=number).values("bill")),
    },
    dated_by="filed_at",
    targets={
        Stage.ASSESSMENT: "target_assessment", Stage.XRAY: "target_xray", Stage.EXAMINATION: "target_examination",
        Stage.FOR_LET_EXPORT: "target_let_export",
        **dict.fromkeys((Stage.ADJUDICATION, Stage.FINE, Stage.DETAINED, Stage.STOPPED), "target_of_days"),
    },
    elsewhere={
        Stage.LET_EXPORT: Elsewhere(_("Put it on an export manifest"), "cem-new"),
        Stage.FINE: Elsewhere(_("Pay fine and penalty"), "fine-challan"),
    },
    standing={
        Stage.DETAINED: Standing(Q(holds__contains=Hold.REPLY.value), lambda bill: Hold.REPLY in bill.held_by),
        Stage.FOR_LET_EXPORT: Standing(owed_a_weight()),
    },
)  # fmt: skip
REQUESTS: dict[str, Any] = {
    "columns": (
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("bill", _("Shipping bill"), "bill__number__icontains", hint=_("contains"), cell=lambda asked: tail(asked.bill), css="nowrap"),
        Column("hawb", _("HAWB"), "bill__hawb__istartswith", hint=_("starts with"), cell=lambda asked: asked.bill.consignment, css="nowrap"),
        Column("courier", _("Courier"), "courier__name__icontains", officers_only=True, hint=_("contains"), cell=lambda asked: asked.courier.short_name),
        Column("about", _("About"), cell=about),
    ),
    "page_template": "exports/request.html", "trade_template": "bills/request_courier.html",
    "related": ("bill", "courier", "station"), "search": by_own_number, "dated_by": "requested_at",
    "targets": dict.fromkeys(("REQUESTED", "PROCESSED", "VERIFIED"), "target_requests"),
}  # fmt: skip
CANCELLATIONS = Listing(
    model=ExportCancellation, slug="exports/cancellations", label=_("Cancellations of shipping bills"),
    context=lambda asked, _actor: {"bill": asked.bill}, **REQUESTS,
)  # fmt: skip


def amendment_context(amendment: ExportAmendment, actor: Actor) -> dict[str, Any]:
    """Before and after of each field; before the decision also what the value would be, and what stands against it."""
    told: dict[str, Any] = {"bill": amendment.bill, "changes": changes_of(amendment, LABELS)}
    if amendment.decided_at is None:
        told["amended_fob"], told["cannot"] = as_amended(amendment.bill, amendment.changes)
    return told


def demand_context(demand: ExportDemand, actor: Actor) -> dict[str, Any]:
    """The order, and whether the person may pay what it demands."""
    pays = actor.is_trade and actor.may(activity_of("fine-challan"))
    return {"bill": demand.bill, "penalty": demand, "pays": pays, "pay_penalties": "fine-challan"}


AMENDMENTS = Listing(
    model=ExportAmendment, slug="exports/amendments", label=_("Amendments of shipping bills"), context=amendment_context,
    **REQUESTS,
)  # fmt: skip


def manifest_context(manifest: CourierExportManifest, actor: Actor) -> dict[str, Any]:
    """The shipping bills that leave with the flight, and those that were shut out of it."""
    lines = manifest.lines.select_related("bill", "manifest")
    shown = list(lines.filter(live=True)[: SHOWN + 1])
    return {
        "lines": shown[:SHOWN], "more": len(shown) > SHOWN, "out": list(lines.filter(shut_out_at__isnull=False)[:SHOWN]),
        "amendments": list(manifest.amendments.order_by("-pk")),
        "back": list(going_back.aboard(manifest)[:SHOWN]),
        "back_out": list(manifest.re_exports.filter(shut_out_at__isnull=False).select_related("origin__hawb")[:SHOWN]),
        "stayed": list(stayed(manifest).filter(line__shut_out_at=None)[:SHOWN]),
        "may_write": manifest.stage == "DRAFT" and bool(actor.acts_as(activity_of("cem-new"), manifest)),
    }  # fmt: skip


def _with_hawb(hawb: str) -> Alternatives:
    covering = ExportShipment.objects.filter(number=hawb).values("bill")
    lines = ExportManifestLine.objects
    found = (
        lines.filter(bill__hawb=hawb),
        lines.filter(bill__in=covering),
        ReExportLine.objects.filter(origin__hawb__number=hawb),
    )
    return tuple(Q(pk__in=rows.values("manifest")) for rows in found)


MANIFESTS = Listing(
    model=CourierExportManifest, slug="exports/manifests", label=_("Export manifests"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("flight", _("Flight"), "flight_number__icontains", hint=_("contains"), cell=lambda one: two_lines(one.flight_number, one.mawb), css="nowrap"),
        Column("to", _("Destination"), "airport_of_destination__iexact", hint=_("airport"), cell=lambda one: one.airport_of_destination),
        Column("courier", _("Courier"), "courier__name__icontains", hint=_("name"), cell=lambda one: one.courier.short_name),
        Column("departs", _("Departs"), cell=lambda one: moment(one.departed_at or one.scheduled_departure), css="nowrap"),
        Column("bills", _("Shipping bills"), "bill_count__gte", "bill_count", _("from"), number=True, cell=lambda one: grouped(one.bill_count)),
    ),
    page_template="exports/manifest.html", trade_template="exports/manifest_trade.html", related=("station", "courier"),
    context=manifest_context, dated_by="filed_at", targets={"FILED": "target_of_days"},
    search_by={"number": by_own_number, "mawb": lambda number: Q(mawb=number), "hawb": _with_hawb},
)  # fmt: skip


def manifest_amendment_context(asked: ExportManifestAmendment, _actor: Actor) -> dict[str, Any]:
    """The export manifest, before and after of each detail, and the version that was ended."""
    return {"manifest": asked.manifest, "changes": in_words(asked.changes), "earlier": asked.earlier}


MANIFEST_AMENDMENTS = Listing(
    model=ExportManifestAmendment, slug="exports/manifest-amendments", label=_("Amendments of export manifests"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("manifest", _("Export manifest"), "manifest__number__icontains", hint=_("contains"), cell=lambda asked: tail(asked.manifest), css="nowrap"),
        Column("flight", _("Flight"), "manifest__flight_number__icontains", hint=_("contains"), cell=lambda asked: asked.manifest.flight_number, css="nowrap"),
        Column("courier", _("Courier"), "courier__name__icontains", officers_only=True, hint=_("contains"), cell=lambda asked: asked.courier.short_name),
        Column("about", _("About"), cell=about),
    ),
    page_template="exports/manifest_amendment.html", trade_template="exports/manifest_amendment_trade.html",
    related=("manifest", "courier", "station"), context=manifest_amendment_context, search=by_own_number, dated_by="requested_at",
    targets={"REQUESTED": "target_requests"},
)  # fmt: skip
register(SHIPPING_BILLS)
register(MANIFEST_AMENDMENTS)
register(MANIFESTS)
DEMANDS = Listing(
    model=ExportDemand, slug="exports/penalties", label=_("Fines and penalties on exports"), context=demand_context,
    elsewhere={DemandStage.DUE: Elsewhere(_("Pay fine and penalty"), "fine-challan")},
    **REQUESTS | {"dated_by": "demanded_at", "targets": {DemandStage.DUE: "target_of_days"}},
)  # fmt: skip
DEPARTURES = Listing(
    model=ExportDeparture, slug="exports/departures", label=_("Departures from the RMS, exports"),
    related=("bill", "bill__risk_decision", "station", "requested_by"), **DEPARTING,
)  # fmt: skip
PERMISSIONS = Listing(
    model=ExcludedGoodsPermission, slug="exports/permissions", label=_("Permissions for excluded goods"),
    columns=(Column("number", _("Number")), Column("hawb", _("HAWB"))),
    page_template="exports/permission.html", trade_template="exports/permission_trade.html", related=("station", "courier"),
    context=lambda permission, _actor: {"filed": permission.filed}, search=by_own_number,
    search_by={"hawb": lambda number: Q(hawb=number)}, dated_by="given_at", queued=False,
)  # fmt: skip
register(PERMISSIONS)
register(AMENDMENTS)
register(DEPARTURES)
register(DEMANDS)
register(CANCELLATIONS)
counts_as_filing(CourierShippingBill, "filed_at")
are_xrayed(CourierShippingBill)
put_to_rms(EXPORTS)
link(_("File shipping bills"), "csb-start", *COURIERS, Role.SERVICE_CENTRE)
link(_("Export manifest"), "cem-new", *COURIERS, under="csb-start")
link(_("Add papers to a shipping bill"), "csb-attach", *COURIERS, nav=False)
link(_("Which goods go by courier"), "goods-by-courier", *COURIERS, *CUSTODIANS, *OFFICERS, under="csb-start")
link(_("Permit excluded goods"), "goods-permit", Role.DCAC, nav=False)
link(_("Excluded goods"), "excluded-goods", Role.SYSTEM_ADMIN)
link(_("Exclude goods"), "excluded-goods-new", Role.SYSTEM_ADMIN, nav=False)
link(_("End the exclusion of goods"), "excluded-goods-end", Role.SYSTEM_ADMIN, nav=False)
link(_("Let Export Order given, not yet exported"), "leo-waiting", *COURIERS, *CUSTODIANS, *OFFICERS, under="csb-start")
link(
    _("Register of goods for export"),
    "export-goods-register",
    Role.WAREHOUSE_KEEPER,
    Role.CUSTODIAN_ADMIN,
    *OFFICERS,
    under="warehouse-register",
)
link(_("Move goods for export in the warehouse"), "export-goods-move", Role.WAREHOUSE_KEEPER, nav=False)
link(_("ICEGATE and RBI"), "transmissions", *COURIERS, Role.DCAC)
link(_("Send to ICEGATE and RBI"), "transmission-send", Role.DCAC, nav=False)
link(_("Correct what ICEGATE or RBI refused"), "transmission-correct", *COURIERS, nav=False)
link(_("Receive goods for export"), "goods-station", Role.ARRIVAL_SCANNER)
