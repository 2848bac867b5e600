"""News of a bill that the trail alone does not send: to its courier, and to the importer that filed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings

from eccs.models import Notice
from eccs.notices import firms_of, worded

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry


def notices_about(bill: CourierBillOfEntry, subject: Callable[[], str]) -> list[Notice]:
    """A notice for each firm of the bill with its address, in every language; whoever asked for them writes them."""
    body = f"{bill}  {settings.PUBLIC_URL}{bill.get_absolute_url()}"
    return [worded(firm, lambda: (subject(), body)) for firm in firms_of(bill)]
