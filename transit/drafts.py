"""A transfer manifest while it is made: which shipments can stand on it, their value, what stands against filing it (PN17 14.0)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.locations import Location
from accounts.models import Importer
from accounts.permissions import Actor
from bills import rates
from bills.duty.exchange import ExchangeRates
from eccs.beginning import begin
from eccs.dated_rules import rule_book
from eccs.money import to_paisa, to_rupee
from eccs.pages import activity_of
from eccs.workflow import Refused
from manifests.locks import filed_bills
from manifests.models import ExpressCargoManifest, HouseAirwayBill
from transit import security
from transit.clearance import Stage
from transit.models import NOTHING, CargoTransferManifest, TransferLine

MOST = 5000  # shipments on one transfer manifest
NAMED = 3


def flagged(actor: Actor) -> QuerySet[Any]:
    """The firm's shipments flagged for transshipment on submitted manifests, on no transfer manifest yet and not gone."""
    rows = (
        _own_shipments(actor).filter(transshipment=True).filter(~Exists(in_the_way(actor).filter(hawb=OuterRef("pk"))))
    )
    return rows.exclude(warehouse_entry__out_at__isnull=False)


def in_the_way(actor: Actor) -> QuerySet[Any]:
    """The lines beside which a firm puts a shipment on no other transfer manifest: whatever is filed, and what it has begun itself."""
    own = CargoTransferManifest.objects.of_firm_of(actor).values("pk")
    return TransferLine.objects.filter(Q(filed=True) | Q(transfer__in=own), live=True)


def _own_shipments(actor: Actor) -> QuerySet[Any]:
    """The shipments of the courier's own submitted manifests, or those of any courier with the importer as consignee."""
    if actor.importer_id is None:
        own = ExpressCargoManifest.objects.filter(actor.firm_documents(), number__isnull=False)
        return HouseAirwayBill.objects.filter(manifest__in=own)
    name = Importer.objects.values_list("name", flat=True).get(pk=actor.importer_id)
    rows = HouseAirwayBill.objects.filter(manifest__number__isnull=False, consignee_name__iexact=name)
    return rows if actor.firm_stations is None else rows.filter(manifest__station__in=actor.firm_stations)


def named(actor: Actor, number: str) -> QuerySet[Any]:
    """What a transfer manifest may begin with: of an importer the one shipment whose HAWB it names, as nothing else is listed to it."""
    rows = flagged(actor)
    return rows if actor.importer_id is None else rows.filter(number=number)


def manifests(actor: Actor, number: str) -> QuerySet[Any]:
    """The submitted manifests of a courier; of an importer those that carry the shipment of its own whose HAWB it names."""
    rows = _own_shipments(actor)
    rows = rows if actor.importer_id is None else rows.filter(number=number)
    return ExpressCargoManifest.objects.filter(pk__in=rows.values("manifest"))


def groups(actor: Actor, number: str = "") -> list[dict[str, Any]]:
    """What can be filed: by manifest and destination, how many shipments, with the location they go to."""
    rows = (
        named(actor, number).values("manifest", "transshipment_to").annotate(n=Count("pk")).order_by("-manifest")[:100]
    )
    found = list(rows)
    manifests = ExpressCargoManifest.objects.in_bulk([row["manifest"] for row in found])
    places = Location.objects.in_bulk([row["transshipment_to"] for row in found])
    return [
        {
            "manifest": manifests[row["manifest"]], "to": row["transshipment_to"],
            "destination": places.get(row["transshipment_to"]), "count": row["n"],
        }
        for row in found
    ]  # fmt: skip


def choosable(transfer: CargoTransferManifest, actor: Actor) -> QuerySet[Any]:
    """The shipments that can still be put on a draft: of its manifest, for its destination."""
    rows = flagged(actor).filter(manifest=transfer.manifest_id, transshipment_to=transfer.destination_id)
    return rows.order_by("number")


def start(
    manifest: ExpressCargoManifest,
    destination: Location,
    actor: Actor,
    only: Collection[str] | None = None,
    **given: Any,
) -> CargoTransferManifest:
    """Begin a draft with every shipment of a manifest that is flagged for the destination, or with those named. Raises Refused."""
    with transaction.atomic():
        made = CargoTransferManifest(
            station_id=manifest.station_id, courier_id=None if actor.importer_id else manifest.courier_id,
            importer_id=actor.importer_id, manifest=manifest, destination=destination,
            created_by_id=actor.person_id, stage_since=timezone.now(), **given,
        )  # fmt: skip
        rows = choosable(made, actor) if only is None else choosable(made, actor).filter(number__in=only)
        found = list(rows[: MOST + 1])
        if not found:
            raise Refused([_("No shipment of this manifest waits for transshipment to %(to)s.") % {"to": destination}])
        begin([made], "draft", actor, activity_of("transfer-new"), manifest=manifest.number, to=destination.pk)
        _put_on(made, found, actor)
        value_lines(made)
        security.alert_if_short(made)
    return made


def copy(earlier: CargoTransferManifest, actor: Actor) -> CargoTransferManifest:
    """A new draft like one that was refused or cancelled, with as many of its shipments as are free again. Raises Refused."""
    header = {"mode": earlier.mode, "carrier": earlier.carrier, "marks": earlier.marks}
    with transaction.atomic():
        wanted = list(earlier.lines.values_list("hawb__number", flat=True))
        if actor.importer_id is not None:
            return start(earlier.manifest, earlier.destination, actor, wanted, **header)
        made = start(earlier.manifest, earlier.destination, actor, **header)
        if made.lines.filter(hawb__number__in=wanted).exists():
            made.lines.exclude(hawb__number__in=wanted).delete()
            value_lines(made)
    return made


@dataclass
class Named:
    """What became of a list of HAWB numbers."""

    added: int = 0
    unknown: list[str] = field(default_factory=list)


def change(
    transfer: CargoTransferManifest, actor: Actor, *, add: Collection[int], take_off: Collection[int], **header: Any
) -> None:
    """Put shipments on a draft and take others off, set-wise, and alert the firm where its bond is short. Raises Refused."""
    with transaction.atomic():
        _hold(add)  # first, as whoever files does
        held = _held(transfer)
        for name, value in header.items():
            setattr(held, name, value)
        held.lines.filter(pk__in=take_off).delete()
        _put_on(held, list(choosable(held, actor).filter(pk__in=add)[:MOST]), actor)
        value_lines(held)
        held.save(update_fields=list(header)) if header else None
        security.alert_if_short(held)


def add_named(transfer: CargoTransferManifest, numbers: Sequence[str], actor: Actor) -> Named:
    """Put the shipments of a list on a draft; what cannot stand on it is named. Raises Refused."""
    wanted = dict.fromkeys(number.strip().upper() for number in numbers if number.strip())
    found = list(choosable(transfer, actor).filter(number__in=wanted))
    there = set(transfer.lines.filter(live=True, hawb__number__in=wanted).values_list("hawb__number", flat=True))
    known = {hawb.number for hawb in found} | there
    if found:
        change(transfer, actor, add=[hawb.pk for hawb in found], take_off=[])
    return Named(len(found), [number for number in wanted if number not in known])


def _held(transfer: CargoTransferManifest) -> CargoTransferManifest:
    rows = CargoTransferManifest.objects.select_for_update(of=("self",)).select_related("destination", "manifest")
    held: CargoTransferManifest = rows.get(pk=transfer.pk)
    if held.stage != Stage.DRAFT:
        raise Refused([_("%(transfer)s is filed: it is no draft any more.") % {"transfer": held}], held)
    return held


def _hold(hawbs: Collection[int]) -> None:
    """Hold shipments, each in its turn, until the transaction ends."""
    rows = HouseAirwayBill.objects.filter(pk__in=hawbs).order_by("pk").select_for_update(of=("self",), no_key=True)
    list(rows.values_list("pk", flat=True))


def _put_on(transfer: CargoTransferManifest, hawbs: Sequence[HouseAirwayBill], actor: Actor) -> None:
    """Put shipments on a draft, each held, so that the firm's own drafts at once do not both take it."""
    wanted = [hawb.pk for hawb in hawbs]
    _hold(wanted)
    if in_the_way(actor).filter(hawb__in=wanted).exists():
        raise Refused([_("A shipment was put on another transfer manifest meanwhile.")], transfer)
    lines = [TransferLine(transfer=transfer, hawb=hawb, packages=hawb.packages) for hawb in hawbs]
    TransferLine.objects.bulk_create(lines, batch_size=1000)


def value_lines(transfer: CargoTransferManifest) -> None:
    """Value in rupees and part of the debit of each shipment, by the exchange rates and the rule of today."""
    today = timezone.localdate()
    percent = rule_book().amount("transshipment_bond_percent", today, transfer.station_id)
    exchange, rows = rates.exchange_rates(), list(transfer.live_lines().select_related("hawb"))
    for line in rows:
        line.packages, line.value = line.hawb.packages, _rupees(line.hawb, exchange)
        line.amount = to_rupee(line.value * percent / 100)
    TransferLine.objects.bulk_update(rows, ["packages", "value", "amount"], batch_size=1000)
    transfer.hawb_count, transfer.package_count = len(rows), sum(line.packages for line in rows)
    transfer.value = sum((line.value for line in rows), NOTHING)
    if transfer.stage == Stage.DRAFT and transfer.submitted_at is None:
        transfer.save(update_fields=["hawb_count", "package_count", "value"])


def _rupees(hawb: HouseAirwayBill, exchange: ExchangeRates) -> Decimal:
    rate = exchange.rate(hawb.invoice_currency, timezone.localdate()) if hawb.invoice_currency else None
    return to_paisa(rate.rupees(hawb.invoice_value)) if rate is not None else NOTHING


def why_not_submit(transfer: CargoTransferManifest) -> list[str]:
    """Everything that stands against filing it but the bond: a fixed number of queries, however many shipments."""
    if not transfer.destination.is_in_force:
        return [_("%(to)s is no longer in the location directory.") % {"to": transfer.destination}]
    if transfer.destination.station_id == transfer.station_id:
        return [_("The destination is the station itself: the goods are cleared here. Have the manifest amended.")]
    if transfer.importer is not None and (reason := transfer.importer.why_not_on()):
        return [str(reason)]
    rows = list(transfer.live_lines().select_related("hawb__warehouse_entry"))
    if not rows:
        return [_("Put at least one shipment on it.")]
    bills = filed_bills([line.hawb_id for line in rows])
    others = TransferLine.objects.filter(hawb__in=[line.hawb_id for line in rows], live=True, filed=True)
    sent_on = set(others.exclude(transfer=transfer).values_list("hawb", flat=True))
    exchange, today = rates.exchange_rates(), timezone.localdate()
    faults: dict[str, list[str]] = {}
    for line in rows:
        has_rate = exchange.rate(line.hawb.invoice_currency or "INR", today) is not None
        if fault := _fault(line, transfer, bills, has_rate=has_rate, is_sent_on=line.hawb_id in sent_on):
            faults.setdefault(fault, []).append(line.hawb.number)
    return [f"{_few(numbers)}: {fault}" for fault, numbers in faults.items()]


def _fault(
    line: TransferLine, transfer: CargoTransferManifest, bills: dict[int, str], *, has_rate: bool, is_sent_on: bool
) -> str:
    hawb, entry = line.hawb, getattr(line.hawb, "warehouse_entry", None)
    if not hawb.transshipment or hawb.transshipment_to != transfer.destination_id:
        return _("not flagged for transshipment to %(to)s on the manifest any more.") % {"to": transfer.destination_id}
    if transfer.importer is not None and hawb.consignee_name.upper() != transfer.importer.name.upper():
        return _("consigned to somebody else: take it off the transfer manifest.")
    if is_sent_on:
        return _("another firm has filed a transfer manifest for it. Take it off this one.")
    if hawb.pk in bills:
        return _("bill %(bill)s is filed for it.") % {"bill": bills[hawb.pk]}
    if hawb.held_since is not None:
        return _("on hold: release the hold first.")
    if entry is not None and (entry.out_at is not None or entry.detained_since is not None):
        return _("detained, or no longer in the warehouse.")
    if not has_rate:
        return _("no exchange rate is notified for %(currency)s.") % {"currency": hawb.invoice_currency}
    return ""


def _few(numbers: list[str]) -> str:
    told = ", ".join(numbers[:NAMED])
    more = len(numbers) - NAMED
    return _("%(hawbs)s and %(n)d more") % {"hawbs": told, "n": more} if more > 0 else told
