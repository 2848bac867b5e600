"""Short and excess pieces of a shipment that landed in part, or with more than was manifested (PN17 5.2, 12.0).

Asked for by the courier once the goods are being scanned, decided by the DC/AC; after the arrival is closed on an
adjudication alone. A piece that came is never taken off, and one that another shipment has is not put on. What did land
then counts as whole: the missing pieces keep it from nothing any more. A piece in excess is scanned as every other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from eccs.moments import moment
from eccs.workflow import Refused
from manifests.models import ArrivalScan, ExpressCargoManifest, HouseAirwayBill, Package, WarehouseEntry
from manifests.reading import codes_of

if TYPE_CHECKING:
    from manifests.models import AmendmentLine, ManifestAmendment

COUNTED = ("packages", "pieces", "crn_numbers")
"""What a line of this kind changes, with the weight of what landed."""


@dataclass(frozen=True)
class Landed:
    """A shipment as it landed by an approved amendment: how many pieces were declared before, and how many count now."""

    hawb: int
    number: str
    before: int
    after: int
    excess: bool  # a piece that was not known before is to be cleared
    whole: bool  # every piece that counts now has been scanned


def pieces_of(hawb: HouseAirwayBill) -> list[Package]:
    """The packages of a shipment in the order of their labels; documents may have none."""
    return list(Package.objects.filter(hawb=hawb).order_by("part"))


def row_as_landed(
    row: dict[str, str], codes: list[str], *, missing: Collection[str], extra: list[str], kg: str
) -> dict[str, str]:
    """The row of a shipment without the missing and with the extra labels. Raises Refused where none is left."""
    left = [code for code in codes if code not in missing] + extra
    if not left:
        raise Refused([_("No package would be left: delete the shipment instead, as a short shipment.")])
    crns = "" if left == [row["hawb"]] else " ".join(left)
    return row | {"packages": str(len(left)), "crn_numbers": crns, "gross_weight_kg": kg}


def why_not_pieces(scanned: bool, hawb: HouseAirwayBill, after: dict[str, Any]) -> str:
    """Why the pieces of a shipment cannot be amended so, or nothing."""
    if not scanned:
        return _("Nothing of this manifest is scanned yet: what is short or in excess shows when the goods are.")
    if reason := why_left(hawb):
        return reason + " " + _("What came beyond it is added as a shipment of its own.")
    if hawb.manifest.is_documents:
        return _why_not_documents(hawb, after)
    return _why_not_labels(hawb, after)


def why_left(hawb: HouseAirwayBill) -> str:
    """That the goods have left the warehouse, when and on what, or nothing."""
    left = WarehouseEntry.objects.filter(hawb=hawb, out_at__isnull=False).first()
    if left is None:
        return ""
    told = {"hawb": hawb, "at": moment(left.out_at), "on": left.get_out_on_display()}
    return _("%(hawb)s left the warehouse on %(at)s: %(on)s.") % told


def why_kept(hawb: HouseAirwayBill) -> str:
    """Why a shipment stays on the manifest, whatever was in its bag, or nothing."""
    if WarehouseEntry.objects.filter(hawb=hawb, detained_since__isnull=False).exists():
        return _("%(hawb)s is detained: that ends first.") % {"hawb": hawb}
    return why_left(hawb)


def _why_not_documents(hawb: HouseAirwayBill, after: dict[str, Any]) -> str:
    if hawb.bag is not None:
        if hawb.bag.arrived_at is None:
            return _("Bag %(bag)s is not scanned yet: what is in it shows when it has come.") % {"bag": hawb.bag}
        return ""
    if "pieces" in after and int(after["pieces"]) < hawb.packages_arrived:
        told = {"hawb": hawb, "count": hawb.packages_arrived}
        return _("%(count)d pieces of %(hawb)s have been scanned: they are not short.") % told
    return _why_not_labels(hawb, after)


def _why_not_labels(hawb: HouseAirwayBill, after: dict[str, Any]) -> str:
    if "crn_numbers" not in after:
        return ""
    wanted = set(codes_of(hawb.manifest.is_documents, hawb.number, after["crn_numbers"]))
    came = [one.crn for one in pieces_of(hawb) if one.arrived_at is not None and one.crn not in wanted]
    return _("%(codes)s has been scanned: it is not short.") % {"codes": ", ".join(came)} if came else ""


def land(hawb: HouseAirwayBill, line: AmendmentLine, codes: list[str]) -> Landed:
    """Put the pieces that landed on a shipment, which is held. Those that came keep their time; what is new awaits its scan."""
    before, manifest, now = hawb.packages, hawb.manifest, line.after
    if "gross_weight_kg" in now:
        hawb.gross_weight_kg = Decimal(now["gross_weight_kg"])
    if manifest.is_documents:
        more = _count(hawb, int(now.get("pieces", hawb.packages)), codes if "crn_numbers" in now else None)
    else:
        more = _label(hawb, codes)
    hawb.save(update_fields=["packages", "packages_arrived", "arrived_at", "gross_weight_kg"])
    return Landed(hawb.pk, hawb.number, before, hawb.packages, more, hawb.arrived_at is not None)


def _label(hawb: HouseAirwayBill, codes: list[str]) -> bool:
    """Of goods every package has its label: the missing go, the extra are added, the rest stay as they were scanned."""
    known = {one.crn for one in pieces_of(hawb)}
    times = [one.arrived_at for one in _relabel(hawb, codes)]
    hawb.packages = len(codes)
    hawb.arrived_at = max(filter(None, times)) if all(times) else None
    return not known.issuperset(codes)


def _relabel(hawb: HouseAirwayBill, codes: list[str]) -> list[Package]:
    """The packages with these labels and no others, counted anew; those that stay keep the time of their scan."""
    known = {one.crn: one for one in pieces_of(hawb)}
    Package.objects.filter(pk__in=[one.pk for crn, one in known.items() if crn not in codes]).delete()
    for part, crn in enumerate(codes, 1):
        if crn in known:
            known[crn].part = part
    Package.objects.bulk_update([known[crn] for crn in codes if crn in known], ["part"])
    fresh = [
        Package(manifest_id=hawb.manifest_id, hawb=hawb, crn=crn, part=part)
        for part, crn in enumerate(codes, 1)
        if crn not in known
    ]
    Package.objects.bulk_create(fresh)
    return [known[crn] for crn in codes if crn in known] + fresh


def _count(hawb: HouseAirwayBill, count: int, codes: list[str] | None) -> bool:
    """Documents are counted: those of a bag that came have come, loose pieces as they were scanned."""
    more = count > hawb.packages
    hawb.packages = count
    if hawb.bag is not None:
        hawb.packages_arrived, hawb.arrived_at = count, hawb.bag.arrived_at
    elif hawb.packages_arrived == count:
        hawb.arrived_at = hawb.arrived_at or last_scan(hawb)
    else:
        hawb.arrived_at = None
    if codes is not None:
        _relabel(hawb, codes)
    return more


def last_scan(hawb: HouseAirwayBill) -> datetime | None:
    """When a loose shipment of documents was last counted."""
    codes = [hawb.number, *Package.objects.filter(hawb=hawb).values_list("crn", flat=True)]
    scans = ArrivalScan.objects.filter(
        manifest=hawb.manifest_id, code__in=codes, verdict=ArrivalScan.Verdict.ARRIVED
    ).order_by("-scanned_at")
    found: datetime | None = scans.values_list("scanned_at", flat=True).first()
    return found or hawb.manifest.scan_started_at


def reached_by(amendment: ManifestAmendment) -> list[str]:
    """What stands behind each line of short or excess pieces, for whoever decides: what was scanned, and the bill filed."""
    from manifests.locks import FOLLOWED, filed_bills

    lines = list(amendment.lines.all())
    numbers = [line.hawb for line in lines if line.kind == line.Kind.PIECES]
    followed = [line.hawb for line in lines if line.kind == line.Kind.CHANGE and set(line.after) & set(FOLLOWED)]
    hawbs = list(HouseAirwayBill.objects.filter(manifest=amendment.manifest_id, number__in=numbers)) if numbers else []
    filed = filed_bills(hawb.pk for hawb in hawbs) if hawbs else {}
    told = []
    for hawb in hawbs:
        words = f"{hawb}: {short_now(amendment.manifest, hawb)}"
        if hawb.pk in filed:
            words += " " + _("Bill %(bill)s carries what landed.") % {"bill": filed[hawb.pk]}
        told.append(words)
    return told + _followed_by(amendment.manifest_id, followed)


def _followed_by(manifest: int, numbers: list[str]) -> list[str]:
    """The bills that follow what is changed on the manifest before the first arrival scan."""
    from manifests.locks import filed_bills

    named = dict(HouseAirwayBill.objects.filter(manifest=manifest, number__in=numbers).values_list("pk", "number"))
    words = _("%(hawb)s: bill %(bill)s is filed for it and follows.")
    return (
        [words % {"hawb": named[pk], "bill": bill} for pk, bill in sorted(filed_bills(named).items())] if named else []
    )


def short_now(manifest: ExpressCargoManifest, hawb: HouseAirwayBill) -> str:
    """How much of a shipment has come, in words, for whoever writes or decides."""
    told = {"came": hawb.packages_arrived, "all": hawb.packages}
    missing = Package.objects.filter(hawb=hawb, arrived_at=None).order_by("part").values_list("crn", flat=True)
    words = _("%(came)d of %(all)d have been scanned.") % told
    if manifest.is_documents or not missing:
        return words
    return words + " " + _("Missing: %(codes)s.") % {"codes": ", ".join(missing)}
