"""Which registered bonds of a firm can secure something at a station (PN17 7.1(c), 13.2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from bonds.clearance import USABLE
from bonds.master import Category
from bonds.models import BankGuarantee, Bond
from bonds.querysets import BondQuerySet
from eccs.acting import SYSTEM, acting_as


@dataclass(frozen=True)
class Wanted:
    """What is to be secured: for whom, where, for what, which consignment."""

    station: str
    courier: int | None
    importer: int | None
    purpose: str
    about: str = ""
    category: str = ""  # nothing said: any
    goods_of: str = (
        ""  # the IEC of the importer whose goods a courier files: its own bond secures them too, where named
    )


def valid(wanted: Wanted, *, named: bool = False) -> QuerySet[Bond, Bond]:
    """The firm's bonds of that type in force there, a consignment's own first, then those that end soonest.

    With `named` also those of the importer whose goods they are, which are debited only where somebody names them.
    """
    rows = _of(wanted, named=named).in_force(timezone.localdate())
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


def _of(wanted: Wanted, *, named: bool) -> BondQuerySet:
    """The bonds of the firm; with `named` those of the importer of its goods too."""
    rows: BondQuerySet = Bond.objects.of_firm(courier=wanted.courier, importer=wanted.importer)
    return rows | Bond.objects.filter(importer__iec=wanted.goods_of) if named and wanted.goods_of else rows


def lapsed(wanted: Wanted, amount: Decimal) -> Bond | None:
    """A bond of the firm that would fit, were there not too little behind it by bank guarantees; or nothing."""
    today = timezone.localdate()
    rows = _of(wanted, named=False).filter(
        station_id=wanted.station,
        master__purpose=wanted.purpose,
        stage__in=USABLE,
        valid_until__gte=today,
        balance__gte=amount,
    )
    found: Bond | None = rows.exclude(pk__in=valid(wanted).order_by().values("pk")).order_by("pk").first()
    return found if found is not None and found.guaranteed(today) < (found.security or 0) else None


def registered(wanted: Wanted, number: str) -> Bond | None:
    """The bond of a number at the station, the firm's or the importer's whose goods they are, registered at any time."""
    rows = _of(wanted, named=True)
    found: Bond | None = rows.filter(station_id=wanted.station, number=number, registered_at__isnull=False).first()
    return found


@acting_as(SYSTEM)  # whose it is and where must be known to be said
def why_not_registered(wanted: Wanted, number: str) -> str:
    """Why a number of ECCS's own series is no bond that `registered` finds: unknown, not registered, of elsewhere, of others."""
    known = Bond.objects.filter(number=number).first()
    told = {"number": number, "station": wanted.station}
    if known is None:
        return _("%(number)s is written as ECCS numbers its bonds, and ECCS has no such bond.") % told
    if not _of(wanted, named=True).filter(pk=known.pk).exists():
        return _("%(number)s is a bond of another firm: it secures nothing here.") % told
    if known.station_id != wanted.station:
        return _("%(number)s is a bond at %(its)s: it secures nothing at %(station)s.") % {
            **told,
            "its": known.station_id,
        }
    return _("%(number)s is not registered, it is at “%(stage)s”: it secures nothing yet.") % {
        **told, "stage": known.get_stage_display()
    }  # fmt: skip


def guarantee_of(bond: Bond) -> BankGuarantee | None:
    """The bank guarantee behind a bond that holds longest from today on; or nothing."""
    today = timezone.localdate()
    live = bond.guarantees.filter(registered_at__isnull=False, ended_at=None, valid_until__gte=today)
    return live.order_by("-valid_until", "pk").first()
