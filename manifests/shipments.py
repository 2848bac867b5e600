"""Shipments by whatever is written on them."""

from __future__ import annotations

from django.db.models import QuerySet

from manifests.models import HouseAirwayBill, Package


def unbilled(name: str) -> QuerySet[HouseAirwayBill]:
    """The shipments whose consignee's name begins so and for which no bill is filed yet."""
    rows = HouseAirwayBill.objects.filter(consignee_name__istartswith=name, covered=None)
    found: QuerySet[HouseAirwayBill] = rows.exclude(bills__number__isnull=False)
    return found


def named(code: str) -> QuerySet[HouseAirwayBill]:
    """The shipments with this number, with a package of this label, with this Unique Consignment Reference, or in this bag."""
    hawbs = HouseAirwayBill.objects
    found = [
        hawbs.filter(number=code).values("pk"),
        Package.objects.filter(crn=code).values("hawb"),
        hawbs.exclude(ucr="").filter(ucr=code).values("pk"),
        hawbs.filter(bag__number=code).values("pk"),
    ]  # each by an index of its own
    rows: QuerySet[HouseAirwayBill] = hawbs.filter(pk__in=found[0].union(*found[1:], all=True))
    return rows
