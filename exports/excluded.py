"""Goods and schemes that the Regulations keep out of courier exports: said on a page and checked at filing from the same rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import AuthorisedCourier
from accounts.permissions import Actor
from bills import rates
from eccs.dated_rules import rule_book
from eccs.money import rupees
from exports.clearance.permitting import PermissionStage
from exports.kinds import ON_ICEGATE, Kind, Scheme
from exports.models import ExcludedGoods, ExcludedGoodsPermission

SHOWN = 100


def in_force(on: date) -> list[ExcludedGoods]:
    """The excluded goods of a day."""
    return list(ExcludedGoods.objects.filter(Q(to_date=None) | Q(to_date__gte=on), from_date__lte=on))


@dataclass(frozen=True)
class Barred:
    """Why goods do not leave by courier, and the field that says so."""

    field: str
    why: str


class Exclusions:
    """The excluded goods of a day, ready to be asked of many items: one list for forms, files and the API."""

    def __init__(self, rows: Collection[ExcludedGoods]) -> None:
        ordered = sorted(rows, key=lambda row: bool(row.words))  # what a tariff item says alone is said first
        self._rows = [(row.prefix, _any_of(row.phrases), row.reason) for row in ordered]
        every = [phrase for row in rows for phrase in row.phrases]
        self._some_word = _any_of(every)  # most descriptions have none of all the words

    @classmethod
    def of_day(cls, on: date) -> Exclusions:
        """Those in force on a day."""
        return cls(in_force(on))

    def barred(self, cth: str, description: str) -> Barred | None:
        """What stands against goods of a tariff item with this description; documents have no tariff item.

        A row with words and the beginning of a tariff item bars what is in both.
        """
        worded = self._some_word is not None and self._some_word.search(description)
        for prefix, words, reason in self._rows:
            if (prefix and not cth.startswith(prefix)) or (words is not None and not worded):
                continue
            if words is None:
                return Barred("cth", _("is not exported by courier: %(reason)s") % {"reason": reason})
            if found := words.search(description):
                told = {"word": found[0], "reason": reason}
                return Barred("description", _("says “%(word)s”: not exported by courier, %(reason)s") % told)
        return None


def _any_of(phrases: Sequence[str]) -> re.Pattern[str] | None:
    """Finds one of the phrases as whole words, in the plural too, however its words are spaced and whatever their case."""
    if not phrases:
        return None
    written = "|".join(r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", phrase))) for phrase in phrases)
    return re.compile(rf"(?<!\w)(?:{written})(?:s|es)?(?!\w)", re.IGNORECASE)


def why_not_goods(rows: Exclusions, cth: str, description: str = "") -> str:
    """Why goods do not leave by courier, or nothing."""
    found = rows.barred(cth, description)
    return found.why if found else ""


def permitted_to(actor: Actor) -> list[ExcludedGoodsPermission]:
    """The last permissions of goods that are excluded: a courier reads its own, an officer those of the station."""
    rows = ExcludedGoodsPermission.objects.visible_to(actor).select_related("courier", "given_by")
    return list(rows[:SHOWN])


def permitted(courier: AuthorisedCourier, station: str, at: datetime | None) -> set[tuple[str, str]]:
    """House airway bills with the tariff item that they may carry although it is excluded.

    A permission that was withdrawn still holds for what was filed before: `at` is when that was.
    """
    holds = Q(stage=PermissionStage.GIVEN) if at is None else Q(withdrawn_at=None) | Q(withdrawn_at__gt=at)
    rows = ExcludedGoodsPermission.objects.filter(holds, courier=courier, station=station)
    return set(rows.values_list("hawb", "cth"))


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


def told_of(code: str, on: date, description: str = "") -> dict[str, Any]:
    """What filing would say of goods: whether the tariff item is in the tariff, and whether they may leave by courier.

    Without a tariff item they are documents.
    """
    if code and not (code.isascii() and code.isdecimal() and len(code) == 8):
        return {"wrong": _("Enter a tariff item of eight digits.")}
    if code and rates.tariff({code}).rate(code, on) is None:
        return {"wrong": _("%(code)s is not in the tariff.") % {"code": code}}
    barred = Exclusions.of_day(on).barred(code, description)
    words = {"description": _("The description %(why)s."), "cth": _("%(code)s %(why)s.")}
    return {"why_not": words[barred.field] % {"code": code, "why": barred.why} if barred else ""}
