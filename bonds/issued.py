"""A bond and its statement as they would be issued now."""

from __future__ import annotations

from typing import Any

from bonds.models import Bond
from bonds.papers import bond_print, statement
from eccs import batches
from eccs.paper_kinds import Draw, present
from eccs.paper_parts import Kind


@present(Kind.BOND_STATEMENT)
def bond(number: str) -> Draw | None:
    """A bond with its ledger."""
    found = Bond.objects.filter(number=number).first()
    return (lambda: statement(found, "")) if found else None


@present(Kind.BOND)
def registered(number: str) -> Draw | None:
    """A registered bond."""
    found = Bond.objects.filter(number=number, registered_at__isnull=False).first()
    return (lambda: bond_print(found)) if found else None


def _may(_actor: Any, one: Any) -> bool:
    return one.registered_at is not None


batches.register("bonds/bonds", Bond, batches.Printable(_may, statement, ("station", "courier", "importer", "master")))
