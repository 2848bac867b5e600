"""What an amendment may no longer touch, and why (PN17 12.0): the one table that forms, steps and tests read.

| the manifest is … | flight, on-board courier | HAWB, packages, CRNs, bag | other details | needs |
|---|---|---|---|---|
| before the IGM number is fed | open | open | open | DC/AC approval |
| after it, before the first arrival scan | locked | open | open | DC/AC approval |
| after the first arrival scan | locked | locked | open | DC/AC approval |
| after the arrival is closed | locked | locked | open | an adjudication reference as well |

What landed short or in excess is told by lines of their own, from the first arrival scan on: a shipment added or taken off, or
the pieces of one that came in part or with more than was manifested (see `manifests.pieces`). Those need no other bill.

Flight and on-board courier stay once the IGM number is fed (PN17 12(ii)); the IGM number and the actual arrival themselves,
where they were fed wrongly, are corrected at any time after it, as every amendment: asked for, and approved by the DC/AC.
A shipment may be added at any time (excess landing), and one of which nothing has arrived taken off (short shipment), or that
was not in its bag: a bag is scanned as one, and what is in it is seen later. A
shipment whose bill is filed is changed by an amendment of the bill, which puts consignor, consignee and description on the
manifest too (see `manifests.by_bill`). Here its weight is changed (PN17 5.2), and before the first arrival scan MAWB, UCR,
packages, CRNs and the invoice value, which a bill filed in advance has from the manifest: it follows, and the RMS looks at it
again (PN17 12(i)). The HAWB itself stays, for the bill is about it, and transshipment, for it is cleared here. Of documents, which a CBE-XI declares as the
manifest has them, these are changed here too until the goods have left, and the RMS looks at the bill again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from manifests.clearance import Stage
from manifests.igm import why_not_corrected

if TYPE_CHECKING:
    from manifests.models import ExpressCargoManifest, HouseAirwayBill, ManifestAmendment

FLIGHT = (
    "airline", "flight_number", "airport_of_shipment", "country_of_exportation", "first_port_of_arrival",
    "scheduled_arrival", "on_board_courier",
)  # fmt: skip
IDENTITY = ("hawb", "packages", "crn_numbers", "pieces", "bag_number")
WEIGHT = "gross_weight_kg"
DETAILS = (
    "description", "consignor_name", "consignor_address", "consignor_country", "consignee_name", "consignee_address",
    "consignee_city", "consignee_state", "consignee_pin",
)  # fmt: skip
"""Consignor, consignee and description: with a bill for goods amended by that bill, of documents on a CBE-XI here."""
FOLLOWED = ("mawb", "ucr", "packages", "pieces", "crn_numbers", "invoice_value", "invoice_currency")
"""What a filed bill has from the manifest: changed there before the first arrival scan, the bill follows (PN17 12(i))."""
OF_THE_BILL = ("hawb", "transshipment", "transshipment_to")  # what a filed bill rests upon
NOT_FILED = ("DRAFT", "DISCARDED", "CANCELLED")  # bills that leave the shipment free: not filed yet, or no longer


@dataclass(frozen=True)
class Locks:
    """How far a manifest is, as far as amendments go."""

    igm_fed: bool
    scanned: bool
    closed: bool

    @classmethod
    def of(cls, manifest: ExpressCargoManifest) -> Locks:
        """Read from the manifest as it stands."""
        return cls(bool(manifest.igm_number), manifest.scans.exists(), manifest.stage == Stage.ARRIVED)

    def why_header(self) -> str:
        """Why the header is locked, or nothing."""
        return _("Locked: the IGM number is fed, so flight and on-board courier stay.") if self.igm_fed else ""

    def why_cell(self, column: str) -> str:
        """Why a detail of a shipment is locked by the stage, or nothing."""
        if column in IDENTITY and self.scanned:
            return _("Locked: the custodian has begun to scan, so HAWB and CRN stay.")
        return ""


def filed_bills(hawbs: Iterable[int]) -> dict[int, str]:
    """The number of the bill that is filed for each of these house airway bills."""
    from manifests.models import HouseAirwayBill

    wanted = list(hawbs)
    bills: Any = HouseAirwayBill._meta.get_field(
        "bills"
    ).related_model  # each by itself: a shipment may have had others
    filed = bills.objects.filter(hawb__in=wanted, number__isnull=False).exclude(stage__in=NOT_FILED)
    documents = HouseAirwayBill.objects.filter(pk__in=wanted, covered__ended_at=None, covered__bill__isnull=False)
    return dict(filed.values_list("hawb", "number")) | dict(documents.values_list("pk", "covered__bill__number"))


def transfer_lines() -> Any:
    """The lines of transfer manifests that stand in a courier's way: what it has begun itself, and after that what is filed."""
    from manifests.models import HouseAirwayBill

    lines: Any = HouseAirwayBill._meta.get_field("transfer_lines").related_model
    return lines.objects.filter(Q(filed=True) | Q(transfer__importer=None), live=True).order_by("filed")


def on_transfers(hawbs: Iterable[int]) -> dict[int, str]:
    """The transfer manifest on which each of these house airway bills stands; a draft has no number yet."""
    rows = transfer_lines().filter(hawb__in=list(hawbs))
    return {hawb: number or _("a draft") for hawb, number in rows.values_list("hawb", "transfer__number")}


def why_on_transfer(number: str) -> str:
    """What to do where a shipment stands on a transfer manifest."""
    return _(
        "Locked: it stands on transfer manifest %(transfer)s. Cancel that first, or take the shipment off the draft."
    ) % {"transfer": number}


def why_filed(number: str) -> str:
    """What to do where a bill stands on a shipment."""
    return _(
        "Locked: bill %(bill)s is filed for it. What the bill declares is amended with the bill; for all else cancel the "
        "bill first."
    ) % {"bill": number}


def why_rests(number: str) -> str:
    """What to do where a filed bill rests on what is to be changed: the HAWB, or that its goods are cleared here."""
    return _(
        "Locked: bill %(bill)s is filed for it, about this HAWB and its clearance here. Cancel the bill first."
    ) % {"bill": number}


def why_not_deleted(hawb: HouseAirwayBill, filed: dict[int, str]) -> str:
    """Why a shipment cannot be taken off the manifest, or nothing."""
    from manifests.pieces import why_kept

    if hawb.pk in filed and hawb.bag_id is not None:
        words = _("Locked: bill %(bill)s covers it. Take it off that bill by an amendment of the bill first.")
        return words % {"bill": filed[hawb.pk]}
    if hawb.pk in filed and hawb.did_not_land:
        words = _(
            "Locked: bill %(bill)s is filed for it. Nothing of it landed: ask for the cancellation of that bill; what was paid "
            "as duty is refundable. Then it is settled as short with a reason."
        )
        return words % {"bill": filed[hawb.pk]}
    if hawb.pk in filed:
        return why_filed(filed[hawb.pk])
    if hawb.packages_arrived and hawb.bag_id is None:
        words = _("%(hawb)s has arrived, at least in part: it is not short. Its missing pieces are asked for as short.")
        return words % {"hawb": hawb}
    if reason := why_kept(hawb):
        return reason
    ended = hawb.bills.exclude(number=None).order_by("-pk").values_list("number", flat=True).first()
    if ended and not hawb.bills.filter(stage="DRAFT").exists():
        words = _(
            "Bill %(bill)s, which has ended, names %(hawb)s: it stays on the manifest. Settle it as short with a reason."
        )
        return words % {"bill": ended, "hawb": hawb}
    if hawb.transfer_lines.exists():
        return _("A transfer manifest names %(hawb)s: it stays on the manifest. Settle it as short with a reason.") % {
            "hawb": hawb
        }
    if hawb.bills.exists() or hawb.covered.exists():
        return _("A draft of a bill names %(hawb)s: it stays on the manifest. Settle it as short with a reason.") % {
            "hawb": hawb
        }
    return ""


def reasons_locked(amendment: ManifestAmendment) -> list[str]:
    """Everything in an amendment that is locked by now, each with its reason."""
    from manifests.models import AmendmentLine
    from manifests.pieces import why_not_pieces

    Kind = AmendmentLine.Kind  # noqa: N806 a class
    locks, lines = Locks.of(amendment.manifest), list(amendment.lines.all())
    hawbs = {
        h.number: h
        for h in amendment.manifest.hawbs.filter(number__in=[line.hawb for line in lines if line.hawb]).select_related(
            "bag", "manifest"
        )
    }
    filed = filed_bills(h.pk for h in hawbs.values())
    sent_on = on_transfers(h.pk for h in hawbs.values())
    reasons: list[str] = []
    for line in lines:
        hawb = hawbs.get(line.hawb)
        if line.kind == Kind.HEADER:
            reasons.append(locks.why_header())
        elif line.kind == Kind.IGM:
            reasons.append(why_not_corrected(amendment.manifest, line.after))
        elif line.kind == Kind.DELETE and hawb is not None:
            reasons.append(why_on_transfer(sent_on[hawb.pk]) if hawb.pk in sent_on else why_not_deleted(hawb, filed))
        elif line.kind == Kind.PIECES and hawb is not None:
            sent = why_on_transfer(sent_on[hawb.pk]) if hawb.pk in sent_on else ""
            reasons.append(sent or why_not_pieces(locks.scanned, hawb, line.after))
        elif line.kind == Kind.CHANGE and hawb is not None:
            found = why_change(locks, hawb, line.after, filed.get(hawb.pk, ""))
            if not found and hawb.pk in sent_on and set(line.after) - {WEIGHT}:
                found = why_on_transfer(sent_on[hawb.pk])
            reasons.append(f"{line.hawb}: {found}" if found else "")
    return list(dict.fromkeys(filter(None, reasons)))


def open_under_bill(locks: Locks, hawb: HouseAirwayBill) -> frozenset[str]:
    """What of a shipment is changed on the manifest although a bill is filed for it."""
    from manifests.pieces import why_left

    if why_left(hawb):
        return frozenset((WEIGHT,))
    details = DETAILS if hawb.manifest.is_documents else ()
    return frozenset((WEIGHT, *details, *(() if locks.scanned else FOLLOWED)))


def why_under_bill(locks: Locks, hawb: HouseAirwayBill, columns: Iterable[str], bill: str) -> str:
    """Why one of these details is locked by the bill that is filed, or nothing."""
    shut = set(columns) - open_under_bill(locks, hawb)
    if not shut:
        return ""
    return why_rests(bill) if shut & set(OF_THE_BILL) else why_filed(bill)


def why_change(locks: Locks, hawb: HouseAirwayBill, after: dict[str, Any], bill: str) -> str:
    """Why these details of a shipment cannot be changed, or nothing."""
    if bill and (reason := why_under_bill(locks, hawb, after, bill)):
        return reason
    return next(filter(None, map(locks.why_cell, after)), "")


def wants_adjudication(amendment: ManifestAmendment) -> bool:
    """After the arrival is closed, everything but the weight that the scale showed (PN17 12.0, 5.2)."""
    return amendment.manifest.stage == Stage.ARRIVED and not amendment.of_weight


def why_not_adjudicated(amendment: ManifestAmendment) -> str:
    """Why an amendment cannot be approved without an adjudication, or nothing."""
    if wants_adjudication(amendment) and not amendment.adjudication_reference:
        return _(
            "The arrival is closed by now: the amendment needs an adjudication reference. Reject it, to be asked for anew."
        )
    return ""
