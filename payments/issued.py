"""Challans and receipts as they would be issued now, each found by its number."""

from __future__ import annotations

from eccs.paper_kinds import Draw, present
from eccs.paper_parts import Kind
from payments.challan_papers import challan_print
from payments.documents import cyber_receipt
from payments.models import Challan


@present(Kind.CHALLAN)
def challan(number: str) -> Draw | None:
    """A challan."""
    found = Challan.objects.select_related("station", "courier", "importer").filter(number=number).first()
    return (lambda: challan_print(found)) if found else None


@present(Kind.RECEIPT)
def receipt(number: str) -> Draw | None:
    """The receipt of a paid challan."""
    found = Challan.objects.select_related("station", "courier", "importer").filter(receipt__number=number).first()
    return (lambda: cyber_receipt(found)) if found else None
