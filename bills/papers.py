"""What the papers of a bill say and how they are set: the bill itself (Form D) and the Out of Charge order."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from bills.form_e_paper import InvoiceLine, draw_form_e
from bills.secured_paper import SecuredLine, draw_secured
from bills.workings_paper import WorkingLine, draw_workings
from eccs.money import grouped, rupees
from eccs.papers import Column, Field, Head, Paper, Table

NAMED_PACKAGES = 6  # so many Cross Reference Numbers stand in the box; a longer list has a table of its own
SIGNED_HEIGHT, LINE_HEIGHT, LINE_LETTERS = (
    55.0,
    11.0,
    105,
)  # of the table below a declaration; of a line of it, in points and letters
ITEM_HEIGHT = 112.0  # points that the duty lines of an item need below its own row


@dataclass(frozen=True)
class DutyLine:
    """One head of duty of one item: its rates in words, what is forgone and what is charged, in rupees."""

    head: str
    ad_valorem: str
    specific: str
    forgone: Decimal
    amount: Decimal


@dataclass(frozen=True)
class ItemLine:
    """One item of the bill."""

    number: str
    cth: str
    description: str
    origin: str
    quantity: str
    unit_price: str
    value: str
    assessable_value: Decimal
    duty: Decimal
    forgone: Decimal
    heads: tuple[DutyLine, ...]
    beside: tuple[str, ...] = ()  # what else is declared of it


@dataclass(frozen=True)
class ChargeLine:
    """A charge that entered the value: freight, insurance and so on."""

    charge: str
    working: str
    amount: str


@dataclass(frozen=True)
class PaymentLine:
    """A payment of duty that the bank confirmed."""

    challan: str
    moment: str
    amount: Decimal


@dataclass(frozen=True)
class BillPaper:
    """A Courier Bill of Entry as it is printed: every value ready in words, money in rupees."""

    head: Head
    status: str
    filed: str
    manifest: str
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
    hawb: str
    mawb: str
    crns: tuple[str, ...]
    ucr: str
    consignor: str
    consignee: str
    gstin: str
    iec: str
    iec_branch: str
    ecommerce: str
    igm: str
    packages: str
    weight: str
    kyc_document: str
    kyc_id: str
    state_code: str
    ad_code: str
    government: str
    special_request: str
    invoice: str
    invoice_value: str
    exchange_rate: str
    notification: str
    assessable_value: Decimal
    duty: Decimal
    interest: Decimal
    signed: str
    out_of_charge: str
    items: tuple[ItemLine, ...]
    charges: tuple[ChargeLine, ...] = ()
    payments: tuple[PaymentLine, ...] = ()
    duty_heads: tuple[tuple[str, Decimal], ...] = field(default=())
    blocks: tuple[tuple[str, str], ...] = ()  # of Form E
    invoices: tuple[InvoiceLine, ...] = ()  # of Form E
    declarations: tuple[str, ...] = ()
    workings: tuple[WorkingLine, ...] = ()
    secured: tuple[SecuredLine, ...] = ()


@dataclass(frozen=True)
class OutOfChargePaper:
    """An Out of Charge order as it is printed."""

    head: Head
    bill: str
    form: str
    filed: str
    courier: str
    courier_registration: str
    manifest: str
    igm: str
    flight: str
    hawb: str
    mawb: str
    crns: tuple[str, ...]
    packages: str
    weight: str
    consignee: str
    consignor: str
    goods: str
    assessable_value: Decimal
    duty: Decimal
    interest: Decimal
    paid: Decimal
    payments: tuple[PaymentLine, ...]
    given_at: str
    given_by: str


def draw_bill(paper: BillPaper) -> bytes:
    """The Courier Bill of Entry as PDF, its fields in the order of Form D, which Forms C and E share; then what Form E adds."""
    sheet = Paper(paper.head)
    sheet.boxes(_form_d(paper))
    if paper.invoices:
        draw_form_e(sheet, paper.blocks, paper.invoices)
    sheet.title(_("Items and DUTY DETAILS"), ITEM_HEIGHT + 30)
    _draw_items(sheet, paper)
    if paper.duty_heads and not (len(paper.items) == 1 and paper.items[0].duty == paper.duty):  # it would say the same
        sheet.title(_("Duty of the bill"))
        heads = sheet.table([Column(_("Head"), 0.3), Column(_("Duty amount (Rs.)"), 0.2, right=True)])
        for name, amount in paper.duty_heads:
            heads.row([name, grouped(amount, 2)], keep=16)
        heads.row([_("Duty (Rs.)"), grouped(paper.duty, 2)], strong=True)
    if paper.charges:
        sheet.title(_("CHARGES USED"))
        charges = sheet.table(
            [Column(_("Charge"), 0.25), Column(_("Working"), 0.5), Column(_("Amount"), 0.25, right=True)]
        )
        for charge in paper.charges:
            charges.row([charge.charge, charge.working, charge.amount])
    draw_workings(sheet, paper.workings)
    draw_secured(sheet, paper.secured)
    _draw_payments(sheet, paper.payments)
    if len(paper.crns) > NAMED_PACKAGES:
        _draw_packages(sheet, paper.crns)
    words = " ".join(paper.declarations)
    sheet.title(_("Declaration"), kept_with(words))
    sheet.text(words)
    draw_signed(sheet, paper.signed, paper.out_of_charge)
    return sheet.close()


def kept_with(*sentences: str) -> float:
    """The height, in points, that a declaration and who made it need on one page."""
    return SIGNED_HEIGHT + LINE_HEIGHT * sum(1 + len(words) // LINE_LETTERS for words in sentences)


def draw_signed(sheet: Paper, signed: str, out_of_charge: str) -> None:
    """Who declared it for the courier, where and when, and who gave Out of Charge."""
    sheet.space(4)
    table = sheet.table([Column(_("Signed for the courier"), 0.5), Column(_("Out of Charge given by"), 0.5)])
    table.row([signed, out_of_charge])


def _form_d(paper: BillPaper) -> list[list[Field]]:
    """The header of Form D, fields 1 to 18A, and what the system adds to it."""
    return [
        [
            Field(_("Current Status of the CBE"), paper.status, 2, strong=True),
            Field(_("Filed"), paper.filed),
            Field(_("Manifest"), paper.manifest),
        ],
        [
            Field(_("1 Courier Registration Number"), paper.courier_registration),
            Field(_("2 Name and address of the Authorised Courier"), paper.courier, 3),
        ],
        [
            Field(_("3 Airline"), paper.airline),
            Field(_("4 Airport of arrival"), paper.airport_of_arrival),
            Field(_("5 First port of arrival"), paper.first_port),
            Field(_("6 Flight number"), paper.flight),
        ],
        [
            Field(_("7 Date of arrival"), paper.arrival_date),
            Field(_("8 Time of arrival"), paper.arrival_time),
            Field(_("9 Airport of shipment"), paper.airport_of_shipment),
            Field(_("10 Country of exportation"), paper.country_of_exportation),
        ],
        [
            Field(_("11(i) HAWB"), paper.hawb, strong=True),
            Field(_("11(ii) CRN"), packages_of(paper.crns), 2),
            Field(_("12 UCR"), paper.ucr),
        ],
        [Field(_("13 Consignor"), paper.consignor, 2), Field(_("14 Consignee"), paper.consignee, 2)],
        [
            Field(_("15 GSTIN"), paper.gstin),
            Field(_("16 IEC"), paper.iec),
            Field(_("17 IEC branch"), paper.iec_branch),
            Field(_("18 Items in the HAWB"), str(len(paper.items))),
        ],
        [
            Field(_("18A Import Using e-Commerce"), paper.ecommerce),
            Field(_("MAWB"), paper.mawb),
            Field(_("IGM, landed"), paper.igm),
            Field(_("Government/NonGovernment"), paper.government),
        ],
        [
            Field(_("KYC Document"), paper.kyc_document),
            Field(_("KYC ID"), paper.kyc_id),
            Field(_("State Code"), paper.state_code),
            Field(_("AD Code"), paper.ad_code),
        ],
        [
            Field(_("Packages"), paper.packages),
            Field(_("Gross weight, weighed"), paper.weight),
            Field(_("Case of CRN"), _("Yes") if len(paper.crns) > 1 else _("No")),
            Field(_("Special Request"), paper.special_request),
        ],
        [
            Field(_("Invoice"), paper.invoice, 2),
            Field(_("Invoice Value"), paper.invoice_value),
            Field(_("Exchange rate"), paper.exchange_rate),
        ],
        [
            Field(_("NOTIFICATION USED"), paper.notification),
            Field(_("Assessable Value"), rupees(paper.assessable_value, 2), strong=True),
            Field(_("Duty (Rs.)"), rupees(paper.duty, 2), strong=True),
            Field(_("Interest Amount"), rupees(paper.interest, 2)),
        ],
    ]


def _draw_items(sheet: Paper, paper: BillPaper) -> None:
    """Each item with its heads of duty; an item is never torn from its duty."""
    items = sheet.table(
        [
            Column(_("No."), 0.05), Column(_("CTH"), 0.1), Column(_("Description"), 0.36), Column(_("Origin"), 0.07),
            Column(_("Quantity"), 0.11, right=True), Column(_("Unit price"), 0.1, right=True),
            Column(_("Value"), 0.1, right=True), Column(_("AV (Rs.)"), 0.11, right=True),
        ]
    )  # fmt: skip
    for item in paper.items:
        items.row(
            [
                item.number, item.cth, "\n".join(filter(None, (item.description, "; ".join(item.beside)))), item.origin, item.quantity, item.unit_price, item.value,
                grouped(item.assessable_value, 2),
            ],
            keep=ITEM_HEIGHT,
        )  # fmt: skip
        _draw_duty(_duty_table(sheet), item)
        sheet.space(4)
        items.head_again()


def _duty_table(sheet: Paper) -> Table:
    return sheet.table(
        [
            Column(_("Head"), 0.16), Column(_("Ad valorem"), 0.12, right=True),
            Column(_("Specific rate"), 0.14, right=True), Column(_("Duty forgone"), 0.12, right=True),
            Column(_("Duty amount"), 0.12, right=True),
        ],
        inset=0.34, wash=False,
    )  # fmt: skip


def _draw_duty(heads: Table, item: ItemLine) -> None:
    for line in item.heads:
        heads.row([line.head, line.ad_valorem, line.specific, grouped(line.forgone), grouped(line.amount)])
    total = _("Item %(number)s") % {"number": item.number}
    heads.row([total, "", "", grouped(item.forgone), grouped(item.duty)], strong=True)


def _draw_payments(sheet: Paper, payments: tuple[PaymentLine, ...]) -> None:
    sheet.title(_("PAYMENT DETAILS"))
    if not payments:
        sheet.text(_("No payment yet."))
        return
    table = sheet.table(
        [Column(_("TR-6 challan no."), 0.35), Column(_("Date"), 0.4), Column(_("Total (Rs.)"), 0.25, right=True)]
    )
    for payment in payments:
        table.row([payment.challan, payment.moment, grouped(payment.amount, 2)])


def _draw_packages(sheet: Paper, crns: tuple[str, ...]) -> None:
    """All Cross Reference Numbers, four to a row."""
    sheet.title(_("Packages"))
    table = sheet.table([Column(_("CRN"), 0.25)] * 4)
    for first in range(0, len(crns), 4):
        table.row([*crns[first : first + 4], *[""] * max(0, first + 4 - len(crns))])


def packages_of(crns: tuple[str, ...]) -> str:
    """The Cross Reference Numbers in a box, or where a long list of them stands."""
    if len(crns) > NAMED_PACKAGES:
        return _("%(count)s packages, listed under “Packages”") % {"count": len(crns)}
    return ", ".join(crns)


def draw_out_of_charge(paper: OutOfChargePaper) -> bytes:
    """The Out of Charge order as PDF (section 47 of the Customs Act, 1962)."""
    sheet = Paper(paper.head)
    sheet.text(
        _(
            "The goods described here are cleared for home consumption under section 47 of the Customs Act, 1962. "
            "The custodian may hand them to the Authorised Courier."
        ),
        10,
    )
    sheet.space(4)
    sheet.boxes(
        [
            [
                Field(_("Out of Charge given"), paper.given_at, 2, strong=True),
                Field(_("Out of Charge given by"), paper.given_by, 2),
            ],
            [
                Field(_("Courier Bill of Entry"), paper.bill, 2, strong=True),
                Field(_("Form"), paper.form),
                Field(_("Filed"), paper.filed),
            ],
            [
                Field(_("Courier Registration Number"), paper.courier_registration),
                Field(_("Authorised Courier"), paper.courier, 3),
            ],
            [
                Field(_("HAWB"), paper.hawb, strong=True),
                Field(_("MAWB"), paper.mawb),
                Field(_("Packages"), paper.packages, strong=True),
                Field(_("Gross weight, weighed"), paper.weight),
            ],
            [Field(_("CRN"), packages_of(paper.crns), 4)],
            [
                Field(_("Manifest"), paper.manifest, 2),
                Field(_("IGM, landed"), paper.igm),
                Field(_("Flight number"), paper.flight),
            ],
            [Field(_("Consignee"), paper.consignee, 2), Field(_("Consignor"), paper.consignor, 2)],
            [Field(_("Goods"), paper.goods, 4)],
            [
                Field(_("Assessable Value"), rupees(paper.assessable_value, 2)),
                Field(_("Duty (Rs.)"), rupees(paper.duty, 2)),
                Field(_("Interest Amount"), rupees(paper.interest, 2)),
                Field(_("Paid"), rupees(paper.paid, 2), strong=True),
            ],
        ]
    )
    if paper.payments:
        _draw_payments(sheet, paper.payments)
    if len(paper.crns) > NAMED_PACKAGES:
        _draw_packages(sheet, paper.crns)
    return sheet.close()
