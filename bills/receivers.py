"""News from the manifest: the aircraft has arrived, a house airway bill is complete."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM, Actor
from bills import claims, landing, news, rates, risk, tasks
from bills.assessment import heads, put, reckon_again
from bills.dues import late_charge
from bills.flight import rates_day
from bills.models import Adjudication, BillTrail, CourierBillOfEntry, Item
from bills.stages import UNFILED, Stage
from bills.xi import arrival as xi
from eccs.celery import after_commit
from eccs.models import Notice
from eccs.moments import moment
from eccs.notices import NAMED, worded
from eccs.rows import write_rows
from eccs.workflow import Refused, take_many
from manifests.events import (
    aircraft_arrived,
    arrival_corrected,
    details_amended,
    house_airway_bills_arrived,
    pieces_landed,
    weighed_otherwise,
    weight_settled,
)
from manifests.igm import igm_of, reached
from manifests.models import ExpressCargoManifest, ManifestAmendment
from manifests.pieces import Landed
from rms.events import intervention_in_force
from rms.models import RiskRule

ARRIVALS: dict[str, str] = {
    Stage.FIRST_CHECK_ARRIVAL: "record_arrival_for_first_check", Stage.ARRIVAL: "record_arrival",
}  # fmt: skip


@receiver(aircraft_arrived)
def recompute(manifest: ExpressCargoManifest, **_kwargs: Any) -> None:
    """Duty is worked out again where the rates of the day of arrival are others than those filed by (PN17 5.1; section 15)."""
    bills = list(
        CourierBillOfEntry.objects.here()
        .select_for_update(of=("self",))
        .filter(manifest=manifest, hawb__isnull=False)
        .prefetch_related("invoices")
        .order_by("pk")
        .exclude(pk__in=Adjudication.objects.filter(bill__manifest=manifest, revised_duty__isnull=False).values("bill"))
    )
    if not bills:
        return
    items: dict[int, list[Item]] = defaultdict(list)
    for item in Item.objects.filter(bill__in=[bill.pk for bill in bills]):
        items[item.bill_id].append(item)
    tariff = rates.tariff(item.cth for of_bill in items.values() for item in of_bill)
    each: dict[int, dict[str, Any]] = {}
    changed: list[Item] = []
    exemptions = rates.exemptions(claims.of_items(item for of_bill in items.values() for item in of_bill))
    doubtful: dict[int, dict[str, Any]] = {}
    late = _late_charges(manifest, bills)
    for bill in bills:
        assert bill.presented_on is not None
        day, before = rates_day(manifest, bill.presented_on), bill.total_duty
        if day == bill.rates_on:
            if (
                bill.pk in late
            ):  # the duty stays, and presenting it late costs something by the arrival as it is known now
                told = {"total_duty": str(before), "heads": bill.duty_heads, "before": str(before)}
                each[bill.pk] = {**told, "rates_on": day.isoformat(), "late_charge": late[bill.pk]}
            continue
        try:
            found = reckon_again(bill, items[bill.pk], tariff, day, exemptions=exemptions)
        except Refused as refusal:  # a tariff item that has left the tariff keeps one bill back, not the flight
            doubtful[bill.pk] = {"reason": _why_in_doubt(refusal, day), "rates_on": day.isoformat()}
            continue
        if found.duty.total != before or heads(found) != bill.duty_heads:
            put(bill, items[bill.pk], found)
            changed += items[bill.pk]
        each[bill.pk] = {
            "total_duty": str(found.duty.total), "heads": heads(found), "rates_on": day.isoformat(), "before": str(before),
            **({"late_charge": late[bill.pk]} if bill.pk in late else {}),
        }  # fmt: skip
    if changed:
        fields = [f for f in Item._meta.concrete_fields if f.attname not in ("id", "bill_id")]
        write_rows(Item, changed, fields)
    if each:  # an equal duty too: the day whose rates apply is another, and the trail says so
        moved = take_many(CourierBillOfEntry, each, "recompute_duty", SYSTEM, each=each).moved
        Notice.objects.bulk_create(
            news.duty_reckoned_anew(manifest, [(bill, Decimal(each[bill.pk]["before"])) for bill in moved], late)
        )
    if doubtful:
        take_many(CourierBillOfEntry, doubtful, "send_back_for_assessment", SYSTEM, each=doubtful)


def _late_charges(manifest: ExpressCargoManifest, bills: list[CourierBillOfEntry]) -> dict[int, str]:
    """What presenting late costs where that is another sum by the arrival as it is known now; what an officer has waived stays waived."""
    found = {}
    for bill in bills:
        assert bill.presented_on is not None
        charge = late_charge(manifest.actual_arrival, bill.presented_on, bill.station_id)
        if charge != bill.late_charge:
            found[bill.pk] = f"{charge:.2f}"
    if not found:
        return found
    waived = BillTrail.objects.filter(document__in=found, step="assess", answers__waive_late_charge=True)
    gone = set(waived.values_list("document", flat=True))
    return {pk: charge for pk, charge in found.items() if pk not in gone}


@receiver(arrival_corrected)
def correct(manifest: ExpressCargoManifest, amendment: ManifestAmendment, moved: bool, **_kwargs: Any) -> None:
    """A corrected arrival moves the day of rates: open bills are reckoned again, and every firm with a bill here is told."""
    landed = igm_of(manifest)["actual_arrival"]
    found = reached(manifest, landed) if moved else {"open": [], "out": []}
    if found["open"]:
        recompute(manifest)
    importers = manifest.bills.filter(importer__isnull=False).exclude(stage__in=UNFILED)
    audiences = {
        f"courier:{manifest.courier_id}",
        *(f"importer:{pk}" for pk in importers.values_list("importer", flat=True)),
    }
    own = set(importers.values_list("number", "importer"))
    Notice.objects.bulk_create(
        _told_of_correction(firm, amendment, {what: [n for n in numbers if _is_of(firm, n, own)] for what, numbers in found.items()})
        for firm in sorted(audiences)
    )  # fmt: skip


def _is_of(firm: str, number: str, own: set[tuple[str, int]]) -> bool:
    """Whether a bill is told of to a firm: to the courier all, to an importer those it filed."""
    return firm.startswith("courier:") or any(f"importer:{pk}" == firm for bill, pk in own if bill == number)


def _told_of_correction(firm: str, amendment: ManifestAmendment, found: dict[str, list[str]]) -> Notice:
    manifest = amendment.manifest
    courier = firm.startswith("courier:")

    def words() -> tuple[str, str]:
        told = {
            "manifest": manifest, "igm": manifest.igm_number, "landed": moment(manifest.actual_arrival), "amendment": amendment
        }  # fmt: skip
        lines = [_("IGM number %(igm)s, landed %(landed)s, by %(amendment)s.") % told]
        if courier:
            lines.append(f"{amendment}  {settings.PUBLIC_URL}{amendment.get_absolute_url()}")
        if found["open"]:
            lines.append(_("The day of rates has moved; the duty was worked out again: %(bills)s") % {"bills": _named(found["open"])})  # fmt: skip
        if found["out"]:
            lines.append(_("The day of rates would be another, but the goods have left: %(bills)s") % {"bills": _named(found["out"])})  # fmt: skip
        return _("%(manifest)s: IGM number or arrival corrected") % told, "\n".join(lines)

    return worded(firm, words, manifest.station_id)


def _named(numbers: list[str]) -> str:
    """Bills by number, as many as a message holds."""
    more = len(numbers) - NAMED
    return ", ".join(numbers[:NAMED]) + (" " + _("and %(count)d more") % {"count": more} if more > 0 else "")


def _why_in_doubt(refusal: Refused, day: date) -> str:
    told = {"reason": " ".join(refusal.reasons), "day": f"{day:%d/%m/%Y}"}
    return _("The duty cannot be worked out with the rates of %(day)s: %(reason)s") % told


@receiver(aircraft_arrived)
def ask_the_rms(manifest: ExpressCargoManifest, **_kwargs: Any) -> None:
    """The RMS is asked again, because what it knows may have changed since the bills were filed (PN17 6.1)."""
    risk.arrived(manifest, timezone.now())


@receiver(weighed_otherwise)
def weighed(station: str, hawbs: list[int], at: datetime, **_kwargs: Any) -> None:
    """A shipment or a bag weighs otherwise than declared: the RMS looks at its bills again, of goods or of documents (PN17 5.2, 6.1)."""
    risk.weighed(station, hawbs, at)


@receiver(weight_settled)
def go_on(hawbs: dict[int, datetime], at: datetime, **_kwargs: Any) -> None:
    """The courier owes nothing more for what its goods weigh: the clock of the desk that waited for it goes on (PN17 5.2)."""
    landing.end_wait(hawbs, at)


@receiver(pieces_landed)
def carry_pieces(landed: list[Landed], amendment: ManifestAmendment, at: datetime, **_kwargs: Any) -> None:
    """Shipments count as they landed: their open bills carry those pieces, and their firms are told (PN17 12.0)."""
    landing.carry(landed, amendment, at)


@receiver(details_amended)
def carry_details(hawbs: dict[str, int], amendment: ManifestAmendment, at: datetime, **_kwargs: Any) -> None:
    """The manifest says otherwise than when a bill was filed: the bill follows, and the RMS looks at it again (PN17 12.0, 6.1)."""
    landing.carry_details(hawbs, amendment, at)


@receiver(intervention_in_force)
def put_to_the_rms(rule: RiskRule, **_kwargs: Any) -> None:
    """An officer intervenes on one shipment: a bill that is filed already hears it at once (PN17 6.1)."""
    after_commit(tasks.intervene, rule.pk)


@receiver(house_airway_bills_arrived)
def move_on(hawb_ids: list[int], actor: Actor, at: datetime, documents: bool = False, **_kwargs: Any) -> None:
    """Every package of these shipments has arrived: their bills know it, and those that awaited it go on to X-ray."""
    if documents:
        xi.move_on(hawb_ids, actor, at)
        return
    bills = CourierBillOfEntry.objects.filter(hawb_id__in=hawb_ids, arrived_at=None).exclude(stage__in=UNFILED)
    if not bills.update(arrived_at=at):
        return
    waiting: dict[str, list[int]] = defaultdict(list)
    for pk, stage in CourierBillOfEntry.objects.filter(hawb_id__in=hawb_ids, stage__in=ARRIVALS).values_list(
        "pk", "stage"
    ):
        waiting[stage].append(pk)
    for stage, ids in waiting.items():
        take_many(CourierBillOfEntry, ids, ARRIVALS[stage], actor, at=at)
