"""The CBE-XI on paper, Form B: the header of the flight, and every house airway bill by its bag with consignor and consignee."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Sum
from django.utils.translation import gettext as _

from bills import declarations
from bills.models import CourierBillOfEntry
from bills.papers import draw_signed, kept_with
from eccs.money import grouped
from eccs.papers import Column, Field, Head, Paper
from eccs.written import bags


@dataclass(frozen=True)
class DocumentLine:
    """One house airway bill of documents."""

    hawb: str
    bag: str
    consignor: str
    consignee: str
    pieces: str
    weight: str


@dataclass(frozen=True)
class FormB:
    """A CBE-XI as it is printed: every value ready in words."""

    head: Head
    status: str
    filed: str
    manifest: str
    igm: str
    courier_registration: str
    courier: str
    airline: str
    airport_of_arrival: str
    first_port: str
    flight: str
    arrival_date: str
    arrival_time: str
    airport_of_shipment: str
    country_of_exportation: str
    mawb: str
    hawb: str
    packages: str
    weight: str
    bags: str
    signed: str
    out_of_charge: str
    lines: Iterable[DocumentLine] = ()


def parties_of_documents(bill: CourierBillOfEntry) -> dict[str, Any]:
    """What the papers of a CBE-XI say of its shipments: how many, in which bags, under which master airway bills."""
    sums = bill.shipments().aggregate(n=Count("pk"), kg=Sum("gross_weight_kg"), pieces=Sum("packages"))
    masters = sorted(set(bill.shipments().values_list("master__number", flat=True)))
    listed = _("As listed on the bill")
    return {
        "hawb": f"{bill.consignment}, {bags(bill.bag_count)}", "mawb": ", ".join(masters) or "-", "crns": (), "consignor": listed,
        "consignee": listed, "packages": grouped(sums["pieces"] or 0), "weight": f"{(sums['kg'] or 0):f} kg",
    }  # fmt: skip


def lines_of(bill: CourierBillOfEntry) -> Iterable[DocumentLine]:
    """Every house airway bill in the order of filing: one query."""
    names = ("consignor_name", "consignor_country", "consignee_name", "consignee_city", "packages", "gross_weight_kg")
    rows = bill.covered.order_by("pk").values_list(
        "hawb__number", "hawb__bag__number", *(f"hawb__{name}" for name in names)
    )
    return document_lines(rows.iterator(chunk_size=2000))


def document_lines(rows: Iterable[tuple[Any, ...]]) -> Iterable[DocumentLine]:
    """House airway bills of documents in words: number, bag, consignor, its country, consignee, its city, pieces, weight."""
    loose = _("loose")
    for hawb, bag, consignor, country, consignee, city, pieces, kg in rows:
        to = f"{consignee}, {city}" if city else consignee
        yield DocumentLine(
            hawb,
            bag or loose,
            f"{consignor} ({country})" if country else consignor,
            to,
            str(pieces),
            f"{kg.normalize():f}",
        )


def draw_form_b(paper: FormB) -> bytes:
    """The CBE-XI as PDF."""
    sheet = Paper(paper.head)
    sheet.boxes(_boxes(paper))
    sheet.space(4)
    list_documents(sheet, paper.lines)
    sentences = declarations.of_documents()
    sheet.title(_("Declaration"), kept_with(*sentences))
    sheet.items(sentences)
    draw_signed(sheet, paper.signed, paper.out_of_charge)
    return sheet.close()


def list_documents(sheet: Paper, lines: Iterable[DocumentLine]) -> None:
    """The table of house airway bills of documents, in or out."""
    table = sheet.table(
        [
            Column(_("No."), 0.06, right=True), Column(_("HAWB"), 0.17), Column(_("Bag"), 0.13), Column(_("Consignor"), 0.25),
            Column(_("Consignee"), 0.25), Column(_("Pieces"), 0.06, right=True), Column(_("kg"), 0.08, right=True),
        ]
    )  # fmt: skip
    for number, line in enumerate(lines, 1):
        table.row([str(number), line.hawb, line.bag, line.consignor, line.consignee, line.pieces, line.weight])


def _boxes(paper: FormB) -> list[list[Field]]:
    """The header of Form B."""
    return [
        [
            Field(_("Current Status of the CBE"), paper.status, 2, strong=True), Field(_("Filed"), paper.filed),
            Field(_("Manifest"), paper.manifest),
        ],
        [
            Field(_("1 Courier Registration Number"), paper.courier_registration),
            Field(_("2 Name and address of the Authorised Courier"), paper.courier, 3),
        ],
        [
            Field(_("3 Airline"), paper.airline), Field(_("4 Airport of arrival"), paper.airport_of_arrival),
            Field(_("5 First port of arrival"), paper.first_port), Field(_("6 Flight number"), paper.flight),
        ],
        [
            Field(_("7 Date of arrival"), paper.arrival_date), Field(_("8 Time of arrival"), paper.arrival_time),
            Field(_("9 Airport of shipment"), paper.airport_of_shipment),
            Field(_("10 Country of exportation"), paper.country_of_exportation),
        ],
        [Field(_("11 MAWB"), paper.mawb, 2), Field(_("12 Number of HAWBs and bags"), paper.hawb, 2, strong=True)],
        [
            Field(_("Pieces"), paper.packages), Field(_("Gross weight"), paper.weight), Field(_("IGM, landed"), paper.igm),
            Field(_("Commercial value"), _("Nil")),
        ],
        [Field(_("Bags"), paper.bags, 4)],
    ]  # fmt: skip


def bags_of(bill: CourierBillOfEntry, most: int = 60) -> str:
    """The bags by number, as many as a box holds; all stand beside their house airway bills."""
    rows = (
        bill.covered.filter(hawb__bag__isnull=False).annotate(bag=F("hawb__bag__number")).values_list("bag", flat=True)
    )
    return bags_in_words(list(rows.distinct().order_by("bag")[: most + 1]), most)


def bags_in_words(numbers: list[str], most: int = 60) -> str:
    """Bags by number, as many as a box holds."""
    if not numbers:
        return _("None: all are loose")
    return ", ".join(numbers[:most]) + (" …" if len(numbers) > most else "")
