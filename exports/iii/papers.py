"""Documents on paper: the CSB-III in Form G, and the documents part of the export manifest in Form F, by bag."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext as _

from bills.documents import head_of
from bills.xi.papers import DocumentLine, bags_in_words, document_lines, list_documents
from eccs.money import grouped
from eccs.papers import Column, Field, Kind, Paper, day, moment
from eccs.written import bags, hawbs
from exports.filing import declarations
from exports.iii.labels import AS_WEIGHED
from exports.iii.leaving import aboard
from exports.iii.reading import standing
from exports.models import CourierExportManifest, CourierShippingBill, ExportShipment


def form_g(bill: CourierShippingBill, printed_by: str = "") -> bytes:
    """The CSB-III as PDF: the flight, then every house airway bill by its bag with consignor and consignee (Form G)."""
    order, flight = getattr(bill, "order", None), bill.form_g
    sheet = Paper(
        head_of(
            bill,
            f"{Kind.SHIPPING_BILL.label}-III",
            _("Form %(letter)s") % {"letter": "G"},
            printed_by,
            Kind.SHIPPING_BILL,
        )
    )
    given = _("%(number)s, %(at)s") % {"number": order.number, "at": moment(order.given_at)} if order else "-"
    pieces = bill.shipments.aggregate(n=Sum("packages"))["n"] or 0
    numbers = list(bill.bags.order_by("number").values_list("number", flat=True)[:61])
    sheet.boxes(
        [
            [Field(_("1 Courier Registration Number"), bill.courier.number or ""), Field(_("2 Name and address of the Authorised Courier"), f"{bill.courier.name}, {bill.courier.address}", 3)],
            [
                Field(_("3 Airline"), flight.airline), Field(_("4 Airport of departure"), f"{bill.station.name} ({bill.station_id})"),
                Field(_("5 Flight number"), flight.flight_number, strong=True), Field(_("6 Date and time"), moment(flight.departs_at)),
            ],
            [
                Field(_("7 Airport of destination"), f"{bill.airport_of_destination}, {bill.destination_country}", 2),
                Field(_("8 Expected landing date"), day(flight.lands_on), 2),
            ],
            [
                Field(_("9 MAWB"), flight.mawb), Field(_("10 Number of HAWBs"), grouped(bill.shipment_count), strong=True),
                Field(_("11 Number of bags, packages, pieces, ULD"), _packed(bill, pieces, flight.ulds), 2, strong=True),
            ],
            [
                Field(_("Gross weight"), f"{bill.gross_weight_kg.normalize():f} kg"), Field(_("Commercial value"), _("Nil")),
                Field(_("Filed"), moment(bill.filed_at)), Field(_("Status"), str(bill.get_stage_display())),
            ],
            [Field(_("Let Export Order"), given, 4, strong=True)],
            [Field(_("Bags"), bags_in_words(numbers), 4)],
        ]
    )  # fmt: skip
    sheet.title(_("House airway bills"))
    list_documents(sheet, lines_of(standing(bill)))
    declared_by(sheet, declarations(documents=True), bill, bill.filed_by.full_name if bill.filed_by else "-")
    return sheet.close()


DECLARED = 130  # points that a declaration takes together with the row of who made it


def declared_by(sheet: Paper, sentences: list[str], on: CourierShippingBill | CourierExportManifest, name: str) -> None:
    """The declaration of a shipping bill or an export manifest, and on the same page who made it, where and when (Forms F, G, H and HA)."""
    sheet.title(_("Declaration"), keep=DECLARED)
    if len(sentences) > 1:
        sheet.items(sentences)
    else:
        sheet.text(sentences[0])
    sheet.space(4)
    table = sheet.table([Column(_("Name"), 0.4), Column(_("Place"), 0.3), Column(_("Date"), 0.3)])
    table.row([name, str(on.station), moment(on.filed_at)])


def _packed(bill: CourierShippingBill, pieces: int, ulds: int) -> str:
    """Serial 11 of Form G: bags and loose packages as they are scanned, the pieces of all house airway bills, unit load devices."""
    return _("%(packages)s packages, of which %(bags)s; %(pieces)s pieces; %(ulds)s ULD") % {
        "packages": grouped(bill.packages), "bags": bags(bill.bag_count), "pieces": grouped(pieces), "ulds": grouped(ulds),
    }  # fmt: skip


def lines_of(shipments: QuerySet[ExportShipment]) -> Iterable[DocumentLine]:
    """House airway bills in words: one query."""
    rows = shipments.values_list(
        "number", "bag__number", "consignor_name", "consignee_name", "consignee_city", "packages", "gross_weight_kg"
    )
    return document_lines(
        (hawb, bag, consignor, "", consignee, city, pieces, kg)
        for hawb, bag, consignor, consignee, city, pieces, kg in rows.iterator(chunk_size=2000)
    )


def documents_part(sheet: Paper, manifest: CourierExportManifest) -> None:
    """The documents of an export manifest (Form F): for each CSB-III its bags with their weights, then every house airway bill."""
    on: QuerySet[ExportShipment] = aboard(manifest)
    bills = CourierShippingBill.objects.filter(pk__in=on.values("bill")).select_related("form_g").order_by("pk")
    for bill in bills:
        here = on.filter(bill=bill)
        sheet.title(
            _("Documents on %(bill)s: %(hawbs)s") % {"bill": bill.number, "hawbs": hawbs(here.count())}, keep=90
        )
        sheet.boxes([[Field(_("MAWB"), _mawb(manifest, bill), 2), Field(_("Commercial value"), _("Nil"), 2)]])
        sheet.space(4)
        _bags(sheet, here)
        sheet.space(4)
        _shipments(sheet, here.order_by("bag__number", "pk"))


def _mawb(manifest: CourierExportManifest, bill: CourierShippingBill) -> str:
    """The master airway bill of the manifest, and that of Form G where the documents were declared for another."""
    declared = bill.form_g.mawb
    if declared == manifest.mawb:
        return manifest.mawb
    return f"{manifest.mawb} ({_('Form %(letter)s') % {'letter': 'G'}}: {declared})"


def _shipments(sheet: Paper, here: QuerySet[ExportShipment]) -> None:
    """House airway bills of documents as Form F lists goods: packages, weight, description, consignor, consignee."""
    table = sheet.table(
        [
            Column(_("No."), 0.06, right=True), Column(_("HAWB"), 0.16), Column(_("Bag"), 0.12), Column(_("Pieces"), 0.08, right=True),
            Column(_("kg"), 0.07, right=True), Column(_("Description"), 0.15), Column(_("Consignor"), 0.18), Column(_("Consignee"), 0.18),
        ]
    )  # fmt: skip
    rows = here.values_list("number", "bag__number", "packages", "gross_weight_kg", "description", "consignor_name", "consignee_name", "consignee_city")  # fmt: skip
    for n, (hawb, bag, pieces, kg, words, consignor, consignee, city) in enumerate(rows.iterator(chunk_size=2000), 1):
        to = f"{consignee}, {city}" if city else consignee
        weight = f"{kg.normalize():f}"
        table.row([str(n), hawb, bag or _("loose"), grouped(pieces), weight, words or _("Documents"), consignor, to])


def _bags(sheet: Paper, here: QuerySet[ExportShipment]) -> None:
    rows = here.filter(bag__isnull=False).values_list("bag__number", "bag__actual_weight_kg")
    table = sheet.table(
        [
            Column(_("Bag"), 0.4), Column(_("House airway bills"), 0.2, right=True), Column(_("Declared, kg"), 0.2, right=True),
            Column(_("Weighed, kg"), 0.2, right=True),
        ]
    )  # fmt: skip
    told: Any = rows.annotate(n=Count("pk"), declared=Sum("gross_weight_kg")).order_by("bag__number")
    for number, weighed, count, kg in told:
        table.row([number, grouped(count), f"{kg.normalize():f}", f"{weighed.normalize():f}" if weighed else "-"])
    loose = here.filter(bag=None).aggregate(n=Count("pk"), kg=Sum(AS_WEIGHED))
    if loose["n"]:
        table.row([_("loose"), grouped(loose["n"]), f"{loose['kg'].normalize():f}", "-"])
