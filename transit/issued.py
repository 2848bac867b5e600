"""Transfer manifests and certificates of arrival as they would be issued now."""

from __future__ import annotations

from eccs import batches
from eccs.paper_kinds import Draw, present
from eccs.paper_parts import Kind
from transit.models import CargoTransferManifest, TransferArrival
from transit.papers import certificate_paper, transfer_paper


@present(Kind.TRANSFER)
def transfer(number: str) -> Draw | None:
    """A filed transfer manifest."""
    found = CargoTransferManifest.objects.filter(number=number).first()
    return (lambda: transfer_paper(found, "")) if found else None


@present(Kind.ARRIVAL)
def arrival(number: str) -> Draw | None:
    """A certificate of arrival."""
    found = TransferArrival.objects.filter(number=number).first()
    return (lambda: certificate_paper(found, "")) if found else None


batches.register(
    "transit/manifests", CargoTransferManifest,
    batches.Printable(lambda _actor, one: one.number is not None, transfer_paper, ("station", "destination", "courier", "importer")),
)  # fmt: skip
