"""How bills are listed and shown."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Substr
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.directory.filings import counts_as_filing, stands_against_surrender
from accounts.models import CustomsStation
from accounts.roles import COURIERS, Role
from bills import cells, penalties
from bills.asking import put_to_rms
from bills.clearance.provisional import ProvisionalStage
from bills.kinds import Kind
from bills.models import Adjudication, CourierBillOfEntry, CoveredShipment, ProvisionalAssessment
from bills.models.bill import OPEN_STAGES
from bills.models.covered import owed_a_weight
from bills.requests_listing import AMENDMENTS, CANCELLATIONS, DEPARTURES, PENALTIES, PROVISIONAL
from bills.risk import IMPORTS
from bills.stages import Hold, Stage
from bills.xray_results import are_xrayed
from eccs.pages import Alternatives, ByName, Column, Elsewhere, Listing, SearchBy, Standing, link, register
from manifests.models import HouseAirwayBill, MasterAirwayBill
from manifests.shipments import beginning, named
from rms.models import RiskDecision

FIRST_YEAR = 2016  # ECCS began on 05.12.2016 (Circular 58/2016)


def ending(groups: str) -> list[str]:
    """Every number that a bill with these last two groups can have: by form, station and financial year, found by the index."""
    years = range(FIRST_YEAR, timezone.localdate().year + 1)
    stations = CustomsStation.objects.values_list("pk", flat=True)
    return [f"{kind}_{station}_{y}-{y + 1}_{groups}" for station in stations for kind in Kind.values for y in years]


def by_number(text: str) -> Q | Alternatives:
    """By the whole number, its last two groups, the Out of Charge order, the detention memo or the notice of uncleared goods."""
    upper = text.upper()
    if upper.startswith("OOC_"):
        return Q(order__number=upper)
    if upper.startswith("DM_"):
        return Q(detentions__number=upper)
    if "_" in text and text.replace("_", "").isdigit():
        return Q(number__in=ending(text))
    if upper.startswith("UCN_"):
        return of_shipments(uncleared_notices__number=upper)
    return Q(number__in={text, upper}) if "_" in text else ()


def by_pan(code: str) -> Alternatives:
    """By the PAN of the importer: as its IEC, as the paper shown of who it is, or inside its GSTIN."""
    in_gstin = ~Q(gstin="") & Q(Exact(Substr(F("gstin"), 3, 10), Value(code)))
    return Q(iec=code), Q(kyc_type="PAN", kyc_number=code), in_gstin


def of_shipments(**wanted: Any) -> Alternatives:
    """The bills of such shipments: those filed for one, and the CBE-XI that cover one, or did until they were cancelled."""
    return _of(HouseAirwayBill.objects.filter(**wanted))


def _of(hawbs: QuerySet[HouseAirwayBill] | list[int]) -> Alternatives:
    covered = CoveredShipment.objects.filter(hawb__in=hawbs)  # until the bill was cancelled, or still
    return Q(hawb__in=hawbs), Q(pk__in=covered.values("bill"))


def _each_by_consignee(name: str) -> Alternatives:
    covered = CoveredShipment.objects.filter(bill=OuterRef("pk"), hawb__consignee_name__istartswith=name)
    return Q(hawb__consignee_name__istartswith=name), Q(Exists(covered))


def _covering(**wanted: Any) -> Q:
    """The CBE-XI at some desk that cover such a shipment."""
    at_desk = CoveredShipment.objects.filter(ended_at=None, bill__stage__in=OPEN_STAGES)
    return Q(pk__in=at_desk.filter(**wanted).values("bill"))


def at_desk_by_hawb(begins: str) -> Q:
    """By the beginning of the number of a house airway bill, also of one of many that a CBE-XI covers."""
    number = begins.upper()
    return Q(hawb__number__startswith=number) | _covering(hawb__number__startswith=number)


def at_desk_by_consignee(name: str) -> Q:
    """By a part of the consignee's name; of the shipments of a CBE-XI by its beginning, as an index finds it."""
    return Q(hawb__consignee_name__icontains=name) | _covering(hawb__consignee_name__istartswith=name)


SEARCH_BY: SearchBy = {
    "number": by_number,
    "hawb": lambda number: of_shipments(number=number),
    "label": lambda code: _of(named(code)),
    "mawb": lambda number: Q(hawb__master__in=MasterAirwayBill.objects.filter(number=number)),
    "iec": lambda code: Q(iec=code),
    "pan": by_pan,
    "consignee": ByName(beginning, _of, _each_by_consignee),
    "order": lambda number: Q(pk__in=Adjudication.objects.filter(order_number__iexact=number).values("bill")),
}


def context(bill: Any, actor: Any) -> dict[str, Any]:
    """What the page of a bill shows beyond what every document has."""
    from bills.summary import summary

    return summary(bill, actor)


def duty_unpaid(courier_id: int) -> str:
    """What a courier's bills still owe."""
    owing = CourierBillOfEntry.objects.filter(courier=courier_id, importer=None, stage=Stage.DUTY).count()
    extra = ProvisionalAssessment.objects.filter(courier=courier_id, stage=ProvisionalStage.EXTRA_DUTY)
    owing += extra.filter(bill__importer=None).count()
    owing += penalties.unpaid_of(courier_id)
    words = ngettext("%(count)d bill waits for duty or penalty.", "%(count)d bills wait for duty or penalty.", owing)
    return words % {"count": owing} if owing else ""


BILLS = Listing(
    model=CourierBillOfEntry,
    slug="bills/imports",
    label=_("Courier Bills of Entry"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("hawb", _("HAWB"), "hawb__number__startswith", hint=_("starts with"), query=at_desk_by_hawb, cell=cells.consignment, css="nowrap"),
        Column("consignee", _("Consignee"), "hawb__consignee_name__icontains", hint=_("name"), query=at_desk_by_consignee, cell=cells.consignee),
        Column("goods", _("Goods"), "goods__icontains", hint=_("goods"), cell=cells.goods),
        Column("av", _("AV ₹"), "assessable_value__gte", "assessable_value", _("from"), number=True, declared=True, cell=cells.value),
        Column("duty", _("Duty ₹"), "total_duty__gte", "total_duty", _("from"), number=True, declared=True, cell=cells.duty),
        Column("lane", _("Lane and reason"), "risk_decision__lane", officers_only=True, choices=tuple(RiskDecision.Lane.choices), cell=cells.lane, css="lanes"),
        Column("flight", _("Flight"), "manifest__flight_number__icontains", hint=_("flight"), cell=cells.flight, css="nowrap"),
    ),
    page_template="bills/bill_page.html",
    trade_template="bills/bill_page.html",
    related=("hawb", "manifest", "station", "courier", "risk_decision"),
    row_fields=(
        "kind", "goods", "item_count", "shipment_count", "bag_count", "filed_at", "provisional", "unreckoned",
        "assessable_value", "total_duty", "interest", "fine", "penalty", "late_charge", "duty_paid", "assessment_required", "assessment_due", "examination_prescribed", "holds",
        "hawb__number", "hawb__packages", "hawb__packages_arrived", "manifest__scan_closed_at", "hawb__manifest__scan_closed_at", "hawb__consignee_name", "hawb__consignee_city", "hawb__description",
        "manifest__number", "manifest__flight_number", "risk_decision__reasons", "risk_decision__carried", "risk_decision__xray_attention",
    ),
    context=context,
    search_by=SEARCH_BY,
    dated_by="filed_at",
    elsewhere={Stage.DUTY: Elsewhere(_("Pay the duty"), "new-challan")},
    targets={
        Stage.ASSESSMENT: "target_assessment", Stage.APPROVAL: "target_approval", Stage.FIRST_CHECK: "target_first_check",
        Stage.XRAY: "target_xray", Stage.EXAMINATION: "target_examination",
        Stage.FOR_OUT_OF_CHARGE: "target_out_of_charge", Stage.ADJUDICATION: "target_adjudication",
        **dict.fromkeys((Stage.DETAINED, Stage.STOPPED, Stage.PROVISIONALLY_RELEASED), "target_of_days"),
    },
    standing={
        Stage.DETAINED: Standing(Q(holds__contains=Hold.REPLY.value), lambda bill: Hold.REPLY in bill.held_by),
        Stage.FOR_OUT_OF_CHARGE: Standing(owed_a_weight()),
    },
)  # fmt: skip

register(BILLS)
register(AMENDMENTS)
register(CANCELLATIONS)
register(DEPARTURES)
register(PROVISIONAL)
register(PENALTIES)
are_xrayed(CourierBillOfEntry)
put_to_rms(IMPORTS)
counts_as_filing(CourierBillOfEntry, "filed_at")
stands_against_surrender(duty_unpaid)
link(_("File a bill"), "bill-start", *COURIERS, Role.IMPORTER, Role.SERVICE_CENTRE)
link(_("Waiting for the RMS"), "risk-waiting", Role.RISK_OFFICER, Role.RISK_APPROVER, under="risk-rules")
link(_("Add papers to a bill"), "bill-attach", *COURIERS, Role.IMPORTER, nav=False)
