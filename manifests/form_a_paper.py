"""The Express Cargo Manifest on paper, Form A: the header of the flight, every shipment in the order of the form, the declaration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from eccs import barcodes
from eccs.money import grouped
from eccs.papers import Column, Field, Head, Kind, Paper, footing, moment
from manifests import declarations
from manifests.models import ExpressCargoManifest, HouseAirwayBill, Package

AT_ONCE = 1000  # shipments read together


def form_a(manifest: ExpressCargoManifest, printed_by: str) -> bytes:
    """The manifest as PDF. It must be submitted: a draft has no number."""
    sheet = Paper(_head(manifest, printed_by))
    sheet.boxes(_header(manifest))
    sheet.space(4)
    table = sheet.table(
        [
            Column(_("No."), 0.05, right=True), Column(_("MAWB, HAWB"), 0.14), Column(_("UCR, CRN"), 0.14),
            Column(_("Packages"), 0.07, right=True), Column(_("kg"), 0.07, right=True), Column(_("Description"), 0.14),
            Column(_("Consignor"), 0.13), Column(_("Consignee"), 0.13), Column(_("Invoice value, transshipment"), 0.13),
        ]
    )  # fmt: skip
    for number, cells in enumerate(_shipments(manifest), 1):
        table.row([grouped(number), *cells])
    sheet.title(_("Declaration"), 60)
    sheet.text(" ".join(declarations.of_manifest(manifest).values()))
    sheet.space(4)
    signed = sheet.table([Column(_("Name"), 0.4), Column(_("Place"), 0.3), Column(_("Date"), 0.3)])
    line = manifest.trail.filter(step="submit").first()
    signed.row([line.by_name if line else "-", str(manifest.station), moment(manifest.submitted_at)])
    return sheet.close()


def _head(manifest: ExpressCargoManifest, printed_by: str) -> Head:
    number = manifest.number or ""
    return Head(
        title=_("Express Cargo Manifest - Import"), subtitle=_("Form A, %(kind)s") % {"kind": manifest.get_kind_display()},
        number=number, token=barcodes.token(number), place=_("Courier Terminal, %(station)s") % {"station": manifest.station},
        address=f"{settings.PUBLIC_URL}{manifest.get_absolute_url()}", foot=footing(printed_by, number, manifest.trail_head), kind=Kind.MANIFEST,
    )  # fmt: skip


def _header(manifest: ExpressCargoManifest) -> list[list[Field]]:
    """The header of Form A, in its order."""
    courier, station = manifest.courier, manifest.station
    landed = moment(manifest.actual_arrival) if manifest.actual_arrival else _("not yet")
    return [
        [Field(_("Customs serial number"), manifest.number or "-", 2, strong=True), Field(_("Date"), moment(manifest.submitted_at)), Field(_("Status"), str(manifest.get_stage_display()))],
        [Field(_("Courier Registration Number"), courier.number or "-"), Field(_("Name and address of the Authorised Courier"), f"{courier.name}, {courier.address}", 3)],
        [Field(_("Airline"), manifest.airline), Field(_("Airport of arrival"), f"{station.name} ({station.pk})"), Field(_("First port of arrival"), manifest.first_port_of_arrival), Field(_("Flight number"), manifest.flight_number, strong=True)],
        [Field(_("Scheduled date and time of arrival"), moment(manifest.scheduled_arrival)), Field(_("Actual date and time of arrival"), landed), Field(_("Airport of shipment"), manifest.airport_of_shipment), Field(_("Country of exportation"), manifest.country_of_exportation)],
        [Field(_("IGM number"), manifest.igm_number), Field(_("On-board courier"), manifest.on_board_courier), Field(_("House airway bills, packages"), f"{grouped(manifest.hawb_count)}, {grouped(manifest.package_count)}"), Field(_("Gross weight"), f"{manifest.gross_weight_kg.normalize():f} kg")],
    ]  # fmt: skip


def _shipments(manifest: ExpressCargoManifest) -> Iterator[list[str]]:
    """Every shipment in the order it was declared, in the words of the form; a fixed number of queries for each thousand."""
    rows = HouseAirwayBill.objects.filter(manifest=manifest).select_related("master", "bag").order_by("pk")
    last = 0
    while some := list(rows.filter(pk__gt=last)[:AT_ONCE]):
        last = some[-1].pk
        codes: dict[int, list[str]] = defaultdict(list)
        pieces = Package.objects.filter(hawb__in=[hawb.pk for hawb in some]).order_by("hawb_id", "part")
        for hawb_id, crn in pieces.values_list("hawb_id", "crn"):
            codes[hawb_id].append(crn)
        for hawb in some:
            yield _cells(hawb, [crn for crn in codes[hawb.pk] if crn != hawb.number])


def _cells(hawb: HouseAirwayBill, crns: list[str]) -> list[str]:
    """One shipment."""
    town = " ".join(part for part in (hawb.consignee_city, hawb.consignee_state, hawb.consignee_pin) if part)
    bag = [_("bag %(number)s") % {"number": hawb.bag.number}] if hawb.bag else []
    value = f"{hawb.invoice_currency} {grouped(hawb.invoice_value, 2)}" if hawb.invoice_currency else "-"
    onwards = _("Transshipment: yes, to %(place)s") % {"place": hawb.transshipment_to}
    return [
        "\n".join([hawb.master.number, hawb.number, *bag]), "\n".join([hawb.ucr, " ".join(crns)]).strip() or "-",
        str(hawb.packages), f"{hawb.gross_weight_kg.normalize():f}", hawb.description or "-",
        ", ".join(filter(None, [hawb.consignor_name, hawb.consignor_address, hawb.consignor_country])),
        ", ".join(filter(None, [hawb.consignee_name, hawb.consignee_address, town])),
        "\n".join([value, onwards if hawb.transshipment else _("Transshipment: no")]),
    ]  # fmt: skip
