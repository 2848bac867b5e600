"""What of a manifest is entered at the Service Centre: as it is printed, signed and sealed by the customer (PN17 2.3, 2.4)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from counter.entered import Form, Part, register
from eccs.papers import moment
from manifests import declarations
from manifests.models import ExpressCargoManifest

SAID = (
    "number", "master__number", "bag__number", "packages", "gross_weight_kg", "consignor_name", "consignor_address", "consignor_country",
    "consignee_name", "consignee_address", "consignee_city", "consignee_state", "consignee_pin", "description",
    "invoice_value", "invoice_currency", "transshipment",
)  # fmt: skip


def _header(manifest: ExpressCargoManifest) -> list[tuple[str, str]]:
    return [
        (_("What it declares"), str(manifest.get_kind_display())),
        (_("Flight"), f"{manifest.airline}, {manifest.flight_number}"),
        (_("Airport of shipment"), f"{manifest.airport_of_shipment} ({manifest.country_of_exportation})"),
        (_("First port of arrival in India"), manifest.first_port_of_arrival),
        (_("Scheduled arrival"), moment(manifest.scheduled_arrival)),
        (_("On-board courier"), manifest.on_board_courier),
    ]


def sums(manifest: ExpressCargoManifest) -> list[tuple[str, str]]:
    """What the customer looks at first: the flight, and how much is on it."""
    weight = f"{manifest.gross_weight_kg.normalize():f} kg"
    told = [
        *_header(manifest), (_("House airway bills"), str(manifest.hawb_count)),
        (_("Packages, weight"), f"{manifest.package_count}, {weight}"),
    ]  # fmt: skip
    return [(label, text) for label, text in told if text]


def parts(manifest: ExpressCargoManifest) -> list[Part]:
    """The header, and every shipment."""
    shipments = tuple(
        (
            hawb.number,
            f"{hawb.packages}, {hawb.gross_weight_kg.normalize():f} kg, {hawb.invoice_currency} {hawb.invoice_value.normalize():f}: "
            f"{hawb.description}\n{hawb.consignor_name} ({hawb.consignor_country}) → {hawb.consignee_name}, {hawb.consignee_city}",
        )
        for hawb in manifest.hawbs.order_by("pk")
    )
    return [Part(_("Manifest, Form A"), tuple(sums(manifest))), Part(_("Shipments"), shipments)]


def said(manifest: ExpressCargoManifest) -> Any:
    """The header and the shipments as they were typed."""
    rows = manifest.hawbs.order_by("pk").values_list(*SAID)
    return {"header": manifest.declared(), "shipments": [list(row) for row in rows]}


register(
    Form(
        model=ExpressCargoManifest,
        title=lambda manifest: _("ECM, flight %(flight)s") % {"flight": manifest.flight_number},
        parts=parts, sums=sums, said=said,
        declared=lambda manifest: [str(words) for words in declarations.of_manifest(manifest).values()],
        check=lambda manifest: manifest.get_absolute_url(),
    )
)  # fmt: skip
