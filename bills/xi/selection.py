"""Which documents a CBE-XI is to cover, and what stands against it: one check for form, file and filing.

Every shipment of the manifest that may be filed, or the bags and house airway bills that are named. What is named and may not
be filed is a fault of its row; of the whole manifest it is left out and said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from bills.flight import LEFT
from bills.models import CourierBillOfEntry, CoveredShipment
from eccs.uploads import Fault
from manifests.clearance import Stage as ManifestStage
from manifests.models import ExpressCargoManifest, HouseAirwayBill, WarehouseEntry

BAG, HAWB = "bag_number", "hawb"


class Shipment(NamedTuple):
    """A house airway bill of documents as filing reads it."""

    pk: int
    number: str
    bag: str | None
    mawb: str
    packages: int
    gross_weight_kg: Decimal
    arrived_at: Any
    held_since: Any
    description: str
    consignor_name: str
    consignor_country: str
    consignee_name: str
    consignee_city: str
    consignee_address: str
    actual_weight_kg: Decimal | None


READ = ("pk", "number", "bag__number", "master__number", *Shipment._fields[4:])


@dataclass(frozen=True)
class Named:
    """A bag, a house airway bill, or both, as a row names them. Rows are counted from 1, in a file from 2."""

    row: int
    bag: str = ""
    hawb: str = ""


@dataclass(frozen=True)
class Chosen:
    """What a draft is to cover: all that may be filed of the manifest, or what is named."""

    whole: bool = True
    named: tuple[Named, ...] = ()

    @classmethod
    def of(cls, draft: dict[str, Any]) -> Chosen:
        """As the draft keeps it."""
        rows = tuple(Named(int(row), str(bag), str(hawb)) for row, bag, hawb in draft.get("named", ()))
        return cls(bool(draft.get("whole", not rows)), rows)

    def kept(self) -> dict[str, Any]:
        """As the draft keeps it."""
        return {"whole": self.whole, "named": [[one.row, one.bag, one.hawb] for one in self.named]}


@dataclass
class Judged:
    """The shipments that a bill would cover, in the order of bags and numbers, with what is wrong and what is left out."""

    shipments: list[Shipment] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)  # why → how many

    @property
    def bags(self) -> list[str]:
        """The bags they are in."""
        return list(dict.fromkeys(one.bag for one in self.shipments if one.bag))

    @property
    def loose(self) -> int:
        """How many are in no bag."""
        return sum(1 for one in self.shipments if not one.bag)

    @property
    def packages(self) -> int:
        """Pieces in all."""
        return sum(one.packages for one in self.shipments)

    @property
    def weight(self) -> Decimal:
        """Gross weight in all, kg."""
        return sum((one.gross_weight_kg for one in self.shipments), Decimal(0))

    @property
    def masters(self) -> list[str]:
        """The master airway bills."""
        return sorted({one.mawb for one in self.shipments})


def why_no_documents(manifest: ExpressCargoManifest) -> str:
    """Why no CBE-XI is filed over a manifest, with the forms that are; or nothing."""
    if manifest.stage in (ManifestStage.DRAFT, ManifestStage.DISCARDED):
        return _("The manifest is not submitted yet: bills are filed for a submitted manifest.")
    if not manifest.is_documents:
        return _("The manifest is of goods, not of documents: they are cleared on CBE-XII, CBE-XIII or CBE-XIV.")
    return ""


def shipments_of(bill: CourierBillOfEntry) -> list[Shipment]:
    """What a filed bill covers, in the order of bags and numbers."""
    rows = bill.shipments().order_by(F("bag__number").asc(nulls_last=True), "number").values_list(*READ)
    return [Shipment(*row) for row in rows]


_HOLD = """
SELECT count(*) FROM (SELECT 1 FROM manifests_houseairwaybill WHERE manifest_id = %s ORDER BY id FOR UPDATE) held
"""


def hold(manifest: ExpressCargoManifest) -> None:
    """Hold the shipments of a manifest until the transaction ends, in one order: those who file it wait and do not meet in a ring.

    A scan holds shipments first and the bills over them then; whoever holds both does it in that order.
    """
    with connection.cursor() as cursor:  # counted, so that ten thousand keys do not come here for nothing
        cursor.execute(_HOLD, [manifest.pk])


def judge(manifest: ExpressCargoManifest, chosen: Chosen, *, lock: bool = False) -> Judged:
    """What would be covered: four reads, however many shipments. With `lock` they are held until the transaction ends."""
    if lock:
        hold(manifest)
    found = HouseAirwayBill.objects.filter(manifest=manifest)
    if not chosen.whole and not any(one.bag and not one.hawb for one in chosen.named):
        found = found.filter(number__in=[one.hawb for one in chosen.named])
    ordered = found.order_by(F("bag__number").asc(nulls_last=True), "number").values_list(*READ)
    shipments = [Shipment(*row) for row in ordered]
    covered = CoveredShipment.objects.filter(hawb__manifest=manifest, ended_at=None)
    taken: dict[int, str | None] = dict(covered.values_list("hawb_id", "bill__number"))
    out = WarehouseEntry.objects.filter(hawb__manifest=manifest, out_on__in=LEFT)
    gone = set(out.values_list("hawb_id", flat=True))
    sent_on = set(found.filter(transshipment=True).values_list("pk", flat=True))

    def why(one: Shipment) -> str:
        if one.pk in taken:
            return _("has a bill already: %(bill)s") % {"bill": taken[one.pk]}
        if one.pk in gone:
            return _("has left uncleared: its goods were returned to origin or disposed of")
        if one.pk in sent_on:
            return _("is for transshipment: it is cleared at its destination")
        return _("is on hold: release the hold first") if one.held_since else ""

    return _whole(shipments, taken, gone, sent_on) if chosen.whole else _named(shipments, chosen.named, why)


def _whole(shipments: list[Shipment], taken: dict[int, str | None], gone: set[int], sent_on: set[int]) -> Judged:
    """Everything that may be filed."""
    judged = Judged()
    reasons = {
        "taken": _("have a bill already"),
        "gone": _("have left uncleared"),
        "sent on": _("are for transshipment"),
        "held": _("are on hold"),
    }
    for one in shipments:
        which = (
            "taken"
            if one.pk in taken
            else "gone"
            if one.pk in gone
            else "sent on"
            if one.pk in sent_on
            else "held"
            if one.held_since
            else ""
        )
        if which:
            judged.left_out[reasons[which]] = judged.left_out.get(reasons[which], 0) + 1
        else:
            judged.shipments.append(one)
    if not judged.shipments:
        judged.faults.append(Fault(1, HAWB, "", _("no shipment of the manifest is left to file")))
    return judged


def _named(shipments: list[Shipment], named: Sequence[Named], why: Any) -> Judged:
    """What is named, row by row."""
    judged, by_number = Judged(), {one.number: one for one in shipments}
    by_bag: dict[str, list[Shipment]] = {}
    for one in shipments:
        by_bag.setdefault(one.bag or "", []).append(one)
    seen: dict[int, Named] = {}
    for given in named:
        column, value = (HAWB, given.hawb) if given.hawb else (BAG, given.bag)

        def fault(reason: str, row: int = given.row, column: str = column, value: str = value) -> None:
            judged.faults.append(Fault(row, column, value, reason))

        rows = _of_row(given, by_number, by_bag)
        if isinstance(rows, str):
            fault(rows)
            continue
        for one in rows:
            if one.pk in seen:
                first = seen[one.pk]
                fault(_("is also in row %(row)d: %(name)s") % {"row": first.row, "name": first.hawb or first.bag})
            elif reason := why(one):
                fault(
                    reason
                    if given.hawb
                    else _("holds %(hawb)s, which %(reason)s") % {"hawb": one.number, "reason": reason}
                )
            else:
                seen[one.pk] = given
                continue
            break
    judged.shipments = [one for one in shipments if one.pk in seen]
    if not named:
        judged.faults.append(Fault(1, HAWB, "", _("choose at least one bag or house airway bill")))
    return judged


def _of_row(given: Named, by_number: dict[str, Shipment], by_bag: dict[str, list[Shipment]]) -> list[Shipment] | str:
    """The shipments that a row names, or why it names none."""
    if not given.hawb:
        if not given.bag:
            return _("is empty: name a bag or a house airway bill")
        return by_bag.get(given.bag) or _("is no bag of the manifest")
    one = by_number.get(given.hawb)
    if one is None:
        return _("is not on the manifest")
    if given.bag and given.bag != one.bag:
        return _("is in another bag on the manifest") if one.bag else _("is loose on the manifest, in no bag")
    return [one]


def in_words(faults: Iterable[Fault]) -> list[str]:
    """The faults as people read them beside a form: the field, what was given, the reason."""
    labels = {BAG: _("Bag"), HAWB: _("House airway bill")}
    return [
        _("%(field)s %(value)s (row %(row)d): %(reason)s.")
        % {"field": labels[one.column], "value": one.value, "row": one.row, "reason": one.reason}
        if one.value
        else _("%(field)s: %(reason)s.") % {"field": labels[one.column], "reason": one.reason}
        for one in faults
    ]
