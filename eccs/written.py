"""How values are written for people: money, weights, ages, numbers of documents, lanes, and what stands in a cell of a list."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from eccs import money

LANES = {
    (False, False): ("none", gettext_lazy("Facilitated")),
    (True, False): ("assess", gettext_lazy("Assess")),
    (False, True): ("examine", gettext_lazy("Examine")),
    (True, True): ("both", gettext_lazy("Assess and examine")),
}


def rupees(amount: Decimal | int | None) -> str:
    """An amount in rupees with paise: ₹ 1,00,000.00; nothing where there is none."""
    return "" if amount is None else money.rupees(amount, 2)


def whole_rupees(amount: Decimal | int | None) -> str:
    """Duty in whole rupees without the sign, for a column that names it: 31,785."""
    return "" if amount is None else money.grouped(amount, 0)


def grouped(amount: Decimal | int | None) -> str:
    """A number with Indian grouping, with paise where there are any or where it is an amount: 85,522.52."""
    if amount is None:
        return ""
    return money.grouped(amount, 2 if isinstance(amount, Decimal) else 0)


def bags(count: int) -> str:
    """How many bags: 200 bags."""
    return ngettext("%(n)s bag", "%(n)s bags", count) % {"n": grouped(count)}


def hawbs(count: int) -> str:
    """How many house airway bills: 1,204 house airway bills."""
    return ngettext("%(n)s house airway bill", "%(n)s house airway bills", count) % {"n": grouped(count)}


def kg(weight: Decimal | None) -> str:
    """A weight in kilograms without needless zeros: 4.26 kg."""
    if weight is None:
        return ""
    return f"{money.grouped(weight, 3).rstrip('0').rstrip('.') or '0'}\u00a0kg"


def spell(span: timedelta) -> str:
    """A span of time in its two largest units: 3 h 52 min, 5 d 4 h, 49 min."""
    minutes = max(0, int(span.total_seconds()) // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _("%(d)d d %(h)d h") % {"d": days, "h": hours} if hours else _("%(d)d d") % {"d": days}
    if hours:
        return _("%(h)d h %(m)02d min") % {"h": hours, "m": rest} if rest else _("%(h)d h") % {"h": hours}
    return _("%(m)d min") % {"m": rest}


def age(since: datetime | None) -> str:
    """How long ago something began: 3 h 52 min."""
    return "" if since is None else spell(timezone.now() - since).replace(" ", "\u00a0")


def span(minutes: int) -> str:
    """A number of minutes in words: 2 h."""
    return spell(timedelta(minutes=minutes)).replace(" ", "\u00a0")


def age_cell(since: datetime, target_minutes: int, still: bool = False) -> SafeString:
    """The age of a document against the target of its desk, if there is one: a thin bar within it, a red triangle when over.

    Where the clock stands `still`, the cell says so instead.
    """
    passed = int((timezone.now() - since).total_seconds()) // 60
    if still:
        return format_html(
            '{}<br><span class="age__still">{}</span>', spell(timedelta(minutes=passed)), _("stands still")
        )
    return _age_in(get_language(), passed, target_minutes)


@lru_cache(maxsize=10_000)  # the shipments of a flight are of one age, and a queue shows them again and again
def _age_in(_language: str | None, passed: int, target_minutes: int) -> SafeString:
    if target_minutes and passed >= target_minutes:
        over = spell(timedelta(minutes=passed - target_minutes))
        return format_html(
            '<span class="state state--late">{}</span><br><span class="age__over">{}</span>',
            spell(timedelta(minutes=passed)), _("over by %(time)s") % {"time": over},
        )  # fmt: skip
    if not target_minutes:
        return conditional_escape(span(passed))
    return format_html(
        '{}<progress class="meter dwell" max="{}" value="{}" aria-hidden="true"></progress>',
        spell(timedelta(minutes=passed)), target_minutes, passed,
    )  # fmt: skip


# ── numbers of documents ─────────────────────────────────────────────────────


def _parts(number: str) -> tuple[str, str]:
    """What every document of a series shares, and what tells this one: `CBE-XIII_BLR_2026-2027_` and `0412_01873`."""
    groups = number.split("_")
    shared = min(3, len(groups) - 1)
    return "".join(f"{group}_" for group in groups[:shared]), "_".join(groups[shared:])


def number(document: Any) -> SafeString:
    """A document's number for a table: the shared part, a place to break, the telling part in bold; copied whole."""
    shared, tail = _parts(str(document))
    if not shared:
        return format_html('<span class="no"><b>{}</b></span>', tail)
    return format_html('<span class="no">{}<wbr><b>{}</b></span>', shared, tail)


def heading(document: Any) -> SafeString:
    """A document's number for a heading: breaks only between its groups."""
    text = str(document)
    if " " in text:  # a name, or a draft that has no number yet
        return conditional_escape(f"{text[:1].upper()}{text[1:]}")
    groups = text.split("_")
    pieces = (
        [f"{'_'.join(groups[:2])}_", f"{groups[2]}_", "_".join(groups[3:])] if len(groups) > 3 else ["_".join(groups)]
    )
    return format_html_join(mark_safe("<wbr>"), '<span class="nowrap">{}</span>', ((p,) for p in pieces))


def tail(document: Any) -> str:
    """The part of the number that people say: 0412_01873."""
    return _parts(str(document))[1]


def lane(assess: bool, examine: bool) -> SafeString:
    """The lane the RMS chose, for officers only: a disc whose left half is assessment and right half examination."""
    return _lane_in(get_language(), bool(assess), bool(examine))


@cache
def _lane_in(_language: str | None, assess: bool, examine: bool) -> SafeString:
    kind, words = LANES[assess, examine]
    return format_html('<span class="lane lane--{}">{}</span>', kind, words)


def packages(count: int) -> str:
    """So many packages, in words."""
    return _packages_in(get_language(), count)


@lru_cache(maxsize=1000)
def _packages_in(_language: str | None, count: int) -> str:
    return ngettext("%(n)s package", "%(n)s packages", count) % {"n": count}


def items(count: int) -> str:
    """So many items, in words."""
    return ngettext("%(n)s item", "%(n)s items", count) % {"n": count}


def brief(text: str, length: int) -> str:
    """The beginning of a text, with an ellipsis where something is left out."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def two_lines(first: Any, second: Any = "") -> SafeString:
    """What a cell of two lines holds, the second in grey."""
    if not second:
        return conditional_escape(first)
    return format_html('{}<br><span class="muted">{}</span>', first, second)
