"""Paying by the API: what waits to be paid, challans, and what leaves the firm's Electronic Cash Ledger for them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from accounts.requests import Request
from api.filing import DONE
from api.guarding import LEDGER, PAY, actor_of
from api.reading import bills as imports
from api.reading import challans
from api.repeated import OnceKey, once
from api.shapes import PROBLEMS, Cursor, Limit, Word, keyed, page_of
from api.site import FormFaults
from eccs import pages
from eccs.workflow import take
from payments import services
from payments.anew import make_anew
from payments.cash import ledger
from payments.cash.models import CashAccount, CashLine
from payments.querysets import payable_bills

router = Router(auth=PAY, tags=["Challans"])


class Payable(Schema):
    """A bill of entry that waits to be paid: what it owes today, in rupees, and how much of that is interest."""

    number: str
    hawb: str | None
    station: str
    since: datetime
    due: Decimal
    interest: Decimal


class AllPayable(Schema):
    """One page of them."""

    items: list[Payable]
    next: str | None


@router.get("/payable-bills", response={200: AllPayable, **PROBLEMS}, url_name="api-payable-bills")
def payable(request: Request, cursor: Cursor, limit: Limit, station: Word) -> AllPayable:
    """The own bills that wait to be paid and stand on no challan, the longest waiting first, with what each owes today."""
    pages.require(actor_of(request), "new-challan")
    rows = payable_bills(actor_of(request)).select_related("hawb", "manifest")
    page = page_of(rows.filter(station=station.upper()) if station else rows, cursor, limit, "stage_since")
    services.with_interest(page.rows, timezone.localdate())
    items = [
        Payable(
            number=str(one.number), hawb=one.hawb.number if one.hawb else None, station=one.station_id,
            since=one.stage_since, due=one.due, interest=one.accrued,
        )
        for one in page.rows
    ]  # fmt: skip
    return AllPayable(items=items, next=page.next_mark or None)


class NewChallan(Schema):
    """Bills of entry of one station that wait for their duty, and the bank through which they are paid."""

    bills: Annotated[list[Annotated[str, Field(max_length=60)]], Field(min_length=1, max_length=services.MOST_BILLS)]
    bank: Annotated[
        str, Field(max_length=20, description="The code of a bank that the station authorises; where it has one, none.")
    ] = ""


@challans.router.post("/challans", response={201: challans.ChallanWhole, **DONE}, url_name="api-challans", auth=PAY)
def new_challan(request: Request, told: NewChallan, once_key: OnceKey) -> HttpResponse:
    """Put bills that wait for their duty on a challan, with what each owes today. A person pays it at the bank, or the program from the ledger."""
    actor = actor_of(request)
    pages.require(actor, "new-challan")

    def act() -> Schema:
        numbers = set(told.bills)
        found = dict(imports.filed(request).filter(number__in=numbers).values_list("number", "pk"))
        if missing := {
            f"bills.{n}": [_("There is no such bill.")] for n, one in enumerate(told.bills) if one not in found
        }:
            raise FormFaults(missing)
        return challans.whole(services.create_challan(list(found.values()), actor, bank_code=told.bank))

    return once(request, once_key, act, 201)


@challans.router.post(
    "/challans/{number}/anew", response={201: challans.ChallanWhole, **DONE}, url_name="api-challan-anew", auth=PAY
)
def anew(request: Request, number: str, once_key: OnceKey) -> HttpResponse:
    """Make a challan anew that no bank was asked for, with what its bills owe today; the old one is withdrawn."""
    actor = actor_of(request)
    pages.require(actor, "new-challan")
    found = keyed(challans.visible(request), number)
    return once(request, once_key, lambda: challans.whole(make_anew(found, actor)), 201)


@challans.router.post(
    "/challans/{number}/pay-from-ledger", response={200: challans.ChallanWhole, **DONE}, url_name="api-challan-pay",
    auth=LEDGER,
)  # fmt: skip
def pay(request: Request, number: str, once_key: OnceKey) -> HttpResponse:
    """Pay a challan from the firm's Electronic Cash Ledger: its bills are credited at once, and its receipt is given (section 51A)."""
    found = keyed(challans.visible(request), number)
    return once(request, once_key, lambda: challans.whole(take(found, "pay_from_ledger", actor_of(request))))


class Entry(Schema):
    """An entry of the ledger: what it gained, or gave with a minus."""

    entry: str
    at: datetime
    sort: str
    challan: str | None
    words: str
    amount: Decimal


class Ledger(Schema):
    """The firm's Electronic Cash Ledger: what is on it, where the key may know that, and one page of its entries."""

    balance: Decimal | None
    items: list[Entry]
    next: str | None


def _lines(actor: Any) -> QuerySet[CashLine]:
    """The entries of the own ledger; of a person's own stations where the person does not work at every one."""
    rows = CashLine.objects.filter(account__in=CashAccount.objects.visible_to(actor)).select_related("entry__challan")
    at = actor.firm_stations
    return rows if at is None else rows.filter(Q(entry__challan__station__in=at) | Q(entry__station__in=at))


@router.get("/ledger", response={200: Ledger, **PROBLEMS}, url_name="api-ledger", auth=LEDGER)
def cash_ledger(request: Request, cursor: Cursor, limit: Limit) -> Ledger:
    """The firm's Electronic Cash Ledger with its entries, the newest first (section 51A)."""
    actor = actor_of(request)
    pages.require(actor, "cash-ledger")
    page = page_of(_lines(actor), cursor, limit)
    balance = (
        ledger.balance_of(courier_id=actor.courier_id, importer_id=actor.importer_id)
        if ledger.tells_balance(actor)
        else None
    )
    items = [
        Entry(
            entry=one.entry.number, at=one.entry.at, sort=one.entry.sort, words=one.entry.words, amount=one.amount,
            challan=str(one.entry.challan.number) if one.entry.challan else None,
        )
        for one in page.rows
    ]  # fmt: skip
    return Ledger(balance=balance, items=items, next=page.next_mark or None)
