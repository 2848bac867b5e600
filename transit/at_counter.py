"""How a transfer manifest is begun and filed at the Service Centre (PN17 2.3, 14.0)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.beginning import Draft, register
from counter.entered import Part
from eccs.written import rupees
from transit.models import CargoTransferManifest


def parts(transfer: CargoTransferManifest) -> list[Part]:
    """Where it goes and how, and every shipment."""
    header = (
        (_("Manifest"), str(transfer.manifest)), (_("Destination"), str(transfer.destination)),
        (_("Mode"), str(transfer.get_mode_display())), (_("Carrier"), transfer.carrier), (_("Marks"), transfer.marks),
        (_("Packages"), str(transfer.package_count)), (_("Value"), rupees(transfer.value)),
    )  # fmt: skip
    lines = tuple(
        (line.hawb.number, f"{line.packages}: {line.hawb.description}\n{line.hawb.consignee_name}")
        for line in transfer.live_lines().select_related("hawb").order_by("pk")
    )
    return [
        Part(_("Cargo Transfer Manifest"), tuple((label, text) for label, text in header if text)),
        Part(_("Shipments"), lines),
    ]


def said(transfer: CargoTransferManifest) -> Any:
    """The header and the shipments as they were chosen; values go by the rates of the day."""
    lines = transfer.live_lines().order_by("pk").values_list("hawb__number", "packages")
    return [
        transfer.manifest.number, transfer.destination_id, transfer.mode, transfer.carrier, transfer.marks,
        [list(line) for line in lines],
    ]  # fmt: skip


register(
    Draft(
        label=gettext_lazy("File a transfer manifest"), page="transfer-new", model=CargoTransferManifest, step="submit",
        pages=("transfer-new", "transfer-draft", "transfer-list"), opens=("transfer-draft",),
        written=lambda one: reverse("transfer-draft", args=[one.pk]), parts=parts, said=said,
    )
)  # fmt: skip
