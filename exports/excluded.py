"""Goods and schemes that the Regulations keep out of courier exports: said on a page and checked at filing from the same rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from bills import rates
from eccs.dated_rules import rule_book
from eccs.money import rupees
from exports.kinds import ON_ICEGATE, Kind, Scheme
from exports.models import ExcludedGoods, ExcludedGoodsPermission

SHOWN = 100


def in_force(on: date) -> list[ExcludedGoods]:
    """The excluded goods of a day."""
    return list(ExcludedGoods.objects.filter(Q(to_date=None) | Q(to_date__gte=on), from_date__lte=on))


def why_not_goods(excluded: Iterable[ExcludedGoods], cth: str) -> str:
    """Why goods of a tariff item do not leave by courier, or nothing."""
    barred = next((one for one in excluded if cth.startswith(one.prefix)), None)
    return _("is not exported by courier: %(reason)s") % {"reason": barred.reason} if barred else ""


def permitted_to(actor: Actor) -> list[ExcludedGoodsPermission]:
    """The last goods that the DC/AC permitted although they are excluded: a courier reads its own, an officer those of the station."""
    rows = ExcludedGoodsPermission.objects.visible_to(actor).select_related("courier", "given_by")
    return list(rows[:SHOWN])


def why_not_scheme(scheme: str) -> str:
    """Why a scheme is not claimed in ECCS: on ICEGATE it is, or its goods go by no courier at all."""
    if scheme in ON_ICEGATE:
        return _("is not claimed in ECCS: file on ICEGATE a shipping bill for drawback, RoDTEP or RoSCTL")
    return _("does not go by courier: the Regulations exclude goods under this scheme; file as cargo on ICEGATE")


def schemes() -> list[tuple[Any, str]]:
    """Every scheme with what is said when it is claimed."""
    return [(label, why_not_scheme(value)) for value, label in Scheme.choices]


def limits(on: date) -> list[tuple[Any, str]]:
    """What each form takes on a day."""
    book = rule_book()
    four = _("samples up to %(samples)s, gifts up to %(gifts)s FOB, no foreign exchange") % {
        "samples": rupees(book.amount("csb_iv_sample_limit", on)), "gifts": rupees(book.amount("csb_iv_gift_limit", on)),
    }  # fmt: skip
    five = (
        _("commercial goods up to %(limit)s FOB") % {"limit": rupees(book.amount("csb_v_fob_limit", on))}
        if book.is_on("csb_v_limited", on)
        else _("commercial goods of any value")
    )
    return [(Kind.IV.label, four), (Kind.V.label, five)]


def told_of(code: str, on: date) -> dict[str, Any]:
    """What filing would say of a tariff item: whether it is in the tariff, and whether it may leave by courier."""
    if not (code.isascii() and code.isdecimal() and len(code) == 8):
        return {"wrong": _("Enter a tariff item of eight digits.")}
    if rates.tariff({code}).rate(code, on) is None:
        return {"wrong": _("%(code)s is not in the tariff.") % {"code": code}}
    return {"why_not": why_not_goods(in_force(on), code)}
