"""The ledgers of the bonds are checked every night; what does not add up is told to the System Admin (PN17 13.2)."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum, Window
from django.utils.translation import gettext as _

from accounts.people import system_admins
from bonds import ledger, outside
from bonds.models import Bond, BondEntry
from bonds.numbers import is_of_series
from eccs.models import Notice
from eccs.notices import worded

logger = logging.getLogger(__name__)
MOST_NAMED = 100


def broken() -> QuerySet[BondEntry, BondEntry]:
    """Entries after which another balance is written than the entries until then come to."""
    running = Window(Sum("change"), partition_by=[F("bond")], order_by=F("pk").asc())
    found: QuerySet[BondEntry, BondEntry] = BondEntry.objects.annotate(running=running).filter(
        ~Q(balance_after=F("running"))
    )
    return found


def overpaid() -> QuerySet[BondEntry, BondEntry]:
    """Debits of which more was credited than they took."""
    given_back = (
        BondEntry.objects.filter(settles=OuterRef("pk")).order_by().values("settles").annotate(back=Sum("change"))
    )
    found: QuerySet[BondEntry, BondEntry] = BondEntry.objects.filter(
        Exists(given_back.filter(back__gt=-OuterRef("change"))), sort=BondEntry.Sort.DEBIT
    )
    return found


def check() -> list[str]:
    """Numbers of the bonds whose ledger does not add up; where there are any, every System Admin is told."""
    wrong = set(ledger.faults().values_list("pk", flat=True)[:MOST_NAMED])
    for rows in (broken(), overpaid()):
        wrong |= {entry.bond_id for entry in rows.order_by("pk")[:MOST_NAMED]}
    named = sorted(str(one) for one in Bond.objects.filter(pk__in=wrong))[:MOST_NAMED]
    named += sorted(one.number for one in outside.faults()[:MOST_NAMED])
    if named:
        logger.error("the ledgers of bonds do not add up: %s", named)
        Notice.objects.bulk_create(worded(one, lambda: _words(named)) for one in system_admins())
    return named


def _words(named: list[str]) -> tuple[str, str]:
    lines = [
        f"{number}  {settings.PUBLIC_URL}{Bond(number=number).get_absolute_url()}" if is_of_series(number) else number
        for number in named
    ]
    return _("The ledgers of bonds do not add up"), "\n".join(lines)
