"""One line that finds a document by any of its numbers, a firm's code, a name or a day, within what the person may see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.requests import Request
from eccs import barcodes, identifiers, pages

SHOWN = 20
LABELS = {
    "number": _("the number of a document"), "hawb": _("HAWB"), "label": _("the label of a package or bag, or a UCR"), "mawb": _("MAWB"), "pan": _("PAN or IEC"), "iec": _("IEC"),
    "consignee": _("the beginning of a consignee's name"), "order": _("the number of an adjudication order"),
}  # fmt: skip
_MAWB = re.compile(r"(\d{3})[ -]?(\d{4})[ -]?(\d{4})")
_HAWB = re.compile(r"(?=.*\d)[A-Z0-9-]{4,20}")
_LABEL = re.compile(r"(?=.*\d)[A-Z0-9-]{4,35}")
_DAYS = (
    (re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"), ("day", "month", "year")),
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"), ("year", "month", "day")),
)


FIRST_YEAR = 1900  # a moment before the first day of all, or after the last, is none


@dataclass(frozen=True)
class Asked:
    """What a line was understood as: a day, and a phrase that can be one or several things."""

    text: str
    phrase: str
    day: date | None
    readings: tuple[tuple[str, str], ...]  # of the phrase, the most telling first

    @property
    def words(self) -> list[str]:
        """What the phrase was understood as, for people."""
        return [str(LABELS[kind]) for kind, _value in self.readings]

    def day_of(self, column: str) -> Q:
        """The condition that a moment lies on the day; nothing asked, nothing wanted."""
        if self.day is None:
            return Q()
        begins = timezone.make_aware(datetime.combine(self.day, time.min))
        return Q(**{f"{column}__gte": begins, f"{column}__lt": begins + timedelta(days=1)})


def understood(line: str) -> Asked:
    """A line as it was typed or scanned, taken apart."""
    text = " ".join("".join(c if c.isprintable() else " " for c in line).split())[:80]
    text = barcodes.number_of(text) or text
    words = text.split(" ")
    at, day = next(((n, found) for n, word in enumerate(words) if (found := _day(word))), (len(words), None))
    phrase = " ".join(words[:at] + words[at + 1 :])
    return Asked(text, phrase, day, tuple(_readings(phrase)) if phrase else ())


def _day(word: str) -> date | None:
    for pattern, names in _DAYS:
        if found := pattern.fullmatch(word):
            try:
                day = date(**dict(zip(names, map(int, found.groups()), strict=True)))
            except ValueError:
                return None
            return day if FIRST_YEAR <= day.year < date.max.year else None
    return None


def _readings(phrase: str) -> Iterator[tuple[str, str]]:
    """What a phrase can be. Whatever has an underscore is a number of ours and nothing else."""
    if "_" in phrase:
        yield "number", phrase
        return
    packed = phrase.replace(" ", "").upper()
    if found := _MAWB.fullmatch(phrase):
        yield "mawb", f"{found[1]}-{found[2]}{found[3]}"
    if _HAWB.fullmatch(packed):
        yield "hawb", packed
    if _LABEL.fullmatch(packed):
        yield "label", packed
    if not identifiers.pan(packed):
        yield "pan", packed
    elif not identifiers.iec(packed):
        yield "iec", packed
    yield "number", phrase
    if len(phrase) >= 3 and any(c.isalpha() for c in phrase):
        yield "consignee", phrase
    if len(phrase) >= 3 and any(c.isdigit() for c in phrase):
        yield "order", phrase


def _conditions(listing: pages.Listing, asked: Asked) -> Iterator[Q]:
    """What is looked for in a kind of document, one after the other: each by an index of its own, until something is found."""
    if asked.day is not None and not listing.dated_by:
        return
    on = asked.day_of(listing.dated_by)
    if not asked.phrase:
        yield on
    elif listing.search_by:
        yield from (listing.search_by[kind](value) & on for kind, value in asked.readings if kind in listing.search_by)
    else:
        yield (listing.search(asked.phrase) if listing.search else Q(number__iexact=asked.phrase)) & on


def _found(conditions: Iterator[Q], listing: pages.Listing, actor: Any) -> dict[str, Any] | None:
    """The newest documents of a kind that fit the first condition which anything fits."""
    rows = listing.visible_to(actor).select_related(*listing.related).order_by("-pk")
    for condition in conditions:
        if found := list(rows.filter(condition)[: SHOWN + 1]):
            columns = [
                column
                for column in listing.columns
                if column.cell and not column.officers_only and column.shown_to(actor)
            ]
            return {"listing": listing, "columns": columns, "rows": found[:SHOWN], "more": len(found) > SHOWN}
    return None


def _carrying(listing: pages.Listing, asked: Asked) -> Iterator[Q]:
    """What carries the shipment that was asked for, where nothing is filed for it yet."""
    if asked.day is None and listing.carries is not None:
        yield from (listing.carries(value) for kind, value in asked.readings if kind == "label")


@require_GET
def find(request: Request) -> HttpResponse:
    """Find by a number or its end, a scanned token, a HAWB, MAWB, PAN, IEC, consignee or day; a single hit opens at once."""
    asked = understood(request.GET.get("q", ""))
    actor: Any = request.actor
    kinds = tuple(pages.listings()) if asked.text else ()
    groups = [one for listing in kinds if (one := _found(_conditions(listing, asked), listing, actor))]
    if not groups:
        groups = [one for listing in kinds if (one := _found(_carrying(listing, asked), listing, actor))]
    if len(groups) == 1 and len(groups[0]["rows"]) == 1:
        return redirect(groups[0]["rows"][0])
    return render(request, "eccs/find.html", {"text": asked.text, "asked": asked, "groups": groups})
