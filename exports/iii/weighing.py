"""What bags and loose shipments of documents weigh, held against what was declared of them; and the weight as amended (PN17 5.2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from bills.requests import Change, text_of
from exports.models import CourierShippingBill, ExportBag, ExportShipment
from exports.weighing import Off, is_beyond
from manifests.weights import shared

WEIGHT = "gross_weight_kg"


def off_the_scale(bills: Collection[CourierShippingBill]) -> dict[int, list[Off]]:
    """By shipping bill what of it weighs otherwise than declared, beyond the tolerance: two queries, or none where nothing was weighed."""
    of_bill = {bill.pk: bill for bill in bills if bill.actual_weight_kg is not None and bill.presented_on is not None}
    found: dict[int, list[Off]] = defaultdict(list)
    for pk, *weighed in _weighed(of_bill) if of_bill else ():
        one = Off(*weighed)
        if is_beyond(of_bill[pk], one.declared, one.actual):
            found[pk].append(one)
    return dict(found)


def _weighed(bills: Collection[int]) -> Iterable[Any]:
    here = Q(bill__in=bills, actual_weight_kg__isnull=False)
    bags = ExportBag.objects.filter(here, shipments__isnull=False).annotate(kg=Sum("shipments__gross_weight_kg"))
    loose = ExportShipment.objects.filter(here, bag=None).annotate(kg=F("gross_weight_kg"))
    for rows in (bags, loose):
        yield from rows.order_by("number").values_list("bill", "number", "kg", "actual_weight_kg")


def judged(bill: CourierShippingBill, changes: Iterable[Change]) -> list[str]:
    """What stands against the amended weights: what was weighed is no longer on the bill, or weighs otherwise by now."""
    told = [one for one in changes if one["name"] == WEIGHT]
    weighed = {number: text_of(kg) for _bill, number, _declared, kg in _weighed([bill.pk])} if told else {}
    words = _("%(number)s does not weigh %(kg)s kg at the terminal.")
    return [
        words % {"number": one["number"], "kg": one["new"]} for one in told if weighed.get(one["number"]) != one["new"]
    ]


def apply(bill: CourierShippingBill, changes: Iterable[Change]) -> None:
    """Declare of bags and loose shipments what they weigh; the weight of a bag is shared by what is in it."""
    new = {one["number"]: Decimal(one["new"]) for one in changes if one["name"] == WEIGHT}
    if not new:
        return
    rows = bill.shipments.select_for_update(of=("self",)).filter(Q(bag=None, number__in=new) | Q(bag__number__in=new))
    together: dict[str, list[ExportShipment]] = defaultdict(list)
    for one in rows.select_related("bag").order_by("pk"):
        together[one.bag.number if one.bag else one.number].append(one)
    for number, inside in together.items():
        shares = shared([one.gross_weight_kg for one in inside], new[number])
        for one, share in zip(inside, shares, strict=True):
            one.gross_weight_kg = share
    ExportShipment.objects.bulk_update([one for inside in together.values() for one in inside], [WEIGHT])
