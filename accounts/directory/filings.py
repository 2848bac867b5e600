"""What counts as a filing, and what a courier still owes: told to the directory by the parts that know it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone


class Filing(NamedTuple):
    """A kind of document whose filing keeps a registration alive, and the field that says when it was filed."""

    model: type[models.Model]
    at: str


_filings: list[Filing] = []
_claims: list[Callable[[int], str]] = []
_still_filed: list[Callable[[int], str]] = []


def counts_as_filing(model: type[models.Model], at: str) -> None:
    """Declare that a courier files by documents of this kind, which belong to a `courier`."""
    _filings.append(Filing(model, at))


def stands_against_surrender(claim: Callable[[int], str]) -> None:
    """Declare what may still be owed: a function of a courier's key that says what, or nothing."""
    _claims.append(claim)


def still_filed(words: Callable[[int], str]) -> None:
    """Declare what is filed although a registration is not in force: a function of a courier's key that says what, or nothing."""
    _still_filed.append(words)


def filed_all_the_same(courier_id: int) -> list[str]:
    """Everything that a courier files although its registration is not in force."""
    return [found for words in _still_filed if (found := words(courier_id))]


def claims_on(courier_id: int) -> list[str]:
    """Everything that a courier still owes."""
    return [found for claim in _claims if (found := claim(courier_id))]


def no_filing_since(day: date) -> Q:
    """The condition on couriers that nothing was filed on this day or later."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    nothing = Q()
    for model, at in _filings:
        rows: Any = model._default_manager
        nothing &= ~Q(Exists(rows.filter(courier=OuterRef("pk"), **{f"{at}__gte": start})))
    return nothing


def last_filed(courier_id: int) -> date | None:
    """The day of a courier's last filing, in India."""
    moments = []
    for model, at in _filings:
        rows: Any = model._default_manager
        moments.append(rows.filter(courier=courier_id).aggregate(last=Max(at))["last"])
    known = [moment for moment in moments if moment is not None]
    return timezone.localtime(max(known)).date() if known else None
