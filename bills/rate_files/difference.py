"""How a file of rates differs from what is in force, row by row: pure, but for `standing`, which reads what stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bills.duty.exemptions import cited, serial_cited
from bills.models import ExchangeRate, ExemptionRate, TariffRate
from eccs.money import grouped

TARIFF = (
    "description", "unit", "bcd_percent", "bcd_specific", "bcd_specific_unit", "aidc_percent", "sws_applies", "igst_percent",
    "cess_percent", "notification",
)  # fmt: skip
EXCHANGE = ("unit", "import_rate", "export_rate", "notification")
EXEMPTIONS = (
    "notification", "serial", "description", "covers", "for_whom", "condition", "bcd_percent", "aidc_percent", "sws_percent",
    "igst_percent", "cess_percent", "until", "source",
)  # fmt: skip
NAMES = {"tariff": TARIFF, "exchange-rates": EXCHANGE, "exemptions": EXEMPTIONS}
COMPARED = {
    "tariff": TARIFF[:-1],
    "exchange-rates": EXCHANGE,
    "exemptions": EXEMPTIONS[2:-1],
}  # the same rates under another notification are no change of duty
NAMED = 12  # codes that a note names
MOVED = Decimal("0.10")  # a rate of exchange that moves by more is worth a second look


@dataclass(frozen=True, slots=True)
class Standing:
    """What an item, a prefix or a currency bears from a day; nothing where it ends."""

    from_date: date
    values: Mapping[str, Any] | None
    notification: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One row of the difference."""

    kind: str
    code: str
    from_date: date
    row: int | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


@dataclass
class Difference:
    """What a file would change: its rows, how many are the same already, and what is worth a second look."""

    changes: list[Change] = field(default_factory=list)
    same: int = 0
    taken: list[tuple[int, str]] = field(
        default_factory=list
    )  # rows of a day on which another rate begins, and its source
    notes: list[str] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """How many rows are of this kind."""
        return sum(change.kind == kind for change in self.changes)

    @property
    def first_day(self) -> date:
        """The earliest day from which anything changes."""
        return min(change.from_date for change in self.changes)


def standing(sort: str) -> dict[str, list[Standing]]:
    """What stands, by item or currency, from the first day to the last."""
    found: dict[str, list[Standing]] = {}
    if sort == "tariff":
        rows = TariffRate.objects.order_by("from_date").values_list("cth", "from_date", "ended", *TARIFF)
        for cth, day, ended, *values in rows:
            kept = None if ended else dict(zip(TARIFF, values, strict=True))
            found.setdefault(cth, []).append(Standing(day, kept, values[-1]))
        return found
    if sort == "exemptions":
        serials = ExemptionRate.objects.order_by("from_date").values_list("code", "from_date", "ended", *EXEMPTIONS)
        for code, day, ended, *values in serials:
            kept = None if ended else dict(zip(EXEMPTIONS, values, strict=True))
            found.setdefault(code, []).append(Standing(day, kept, values[-1]))
        return found
    for currency, day, *values in ExchangeRate.objects.order_by("from_date").values_list(
        "currency", "from_date", *EXCHANGE
    ):
        found.setdefault(currency, []).append(Standing(day, dict(zip(EXCHANGE, values, strict=True)), values[-1]))
    return found


def compare(
    sort: str, rows: Iterable[tuple[int, dict[str, Any]]], stands: Mapping[str, list[Standing]], *, whole: bool = False
) -> Difference:
    """Each row against what is in force on its day; in a whole tariff, also what is in force and not in the file."""
    names, compared, found = NAMES[sort], COMPARED[sort], Difference()
    ahead: dict[str, list[Standing]] = {}  # what this very file brings for an item from an earlier day
    ordered = sorted(rows, key=lambda one: one[1]["from_date"])
    for number, row in ordered:
        code, day = code_of(sort, row), row["from_date"]
        after = {name: row[name] for name in names}
        known = stands.get(code, ())
        same_day = next((one for one in known if one.from_date == day), None)
        before = _at([*known, *ahead.get(code, ())], day)
        if row.get("rescinded") and before is None:
            found.same += 1
            continue
        if not row.get("rescinded") and before is not None and all(before[name] == after[name] for name in compared):
            found.same += 1
            continue
        if same_day is not None:
            found.taken.append((number, same_day.notification))
            continue
        if row.get("rescinded") and before is not None:
            ahead.setdefault(code, []).append(Standing(day, None))
            found.changes.append(Change("ENDED", code, day, number, before, {**before, "source": row["source"]}))
            continue
        ahead.setdefault(code, []).append(Standing(day, after))
        found.changes.append(Change("CHANGED" if before else "NEW", code, day, number, before, after))
    if whole and ordered:
        _end_the_rest(found, {row["cth"] for _number, row in ordered}, ordered[0][1]["from_date"], stands)
    found.changes.sort(key=lambda change: (change.code, change.from_date))
    return found


def code_of(sort: str, row: Mapping[str, Any]) -> str:
    """What a row is about: a tariff item or prefix, a currency, a serial of a notification."""
    if sort == "exemptions":
        return exemption_code(row["notification"], row["serial"])
    return str(row["cth"] if sort == "tariff" else row["currency"])


def exemption_code(notification: str, serial: str) -> str:
    """Notification and serial as they are compared."""
    return f"{cited(notification)}|{serial_cited(serial)}"


def _end_the_rest(found: Difference, given: set[str], on: date, stands: Mapping[str, list[Standing]]) -> None:
    """What is in force on the day of a whole tariff and not in it ends on that day."""
    for code, known in stands.items():
        if code in given or (before := _at(known, on)) is None:
            continue
        if any(one.from_date == on for one in known):
            found.notes.append(
                _("%(code)s begins on that very day by another file and is not in this one: it stays.") % {"code": code}
            )
            continue
        found.changes.append(Change("ENDED", code, on, None, before, {**before, "notification": ""}))


def _at(known: Iterable[Standing], on: date) -> Mapping[str, Any] | None:
    """What is in force on a day."""
    begun = [one for one in known if one.from_date <= on]
    return max(begun, key=lambda one: one.from_date).values if begun else None


def notes_of_tariff(found: Difference, stands: Mapping[str, list[Standing]]) -> list[str]:
    """What is no fault and yet worth a second look: gaps, headings that begin to list items, later rates that stay."""
    notes = list(found.notes)
    if not found.changes:
        return notes
    day = max(change.from_date for change in found.changes)
    now = {code for code, known in stands.items() if _at(known, day) is not None}
    ended = {change.code for change in found.changes if change.kind == "ENDED"}
    then = (now | {change.code for change in found.changes}) - ended
    listing, listing_now = ({code[:4] for code in codes if len(code) == 8} for codes in (then, now))
    gaps = sorted(c for c in ended if len(c) == 8 and (c[:4] in listing or not any(c[:n] in then for n in (6, 4, 2))))
    notes += _note(gaps, ngettext(
        "%(n)s item ends and nothing takes its place, so that it is refused on a bill: %(codes)s.",
        "%(n)s items end and nothing takes their place, so that they are refused on a bill: %(codes)s.", len(gaps),
    ))  # fmt: skip
    begun = sorted(heading for heading in listing - listing_now if any(heading[:n] in now for n in (2, 4)))
    notes += _note(begun, ngettext(
        "%(n)s heading begins to list its eight-digit items; others of it are then refused on a bill: %(codes)s.",
        "%(n)s headings begin to list their eight-digit items; others of them are then refused on a bill: %(codes)s.", len(begun),
    ))  # fmt: skip
    idle = sorted(
        c.code for c in found.changes if c.kind != "ENDED" and len(c.code) in (4, 6) and c.code[:4] in listing
    )
    notes += _note(idle, ngettext(
        "%(n)s prefix is of a heading that lists its eight-digit items: no bill bears its rate: %(codes)s.",
        "%(n)s prefixes are of headings that list their eight-digit items: no bill bears their rates: %(codes)s.", len(idle),
    ))  # fmt: skip
    return notes + _percent_of_a_spreadsheet(found) + _overtaken(found, stands) + _today(found)


def notes_of_exemptions(found: Difference, stands: Mapping[str, list[Standing]]) -> list[str]:
    """Serials that cover all goods, that touch no levy, or that hold only until a later row begins."""
    kept = [c for c in found.changes if c.kind != "ENDED"]
    wide = [c.code for c in kept if not c.after["covers"]]
    notes = _note(wide, ngettext(
        "%(n)s serial covers goods of every tariff item: %(codes)s.",
        "%(n)s serials cover goods of every tariff item: %(codes)s.", len(wide),
    ))  # fmt: skip
    return notes + _overtaken(found, stands) + _today(found)


def notes_of_exchange(found: Difference, stands: Mapping[str, list[Standing]]) -> list[str]:
    """Currencies that keep an older rate, rates that move far, a unit that becomes another, later rates that stay."""
    given = {change.code for change in found.changes}
    left = sorted(set(stands) - given)
    notes = [] if not found.changes else _note(left, ngettext(
        "%(n)s currency is not in the file and keeps the rate last notified: %(codes)s.",
        "%(n)s currencies are not in the file and keep the rates last notified: %(codes)s.", len(left),
    ))  # fmt: skip
    far = [c.code for c in found.changes if c.before and _moved(c.before, c.after) > MOVED]
    notes += _note(far, ngettext(
        "The rate of %(n)s currency moves by more than a tenth: %(codes)s.",
        "The rates of %(n)s currencies move by more than a tenth: %(codes)s.", len(far),
    ))  # fmt: skip
    units = [c.code for c in found.changes if c.before and c.before["unit"] != c.after["unit"]]
    notes += _note(units, ngettext(
        "%(n)s currency was notified for another number of units: %(codes)s.",
        "%(n)s currencies were notified for another number of units: %(codes)s.", len(units),
    ))  # fmt: skip
    return notes + _overtaken(found, stands) + _today(found)


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> Decimal:
    """By which part of itself the rate of one unit moves."""
    was, will = (Decimal(one["import_rate"]) / Decimal(one["unit"]) for one in (before, after))
    return abs(will - was) / was


def _today(found: Difference) -> list[str]:
    """What begins on the very day on which bills are being presented."""
    if not found.changes or found.first_day > timezone.localdate():
        return []
    return [
        _("The first rates begin today: bills presented today before the approval were reckoned by the rates before.")
    ]


def _percent_of_a_spreadsheet(found: Difference) -> list[str]:
    """A spreadsheet that shows 15 % keeps 0.15."""
    small = [
        c.code
        for c in found.changes
        if c.kind != "ENDED" and any(0 < c.after[name] < 1 for name in ("bcd_percent", "igst_percent"))
    ]
    return _note(small, ngettext(
        "%(n)s item bears less than one percent of a duty: %(codes)s. A spreadsheet that shows 15 %% may keep 0.15.",
        "%(n)s items bear less than one percent of a duty: %(codes)s. A spreadsheet that shows 15 %% may keep 0.15.", len(small),
    ))  # fmt: skip


def _overtaken(found: Difference, stands: Mapping[str, list[Standing]]) -> list[str]:
    """Rows that end because a later rate was approved already."""
    later = [c.code for c in found.changes if any(one.from_date > c.from_date for one in stands.get(c.code, ()))]
    return _note(later, ngettext(
        "%(n)s row holds only until a later rate that is approved already begins: %(codes)s.",
        "%(n)s rows hold only until later rates that are approved already begin: %(codes)s.", len(later),
    ))  # fmt: skip


def _note(codes: list[str], words: str) -> list[str]:
    if not codes:
        return []
    named, left = ", ".join(codes[:NAMED]), len(codes) - NAMED
    if left > 0:
        named = _("%(codes)s and %(n)s more") % {"codes": named, "n": grouped(left)}
    return [words % {"n": grouped(len(codes)), "codes": named}]
