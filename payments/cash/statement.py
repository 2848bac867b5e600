"""The statement of an Electronic Cash Ledger: what it had, what came and went, what it has, on screen and as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import OuterRef, Q, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.cash.ledger import NOTHING
from payments.cash.models import CashAccount, CashEntry, CashLine

MOST_SHOWN = 1000
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
    account: CashAccount, given: dict[str, Any], most: int = MOST_SHOWN, stations: frozenset[str] | None = None
) -> Statement:
    """What an account's ledger says of the days asked for, mostly the last thirty; the balance runs over all entries.

    With `stations`, only the entries for challans of these stations, and for withdrawals and refunds there.
    """
    until = given.get("until") or timezone.localdate()
    since = given.get("since") or until - SPAN
    within = account.lines.filter(at__gte=_begins(since), at__lt=_begins(until + timedelta(days=1)))
    if stations is not None:
        within = within.filter(Q(entry__challan__station__in=stations) | Q(entry__station__in=stations))
    opening = _opening(account, since) if stations is None else NOTHING
    told = within.aggregate(gained=Sum("amount", filter=Q(amount__gt=0)), given=Sum("amount", filter=Q(amount__lt=0)))
    gained, spent = told["gained"] or NOTHING, -(told["given"] or NOTHING)
    lines: list[Line] = []
    balance, more = opening, False
    for line in within.select_related("entry__challan").order_by("at", "pk").iterator(2000):
        balance += line.amount
        if _wanted(line, given):
            more = len(lines) == most
            if more:
                break
            lines.append(Line(line, balance if stations is None else None))
    if stations is not None:
        return Statement(account, since, until, None, None, gained, spent, lines, more, tuple(sorted(stations)))
    return Statement(account, since, until, opening, opening + gained - spent, gained, spent, lines, more)


def _begins(day: date) -> datetime:
    """When a day begins in India."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _opening(account: CashAccount, since: date) -> Decimal:
    """What the ledger had when the day began: what it has now, without all that came and went since, told in one statement."""
    later = CashLine.objects.filter(account=OuterRef("pk"), at__gte=_begins(since))
    moved = Subquery(later.order_by().values("account").annotate(sum=Sum("amount")).values("sum"))
    rows = CashAccount.objects.filter(pk=account.pk).annotate(moved=moved)
    balance, since_then = rows.values_list("balance", "moved").get()
    return (balance or NOTHING) - (since_then or NOTHING)


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
