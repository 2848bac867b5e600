"""How an export manifest is begun and filed at the Service Centre (PN17 2.3)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.beginning import Draft, register
from counter.entered import Part
from eccs.papers import moment
from exports import going_back
from exports.models import CourierExportManifest


def parts(manifest: CourierExportManifest) -> list[Part]:
    """The flight, every shipping bill, and what goes back to its sender."""
    header = (
        (_("Flight"), f"{manifest.airline}, {manifest.flight_number}"), (_("MAWB"), manifest.mawb),
        (_("Airport of destination"), manifest.airport_of_destination),
        (_("Scheduled departure"), moment(manifest.scheduled_departure)),
        (_("Packages, weight"), f"{manifest.package_count}, {manifest.gross_weight_kg.normalize():f} kg"),
    )  # fmt: skip
    lines = manifest.live_lines().select_related("bill").order_by("pk")
    bills = tuple((_("Shipping bill"), str(line.bill)) for line in lines)
    back = tuple(
        (_("Return"), f"{line.origin.re_export}, {line.origin.hawb}")
        for line in going_back.aboard(manifest).order_by("pk")
    )
    told = [
        Part(_("Courier Export Manifest"), tuple((label, text) for label, text in header if text)),
        Part(_("Shipping bills"), bills),
    ]
    return [*told, Part(_("Goods that go back"), back)] if back else told


def said(manifest: CourierExportManifest) -> Any:
    """The flight and everything on the manifest, as it was chosen."""
    return {name: str(value) if not isinstance(value, list) else value for name, value in manifest.declared().items()}


register(
    Draft(
        label=gettext_lazy("File an export manifest"), page="cem-new", model=CourierExportManifest, step="file",
        pages=("cem-new", "cem-lines"), written=lambda one: reverse("cem-lines", args=[one.pk]), parts=parts, said=said,
    )
)  # fmt: skip
