"""The duty of a bill: each head of each item in whole rupees, the totals, and the working of every figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from bills.duty.levies import HEADS, LEVIES, BasicCustomsDuty, Charge
from bills.duty.tariff import Rate
from eccs.money import grouped, to_rupee

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Goods:
    """One item as the duty needs it: its share of the assessable value in rupees, and the rate it bears."""

    value: Decimal
    quantity: Decimal
    uom: str
    rate: Rate
    full: Rate | None = None  # what it would bear without the exemption that leaves `rate`


@dataclass(frozen=True, slots=True)
class ItemDuty:
    """The heads of one item in whole rupees, in the order BCD, AIDC, SWS, IGST, compensation cess."""

    heads: tuple[Decimal, ...]
    total: Decimal
    forgone: Decimal = NOTHING  # the duty without exemption less the duty with it


@dataclass(frozen=True, slots=True)
class DutyStatement:
    """The duty of a bill. Where it is waived, what would have been due stands as forgone."""

    items: list[ItemDuty]
    total: Decimal
    heads: dict[str, Decimal] = field(default_factory=dict)
    waived: Decimal = NOTHING
    exempted: Decimal = NOTHING
    relieved: Decimal = NOTHING  # forgone by the exemptions claimed


def statement(
    goods: Sequence[Goods], *, sws_percent: Decimal, waived_up_to: Decimal, exempt: bool = False
) -> DutyStatement:
    """Reckon the duty: heads cascade on exact amounts, each is rounded half up to the rupee; the total is their sum.

    A total at or below `waived_up_to` rupees is not collected (Customs Act 1962, section 25(6)).
    Of `exempt` goods, free samples and permitted gifts, nothing is. An exemption lowers the duty of its item, or is left aside.
    """
    items = []
    relieved = NOTHING
    for one in goods:
        charge = Charge(one.value, one.quantity, one.uom, one.rate, sws_percent)
        heads = tuple([to_rupee(exact) if (exact := levy.reckon(charge)) else NOTHING for levy in LEVIES])
        bcd, aidc, sws, igst, cess = heads
        item = ItemDuty(heads, bcd + aidc + sws + igst + cess)
        if one.full is not None:
            item = _less(item, heads_of(one, one.full, sws_percent))
            relieved += item.forgone
        items.append(item)
    total = sum([item.total for item in items], NOTHING)
    if exempt or NOTHING < total <= waived_up_to:
        zero = (NOTHING,) * len(LEVIES)
        items = [ItemDuty(zero, NOTHING, forgone=item.forgone + item.total) for item in items]
        forgone = {"exempted": total} if exempt else {"waived": total}
        return DutyStatement(items, NOTHING, dict.fromkeys(HEADS, NOTHING), relieved=relieved, **forgone)
    by_head = [sum(column, NOTHING) for column in zip(*[item.heads for item in items], strict=True)]
    return DutyStatement(items, total, dict(zip(HEADS, by_head, strict=False)), relieved=relieved)


def heads_of(one: Goods, rate: Rate, sws_percent: Decimal) -> tuple[Decimal, ...]:
    """The heads of one item at a rate, in whole rupees."""
    charge = Charge(one.value, one.quantity, one.uom, rate, sws_percent)
    return tuple(to_rupee(levy.reckon(charge)) for levy in LEVIES)


def _less(relieved: ItemDuty, full: tuple[Decimal, ...]) -> ItemDuty:
    """The duty with an exemption, which nobody claims to pay more: where it would be more, the duty without it."""
    without = sum(full, NOTHING)
    if without < relieved.total:
        return ItemDuty(full, without)
    return ItemDuty(relieved.heads, relieved.total, forgone=without - relieved.total)


@dataclass(frozen=True, slots=True)
class Working:
    """How one figure was reached: the head, the sum in words and figures, the result in rupees, the law."""

    head: str
    name: str
    percent: Decimal
    sum: str
    amount: Decimal
    law: str
    without: str = ""  # the sum without the exemption
    forgone: Decimal = NOTHING  # by the exemption


def workings(one: Goods, *, sws_percent: Decimal) -> list[Working]:
    """The working of every head of one item, reckoned afresh; of an exempted one beside that without the exemption."""
    shown = _workings(one, one.rate, sws_percent)
    if one.full is None:
        return shown
    full = _workings(one, one.full, sws_percent)
    if sum(work.amount for work in full) < sum(work.amount for work in shown):
        return full  # the exemption would cost more
    return [
        replace(work, without=was.sum, forgone=was.amount - work.amount)
        for work, was in zip(shown, full, strict=True)
    ]  # fmt: skip


def _workings(one: Goods, rate: Rate, sws_percent: Decimal) -> list[Working]:
    charge = Charge(one.value, one.quantity, one.uom, rate, sws_percent)
    shown = []
    for levy in LEVIES:
        exact = levy.reckon(charge)
        percent = levy.percent(charge)
        text = f"{grouped(levy.base(charge), 2)} × {percent.normalize():f} % = {grouped(exact, 2)}"
        if levy is BasicCustomsDuty and (by_quantity := BasicCustomsDuty.by_quantity(charge)):
            higher = _("the higher")
            text += f"; {one.quantity:f} {one.uom} × ₹ {rate.bcd_specific} = {grouped(by_quantity, 2)}; {higher}"
        shown.append(Working(levy.head, levy.name, percent, text, to_rupee(exact), levy.words()))
    return shown
