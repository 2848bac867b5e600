"""The columns of a file of rates, and what no single cell shows: rows given twice, days that have passed, halves of a pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bills.duty.exemptions import cited, serial_cited
from bills.kinds import For
from eccs import places
from eccs.uploads import Table
from eccs.uploads.checks import Bad, Column, code, day, decimal, text, yes_no
from eccs.uploads.reading import NUMBER

LENGTHS = (2, 4, 6, 8)
HIGHEST = Decimal(400)  # percent: compensation cess on tobacco is the highest there is, 290
ABOVE_ZERO = gettext_lazy("must be more than 0")
UNIT = code(places.UNITS, gettext_lazy("is not a unit quantity code, such as NOS or KGS"))
DESCRIPTION = 2000


def item(given: str) -> str:
    """A tariff item or a prefix of one, in a chapter that the tariff has."""
    given = given.removeprefix(NUMBER).replace(" ", "").replace(".", "")
    if not (given.isascii() and given.isdigit()):
        raise Bad(_("is not a tariff item: digits only"))
    if len(given) not in LENGTHS:
        lost = _("; a spreadsheet drops a leading zero: format the column as text") if len(given) % 2 else ""
        raise Bad(_("must have 2, 4, 6 or 8 digits%(lost)s") % {"lost": lost})
    if not 1 <= int(given[:2]) <= 98 or given[:2] == "77":
        raise Bad(_("is in no chapter of the tariff: they are 01 to 98 without 77"))
    return given


def prefixes(given: str) -> str:
    """Tariff items and prefixes with a space between, in order, each once."""
    found = {item(one) for one in given.replace(",", " ").replace(";", " ").split()}
    told: str = text(DESCRIPTION)(" ".join(sorted(found)))
    return told


def percent(highest: Decimal) -> Callable[[str], Decimal]:
    """A rate in percent, from 0 to the highest there can be."""
    read = decimal(3, Decimal(0), longest=7)

    def convert(given: str) -> Decimal:
        value: Decimal = read(given)
        if value > highest:
            raise Bad(_("must be a percentage from 0 to %(highest)d") % {"highest": highest})
        return value

    return convert


def day_to_come(given: str) -> date:
    """A day from today on: what was in force on a day that has passed stays as it was."""
    found = day(given)
    if found < timezone.localdate():
        raise Bad(_("has passed: documents were decided by what was in force then"))
    if found.year > timezone.localdate().year + 5:
        raise Bad(_("is more than five years ahead"))
    return found


def currency(given: str) -> str:
    """A foreign currency."""
    found: str = code(
        places.CURRENCIES - {"INR"}, gettext_lazy("is not a foreign currency: three letters of ISO 4217")
    )(given)
    return found


def unit_of_currency(given: str) -> int:
    """The rates are notified for one unit of a currency, or for a hundred."""
    given = given.removeprefix(NUMBER)
    if given not in ("1", "100"):
        raise Bad(_("must be 1 or 100"))
    return int(given)


TARIFF = (
    Column("cth", item, True, None, gettext_lazy("Tariff item of eight digits, or a prefix of two, four or six; format the column as text"), "85183000"),
    Column("description", text(DESCRIPTION), True, None, gettext_lazy("The words of the tariff"), "Headphones and earphones"),
    Column("unit", UNIT, help=gettext_lazy("Unit of the tariff"), example="NOS"),
    Column("bcd_percent", percent(HIGHEST), True, None, gettext_lazy("Basic customs duty, percent of the value"), "15"),
    Column("bcd_specific", decimal(2, Decimal("0.01"), ABOVE_ZERO, 12), empty=None, help=gettext_lazy("Specific duty, rupees a unit; the higher of both is charged")),
    Column("bcd_specific_unit", UNIT, help=gettext_lazy("The unit of the specific duty")),
    Column("aidc_percent", percent(HIGHEST), empty=Decimal(0), help=gettext_lazy("Agriculture infrastructure and development cess, percent"), example="0"),
    Column("sws_applies", yes_no, empty=True, help=gettext_lazy("Y or N: whether social welfare surcharge is charged; empty is Y"), example="Y"),
    Column("igst_percent", percent(Decimal(100)), True, None, gettext_lazy("Integrated tax, percent"), "18"),
    Column("cess_percent", percent(HIGHEST), empty=Decimal(0), help=gettext_lazy("Compensation cess, percent"), example="0"),
    Column("from_date", day_to_come, True, None, gettext_lazy("In force from this day, today or later"), "2027-02-01"),
    Column("notification", text(120), help=gettext_lazy("The notification, with its number and date"), example="Notification 3/2027-Customs, 31.01.2027"),
)  # fmt: skip

_RATE = decimal(4, Decimal("0.0001"), ABOVE_ZERO, 12)
EXCHANGE = (
    Column("currency", currency, True, None, gettext_lazy("ISO 4217, three letters"), "JPY"),
    Column("unit", unit_of_currency, True, None, gettext_lazy("1 or 100: for how many units of the currency the rates are"), "100"),
    Column("import_rate", _RATE, True, None, gettext_lazy("Rupees, for imports"), "58.40"),
    Column("export_rate", _RATE, True, None, gettext_lazy("Rupees, for exports"), "56.35"),
    Column("from_date", day_to_come, True, None, gettext_lazy("In force from this day, today or later"), "2027-02-05"),
    Column("notification", text(80), True, None, gettext_lazy("The notification, with its number and date"), "Notification 9/2027-Customs (N.T.), 04.02.2027"),
)  # fmt: skip


_LEFT = percent(HIGHEST)
EXEMPTIONS = (
    Column("notification", text(40), True, None, gettext_lazy("Number and year of the notification, as bills cite it"), "50/2017-Customs"),
    Column("serial", text(12), help=gettext_lazy("Serial number in the notification; empty where it has none"), example="608"),
    Column("description", text(DESCRIPTION), True, None, gettext_lazy("What is exempted, in words"), "Goods for personal use, imported by air"),
    Column("covers", prefixes, help=gettext_lazy("Tariff items or prefixes with a space between; empty covers all goods"), example="9804"),
    Column("for_whom", code(set(For.values) - {""}, gettext_lazy("is not EOU, REPAIR_AND_RETURN, PERSONAL, GOVERNMENT or DIPLOMATIC")), help=gettext_lazy("EOU, REPAIR_AND_RETURN, PERSONAL, GOVERNMENT or DIPLOMATIC; empty is everybody"), example="PERSONAL"),
    Column("condition", text(DESCRIPTION), help=gettext_lazy("Conditions, in words")),
    Column("bcd_percent", _LEFT, empty=None, help=gettext_lazy("Basic customs duty that is left, percent; 0 is nil, empty is not touched"), example="10"),
    Column("aidc_percent", _LEFT, empty=None, help=gettext_lazy("Agriculture cess that is left, percent")),
    Column("sws_percent", _LEFT, empty=None, help=gettext_lazy("Social welfare surcharge that is left, percent of BCD and AIDC"), example="10"),
    Column("igst_percent", percent(Decimal(100)), empty=None, help=gettext_lazy("Integrated tax that is left, percent")),
    Column("cess_percent", _LEFT, empty=None, help=gettext_lazy("Compensation cess that is left, percent")),
    Column("from_date", day_to_come, True, None, gettext_lazy("In force from this day, today or later"), "2027-02-01"),
    Column("until", day, empty=None, help=gettext_lazy("Its last day, where the notification names one"), example="2028-03-31"),
    Column("rescinded", yes_no, empty=False, help=gettext_lazy("Y ends the serial from the day of the row; empty is N"), example="N"),
    Column("source", text(240), True, None, gettext_lazy("The notification that says so, with its number and date"), "Notification 3/2027-Customs, 31.01.2027"),
)  # fmt: skip
LEVIES = ("bcd_percent", "aidc_percent", "sws_percent", "igst_percent", "cess_percent")


def judge_exemptions(table: Table) -> None:
    """Serials given twice, those that touch no levy, and last days before the first."""
    values = table.values
    seen: dict[tuple[str, date], int] = {}
    rows = zip(values["notification"], values["serial"], values["from_date"], strict=True)
    for index, (notification, serial, on) in enumerate(rows):
        if notification is None or on is None:
            continue
        key = (f"{cited(notification)} {serial_cited(serial or '')}", on)
        if key in seen:
            told = {"row": seen[key], "day": f"{on:%d/%m/%Y}"}
            table.fault(index, "serial", serial, _("is in row %(row)d already, from the same day %(day)s") % told)
        seen.setdefault(key, table.numbers[index])
        if values["until"][index] is not None and values["until"][index] < on:
            table.fault(index, "until", values["until"][index].isoformat(), _("is before the first day"))
        untouched = not any(values[name][index] is not None or table.is_faulty(index, name) for name in LEVIES)
        if untouched and not values["rescinded"][index]:
            table.fault(index, "bcd_percent", "", _("is missing: the serial must leave a rate of one levy at least"))


def judge_tariff(table: Table, *, whole: bool) -> None:
    """Rows given twice, specific duties without their unit, and a whole tariff of several days."""
    once_a_day(table, "cth")
    values = table.values
    pairs = zip(values["bcd_specific"], values["bcd_specific_unit"], strict=True)
    for index, (amount, unit) in enumerate(pairs):
        if amount is not None and unit == "":
            table.fault(index, "bcd_specific_unit", "", _("is missing: the specific duty is for one of what?"))
        if amount is None and unit and not table.is_faulty(index, "bcd_specific"):
            table.fault(index, "bcd_specific", "", _("is missing: its unit is given"))
    first = next((one for one in values["from_date"] if one is not None), None)
    for index, one in enumerate(values["from_date"] if whole else ()):
        if one is not None and one != first:
            words = _("differs from the first row: a whole tariff is in force from one day")
            table.fault(index, "from_date", one.isoformat(), words)


def judge_exchange(table: Table) -> None:
    """Rows given twice, and rates for exports above those for imports, which is a column exchanged for the other."""
    once_a_day(table, "currency")
    pairs = zip(table.values["import_rate"], table.values["export_rate"], strict=True)
    for index, (imports, exports) in enumerate(pairs):
        if imports is not None and exports is not None and exports > imports:
            table.fault(
                index, "export_rate", str(exports), _("is above the rate for imports: are the columns exchanged?")
            )


def once_a_day(table: Table, name: str) -> None:
    """One row for an item or currency and day: two would be in force at once."""
    seen: dict[tuple[str, date], int] = {}
    for index, key in enumerate(zip(table.values[name], table.values["from_date"], strict=True)):
        if None in key:
            continue
        if key in seen:
            told = {"row": seen[key], "day": f"{key[1]:%d/%m/%Y}"}
            table.fault(index, name, key[0], _("is in row %(row)d already, from the same day %(day)s") % told)
        else:
            seen[key] = table.numbers[index]


def rows_of(table: Table) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a table without faults: each with its number and its values."""
    names = list(table.values)
    for number, cells in zip(table.numbers, zip(*table.values.values(), strict=True), strict=True):
        yield number, dict(zip(names, cells, strict=True))
