"""Which registered bonds of a firm can secure something at a station (PN17 7.1(c), 13.2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from bonds.master import Category
from bonds.models import BankGuarantee, Bond


@dataclass(frozen=True)
class Wanted:
    """What is to be secured: for whom, where, for what, which consignment."""

    station: str
    courier: int | None
    importer: int | None
    purpose: str
    about: str = ""
    category: str = ""  # nothing said: any


def valid(wanted: Wanted) -> QuerySet[Bond, Bond]:
    """The firm's bonds of that type in force there, a consignment's own first, then those that end soonest."""
    today = timezone.localdate()
    rows = Bond.objects.of_firm(courier=wanted.courier, importer=wanted.importer).in_force(today)
    rows = rows.filter(station_id=wanted.station, master__purpose=wanted.purpose)
    if wanted.category:
        rows = rows.filter(master__category=wanted.category)
    own = Q(master__category=Category.SPECIFIC, about=wanted.about)
    rows = rows.filter(Q(master__category=Category.CONTINUITY) | own).select_related("master")
    first = Case(When(own, then=Value(0)), default=Value(1), output_field=IntegerField())
    found: QuerySet[Bond, Bond] = rows.order_by(first, "valid_until", "pk")
    return found


def fitting(wanted: Wanted, amount: Decimal) -> QuerySet[Bond, Bond]:
    """Those whose balance is enough."""
    return valid(wanted).filter(balance__gte=amount)


def registered(wanted: Wanted, number: str) -> Bond | None:
    """The firm's bond of a number at the station, registered at any time; or nothing."""
    rows = Bond.objects.of_firm(courier=wanted.courier, importer=wanted.importer)
    found: Bond | None = rows.filter(
        station_id=wanted.station, number=number.strip().upper(), registered_at__isnull=False
    ).first()
    return found


def guarantee_of(bond: Bond) -> BankGuarantee | None:
    """The bank guarantee behind a bond that holds longest from today on; or nothing."""
    today = timezone.localdate()
    live = bond.guarantees.filter(registered_at__isnull=False, ended_at=None, valid_until__gte=today)
    return live.order_by("-valid_until", "pk").first()
