"""Uncleared goods: which they are, what stands against their return or disposal, and how either begins.

A spell of days is over when so many times 24 hours have passed since the goods arrived: since their aircraft landed, as the
IGM tells, whenever they were scanned (PN17 5.0(v)). Where no landing is known it runs from when they came into the warehouse.
Goods that an order has confiscated are the Government's and stand on no list, and what was settled as short is not there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import Actor
from bills.models import (
    CourierBillOfEntry,
    CoveredShipment,
    Disposal,
    FormE,
    ReturnToOrigin,
    UnclearedNotice,
    bills_by_hawb,
)
from bills.stages import Stage
from eccs.beginning import begin
from eccs.dated_rules import rule_book
from eccs.pages import activity_of
from eccs.workflow import Refused
from manifests.locks import on_transfers
from manifests.models import ExpressCargoManifest, HouseAirwayBill, WarehouseEntry
from manifests.warehouse import did_not_come

RETURN, DISPOSAL = UnclearedNotice.After.RETURN, UnclearedNotice.After.DISPOSAL
RULES = {RETURN: "return_to_origin_after_days", DISPOSAL: "uncleared_after_days"}
PROCEEDINGS = (Stage.DETAINED, Stage.STOPPED, Stage.ADJUDICATION, Stage.CONFISCATED)
MOST_AT_ONCE = 200  # disposals proposed together


def days_of(after: str, at: datetime | None = None) -> int:
    """The spell by the rule of a day, today's where none is given."""
    return rule_book().count(RULES[UnclearedNotice.After(after)], timezone.localdate(at))


def lying_since(days: int, at: datetime | None = None) -> Q:
    """The condition that finds what arrived so many days ago or earlier and has not left, scanned or never scanned."""
    due = (at or timezone.now()) - timedelta(days=days)
    landed = Q(hawb__manifest__actual_arrival__lte=due)
    return Q(out_at=None) & (landed | Q(hawb__manifest__actual_arrival=None, in_at__lte=due))


SINCE = Coalesce("hawb__manifest__actual_arrival", "in_at")
"""From when goods lie: their aircraft landed, or else they came into the warehouse."""


def arrived_at(entry: WarehouseEntry) -> datetime | None:
    """The same of one line of the register."""
    found: datetime | None = entry.hawb.manifest.actual_arrival or entry.in_at
    return found


def uncleared(after: str, at: datetime | None = None, among: QuerySet[Any] | None = None) -> QuerySet[Any]:
    """The goods not cleared after a spell, at every station or among some lines of the register."""
    rows = WarehouseEntry.objects.all() if among is None else among
    confiscated = CourierBillOfEntry.objects.filter(stage=Stage.CONFISCATED, hawb=OuterRef("hawb"))
    documents = CoveredShipment.objects.filter(bill__stage=Stage.CONFISCATED, hawb=OuterRef("hawb"))
    lying: QuerySet[Any] = rows.filter(lying_since(days_of(after, at), at)).exclude(did_not_come())
    return lying.filter(~Exists(confiscated), ~Exists(documents))


def within_reach(actor: Actor) -> QuerySet[Any]:
    """The lines of the register a person may see here: of the own goods, or of the stations where the list is the person's page."""
    own = ExpressCargoManifest.objects.filter(actor.firm_documents())
    at = actor.stations_for([activity_of("uncleared")])
    rows = WarehouseEntry.objects.filter(Q(station_id__in=at) | Q(hawb__manifest__in=own))
    lying: QuerySet[Any] = rows.annotate(since=SINCE)
    return lying.select_related("hawb__manifest__courier", "hawb__bag", "station")


def listed(actor: Actor, after: str, asked: str) -> QuerySet[Any]:
    """The list as a person sees it, or the part of it that was asked for."""
    rows = uncleared(after, among=within_reach(actor))
    if asked:
        upper = asked.upper()
        rows = rows.filter(
            Q(hawb__number__startswith=upper) | Q(location=upper) | Q(hawb__manifest__number=upper)
            | Q(hawb__consignee_name__istartswith=asked) | Q(hawb__manifest__courier__short_name__istartswith=asked)
        )  # fmt: skip
    return rows


@dataclass
class Line:
    """One shipment of the list with all that is known of it."""

    entry: WarehouseEntry
    days: int
    bill: CourierBillOfEntry | None = None
    extension: str = ""  # why more time is asked for (section 48)
    notices: list[UnclearedNotice] = field(default_factory=list)
    documents: list[ReturnToOrigin | Disposal] = field(default_factory=list)  # returns and disposals, open or not
    may_return: bool = False
    may_dispose: bool = False

    @property
    def since(self) -> datetime | None:
        """From when its days run."""
        return arrived_at(self.entry)


def lines(rows: Iterable[WarehouseEntry]) -> list[Line]:
    """The rows of the list with bill, notices, returns and disposals: six queries, however many they are."""
    now = timezone.now()
    found = {row.hawb_id: Line(row, _days(row, now)) for row in rows}
    for hawb_id, bill in bills_by_hawb(found.keys()).items():
        found[hawb_id].bill = bill
    asked = FormE.objects.filter(bill__in=[line.bill for line in found.values() if line.bill], extension_48=True)
    for hawb_id, reason in asked.values_list("bill__hawb", "extension_reason"):
        found[hawb_id].extension = reason
    for notice in UnclearedNotice.objects.filter(hawb__in=found).order_by("pk"):
        found[notice.hawb_id].notices.append(notice)
    for kind in (ReturnToOrigin, Disposal):
        documents: Iterable[Any] = kind.objects.filter(hawb__in=found).order_by("pk")
        for one in documents:
            found[one.hawb_id].documents.append(one)
    sent_on = on_transfers(found)
    spell, until_disposal = days_of(RETURN), days_of(DISPOSAL)
    for line in found.values():
        proceedings = line.entry.detained_since or (line.bill and _in_proceedings(line.bill))
        with_others = line.bill is not None and _with_others(line.bill)
        free = (
            not proceedings and not with_others and line.entry.in_at is not None and line.entry.hawb_id not in sent_on
        )
        free = free and not any(one.stage in one.open_stages() for one in line.documents)
        line.may_return = bool(free and line.days >= spell and return_in_force(line.entry.station_id))
        warned = any(notice.after == DISPOSAL and notice.reaches_importer for notice in line.notices)
        line.may_dispose = bool(free and line.days >= until_disposal and warned)
    return list(found.values())


def _days(entry: WarehouseEntry, now: datetime) -> int:
    since = arrived_at(entry)
    return (now - since).days if since else 0


def return_in_force(station: str) -> bool:
    """Whether a courier may ask today to send goods back (Notification 33/2026 (N.T.))."""
    return rule_book().is_on("return_to_origin", timezone.localdate(), station)


def bill_of(hawb: HouseAirwayBill) -> CourierBillOfEntry | None:
    """The bill filed for the goods, or none."""
    return bills_by_hawb([hawb.pk]).get(hawb.pk)


def why_not_return(hawb: HouseAirwayBill) -> list[str]:
    """Everything that stands against sending the goods back today (reg. 5(6))."""
    if not return_in_force(hawb.manifest.station_id):
        return [_("Return to origin on the courier's request is not in force yet (Notification 33/2026).")]
    return [*_not_lying(hawb, days_of(RETURN)), *_proceedings(hawb)]


def why_not_disposal(hawb: HouseAirwayBill) -> list[str]:
    """Everything that stands against selling or destroying the goods today (PN17 5.0(v), reg. 5(5))."""
    reasons = [*_not_lying(hawb, days_of(DISPOSAL)), *_proceedings(hawb)]
    notice = UnclearedNotice.objects.filter(hawb=hawb, after=DISPOSAL).first()
    if notice is None:
        reasons.append(_("Missing: the notice to the courier and the declared importer."))
    elif not notice.reaches_importer:
        words = _(
            "Missing: the day on which notice %(notice)s was posted to the declared importer, who has no access to ECCS."
        )
        reasons.append(words % {"notice": notice})
    return reasons


def record_posting(number: str, on: date, actor: Actor) -> UnclearedNotice:
    """The custodian has handed a notice in at the post; that is recorded once. Raises Refused."""
    with transaction.atomic():
        notice: UnclearedNotice = UnclearedNotice.objects.select_for_update(of=("self",)).get(number=number)
        if notice.posted_on is not None:
            told = {"notice": notice, "day": f"{notice.posted_on:%d/%m/%Y}"}
            raise Refused([_("%(notice)s was posted on %(day)s already.") % told])
        notice.posted_on, notice.posted_by_id = on, actor.user_id
        notice.save(update_fields=["posted_on", "posted_by"])
    return notice


def _not_lying(hawb: HouseAirwayBill, days: int) -> list[str]:
    entry = WarehouseEntry.objects.filter(hawb=hawb).select_related("hawb__manifest").first()
    if entry is None or entry.in_at is None:
        return [_("The goods have not come into the warehouse.")]
    if entry.out_at is not None:
        told = {"at": f"{timezone.localtime(entry.out_at):%d/%m/%Y}", "on": entry.get_out_on_display()}
        return [_("The goods left the warehouse on %(at)s: %(on)s.") % told]
    since = arrived_at(entry)
    if since is None or since > timezone.now() - timedelta(days=days):
        words = ngettext(
            "The goods arrived less than %(n)d day ago.", "The goods arrived less than %(n)d days ago.", days
        )
        return [words % {"n": days}]
    return []


def _proceedings(hawb: HouseAirwayBill) -> list[str]:
    bill = bill_of(hawb)
    if bill is not None and _in_proceedings(bill):
        return [_("Bill %(bill)s is at “%(stage)s”.") % {"bill": bill, "stage": bill.get_stage_display()}]
    if bill is not None and _with_others(bill):
        return [
            _("Bill %(bill)s covers it with others: take it off by an amendment of the bill first.") % {"bill": bill}
        ]
    if WarehouseEntry.objects.filter(hawb=hawb, detained_since__isnull=False).exists():
        return [_("The goods are detained.")]
    if (number := on_transfers([hawb.pk]).get(hawb.pk)) is not None:
        words = _("They stand on transfer manifest %(transfer)s: cancel that first, or take them off the draft.")
        return [words % {"transfer": number}]
    return []


def _in_proceedings(bill: CourierBillOfEntry) -> bool:
    """Whether the goods are in other hands than the courier's: detained, stopped, confiscated, or awaiting an order, also while it is asked."""
    return bill.stage in PROCEEDINGS or (bill.stage == Stage.QUERY and bill.returns_to == Stage.ADJUDICATION)


def _with_others(bill: CourierBillOfEntry) -> bool:
    """Whether the bill, a CBE-XI, would be closed for the other shipments as well."""
    return bill.is_documents and bill.shipment_count > 1


def _none_open(hawb: HouseAirwayBill) -> list[str]:
    for kind in (ReturnToOrigin, Disposal):
        one = kind.objects.filter(hawb=hawb, stage__in=kind.open_stages()).first()
        if one is not None:
            told = {"document": one, "stage": one.get_stage_display()}
            return [_("%(document)s is at “%(stage)s” for the same goods.") % told]
    return []


def why_not_request(hawb: HouseAirwayBill) -> list[str]:
    """Why the courier cannot ask for the return now; empty where it can."""
    return why_not_return(hawb) + _none_open(hawb)


def why_not_propose(hawb: HouseAirwayBill) -> list[str]:
    """Why the custodian cannot propose the disposal now; empty where it can."""
    return why_not_disposal(hawb) + _none_open(hawb)


def request_return(entry_id: int, reason: str, actor: Actor) -> ReturnToOrigin:
    """The courier asks to send goods back. Raises Refused with every reason."""
    at = timezone.now()
    with transaction.atomic():
        hawb = _held(entry_id)
        if reasons := why_not_request(hawb):
            raise Refused(reasons)
        made: ReturnToOrigin = _open(
            ReturnToOrigin(**_of(hawb, reason, actor, at)), "request", "uncleared-return", actor
        )
        return made


def propose_disposal(entry_ids: Iterable[int], manner: str, reason: str, actor: Actor) -> list[Disposal]:
    """The custodian asks to sell or destroy goods: all that are named, or none. Raises Refused with every reason."""
    at, made, refused = timezone.now(), list[Disposal](), list[str]()
    with transaction.atomic():
        for entry_id in sorted(entry_ids):
            hawb = _held(entry_id)
            if reasons := why_not_propose(hawb):
                refused.append(f"{hawb}: {' '.join(reasons)}")
                continue
            one = Disposal(**_of(hawb, reason, actor, at), manner=manner)
            made.append(_open(one, "propose", "uncleared-dispose", actor, manner=manner))
        if refused:
            raise Refused(refused)
    return made


def _held(entry_id: int) -> HouseAirwayBill:
    """The goods, held until the transaction ends, so that only one asks for them."""
    entry = WarehouseEntry.objects.select_for_update(of=("self",)).select_related("hawb__manifest").get(pk=entry_id)
    hawb: HouseAirwayBill = entry.hawb
    return hawb


def _of(hawb: HouseAirwayBill, reason: str, actor: Actor, at: datetime) -> dict[str, Any]:
    return {
        "hawb": hawb, "station_id": hawb.manifest.station_id, "courier_id": hawb.manifest.courier_id, "reason": reason,
        "asked_by_id": actor.user_id, "asked_at": at, "stage_since": at,
    }  # fmt: skip


def _open(made: Any, step: str, page: str, actor: Actor, **more: str) -> Any:
    begin([made], step, actor, activity_of(page), hawb=made.hawb.number, reason=made.reason, **more)
    return made
