"""A bill and the RMS: asked again when its facts change, decided late when the RMS was away, told what was found.

What was once prescribed stays prescribed: asking again can only add to it. An officer departs from it with the approval of
the DC/AC (see `RiskDeparture`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM
from bills.models import CourierBillOfEntry, CoveredShipment, Item
from bills.models.bill import SEPARATOR
from bills.models.clearable import Clearable
from bills.models.found import Report
from bills.news import notices_about
from eccs.identifiers import PERSONAL_IMPORT_IEC
from eccs.models import Notice
from eccs.workflow import take_many
from manifests.models import ExpressCargoManifest
from rms import history
from rms.deciding import Answer, Asked, Desk, keep_of_documents
from rms.facts import PLACES, ConsignmentFacts
from rms.history import Goods
from rms.models import RiskDecision

AT_ONCE = 500
kinds_put_to_rms: dict[type[Clearable], tuple[str, ...]] = {}  # the bills of either direction, with their open stages
RELATED = ("risk_decision", "hawb", "manifest", "courier")
RELATED_OF_DOCUMENTS = ("risk_decision", "manifest", "courier")


def facts_of(bill: CourierBillOfEntry, items: Sequence[Item]) -> ConsignmentFacts:
    """What the RMS may look at, as the bill stands now."""
    hawb, manifest = bill.hawb, bill.manifest
    assert hawb is not None
    return ConsignmentFacts(
        kind=bill.kind, station=bill.station_id, courier=bill.courier.number or "", hawb=hawb.number,
        consignor=hawb.consignor_name, consignor_country=hawb.consignor_country, consignee=hawb.consignee_name,
        consignee_city=hawb.consignee_city, kyc_type=bill.kyc_type, kyc_token=bill.kyc_token, iec="" if bill.iec == PERSONAL_IMPORT_IEC else bill.iec,
        gstin=bill.gstin, assessable_value=bill.assessable_value, weight_kg=hawb.gross_weight_kg, packages=hawb.packages,
        ecommerce=bill.ecommerce, comes_back=bool(bill.return_of), tariff_items=tuple(item.cth for item in items),
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
    said = put_again(bill, asked(bill, items), cause)
    if said is not None and hear(bill, said.lane, said.documents_required):
        Notice.objects.bulk_create(asked_for(bill))


def asked(bill: CourierBillOfEntry, items: Sequence[Item]) -> Asked:
    """The bill as it stands now, for the RMS to be asked again."""
    return Asked(facts_of(bill, items), goods_of(items), bill.risk_decision, timezone.localdate(bill.filed_at))


def put_again(bill: Clearable, asked_of: Asked, cause: str) -> RiskDecision | None:
    """Put what a bill of either direction says now to the RMS; what it decides is kept with the bill, where it says anything new.

    Where the RMS is away, the bill waits to be asked again.
    """
    before = asked_of.before
    assert before is not None
    desk = Desk(bill.station_id, timezone.localdate(bill.taken_at))
    answer = desk.decide([asked_of], bill.taken_at, cause=cause)[0]
    bill.risk_pending = not answer.is_decided
    if not says_more(before, answer):
        return None
    desk.keep([answer])
    answer.decision.save()
    if not before.is_counted:
        bill.assessment_required = False  # it waited for the RMS, which decides now
        bill.prescribe(answer.decision.lane_of_all)
    bill.risk_decision = answer.decision
    return answer.decision


def says_more(before: RiskDecision, answer: Answer) -> bool:
    """Whether the RMS decides first, other rules hit than before, or the declared facts are others; its being away says nothing."""
    if not answer.is_decided:
        return False
    rules = _hits(answer.decision) != _hits(before) or not before.is_counted
    told = ConsignmentFacts.of_kept(before.facts) if "hawb" in before.facts else None
    return rules or told is None or any(getattr(answer.facts, name) != getattr(told, name) for name in DECLARED)


def _hits(decision: RiskDecision) -> set[str]:
    return {reason["rule"] for reason in decision.reasons}


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
    "kyc_token",
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


def items_of(bills: Iterable[CourierBillOfEntry]) -> dict[int, list[Item]]:
    """The items of bills, in their order."""
    items: dict[int, list[Item]] = defaultdict(list)
    for item in Item.objects.filter(bill__in=[bill.pk for bill in bills]).order_by("bill_id", "item_no"):
        items[item.bill_id].append(item)
    return items


def arrived(manifest: ExpressCargoManifest, at: datetime) -> int:
    """Ask again for all open bills of a flight whose aircraft has arrived; return for how many something new was prescribed.

    A fixed number of statements, however many bills of goods; of a bill of documents a few, however many shipments it covers.
    """
    here = CourierBillOfEntry.objects.here().filter(manifest=manifest)
    return ask_for(here, at, RiskDecision.Cause.ARRIVED)


def weighed(hawb: int, at: datetime) -> int:
    """Ask again for the open bill of a shipment that weighs otherwise than declared."""
    covering = CoveredShipment.objects.filter(hawb=hawb, ended_at=None)
    here = CourierBillOfEntry.objects.here().filter(models.Q(hawb=hawb) | models.Q(pk__in=covering.values("bill")))
    return ask_for(here, at, RiskDecision.Cause.WEIGHED)


def ask_for(here: models.QuerySet[CourierBillOfEntry], at: datetime, cause: str) -> int:
    """Ask again for those of these bills that do not wait for the RMS already; return for how many something new was prescribed."""
    known = here.filter(risk_decision__isnull=False, risk_pending=False)
    of_station: dict[str, list[CourierBillOfEntry]] = defaultdict(list)
    for bill in known.filter(hawb__isnull=False).select_related(*RELATED).order_by("pk"):
        of_station[bill.station_id].append(bill)
    heard = sum(decide(bills, at, cause) for _station, bills in sorted(of_station.items()))
    for bill in known.filter(hawb=None).select_related(*RELATED_OF_DOCUMENTS).order_by("pk"):
        heard += decide_documents(bill, at, cause)
    return heard


def decide_waiting(at: datetime | None = None) -> int:
    """Decide on the bills that wait for the RMS, the oldest first; return of how many it was told."""
    now = at or timezone.now()
    done = 0
    with transaction.atomic():
        rows = waiting().select_for_update(of=("self",), skip_locked=True)
        for bill in rows.filter(hawb=None).select_related(*RELATED_OF_DOCUMENTS).order_by("filed_at", "pk")[:AT_ONCE]:
            done += decide_documents(bill, now, _cause_of(bill))
        of_station: dict[tuple[str, str], list[CourierBillOfEntry]] = defaultdict(list)
        for bill in rows.filter(hawb__isnull=False).select_related(*RELATED).order_by("filed_at", "pk")[:AT_ONCE]:
            of_station[bill.station_id, _cause_of(bill)].append(bill)
        for (_station, cause), bills in sorted(of_station.items()):
            done += decide(bills, now, cause)
    return done


def _cause_of(bill: CourierBillOfEntry) -> str:
    """Why a bill that waits is put to the RMS: it was filed, or it has changed since."""
    return RiskDecision.Cause.AMENDED if decision_of(bill).is_counted else RiskDecision.Cause.FILED


def decide_documents(
    bill: CourierBillOfEntry, at: datetime, cause: str, *, away: Callable[[], int] | None = None
) -> int:  # fmt: skip
    """Put a bill of documents to the RMS and let it hear what is new; where that is `away` it waits, or that is done."""
    from bills.xi.filing import decide as decide_on
    from bills.xi.selection import shipments_of

    before, decision = decision_of(bill), decide_on(bill, shipments_of(bill), at, cause)
    if decision.lane == RiskDecision.Lane.PENDING:
        return away() if away is not None else wait([bill])
    decided = before.is_counted and before.lane != RiskDecision.Lane.PENDING
    if decided and _hits(decision) == _hits(before):
        return wait([bill], waits=False)
    step = "hear_rms_again" if before.before_id or before.is_counted else "hear_rms"
    keep_of_documents(decision, before, bill.station_id)
    take_many(CourierBillOfEntry, [bill.pk], step, SYSTEM, at=at, **told_of(decision, before))
    return 1


def wait(bills: Iterable[CourierBillOfEntry], *, waits: bool = True) -> int:
    """These bills are to be put to the RMS when it is back, or are not any more. None has heard anything new."""
    changed = [bill.pk for bill in bills if bill.risk_pending != waits]
    if changed:
        CourierBillOfEntry.objects.filter(pk__in=changed).update(risk_pending=waits)
    return 0


def told_of(decision: RiskDecision, before: RiskDecision, **more: Any) -> dict[str, Any]:
    """What a bill hears of a decision; the trade reads none of it."""
    first = (
        not before.is_counted and "waits" not in more
    )  # what an intervention prescribed while the RMS was away stands
    told: dict[str, Any] = {
        "decision": decision.pk, "lane": decision.lane_of_all if first else decision.lane, "documents": decision.documents_required,
        "rules": [reason["rule"] for reason in decision.reasons],
    }  # fmt: skip
    if decision.cause == RiskDecision.Cause.INTERVENED:
        known = before.rules_hit
        news = (reason.get("outcome", "") for reason in decision.reasons if reason["rule"] not in known)
        told["examine_again"] = any(outcome in ("EXAMINATION", "BOTH") for outcome in news)
    return told | more


def put_to_rms(kind: type[Clearable], here: Iterable[str]) -> None:
    """Bills of this kind are put to the RMS, and seen where those are that wait for it, while their goods are `here`."""
    kinds_put_to_rms[kind] = tuple(here)


def waiting() -> models.QuerySet[CourierBillOfEntry]:
    """The bills on which the RMS has not decided yet, or that have changed while it was away."""
    rows: models.QuerySet[CourierBillOfEntry] = CourierBillOfEntry.objects.here().filter(risk_pending=True)
    return rows


def decide(
    bills: list[CourierBillOfEntry], at: datetime, cause: str, *, away: Callable[[], int] | None = None
) -> int:  # fmt: skip
    """Put bills of one station to the RMS and let each hear what is new; where it is `away` they wait, or that is done."""
    if not bills:
        return 0
    items = items_of(bills)
    desk = Desk(bills[0].station_id, timezone.localdate(at))
    answers = desk.decide([asked(bill, items[bill.pk]) for bill in bills], at, cause=cause)
    if not any(answer.is_decided for answer in answers):
        return away() if away is not None else wait(bills)
    news = [
        (bill, answer)
        for bill, answer in zip(bills, answers, strict=True)
        if answer.is_decided and says_more(decision_of(bill), answer)
    ]
    desk.keep(answer for _bill, answer in news)
    RiskDecision.objects.bulk_create([answer.decision for _bill, answer in news])
    first: dict[int, dict[str, Any]] = {}
    again: dict[int, dict[str, Any]] = {}
    for bill, answer in news:
        before = decision_of(bill)
        (again if before.is_counted else first)[bill.pk] = told_of(answer.decision, before)
    for step, each in (("hear_rms", first), ("hear_rms_again", again)):
        if each:
            take_many(CourierBillOfEntry, each, step, SYSTEM, at=at, each=each)
    wait((bill for bill in bills if bill.pk not in first and bill.pk not in again), waits=False)
    return len(news)


def decision_of(bill: CourierBillOfEntry) -> RiskDecision:
    """What the RMS decided on a bill that is filed."""
    assert bill.risk_decision is not None
    return bill.risk_decision


def reported(bill: Clearable, records: Iterable[models.Model]) -> list[models.Model]:
    """Tell the history of rules and parties what an examination found."""
    told = list(records)
    for record in told:
        if isinstance(record, Report):
            found(bill, examined=True, confirmed=record.recommendation != Report.Recommendation.RELEASE)
    return told


def adverse(outcome: str, **order: Any) -> bool:
    """Whether an order found something: it confiscates, fines, penalises, or revises the duty."""
    asks = any(Decimal(order.get(name) or 0) for name in ("fine", "penalty"))
    return outcome == "CONFISCATE" or asks or order.get("revised_duty") not in (None, "")


def found(bill: Clearable, *, examined: bool, confirmed: bool) -> None:
    """Tell the history of rules and parties what was found in a bill that was looked at."""
    decision = bill.risk_decision
    if decision is None or not decision.rules_hit:
        return
    facts = ConsignmentFacts.of_kept(decision.facts) if "hawb" in decision.facts else None
    before = {rule: decision.found_by(rule) for rule in sorted(decision.rules_hit)}
    day = timezone.localdate(bill.taken_at)
    history.confirm(bill.station_id, facts, before, day, examined=examined, found=confirmed)
    decision.found = "CONFIRMED" if confirmed or decision.found == "CONFIRMED" else "NOTHING"
    RiskDecision.objects.filter(pk=decision.pk).update(found=decision.found)
