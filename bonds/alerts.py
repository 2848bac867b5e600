"""Alerts before a bond or a bank guarantee expires, each once, also where a day was missed (PN17 13.3)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import SYSTEM
from bonds.clearance import RELEASING, RENEWING, USABLE, Stage
from bonds.elsewhere import OutsideAlert, OutsideBond
from bonds.models import BankGuarantee, Bond, BondAlert
from eccs.dated_rules import RULES, rule_book
from eccs.models import Notice
from eccs.money import rupees
from eccs.notices import worded
from eccs.workflow import Refused, take

ALERTS = ("bond_first_alert_days", "bond_second_alert_days", "bond_third_alert_days", "bond_last_alert_days")
ENDED = 0  # days left: of a bond that ended while it was being renewed
LIVE = (*USABLE, Stage.EXPIRED, *RELEASING)  # what still secures something, or may


def thresholds(on: date, station: str) -> tuple[int, ...]:
    """How many days before the last one a firm is told, by the rules of the day."""
    return tuple(sorted({rule_book().count(name, on, station) for name in ALERTS}, reverse=True))


def expire(today: date) -> int:
    """Bonds whose last day is past are expired; return how many."""
    count = 0
    for bond in Bond.objects.filter(stage__in=(Stage.ACTIVE, Stage.EXPIRING), valid_until__lt=today).order_by("pk"):
        with suppress(Refused):  # renewed or released at this moment
            take(bond, "expire", SYSTEM)
            count += 1
    return count


def tell_of_lapsed(today: date) -> int:
    """A bond that ends while its renewal is under way stays at that desk: its firm is told once that nothing can be debited."""
    told = BondAlert.objects.filter(bond=OuterRef("pk"), guarantee=None, ends_on=OuterRef("valid_until"), days=ENDED)
    rows = Bond.objects.filter(~Exists(told), stage__in=RENEWING, valid_until__lt=today).order_by("pk")
    return sum(_lapsed(pk, today) for pk in list(rows.values_list("pk", flat=True)))


def _lapsed(bond_id: int, today: date) -> int:
    """One such bond, locked, so that two beats at once tell it once."""
    with transaction.atomic():
        bond = Bond.objects.select_for_update(of=("self",)).get(pk=bond_id)
        ends_on = bond.valid_until
        if bond.stage not in RENEWING or ends_on is None or ends_on >= today:
            return 0
        _row, new = BondAlert.objects.get_or_create(
            bond=bond, guarantee=None, ends_on=ends_on, days=ENDED, defaults={"told_at": timezone.now()}
        )
        if new:
            Notice.objects.bulk_create(
                bond.news(lambda: _("%(bond)s has expired") % {"bond": bond}, lambda: _lapsed_words(bond))
            )
        return int(new)


def _lapsed_words(bond: Bond) -> str:
    told = {"stage": bond.get_stage_display()}
    return _("Its renewal is at “%(stage)s”: nothing can be debited before it is registered.") % told


def alert(today: date) -> int:
    """Tell firms of the bonds and bank guarantees that end soon; return how many messages were written."""
    ahead = today + timedelta(days=max(RULES[name].most or 0 for name in ALERTS))
    own = Q(stage__in=USABLE, valid_until__range=(today, ahead))
    of_guarantee = BankGuarantee.objects.filter(
        registered_at__isnull=False, ended_at=None, valid_until__range=(today, ahead), bond__stage__in=LIVE
    )
    ids = Bond.objects.filter(own | Q(pk__in=of_guarantee.values("bond"))).order_by("pk").values_list("pk", flat=True)
    return sum(_alert(pk, today) for pk in list(ids))


def _alert(bond_id: int, today: date) -> int:
    """One bond with its guarantees, locked, so that two beats at once tell it once."""
    with transaction.atomic():
        bond = Bond.objects.select_for_update(of=("self",)).get(pk=bond_id)
        told = 0
        if bond.stage in USABLE and bond.valid_until is not None:
            told += _once(bond, None, bond.valid_until, today)
            if told and bond.stage == Stage.ACTIVE:
                take(bond, "announce_expiry", SYSTEM)
        if bond.stage in LIVE:
            live = bond.guarantees.filter(registered_at__isnull=False, ended_at=None)
            told += sum(_once(bond, one, one.valid_until, today) for one in live)
    return told


def _once(bond: Bond, guarantee: BankGuarantee | None, ends_on: date, today: date) -> int:
    """The alerts that are due and were not entered yet: all are entered, and one message says how many days are left."""
    left = (ends_on - today).days
    rows = BondAlert.objects.filter(bond=bond, guarantee=guarantee, ends_on=ends_on)
    due = _due(rows, bond.station_id, today, left)
    BondAlert.objects.bulk_create(
        BondAlert(bond=bond, guarantee=guarantee, ends_on=ends_on, days=days, told_at=at) for days, at in due.items()
    )
    if not any(due.values()):
        return 0
    Notice.objects.bulk_create(bond.news(lambda: _words(bond, guarantee, ends_on, left)))
    return 1


def _due(told: QuerySet[Any], station: str, today: date, left: int) -> dict[int, datetime | None]:
    """The numbers of days before the end that are due and were not entered yet; the one that a message tells has its moment."""
    known = set(told.values_list("days", flat=True))
    due = [days for days in thresholds(today, station) if days >= left >= 0 and days not in known]
    new = bool(due) and (not known or min(due) < min(known))  # else a rule put another day before those already told
    return {days: timezone.now() if new and days == min(due) else None for days in due}


def alert_elsewhere(today: date) -> int:
    """Tell firms of bonds executed elsewhere that secure something and end soon; return how many messages were written."""
    ahead = today + timedelta(days=max(RULES[name].most or 0 for name in ALERTS))
    rows = OutsideBond.objects.filter(secured__gt=0, valid_until__range=(today, ahead)).order_by("pk")
    return sum(_alert_elsewhere(pk, today) for pk in list(rows.values_list("pk", flat=True)))


def _alert_elsewhere(bond_id: int, today: date) -> int:
    """One such bond, locked, so that two beats at once tell it once."""
    with transaction.atomic():
        bond = OutsideBond.objects.select_for_update(of=("self",)).get(pk=bond_id)
        left = (bond.valid_until - today).days
        due = _due(bond.alerts.filter(ends_on=bond.valid_until), bond.station_id, today, left)
        OutsideAlert.objects.bulk_create(
            OutsideAlert(bond=bond, ends_on=bond.valid_until, days=days, told_at=at) for days, at in due.items()
        )
        if not any(due.values()):
            return 0
        secured = "\n".join(bond.uses.filter(freed_at=None).order_by("pk").values_list("document", flat=True))
        firms = {"courier": bond.courier_id, "importer": bond.importer_id}
        Notice.objects.bulk_create(
            worded(f"{sort}:{pk}", lambda: (_words_elsewhere(bond, left), secured), bond.station_id)
            for sort, pk in firms.items()
            if pk is not None
        )
        return 1


def _words_elsewhere(bond: OutsideBond, left: int) -> str:
    words = ngettext(
        "Bond %(bond)s, executed elsewhere, which secures %(amount)s, ends in %(n)d day, on %(day)s: renew it",
        "Bond %(bond)s, executed elsewhere, which secures %(amount)s, ends in %(n)d days, on %(day)s: renew it",
        left,
    )
    return words % {"bond": bond, "amount": rupees(bond.secured), "n": left, "day": f"{bond.valid_until:%d/%m/%Y}"}


def _words(bond: Bond, guarantee: BankGuarantee | None, ends_on: date, left: int) -> str:
    told = {
        "bond": bond, "day": f"{ends_on:%d/%m/%Y}", "n": left, "guarantee": guarantee.number if guarantee else "",
        "amount": rupees(guarantee.amount if guarantee else bond.amount or 0),
    }  # fmt: skip
    if guarantee is not None:
        words = ngettext(
            "%(bond)s: bank guarantee %(guarantee)s for %(amount)s ends in %(n)d day, on %(day)s",
            "%(bond)s: bank guarantee %(guarantee)s for %(amount)s ends in %(n)d days, on %(day)s",
            left,
        )
    elif left == 0:
        return _("%(bond)s for %(amount)s is valid until today, %(day)s: renew it") % told
    else:
        words = ngettext(
            "%(bond)s for %(amount)s expires in %(n)d day, on %(day)s: renew it",
            "%(bond)s for %(amount)s expires in %(n)d days, on %(day)s: renew it",
            left,
        )
    return words % told
