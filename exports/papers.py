"""The Courier Shipping Bill, the Let Export Order and the detention memo as they are printed."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from bills.documents import head_of
from bills.xi.papers import list_documents
from eccs.money import grouped, rupees
from eccs.papers import Column, Field, Paper, day, moment
from eccs.papers import Kind as PaperKind
from eccs.written import bags
from exports import going_back
from exports.filing import declarations
from exports.iii.leaving import stayed
from exports.iii.papers import declared_by, documents_part, form_g, lines_of
from exports.kinds import GOODS, Kind
from exports.models import (
    CourierExportManifest,
    CourierShippingBill,
    Destination,
    ExportDetention,
    ExportItem,
    ExportManifestLine,
    ExportShipment,
    LetExportOrder,
    ReExportLine,
    Transmission,
)

FORMS = {Kind.IV: "H", Kind.V: "HA"}


def _yes(told: bool) -> str:
    return _("Yes") if told else _("No")


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _weight(bill: CourierShippingBill) -> str:
    weighed = _("%(kg)s kg weighed") % {"kg": _plain(bill.actual_weight_kg)} if bill.actual_weight_kg else ""
    return ", ".join(filter(None, (f"{_plain(bill.gross_weight_kg)} kg", weighed)))


def _iec(bill: CourierShippingBill) -> str:
    if not (bill.iec and bill.iec_branch):
        return bill.iec or "-"
    return _("%(iec)s, branch %(branch)s") % {"iec": bill.iec, "branch": bill.iec_branch}


def _uploaded(bill: CourierShippingBill) -> str:
    """Whether ICEGATE has been told of the GSTIN and the IGST paid, for the exporter's refund."""
    told = Transmission.objects.filter(shipping_bill=bill, register=Destination.IGST, current=True).first()
    return _yes(told is not None and told.state in (Transmission.State.SENT, Transmission.State.ACCEPTED))


def _described(item: ExportItem) -> str:
    return f"{item.description} (SKU {item.sku})" if item.sku else item.description


def _exporter(bill: CourierShippingBill) -> str:
    if bill.is_documents:
        return _("As listed on the bill")
    return f"{bill.consignor_name}\n{bill.consignor_address}"


def _hawb(bill: CourierShippingBill) -> str:
    return f"{bill.consignment}, {bags(bill.bag_count)}" if bill.is_documents else bill.hawb


def _goods(bill: CourierShippingBill) -> str:
    return _("Documents") if bill.is_documents else bill.goods


def _flight_of(bill: CourierShippingBill) -> str:
    """The flight on whose manifest the goods stand, or with which they left."""
    line = bill.manifest_lines.filter(live=True).select_related("manifest").last()
    return f"{line.manifest.airline}, {line.manifest.flight_number}, {line.manifest}" if line else "-"


def _nature(bill: CourierShippingBill) -> list[Field]:
    """Sold by e-commerce or not; of a CSB-IV also whether it is a gift or a sample (Form H)."""
    if bill.kind != Kind.IV:
        return [Field(_("E-commerce"), _yes(bill.ecommerce), 2)]
    return [
        Field(_("E-commerce"), _yes(bill.ecommerce)),
        Field(_("Gift or sample"), str(bill.get_nature_display() or "-")),
    ]


def _form_h(bill: CourierShippingBill) -> list[list[Field]]:
    """The header of Forms H and HA in their order: A the courier and the flight, B the consignment, B.1 the sale over an operator,
    C invoice and tax, D jewellery; then the numbers of the system."""
    courier = bill.courier
    tax = bill.items.aggregate(
        taxable=Sum("taxable_value", default=Decimal(0)), cess=Sum("cess_paid", default=Decimal(0))
    )
    rows = [
        [Field(_("Courier Registration Number"), courier.number or "-"), Field(_("Name and address of the Authorised Courier"), f"{courier.name}, {courier.address}", 3)],
        [Field(_("Port of loading"), f"{bill.station.name} ({bill.station_id})", 2), Field(_("Airline and flight"), _flight_of(bill), 2)],
        [
            Field(_("Courier Shipping Bill"), bill.number or "-"), Field(_("Filed"), moment(bill.filed_at)), Field(_("AD Code"), bill.ad_code or "-"),
            Field(_("Account No"), bill.account_number or "-"),
        ],
        [Field(_("HAWB"), bill.hawb, strong=True), Field(_("Packages"), grouped(bill.packages), strong=True), Field(_("Gross weight"), _weight(bill), 2)],
        [Field(_("Destination"), f"{bill.airport_of_destination}, {bill.destination_country}"), Field(_("Exporter"), _exporter(bill), 3)],
        [
            Field(_("IEC"), _iec(bill)), Field(_("State Code"), bill.state_code or "-"), Field(_("Invoice Term"), bill.invoice_terms),
            Field(_("Government/NonGovernment"), _("Government") if bill.government else _("NonGovernment")),
        ],
        [
            Field(_("FOB value"), f"{bill.currency} {grouped(bill.fob_foreign, 2)}"),
            Field(_("Rate of exchange"), f"{bill.exchange_unit} {bill.currency} = {_plain(bill.exchange_rate or Decimal(1))}"),
            Field(_("FOB value (Rs.)"), rupees(bill.fob_value, 2), strong=True), Field(_("NFEI"), _yes(bill.nfei)),
        ],
        [Field(_("Consignee"), f"{bill.consignee_name}\n{bill.consignee_address}", 2), *_nature(bill)],
    ]  # fmt: skip
    if bill.meis is not None:
        rows.append([Field(_("MEIS"), _yes(bill.meis), 4)])
    if bill.operator:
        rows += [
            [Field(_("E-commerce operator"), bill.operator, 2), Field(_("Payment or transaction"), bill.transaction_id, 2)],
            [Field(_("Order"), f"{bill.order_number}, {day(bill.order_date)}", 4)],
        ]  # fmt: skip
    rows += [
        [Field(_("GSTIN"), bill.gstin or "-"), Field(_("GSTIN Uploaded To ICEGATE"), _uploaded(bill)), Field(_("Invoice"), f"{bill.invoice_number}, {day(bill.invoice_date)}", 2)],
        [
            Field(_("Taxable (Rs.)"), rupees(tax["taxable"], 2)), Field(_("IGST paid (Rs.)"), rupees(bill.igst_paid, 2)),
            Field(_("Under bond or UT"), _yes(bill.under_bond_or_ut)), Field(_("Cess (Rs.)"), rupees(tax["cess"], 2)),
        ],
    ]  # fmt: skip
    if bill.operator or bill.jewellery_specification:
        rows.append([Field(_("Specification of the jewellery"), bill.jewellery_specification, 3), Field(_("To come back unsold"), _yes(bill.reimport_facility))])  # fmt: skip
    rows.append([Field(_("KYC Document"), bill.kyc_type, 2), Field(_("KYC ID"), bill.kyc_number, 2)])
    if bill.mhbs_number or bill.crn_number or bill.crn_mhbs_number:
        rows.append([Field(_("MHBS No"), bill.mhbs_number or "-", 2), Field(_("CRN number"), bill.crn_number or "-"), Field(_("CRN-MHBS number"), bill.crn_mhbs_number or "-")])  # fmt: skip
    return rows


def shipping_bill(bill: CourierShippingBill, printed_by: str = "") -> bytes:
    """The Courier Shipping Bill as PDF: who exports what to whom, by which numbers, at what value, with the tax paid (Forms H, HA)."""
    if bill.is_documents:
        return form_g(bill, printed_by)
    order = getattr(bill, "order", None)
    sheet = Paper(
        head_of(
            bill,
            f"{PaperKind.SHIPPING_BILL.label}-{bill.kind.removeprefix('CSB-')}",
            _("Form %(letter)s") % {"letter": FORMS[Kind(bill.kind)]},
            printed_by,
            PaperKind.SHIPPING_BILL,
        )
    )
    given = _("%(number)s, %(at)s") % {"number": order.number, "at": moment(order.given_at)} if order else "-"
    sheet.boxes(_form_h(bill))
    sheet.boxes([[Field(_("Status"), str(bill.get_stage_display())), Field(_("EGM number"), bill.egm_number or "-"), Field(_("Let Export Order"), given, 2, strong=True)]])  # fmt: skip
    sheet.title(_("Items"))
    table = sheet.table(
        [
            Column(_("No."), 0.05), Column(_("CTH"), 0.09), Column(_("Description"), 0.17), Column(_("Quantity"), 0.1, right=True),
            Column(_("Unit price"), 0.09, right=True), Column(f"FOB ({bill.currency})", 0.1, right=True), Column(_("FOB (Rs.)"), 0.11, right=True),
            Column(_("Taxable (Rs.)"), 0.1, right=True), Column(_("IGST (Rs.)"), 0.1, right=True), Column(_("Cess (Rs.)"), 0.09, right=True),
        ]
    )  # fmt: skip
    for item in bill.items.all():
        table.row(
            [
                str(item.item_no), item.cth, _described(item), f"{_plain(item.quantity)} {item.uom}", _plain(item.unit_price),
                grouped(item.fob_foreign, 2), grouped(item.fob_value, 2), grouped(item.taxable_value, 2), grouped(item.igst_paid, 2),
                grouped(item.cess_paid, 2),
            ]
        )  # fmt: skip
    declared_by(sheet, declarations(), bill, bill.filed_by.full_name if bill.filed_by else "-")
    return sheet.close()


def let_export_order(bill: CourierShippingBill, printed_by: str = "") -> bytes:
    """The Let Export Order as PDF: the goods may be loaded (Customs Act 1962, section 51)."""
    order: LetExportOrder = bill.order
    sheet = Paper(
        head_of(
            bill,
            _("Let Export Order"),
            _("Customs Act 1962, section 51"),
            printed_by,
            PaperKind.LET_EXPORT,
            number=order.number or "",
        )
    )
    sheet.text(_("Customs permits the loading and exportation of the goods described here."), 10)
    sheet.space(4)
    by = _("given by ECCS (Circular 41/2020, 19/2023)") if order.automatic else _("given by the LEO Officer")
    sheet.boxes(
        [
            [Field(_("Let Export Order"), order.number or "", 2, strong=True), Field(_("Given"), f"{moment(order.given_at)}, {by}", 2)],
            [Field(_("Courier Shipping Bill"), bill.number or "", 2, strong=True), Field(_("Filed"), moment(bill.filed_at), 2)],
            [
                Field(_("HAWB"), _hawb(bill), strong=True), Field(_("Packages"), grouped(bill.packages), strong=True),
                Field(_("Gross weight"), _weight(bill), 2),
            ],
            [Field(_("Authorised Courier"), f"{bill.courier.name}, {bill.courier.number}", 2), Field(_("Destination"), f"{bill.airport_of_destination}, {bill.destination_country}", 2)],
            [Field(_("Exporter"), _exporter(bill).partition("\n")[0], 2), Field(_("Goods"), _goods(bill), 2)],
        ]
    )  # fmt: skip
    return sheet.close()


def detention_memo(memo: ExportDetention, printed_by: str = "") -> bytes:
    """A detention memo on goods for export as PDF; the officer is named by office alone."""
    bill: CourierShippingBill = memo.bill
    sheet = Paper(
        head_of(
            bill, _("Detention memo"), _("Goods detained"), printed_by, PaperKind.DETENTION, number=memo.number or ""
        )
    )
    sheet.text(_("The goods described here are detained. The Authorised Courier answers this memo in ECCS and hands in the documents asked for."), 10)  # fmt: skip
    sheet.space(4)
    sheet.boxes(
        [
            [Field(_("Detained"), moment(memo.issued_at), 2, strong=True), Field(_("Courier Shipping Bill"), bill.number or "", 2, strong=True)],
            [Field(_("Grounds of the detention"), memo.grounds, 4)],
            [Field(_("Documents asked for"), memo.documents_wanted or _("None"), 4)],
            [Field(_("Authorised Courier"), f"{bill.courier.name}, {bill.courier.number}", 2), Field(_("HAWB"), _hawb(bill)), Field(_("Packages"), grouped(bill.packages))],
            [Field(_("Exporter"), _exporter(bill), 2), Field(_("Goods"), _goods(bill)), Field(_("FOB value (Rs.)"), rupees(bill.fob_value, 2))],
        ]
    )  # fmt: skip
    return sheet.close()


def _lines(sheet: Paper, rows: Iterable[ExportManifestLine]) -> None:
    table = sheet.table(
        [
            Column(_("Shipping bill"), 0.24), Column(_("MAWB, HAWB"), 0.13), Column(_("Packages"), 0.09, right=True), Column(_("kg"), 0.06, right=True),
            Column(_("Description"), 0.13), Column(_("Consignor"), 0.12), Column(_("Consignee"), 0.12), Column(_("FOB (Rs.)"), 0.11, right=True),
        ]
    )  # fmt: skip
    for line in rows:
        bill = line.bill
        kg = _plain(bill.actual_weight_kg or bill.gross_weight_kg)
        table.row(
            [
                bill.number or "",
                f"{line.manifest.mawb}\n{_hawb(bill)}",
                grouped(bill.packages),
                kg,
                _goods(bill),
                bill.consignor_name,
                bill.consignee_name,
                grouped(bill.fob_value, 2),
            ]
        )


def _going_back(sheet: Paper, rows: Iterable[ReExportLine]) -> None:
    table = sheet.table(
        [
            Column(_("Re-export record"), 0.22), Column(_("MAWB, HAWB"), 0.14), Column(_("Packages"), 0.09, right=True), Column(_("kg"), 0.07, right=True),
            Column(_("Description"), 0.17), Column(_("Sent back to"), 0.18), Column(_("Value"), 0.13, right=True),
        ]
    )  # fmt: skip
    for line in rows:
        hawb = line.origin.hawb
        kg = _plain(hawb.actual_weight_kg or hawb.gross_weight_kg)
        record = line.origin.re_export.number or ""
        worth = f"{hawb.invoice_currency} {grouped(hawb.invoice_value, 2)}" if hawb.invoice_value else "-"
        consignment = f"{line.manifest.mawb}\n{hawb.number}"
        table.row([record, consignment, grouped(hawb.packages), kg, hawb.description, hawb.consignor_name, worth])


def _of_flight(sheet: Paper, manifest: CourierExportManifest) -> None:
    sheet.boxes(
        [
            [Field(_("Courier Registration Number"), manifest.courier.number or "-"), Field(_("Name and address of the Authorised Courier"), f"{manifest.courier.name}, {manifest.courier.address}", 3)],
            [Field(_("Courier Export Manifest"), manifest.number or "-", 2, strong=True), Field(_("Filed"), moment(manifest.filed_at), 2)],
            [Field(_("Airline"), manifest.airline, 2), Field(_("Airport of departure"), f"{manifest.station.name} ({manifest.station_id})"), Field(_("Airport of destination"), manifest.airport_of_destination)],
            [
                Field(_("Flight number"), manifest.flight_number, strong=True), Field(_("Scheduled departure"), moment(manifest.scheduled_departure)),
                Field(_("EGM number"), manifest.egm_number or "-"), Field(_("Departed"), moment(manifest.departed_at)),
            ],
            [Field(_("MAWB"), manifest.mawb, 4)],
            [
                Field(_("Shipping bills"), grouped(manifest.bill_count), strong=True), Field(_("Packages"), grouped(manifest.package_count), strong=True),
                Field(_("Gross weight, kg"), _plain(manifest.gross_weight_kg), 2),
            ],
        ]
    )  # fmt: skip


def export_manifest(manifest: CourierExportManifest, printed_by: str = "") -> bytes:
    """The Courier Export Manifest as PDF: the flight, then every shipping bill on it (Form F)."""
    version = _(", version %(n)d as amended") % {"n": manifest.version} if manifest.version > 1 else ""
    sheet = Paper(
        head_of(
            manifest,
            _("Courier Export Manifest"),
            _("Form %(letter)s") % {"letter": "F"} + version,
            printed_by,
            PaperKind.EXPORT_MANIFEST,
        )
    )
    _of_flight(sheet, manifest)
    goods = manifest.live_lines().filter(bill__kind__in=GOODS).select_related("bill", "manifest")
    if goods.exists():
        sheet.title(_("Shipments"))
        _lines(sheet, goods)
    documents_part(sheet, manifest)
    if back := list(going_back.aboard(manifest)):
        sheet.title(_("Imports that go back to their sender"))
        _going_back(sheet, back)
    filed = manifest.trail.filter(step="file").first()
    sentence = _("The manifest lists all goods that we send with this flight, and each has its Let Export Order or its permission to go back.")  # fmt: skip
    declared_by(sheet, [sentence], manifest, filed.by_name if filed else "-")
    return sheet.close()


def shut_out_notice(manifest: CourierExportManifest, printed_by: str = "") -> bytes:
    """The shut-out notice as PDF: what stayed behind when the flight left, and why."""
    sheet = Paper(
        head_of(manifest, _("Shut-out notice"), _("Goods that stayed behind"), printed_by, PaperKind.SHUT_OUT)
    )
    _of_flight(sheet, manifest)
    rows = list(manifest.lines.filter(shut_out_at__isnull=False).select_related("bill", "manifest"))
    sheet.title(_("Shut out"))
    if rows:
        _lines(sheet, rows)
    sheet.space(4)
    sheet.items(_why_behind(_hawb(line.bill), line) for line in rows)
    back = list(manifest.re_exports.filter(shut_out_at__isnull=False).select_related("origin__hawb", "origin__re_export", "manifest"))  # fmt: skip
    if back:
        _going_back(sheet, back)
    sheet.items(_why_behind(one.origin.hawb.number, one) for one in back)
    parts = list(stayed(manifest).filter(line__shut_out_at=None))
    if parts:
        list_documents(sheet, lines_of(ExportShipment.objects.filter(pk__in=[one.shipment_id for one in parts])))
    sheet.items(f"{moment(at)}: {reason}" for at, reason in sorted({(one.at, one.reason) for one in parts}))
    return sheet.close()


def _why_behind(hawb: str, line: ExportManifestLine | ReExportLine) -> str:
    """When and why goods stayed behind."""
    late = _(", short-shipped: found when the aircraft had left") if line.short_shipped else ""
    return f"{hawb}, {moment(line.shut_out_at)}{late}: {line.reason}"
