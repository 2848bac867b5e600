"""One line that finds a document by any of its numbers, a firm's code, a name or a day, within what the person may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.requests import Request
from eccs import barcodes, identifiers, pages
from eccs.acting import SYSTEM, acting_as
from eccs.pages import Alternatives, ByName

SHOWN = 20
MOST_OF_A_NAME = 5_000  # shipments of a name, above which a day or more of the name must be given
LABELS = {
    "number": _("the number of a document"), "hawb": _("HAWB"), "label": _("the label of a package or bag, or a UCR"), "mawb": _("MAWB"), "pan": _("PAN or IEC"), "iec": _("IEC"),
    "consignee": _("the beginning of a consignee's name"), "order": _("the number of an adjudication order"),
}  # fmt: skip
_MAWB = re.compile(r"(\d{3})[ -]?(\d{4})[ -]?(\d{4})")
_HAWB = re.compile(r"(?=.*\d)[A-Z0-9-]{4,20}")
_CODE = re.compile(r"(?=.*\d{4})\S+")  # one word with four digits in a row is nobody's name
_LABEL = re.compile(r"(?=.*\d)[A-Z0-9-]{4,35}")
_DAYS = (
    (re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"), ("day", "month", "year")),
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"), ("year", "month", "day")),
)


FIRST_YEAR = 1900  # a moment before the first day of all, or after the last, is none


Group = dict[str, Any]  # listing, columns, rows, and whether there are more
Bearers = dict[tuple[Callable[[str], QuerySet[Any]], str], list[int]]  # of a name, asked for once for all kinds


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
    if len(phrase) >= 3 and any(c.isalpha() for c in phrase) and not _CODE.fullmatch(phrase):
        yield "consignee", phrase
    if len(phrase) >= 3 and any(c.isdigit() for c in phrase):
        yield "order", phrase


def _conditions(listing: pages.Listing, asked: Asked, bearers: Bearers) -> Iterator[Alternatives | None]:
    """What is looked for in a kind of document, one after the other, until something is found; None for a name that too many bear."""
    if not asked.phrase:
        yield (Q(),)
    elif listing.search_by:
        for kind, value in asked.readings:
            way = listing.search_by.get(kind)
            if isinstance(way, ByName):
                yield way.plain(value) if asked.day else _of_name(way, value, bearers)
            elif way is not None:
                yield pages.alternatives(way(value))
    else:
        yield pages.alternatives(listing.search(asked.phrase) if listing.search else Q(number__iexact=asked.phrase))


def _of_name(way: ByName, name: str, bearers: Bearers) -> Alternatives | None:
    """The documents of the rows that bear a name. Whose they are is asked of the documents; here each is a key and nothing more."""
    found = bearers.get((way.rows, name))
    if found is None:
        with acting_as(SYSTEM):
            found = list(way.rows(name).order_by().values_list("pk", flat=True)[: MOST_OF_A_NAME + 1])
        bearers[way.rows, name] = found
    return way.among(found) if len(found) <= MOST_OF_A_NAME else None


def _newest(listing: pages.Listing, asked: Asked, actor: Any) -> QuerySet[Any]:
    """Moments and keys of the documents that are looked through, the newest first: all the actor may see, or those of the day.

    A day is walked by the index of its moments; by keys it would be walked back from today.
    """
    rows = listing.visible_to(actor)
    if asked.day is None:
        return rows.order_by("-pk").values_list("pk")
    by = listing.dated_by
    return rows.filter(asked.day_of(by)).order_by(f"-{by}", "-pk").values_list(by, "pk")


def _found(conditions: Iterator[Alternatives | None], listing: pages.Listing, asked: Asked, actor: Any) -> Group | None:
    """The newest documents of a kind that fit the first condition which anything fits; whether a name was borne by too many.

    Keys are asked for first: most kinds hold nothing of what is sought, and of the others only what is shown is read.
    """
    if asked.day is not None and not listing.dated_by:
        return None
    rows, too_many = _newest(listing, asked, actor), False
    if asked.day is not None and asked.phrase and not rows.exists():
        return None
    for alternatives in conditions:
        if alternatives is None:
            too_many = True
            continue
        keys = {key for one in alternatives for key in rows.filter(one)[: SHOWN + 1]}
        if keys:
            columns = [
                column
                for column in listing.columns
                if column.cell and not column.officers_only and column.shown_to(actor)
            ]
            newest = [key[-1] for key in sorted(keys, reverse=True)[:SHOWN]]
            told = listing.visible_to(actor).select_related(*listing.related).in_bulk(newest)
            shown = [told[key] for key in newest if key in told]
            return {"listing": listing, "columns": columns, "rows": shown, "more": len(keys) > SHOWN}
    return {"rows": [], "too_many": True} if too_many else None


def _carrying(listing: pages.Listing, asked: Asked) -> Iterator[Alternatives]:
    """What carries the shipment that was asked for, where nothing is filed for it yet."""
    if asked.day is None and listing.carries is not None:
        yield from ((listing.carries(value),) for kind, value in asked.readings if kind == "label")


@require_GET
def find(request: Request) -> HttpResponse:
    """Find by a number or its end, a scanned token, a HAWB, MAWB, PAN, IEC, consignee or day; a single hit opens at once."""
    asked = understood(request.GET.get("q", ""))
    actor: Any = request.actor
    kinds = tuple(pages.listings()) if asked.text else ()
    bearers: Bearers = {}
    found = [one for listing in kinds if (one := _found(_conditions(listing, asked, bearers), listing, asked, actor))]
    groups, too_many = [one for one in found if one["rows"]], any("too_many" in one for one in found)
    if not groups:
        groups = [one for listing in kinds if (one := _found(_carrying(listing, asked), listing, asked, actor))]
    if len(groups) == 1 and len(groups[0]["rows"]) == 1 and not too_many:
        return redirect(groups[0]["rows"][0])
    told = {"text": asked.text, "asked": asked, "groups": groups, "too_many": too_many and MOST_OF_A_NAME}
    return render(request, "eccs/find.html", told)
