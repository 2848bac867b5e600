"""The statement of an Electronic Cash Ledger: what it had, what came and went, what it has, on screen and as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django import forms
from django.db.models import FilteredRelation, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.cash.ledger import NOTHING
from payments.cash.models import CashAccount, CashEntry, CashLine

ON_A_PAGE = 50
MOST_PRINTED = 1000
MOST_EXPORTED = 100_000
SPAN = timedelta(days=30)


class StatementForm(forms.Form):
    """The filters of a statement."""

    since = forms.DateField(label=gettext_lazy("From"), required=False, input_formats=["%Y-%m-%d", "%d/%m/%Y"])
    until = forms.DateField(label=gettext_lazy("Until"), required=False, input_formats=["%Y-%m-%d", "%d/%m/%Y"])
    sort = forms.ChoiceField(
        label=gettext_lazy("Entries"), required=False, choices=[("", gettext_lazy("All")), *CashEntry.Sort.choices]
    )
    challan = forms.RegexField(r"\A\d{1,10}\Z", label=gettext_lazy("Challan begins with"), required=False)
    skip = forms.IntegerField(required=False, min_value=0, max_value=MOST_EXPORTED, widget=forms.HiddenInput)


@dataclass(frozen=True)
class Line:
    """One line of a statement, with the balance after it."""

    line: CashLine
    balance: Decimal | None  # nothing where only some stations' entries are told

    @property
    def entry(self) -> CashEntry:
        """The entry that the line is of."""
        return self.line.entry

    @property
    def words(self) -> str:
        """What the line is for."""
        if self.entry.sort == CashEntry.Sort.DIRECT:
            return _("Deposited through the bank") if self.line.amount > 0 else _("Challan paid with it")
        return str(self.entry.get_sort_display())

    @property
    def debit(self) -> Decimal | None:
        """What left the ledger."""
        return -self.line.amount if self.line.amount < 0 else None

    @property
    def credit(self) -> Decimal | None:
        """What came onto it."""
        return self.line.amount if self.line.amount > 0 else None


@dataclass(frozen=True)
class Statement:
    """The lines of a span of days, oldest first, between what the ledger had before and after.

    Whoever works at some stations is told of their entries alone, and of no balance before or after one.
    """

    account: CashAccount
    since: date
    until: date
    opening: Decimal | None
    closing: Decimal | None
    credits: Decimal
    debits: Decimal
    lines: list[Line]
    more: bool  # whether there are more lines than are shown
    stations: tuple[str, ...] = ()  # whose entries alone are told; of every station where none is named


def statement(
    account: CashAccount,
    given: dict[str, Any],
    most: int = MOST_PRINTED,
    stations: frozenset[str] | None = None,
    skip: int = 0,
) -> Statement:
    """What an account's ledger says of the days asked for, mostly the last thirty; the balance runs over all entries.

    `skip` of the entries asked for stand on the pages before.

    With `stations`, only the entries for challans of these stations, and for withdrawals and refunds there.
    """
    until = given.get("until") or timezone.localdate()
    since = given.get("since") or until - SPAN
    within = account.lines.filter(at__gte=_begins(since), at__lt=_begins(until + timedelta(days=1)))
    if stations is not None:
        within = within.filter(Q(entry__challan__station__in=stations) | Q(entry__station__in=stations))
    opening, gained, spent = _sums(account, since, until) if stations is None else (NOTHING, *_moved(within))
    found = list(islice(_lines(within, opening, given, skip, skip + most + 1), most + 1))
    lines = [Line(line, balance if stations is None else None) for line, balance in found[:most]]
    more = len(found) > most
    if stations is not None:
        return Statement(account, since, until, None, None, gained, spent, lines, more, tuple(sorted(stations)))
    return Statement(account, since, until, opening, opening + gained - spent, gained, spent, lines, more)


def _lines(
    within: QuerySet[CashLine], opening: Decimal, given: dict[str, Any], skip: int, end: int
) -> Iterator[tuple[CashLine, Decimal]]:
    """The lines asked for but the first so many, each with the balance after it."""
    rows = within.select_related("entry__challan").order_by("at", "pk")
    if not (given.get("sort") or given.get("challan")):
        before = rows[:skip].aggregate(sum=Sum("amount"))["sum"] if skip else None
        yield from _running(
            rows[skip:end], opening + (before or NOTHING)
        )  # a cursor would have all of them gathered first
        return
    every = _running(rows.iterator(2000), opening)
    yield from islice(((line, balance) for line, balance in every if _wanted(line, given)), skip, None)


def _running(lines: Iterable[CashLine], balance: Decimal) -> Iterator[tuple[CashLine, Decimal]]:
    """Each line with the balance after it."""
    for line in lines:
        balance += line.amount
        yield line, balance


def _begins(day: date) -> datetime:
    """When a day begins in India."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _moved(lines: QuerySet[CashLine]) -> tuple[Decimal, Decimal]:
    """What came and what left by these lines."""
    told = lines.aggregate(came=Sum("amount", filter=Q(amount__gt=0)), left=Sum("amount", filter=Q(amount__lt=0)))
    return told["came"] or NOTHING, -(told["left"] or NOTHING)


def _sums(account: CashAccount, since: date, until: date) -> tuple[Decimal, Decimal, Decimal]:
    """What the ledger had when the days began, what came and what left in them: told in one statement.

    The first is what it has now, without all that came and went since.
    """
    within = Q(recent__at__lt=_begins(until + timedelta(days=1)))
    rows = CashAccount.objects.filter(pk=account.pk).annotate(
        recent=FilteredRelation("lines", condition=Q(lines__at__gte=_begins(since)))
    )
    told = rows.values("balance").annotate(
        moved=Sum("recent__amount"),
        came=Sum("recent__amount", filter=within & Q(recent__amount__gt=0)),
        left=Sum("recent__amount", filter=within & Q(recent__amount__lt=0)),
    )
    balance, moved, came, left = told.values_list("balance", "moved", "came", "left").get()
    return (balance or NOTHING) - (moved or NOTHING), came or NOTHING, -(left or NOTHING)


def _wanted(line: CashLine, given: dict[str, Any]) -> bool:
    challan = str(line.entry.challan.number) if line.entry.challan else ""
    return line.entry.sort == (given.get("sort") or line.entry.sort) and challan.startswith(given.get("challan") or "")


COLUMNS = ("entry", "at", "what", "challan", "words", "debit", "credit", "balance")


def exported(told: Statement) -> list[list[str]]:
    """The lines of a statement as the cells of a file."""
    return [
        [
            one.entry.number, f"{timezone.localtime(one.entry.at):%Y-%m-%d %H:%M:%S}", one.words,
            str(one.entry.challan.number) if one.entry.challan else "", one.entry.words, f"{one.debit or 0:.2f}",
            f"{one.credit or 0:.2f}", "" if one.balance is None else f"{one.balance:.2f}",
        ]
        for one in told.lines
    ]  # fmt: skip
