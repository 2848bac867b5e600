"""The Cargo Transfer Manifest and the certificate of arrival as they are printed."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from eccs import barcodes
from eccs.money import grouped, rupees
from eccs.papers import Column, Field, Head, Kind, Paper, day, footing, moment
from transit import gate
from transit.clearance import ArrivalStage
from transit.models import CargoTransferManifest, TransferArrival


def _head(
    document: CargoTransferManifest | TransferArrival, title: str, subtitle: str, printed_by: str, kind: Kind
) -> Head:
    number = document.number or _("Draft")
    return Head(
        title=title, subtitle=subtitle, number=number, token=barcodes.token(number) if document.number else f"DRAFT {document.pk}",
        place=_("Courier Terminal, %(station)s") % {"station": document.station},
        address=f"{settings.PUBLIC_URL}{document.get_absolute_url()}", foot=footing(printed_by, number), kind=kind if document.number else Kind.EXTRACT,
    )  # fmt: skip


def _firm(transfer: CargoTransferManifest) -> Field:
    """Who files it: the Authorised Courier, or the importer of the goods with its code."""
    label = _("Authorised Courier") if transfer.courier else _("Importer, IEC")
    return Field(label, f"{transfer.firm.name}, {transfer.firm_number}", 2)


def transfer_paper(transfer: CargoTransferManifest, printed_by: str) -> bytes:
    """The CTM as PDF: whose it is, from where to where, with what, the bond and the fee, then every shipment (PN17 14.0)."""
    sheet = Paper(
        _head(transfer, _("Cargo Transfer Manifest"), _("Import transshipment, PN17 14.0"), printed_by, Kind.TRANSFER)
    )
    manifest = transfer.manifest
    paid = _("challan %(challan)s, %(at)s") % {"challan": transfer.fee_challan, "at": moment(transfer.fee_paid_at)}
    sheet.boxes(
        [
            [_firm(transfer), Field(_("Filed"), moment(transfer.submitted_at), 2)],
            [Field(_("From"), str(transfer.station), 2), Field(_("To"), str(transfer.destination), 2, strong=True)],
            [
                Field(_("Manifest"), manifest.number or "-", 2), Field(_("Flight number"), manifest.flight_number),
                Field(_("IGM number"), manifest.igm_number or "-"),
            ],
            [
                Field(_("Mode of transport"), str(transfer.get_mode_display())), Field(_("Carrier"), transfer.carrier or "-"),
                Field(_("Flight or vehicle"), transfer.conveyance or "-"), Field(_("Seal"), transfer.seal or "-"),
            ],
            [
                Field(_("Shipments"), grouped(transfer.hawb_count), strong=True), Field(_("Packages"), grouped(transfer.package_count), strong=True),
                Field(_("Value"), rupees(transfer.value, 2)), Field(_("Debited to the bond"), rupees(transfer.secured, 2)),
            ],
            [
                Field(_("Bond"), str(transfer.bond or "-")), Field(_("Transshipment fee"), rupees(transfer.fee, 2) if transfer.fee else _("none")),
                Field(_("Fee paid"), paid if transfer.fee_paid_at else "-", 2),
            ],
            [
                Field(_("Stage"), str(transfer.get_stage_display())), Field(_("Departed"), moment(transfer.departed_at)),
                Field(_("Arrives by"), day(transfer.due_on)), Field(_("Arrived"), moment(transfer.arrived_at)),
            ],
        ]
    )  # fmt: skip
    if transfer.marks:
        sheet.text(f"{_('Remarks')}: {transfer.marks}")
    sheet.title(_("Shipments"))
    table = sheet.table(
        [
            Column(_("MAWB"), 0.12), Column(_("HAWB"), 0.16), Column(_("Packages"), 0.07, right=True), Column(_("Weight, kg"), 0.08, right=True),
            Column(_("Goods"), 0.18), Column(_("Consignor"), 0.14), Column(_("Consignee"), 0.14), Column(_("Value (Rs.)"), 0.11, right=True),
        ]
    )  # fmt: skip
    for line in transfer.live_lines().select_related("hawb__master").order_by("hawb__number"):
        hawb = line.hawb
        table.row(
            [
                hawb.master.number, hawb.number, str(line.packages), f"{hawb.gross_weight_kg.normalize():f}", hawb.description,
                f"{hawb.consignor_name} ({hawb.consignor_country})", f"{hawb.consignee_name}\n{hawb.consignee_city}", grouped(line.value, 2),
            ]
        )  # fmt: skip
    return sheet.close()


def certificate_paper(arrival: TransferArrival, printed_by: str) -> bytes:
    """The certificate of arrival as PDF: what came, what is short, what is in excess."""
    transfer = arrival.transfer
    sheet = Paper(
        _head(arrival, _("Certificate of arrival"), _("Import transshipment, PN17 14.0"), printed_by, Kind.ARRIVAL)
    )
    lines = list(transfer.live_lines().select_related("hawb").order_by("hawb__number"))
    strange = gate.excess(transfer)
    came, packages = sum(line.packages_in for line in lines), sum(line.packages for line in lines)
    sheet.text(
        _(
            "The custodian of %(to)s certifies that the shipments of transfer manifest %(transfer)s were received there as "
            "set out below."
        ) % {"to": arrival.station, "transfer": transfer},
        10,
    )  # fmt: skip
    sheet.space(4)
    sheet.boxes(
        [
            [Field(_("Transfer manifest"), str(transfer), 2, strong=True), _firm(transfer)],
            [Field(_("From"), str(transfer.station), 2), Field(_("To"), str(transfer.destination), 2)],
            [
                Field(_("Departed"), moment(transfer.departed_at)), Field(_("Arrival recorded"), moment(arrival.recorded_at)),
                Field(_("Flight or vehicle"), transfer.conveyance or "-"), Field(_("Seal"), transfer.seal or "-"),
            ],
            [
                Field(_("Packages expected"), grouped(packages)), Field(_("Packages arrived"), grouped(came), strong=True),
                Field(_("Short"), grouped(packages - came), strong=True), Field(_("In excess"), grouped(len(strange)), strong=True),
            ],
        ]
    )  # fmt: skip
    if arrival.remarks:
        sheet.text(f"{_('Remarks')}: {arrival.remarks}")
    sheet.title(_("Shipments"))
    table = sheet.table(
        [
            Column(_("HAWB"), 0.2), Column(_("Goods"), 0.28), Column(_("Consignee"), 0.22), Column(_("Packages"), 0.1, right=True),
            Column(_("Arrived"), 0.1, right=True), Column(_("Short"), 0.1, right=True),
        ]
    )  # fmt: skip
    for line in lines:
        row = [line.hawb.number, line.hawb.description, line.hawb.consignee_name]
        table.row([*row, str(line.packages), str(line.packages_in), str(line.short or "-")], strong=bool(line.short))
    if strange:
        sheet.title(_("In excess, not on the transfer manifest"))
        sheet.text(", ".join(strange))
    sheet.space(8)
    certified = arrival.trail.filter(to_stage=ArrivalStage.RECORDED).first()
    signed = sheet.table([Column(_("Signed for the custodian"), 0.4), Column(_("Place"), 0.3), Column(_("Date"), 0.3)])
    signed.row([certified.by_name if certified else "-", str(arrival.station), moment(arrival.recorded_at)])
    return sheet.close()
