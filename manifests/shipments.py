"""Shipments by whatever is written on them."""

from __future__ import annotations

from django.db.models import QuerySet

from manifests.models import HouseAirwayBill, Package


def beginning(name: str) -> QuerySet[HouseAirwayBill]:
    """The shipments whose consignee's name begins so."""
    return HouseAirwayBill.objects.filter(consignee_name__istartswith=name)


def unbilled(rows: QuerySet[HouseAirwayBill]) -> QuerySet[HouseAirwayBill]:
    """Those of these shipments for which no bill is filed yet."""
    found: QuerySet[HouseAirwayBill] = rows.filter(covered=None).exclude(bills__number__isnull=False)
    return found


def named(code: str) -> list[int]:
    """The shipments with this number, with a package of this label, with this Unique Consignment Reference, or in this bag."""
    hawbs = HouseAirwayBill.objects
    found = (
        hawbs.filter(number=code).values_list("pk"),
        Package.objects.filter(crn=code).values_list("hawb"),
        hawbs.exclude(ucr="").filter(ucr=code).values_list("pk"),
        hawbs.filter(bag__number=code).values_list("pk"),
    )  # each by an index of its own
    return sorted({key for (key,) in found[0].union(*found[1:], all=True)})
