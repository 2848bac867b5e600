"""What a CBE-XI covers: the house airway bills of documents, bagged and loose, of one manifest (PN17 5.4.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bills.models.bill import CourierBillOfEntry
from manifests.amendments import OWED, undecided
from manifests.models import AmendmentLine, HouseAirwayBill, ManifestAmendment


class CoveredShipment(models.Model):
    """One house airway bill of documents on a CBE-XI; as long as that stands, it is on no other."""

    bill = models.ForeignKey(CourierBillOfEntry, models.PROTECT, related_name="covered", db_index=False)
    hawb = models.ForeignKey(HouseAirwayBill, models.PROTECT, related_name="covered", db_index=False)
    ended_at = models.DateTimeField(null=True)  # the bill was cancelled: the shipment may have another

    class Meta:
        verbose_name = _("shipment of a CBE-XI")
        constraints = [
            models.UniqueConstraint(
                fields=["hawb"],
                condition=Q(ended_at=None),
                name="covered_once",
                violation_error_message=_("A bill for this house airway bill exists already."),
            )
        ]
        indexes = [
            models.Index(fields=["bill", "id"], name="covered_by_bill"),
            models.Index(
                fields=["hawb"], name="covered_of_hawb"
            ),  # asked for every shipment that is taken off a manifest
        ]

    def __str__(self) -> str:
        return f"{self.bill}: {self.hawb}"


def goods_of(bills: Collection[int]) -> QuerySet[HouseAirwayBill]:
    """The house airway bills that these bills cover, one or many each."""
    one = CourierBillOfEntry.objects.filter(pk__in=bills, hawb__isnull=False).values("hawb_id")
    many = CoveredShipment.objects.filter(bill__in=bills).values("hawb_id")
    found: QuerySet[HouseAirwayBill] = HouseAirwayBill.objects.filter(pk__in=one.union(many, all=True))
    return found


def bills_by_hawb(hawbs: Collection[int]) -> dict[int, CourierBillOfEntry]:
    """The bill filed for each of these house airway bills, where there is one: two queries, however many they are."""
    from bills.stages import PUT_AWAY, Stage

    rows = CourierBillOfEntry.objects.exclude(stage__in=(*PUT_AWAY, Stage.DRAFT))
    found: dict[int, CourierBillOfEntry] = {bill.hawb_id or 0: bill for bill in rows.filter(hawb__in=hawbs)}
    links = CoveredShipment.objects.filter(hawb__in=hawbs, ended_at=None).select_related("bill")
    return found | {one.hawb_id: one.bill for one in links}


def amended_on_the_manifest(bill: CourierBillOfEntry) -> tuple[str, ManifestAmendment] | None:
    """A shipment of the bill that an open amendment of the manifest is about, with it; bills judged together are asked once."""
    locked = getattr(bill._state, "locked", None)
    if locked is None:
        return _amended([bill]).get(bill.pk)
    if "amended_on_the_manifest" not in locked.asked:
        locked.asked["amended_on_the_manifest"] = _amended(locked.rows)
    found: tuple[str, ManifestAmendment] | None = locked.asked["amended_on_the_manifest"].get(bill.pk)
    return found


def owed_a_weight() -> Q:
    """The bills of shipments that weigh otherwise than declared, for which the courier alone is awaited (PN17 5.2).

    It begins with the few lines that are owed, so that a CBE-XI is not gone through shipment by shipment.
    """
    lines = AmendmentLine.objects.filter(OWED, amendment__manifest=OuterRef("manifest"))
    on_bill = CoveredShipment.objects.filter(bill=OuterRef(OuterRef("pk")), ended_at=None)
    here = on_bill.filter(hawb__manifest=OuterRef("amendment__manifest"))
    covered = here.filter(Q(hawb__number=OuterRef("hawb")) | Q(hawb__bag__number=OuterRef("hawb")))
    own = HouseAirwayBill.objects.filter(pk=OuterRef(OuterRef("hawb"))).values(
        "number"
    )  # no join where nothing is asked
    return Q(Exists(lines.filter(hawb__in=own))) | Q(Exists(lines.filter(Exists(covered))), hawb=None)


def _amended(bills: Iterable[CourierBillOfEntry]) -> dict[int, tuple[str, ManifestAmendment]]:
    hawb_of = {bill.pk: bill.hawb_id for bill in bills}
    found = undecided({bill.manifest_id for bill in bills})
    if not found:
        return {}
    links = CoveredShipment.objects.filter(bill__in=[pk for pk, hawb in hawb_of.items() if hawb is None], ended_at=None)
    covered = links.filter(hawb__in=found).values_list("bill_id", "hawb_id")
    alone = {pk: found[hawb] for pk, hawb in hawb_of.items() if hawb is not None and hawb in found}
    return alone | {pk: found[hawb] for pk, hawb in covered}
