"""A bill and the RMS: asked again when its facts change, decided late when the RMS was away, told what was found.

What was once prescribed stays prescribed: asking again can only add to it. An officer departs from it with the approval of
the DC/AC (see `RiskDeparture`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM
from bills.models import CourierBillOfEntry, Item
from bills.models.bill import SEPARATOR
from bills.models.clearable import Clearable
from bills.models.found import Report
from bills.news import notices_about
from eccs.identifiers import PERSONAL_IMPORT_IEC
from eccs.models import Notice
from eccs.workflow import take_many
from manifests.models import ExpressCargoManifest
from rms import history
from rms.conditions import leaves
from rms.deciding import Answer, Asked, Desk
from rms.facts import PLACES, ConsignmentFacts
from rms.history import Goods
from rms.models import RiskDecision, RiskRule, RuleVersion

AT_ONCE = 500
RELATED = ("risk_decision", "hawb", "manifest", "courier")


def facts_of(bill: CourierBillOfEntry, items: Sequence[Item]) -> ConsignmentFacts:
    """What the RMS may look at, as the bill stands now."""
    hawb, manifest = bill.hawb, bill.manifest
    assert hawb is not None
    return ConsignmentFacts(
        kind=bill.kind, station=bill.station_id, courier=bill.courier.number or "", hawb=hawb.number,
        consignor=hawb.consignor_name, consignor_country=hawb.consignor_country, consignee=hawb.consignee_name,
        consignee_city=hawb.consignee_city, kyc_type=bill.kyc_type, kyc_token=bill.kyc_token, iec="" if bill.iec == PERSONAL_IMPORT_IEC else bill.iec,
        gstin=bill.gstin, assessable_value=bill.assessable_value, weight_kg=hawb.gross_weight_kg, packages=hawb.packages,
        ecommerce=bill.ecommerce, tariff_items=tuple(item.cth for item in items),
        origins=tuple(item.country_of_origin for item in items), descriptions=tuple(item.description for item in items),
        address=hawb.consignee_address, route=manifest.airport_of_shipment, flight=manifest.flight_number,
        unit_values=tuple((item.assessable_value / item.quantity).quantize(PLACES) for item in items if item.quantity),
        actual_weight_kg=hawb.actual_weight_kg,
    )  # fmt: skip


def goods_of(items: Iterable[Item]) -> list[Goods]:
    """The goods of a bill for the history of what goods cost."""
    return [Goods(item.cth, item.uom, item.assessable_value / item.quantity) for item in items if item.quantity]


def ask_again(bill: CourierBillOfEntry, items: Sequence[Item], cause: str) -> None:
    """Put a changed bill to the RMS again, inside its own step: what is prescribed now is added to what was."""
    if bill.is_documents or bill.risk_decision is None:
        return
    asked = Asked(facts_of(bill, items), goods_of(items), bill.risk_decision.draw)
    said = put_again(bill, asked, cause)
    if said is not None and hear(bill, said.lane, said.documents_required):
        Notice.objects.bulk_create(asked_for(bill))


def put_again(bill: Clearable, asked: Asked, cause: str) -> RiskDecision | None:
    """Put what a bill of either direction says now to the RMS; what it decides is kept with the bill, where it says anything new."""
    before = bill.risk_decision
    assert before is not None
    day = timezone.localdate(bill.taken_at)
    answer = Desk(bill.station_id, day).decide([asked], bill.taken_at, cause=cause, counted=True)[0]
    if not says_more(before, answer):
        return None
    answer.decision.before = before
    answer.decision.save()
    if before.lane == RiskDecision.Lane.PENDING:
        bill.assessment_required = False  # it waited for the RMS, which decides now
    bill.risk_decision = answer.decision
    return answer.decision


def says_more(before: RiskDecision, answer: Answer) -> bool:
    """Whether other rules hit than before, or the declared facts are others; the RMS being away says nothing."""
    if not answer.is_decided:
        return False
    rules = _hits(answer.decision) != _hits(before)
    told = ConsignmentFacts.of_kept(before.facts) if "hawb" in before.facts else None
    return rules or told is None or any(getattr(answer.facts, name) != getattr(told, name) for name in DECLARED)


def _hits(decision: RiskDecision) -> set[str]:
    return {reason["rule"] for reason in decision.reasons}


def _known(decision: RiskDecision | None) -> set[str]:
    """The rules that hit in a decision, or in any before it."""
    found = set[str]()
    while decision is not None:
        found |= _hits(decision)
        decision = decision.before
    return found


DECLARED = (
    "consignor",
    "consignor_country",
    "consignee",
    "consignee_city",
    "address",
    "assessable_value",
    "tariff_items",
    "origins",
    "descriptions",
    "iec",
    "gstin",
    "weight_kg",
    "packages",
    "ecommerce",
)


def hear(bill: CourierBillOfEntry, lane: str, documents: str = "") -> bool:
    """What the RMS prescribes now is added to what was prescribed; return whether documents are asked for that were not before."""
    known = bill.documents_required.split(SEPARATOR)
    wanted = [one for one in documents.split(SEPARATOR) if one and one not in known]
    if wanted:
        bill.documents_required = SEPARATOR.join(filter(None, (bill.documents_required, *wanted)))[:400]
        bill.documents_complete = False
    bill.prescribe(lane)
    return bool(wanted)


def asked_for(bill: CourierBillOfEntry) -> list[Notice]:
    """The notices that documents are asked for which were not asked for when the bill was filed; not why."""
    return notices_about(
        bill, lambda: _("%(bill)s: compulsory documents are asked for") % {"bill": bill}, bill.documents_required
    )


def intervene(rule: RiskRule, at: datetime) -> int:
    """An intervention on one shipment comes into force: its bill, if it is filed and the goods are here, hears it at once.

    It is an officer's own order: where the RMS is away, or has not decided on the bill yet, the bill hears the intervention alone.
    Return how many bills heard something new.
    """
    version = rule.in_force()
    numbers = [leaf["value"] for leaf in leaves(version.condition) if leaf["fact"] == "hawb"] if version else []
    here = CourierBillOfEntry.objects.here().filter(risk_decision__isnull=False)
    if rule.station_id:
        here = here.filter(station=rule.station_id)
    of_station: dict[tuple[str, bool], list[CourierBillOfEntry]] = defaultdict(list)
    for bill in here.filter(hawb__number__in=numbers).select_related(*RELATED).order_by("pk"):
        of_station[bill.station_id, _waits(bill)].append(bill)
    cause, heard = RiskDecision.Cause.INTERVENED, 0
    for (_station, waits), bills in of_station.items():
        asked = 0 if waits else _decide(bills, at, cause, "hear_rms_again", counted=True, order=version)
        heard += _decide_by(version, bills, at) if waits else asked
    covering = here.filter(hawb=None, covered__hawb__number__in=numbers, covered__ended_at=None)
    for bill in covering.select_related("risk_decision", "courier").distinct().order_by("pk"):
        heard += _decide_documents(bill, at, cause, "hear_rms_again", order=version)
    return heard


def _waits(bill: CourierBillOfEntry) -> bool:
    """Whether the RMS has not decided on the bill yet."""
    return _decision(bill).lane == RiskDecision.Lane.PENDING


def _decide_by(version: RuleVersion | None, bills: list[CourierBillOfEntry], at: datetime) -> int:
    """Bills of one station hear an intervention alone. One on which the RMS has not decided still waits for it."""
    if version is None:
        return 0
    desk = Desk(bills[0].station_id, timezone.localdate(at), only=version)
    items = _items_of(bills)
    asked = [Asked(facts_of(bill, items[bill.pk]), (), _decision(bill).draw) for bill in bills]
    each: dict[int, dict[str, Any]] = {}
    for bill, answer in zip(
        bills, desk.decide(asked, at, cause=RiskDecision.Cause.INTERVENED, counted=True), strict=True
    ):
        before, made = _decision(bill), answer.decision
        if answer.decided.reasons and not _hits(made) <= _known(before):
            each[bill.pk] = _ordered(made, before)
    if each:
        take_many(CourierBillOfEntry, each, "hear_rms_again", SYSTEM, at=at, each=each)
    return len(each)


def _ordered(made: RiskDecision, before: RiskDecision) -> dict[str, Any]:
    """What a bill hears of an intervention alone; where it waited for the RMS it still does."""
    told, made.before = _lane_told(made, before), before
    if before.lane == RiskDecision.Lane.PENDING:
        made.lane = RiskDecision.Lane.PENDING
    made.save()
    return told | {"decision": made.pk}


def _items_of(bills: Iterable[CourierBillOfEntry]) -> dict[int, list[Item]]:
    items: dict[int, list[Item]] = defaultdict(list)
    for item in Item.objects.filter(bill__in=[bill.pk for bill in bills]).order_by("bill_id", "item_no"):
        items[item.bill_id].append(item)
    return items


def arrived(manifest: ExpressCargoManifest, at: datetime) -> int:
    """Ask again for all open bills of a flight whose aircraft has arrived; return for how many something new was prescribed.

    A fixed number of statements, however many bills of goods; of a bill of documents a few, however many shipments it covers.
    """
    rows: Any = CourierBillOfEntry.objects.here().filter(
        manifest=manifest, hawb__isnull=False, risk_decision__isnull=False
    )
    bills = list(rows.exclude(risk_decision__lane=RiskDecision.Lane.PENDING).select_related(*RELATED).order_by("pk"))
    heard = _decide(bills, at, RiskDecision.Cause.ARRIVED, "hear_rms_again", counted=True)
    documents: Any = CourierBillOfEntry.objects.here().filter(manifest=manifest, hawb=None, risk_decision__isnull=False)
    documents = documents.exclude(risk_decision__lane=RiskDecision.Lane.PENDING)
    for bill in documents.select_related("risk_decision", "courier", "manifest").order_by("pk"):
        heard += _decide_documents(bill, at, RiskDecision.Cause.ARRIVED, "hear_rms_again")
    return heard


def decide_waiting(at: datetime | None = None) -> int:
    """Decide on the bills that were filed while the RMS was away, the oldest first; return how many are decided."""
    now = at or timezone.now()
    done = 0
    with transaction.atomic():
        for bill in waiting().filter(hawb=None).order_by("filed_at", "pk")[:AT_ONCE]:
            done += _decide_documents(bill, now)
        rows: Any = (
            waiting()
            .filter(hawb__isnull=False)
            .select_for_update(of=("self",), skip_locked=True)
            .select_related(*RELATED)
        )
        of_station: dict[str, list[CourierBillOfEntry]] = defaultdict(list)
        for bill in rows.order_by("filed_at", "pk")[:AT_ONCE]:
            of_station[bill.station_id].append(bill)
        for _station, bills in sorted(of_station.items()):
            done += _decide(bills, now, RiskDecision.Cause.FILED, "hear_rms", counted=False)
    return done


def _decide_documents(
    bill: CourierBillOfEntry, at: datetime, cause: str = RiskDecision.Cause.FILED, step: str = "hear_rms",
    order: RuleVersion | None = None,
) -> int:  # fmt: skip
    from bills.xi.filing import decide
    from bills.xi.selection import shipments_of

    if order is not None and _waits(bill):
        return _order_documents(bill, at, order)
    decision = decide(bill, shipments_of(bill), at, cause)
    if order is not None and decision.lane == RiskDecision.Lane.PENDING:
        return _order_documents(bill, at, order)
    nothing_new = step == "hear_rms_again" and _hits(decision) == _hits(_decision(bill))
    if _decision(bill).before_id:  # what was prescribed before the RMS was away stays prescribed
        step = "hear_rms_again"
    if decision.lane == RiskDecision.Lane.PENDING or nothing_new:
        return 0
    before = _decision(bill)
    decision.before = before
    decision.save()
    take_many(CourierBillOfEntry, [bill.pk], step, SYSTEM, at=at, **_told(decision, before))
    return 1


def _order_documents(bill: CourierBillOfEntry, at: datetime, order: RuleVersion) -> int:
    """A bill of documents hears an intervention alone."""
    from bills.xi.filing import decide
    from bills.xi.selection import shipments_of

    before = _decision(bill)
    made = decide(bill, shipments_of(bill), at, RiskDecision.Cause.INTERVENED, only=order)
    if not made.reasons or _hits(made) <= _known(before):
        return 0
    take_many(CourierBillOfEntry, [bill.pk], "hear_rms_again", SYSTEM, at=at, **_ordered(made, before))
    return 1


def _told(decision: RiskDecision, before: RiskDecision) -> dict[str, Any]:
    """What a bill hears of a decision; the trade reads none of it."""
    return {"decision": decision.pk, **_lane_told(decision, before)}


def _lane_told(decision: RiskDecision, before: RiskDecision) -> dict[str, Any]:
    told: dict[str, Any] = {
        "lane": decision.lane, "documents": decision.documents_required,
        "rules": [reason["rule"] for reason in decision.reasons],
    }  # fmt: skip
    if decision.cause == RiskDecision.Cause.INTERVENED:
        known = _known(before)
        news = (reason["outcome"] for reason in decision.reasons if reason["rule"] not in known)
        told["examine_again"] = any(outcome in ("EXAMINATION", "BOTH") for outcome in news)
    return told


def waiting() -> models.QuerySet[CourierBillOfEntry]:
    """The bills on which the RMS has not decided yet."""
    rows: models.QuerySet[CourierBillOfEntry] = CourierBillOfEntry.objects.here().filter(
        risk_decision__lane=RiskDecision.Lane.PENDING
    )
    return rows


def _decide(
    bills: list[CourierBillOfEntry], at: datetime, cause: str, step: str, *, counted: bool, order: RuleVersion | None = None
) -> int:  # fmt: skip
    """Put bills of one station to the RMS and let each hear what it says; where it is away, the `order` of an officer alone."""
    if not bills:
        return 0
    items = _items_of(bills)
    asked = [Asked(facts_of(bill, items[bill.pk]), goods_of(items[bill.pk]), _decision(bill).draw) for bill in bills]
    desk = Desk(bills[0].station_id, timezone.localdate(at))
    answers = desk.decide(asked, at, cause=cause, counted=counted)
    if order is not None and not any(answer.is_decided for answer in answers):
        return _decide_by(order, bills, at)
    news: list[tuple[CourierBillOfEntry, RiskDecision, RiskDecision]] = []
    for bill, answer in zip(bills, answers, strict=True):
        if answer.is_decided and (not counted or says_more(_decision(bill), answer)):
            answer.decision.before = _decision(bill)
            news.append((bill, answer.decision, _decision(bill)))
    RiskDecision.objects.bulk_create([decision for _bill, decision, _before in news])
    each = {bill.pk: _told(decision, before) for bill, decision, before in news}
    if each:
        take_many(CourierBillOfEntry, each, step, SYSTEM, at=at, each=each)
    return len(each)


def _decision(bill: CourierBillOfEntry) -> RiskDecision:
    assert bill.risk_decision is not None
    return bill.risk_decision


def reported(bill: Clearable, records: Iterable[models.Model]) -> list[models.Model]:
    """Tell the history of rules and parties what an examination found."""
    told = list(records)
    for record in told:
        if isinstance(record, Report):
            found(bill, examined=True, confirmed=record.recommendation != Report.Recommendation.RELEASE)
    return told


def found(bill: Clearable, *, examined: bool, confirmed: bool) -> None:
    """Tell the history of rules and parties what was found in a bill that was looked at."""
    decision = bill.risk_decision
    if decision is not None and decision.reasons:
        facts = ConsignmentFacts.of_kept(decision.facts) if "hawb" in decision.facts else None
        day = timezone.localdate(bill.taken_at)
        RiskDecision.objects.filter(pk=decision.pk).update(found="CONFIRMED" if confirmed else "NOTHING")
        history.confirm(bill.station_id, facts, decision.reasons, day, examined=examined, found=confirmed)
