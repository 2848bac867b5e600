"""News of a bill that the trail alone does not send: to its courier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from eccs.models import Notice

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry


def notice_about(bill: CourierBillOfEntry, subject: str) -> Notice:
    """A notice for the courier with the address of the bill; whoever asked for it writes it."""
    return Notice(
        audience=f"courier:{bill.courier_id}",
        subject=subject,
        body=f"{bill}  {settings.PUBLIC_URL}{bill.get_absolute_url()}",
    )
