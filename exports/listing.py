"""How shipping bills are listed and shown, and whose the pages are."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.directory.filings import counts_as_filing
from accounts.permissions import Actor
from accounts.roles import COURIERS, Role
from bills.cells import lane
from bills.requests_listing import about
from bills.requests_listing import search as by_own_number
from bills.stages import Hold
from eccs.pages import Column, Listing, Standing, link, register
from eccs.written import brief, tail, two_lines
from exports import cells
from exports.models import CourierShippingBill, ExportCancellation
from exports.stages import Stage
from rms.models import RiskDecision


def by_number(text: str) -> Q:
    """By the own number, the Let Export Order, or the detention memo."""
    upper = text.upper()
    return Q(number=upper) | Q(order__number=upper) | Q(detentions__number=upper)


def context(bill: CourierShippingBill, actor: Actor) -> dict[str, Any]:
    """What the page of a shipping bill shows beyond what every document has."""
    from exports.summary import summary

    return summary(bill, actor)


SHIPPING_BILLS = Listing(
    model=CourierShippingBill, slug="exports/bills", label=_("Courier Shipping Bills"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("hawb", _("HAWB"), "hawb__startswith", hint=_("starts with"), query=lambda begins: Q(hawb__startswith=begins.upper()), cell=cells.consignment, css="nowrap"),
        Column("exporter", _("Exporter"), "consignor_name__icontains", hint=_("name"), cell=lambda bill: brief(bill.consignor_name, 28)),
        Column("goods", _("Goods"), "goods__icontains", hint=_("goods"), cell=cells.goods),
        Column("to", _("Destination"), "destination_country__iexact", hint=_("country"), cell=lambda bill: two_lines(bill.destination_country, bill.airport_of_destination)),
        Column("fob", _("FOB ₹"), "fob_value__gte", "fob_value", _("from"), number=True, declared=True, cell=cells.value),
        Column("lane", _("Lane and reason"), "risk_decision__lane", officers_only=True, choices=tuple(RiskDecision.Lane.choices), cell=lane, css="lanes"),
    ),
    page_template="exports/bill_page.html", trade_template="exports/bill_page.html",
    related=("station", "courier", "risk_decision"),
    row_fields=(
        "kind", "goods", "item_count", "hawb", "packages", "consignor_name", "destination_country", "airport_of_destination",
        "filed_at", "fob_value", "assessment_required", "examination_prescribed", "holds", "risk_decision__reasons",
    ),
    context=context,
    search_by={
        "number": by_number, "hawb": lambda number: Q(hawb=number), "iec": lambda code: Q(iec=code),
        "pan": lambda code: Q(iec=code) | Q(kyc_type="PAN", kyc_number=code),
        "consignee": lambda name: Q(consignee_name__istartswith=name),
    },
    dated_by="filed_at",
    targets={
        Stage.ASSESSMENT: "target_assessment", Stage.XRAY: "target_xray", Stage.EXAMINATION: "target_examination",
        Stage.FOR_LET_EXPORT: "target_let_export", **dict.fromkeys((Stage.DETAINED, Stage.STOPPED), "target_of_days"),
    },
    standing={Stage.DETAINED: Standing(Q(holds__contains=Hold.REPLY.value), lambda bill: Hold.REPLY in bill.held_by)},
)  # fmt: skip
CANCELLATIONS = Listing(
    model=ExportCancellation, slug="exports/cancellations", label=_("Cancellations of shipping bills"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("bill", _("Shipping bill"), "bill__number__icontains", hint=_("contains"), cell=lambda asked: tail(asked.bill), css="nowrap"),
        Column("hawb", _("HAWB"), "bill__hawb__istartswith", hint=_("starts with"), cell=lambda asked: asked.bill.hawb, css="nowrap"),
        Column("courier", _("Courier"), "courier__name__icontains", officers_only=True, hint=_("contains"), cell=lambda asked: asked.courier.short_name),
        Column("about", _("About"), cell=about),
    ),
    page_template="exports/cancellation.html", trade_template="bills/request_courier.html", related=("bill", "courier", "station"),
    context=lambda asked, _actor: {"bill": asked.bill}, search=by_own_number, dated_by="requested_at",
    targets=dict.fromkeys(("REQUESTED", "VERIFIED"), "target_requests"),
)  # fmt: skip
register(SHIPPING_BILLS)
register(CANCELLATIONS)
counts_as_filing(CourierShippingBill, "filed_at")
link(_("File shipping bills"), "csb-start", *COURIERS)
link(_("Add papers to a shipping bill"), "csb-attach", *COURIERS, nav=False)
link(_("Receive goods for export"), "goods-station", Role.ARRIVAL_SCANNER)
