"""Papers to look at: an ordinary bill, and the longest that the law and the columns allow. All data is invented."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from bills.papers import BillPaper, ChargeLine, DutyLine, ItemLine, OutOfChargePaper, PaymentLine
from eccs.papers import Head
from payments.papers import ReceiptPaper

NUMBER = "CBE-XIII_BLR_2026-2027_412_1873"
ADDRESS = f"https://eccs.example/bills/imports/{NUMBER}/"


def head(**given: Any) -> Head:
    """The head of a bill's pages."""
    return Head(
        **{
            "title": "Courier Bill of Entry-XIII",
            "subtitle": "Form D, for home consumption",
            "number": NUMBER,
            "place": "Courier Terminal, Bengaluru (BLR)",
            "token": "BLR2613000CGEN",
            "address": ADDRESS,
            "foot": f"{NUMBER}   printed 19/11/2026 16:04 IST by signatory.swift   trail 3f9a 6e02 b817 c21e",
            **given,
        }
    )


def item(number: int, description: str = "Wireless earphones with charging case, model N-20, black") -> ItemLine:
    """An item with its five heads of duty."""
    return ItemLine(
        number=str(number),
        cth="8518 30 00",
        description=description,
        origin="CN",
        quantity="60 NOS",
        unit_price="11.20",
        value="672.00",
        assessable_value=Decimal("73025.58"),
        duty=Decimal(27362),
        forgone=Decimal(0),
        heads=(
            DutyLine("BCD", "15 %", "-", Decimal(0), Decimal(10954)),
            DutyLine("AIDC", "nil", "-", Decimal(0), Decimal(0)),
            DutyLine("SW SRCHRG", "10 %", "-", Decimal(0), Decimal(1095)),
            DutyLine("IGST", "18 %", "-", Decimal(0), Decimal(15313)),
            DutyLine("CMPNSTRY", "nil", "-", Decimal(0), Decimal(0)),
        ),
    )


def bill(items: int = 3) -> BillPaper:
    """An ordinary bill, paid and out of charge."""
    return BillPaper(
        head=head(),
        status="OOC ISSUED on 19-11-2026 15:32",
        filed="19/11/2026 08:05 IST",
        manifest="ECM_BLR_2026-2027_412",
        courier_registration="AAQCS4821KAC01",
        courier="Swift Consignments Private Limited, 14 Ring Road, Bengaluru 560 001",
        airline="Zephyr Air",
        airport_of_arrival="BLR",
        first_port="BLR",
        flight="ZZ 318",
        arrival_date="19/11/2026",
        arrival_time="06:18 IST",
        airport_of_shipment="HKG",
        country_of_exportation="HK",
        hawb="SWF7731904425",
        mawb="899-44172063",
        crns=("SW88140213", "SW88140214"),
        ucr="",
        consignor="Lantern Bay Audio Ltd, Unit 7, 22 Harbour Lane, Kowloon (HK)",
        consignee="Krishna Electronics, 14, 3rd Cross, Bommanahalli Layout, Bengaluru, Karnataka 560 068",
        gstin="29AAKCK4417E1ZH",
        iec="AAKCK4417E",
        iec_branch="0",
        ecommerce="No",
        igm="2914407, 19/11/2026 06:18 IST",
        packages="2",
        weight="4.20 kg, 4.26 kg",
        kyc_document="GSTIN",
        kyc_id="29AAKCK4417E1ZH",
        state_code="29",
        ad_code="6390417",
        government="NonGovernment",
        special_request="None",
        invoice="LBA-26-11873 of 12/11/2026, FOB",
        invoice_value="USD 787.00",
        exchange_rate="1 USD = ₹ 95.85, 84/2026",
        notification="None",
        assessable_value=Decimal("85522.52"),
        duty=Decimal(31785),
        interest=Decimal(0),
        signed="Nila Joshi, Courier Signatory\n19/11/2026 08:05 IST",
        out_of_charge="Uma Pillai, Shed Superintendent\n19/11/2026 15:32 IST",
        items=tuple(item(n + 1) for n in range(items)),
        duty_heads=(
            ("BCD", Decimal(12628)),
            ("AIDC", Decimal(0)),
            ("SW SRCHRG", Decimal(1263)),
            ("IGST", Decimal(17894)),
            ("CMPNSTRY", Decimal(0)),
        ),
        charges=(ChargeLine("Freight", "Declared", "USD 96.40"), ChargeLine("Insurance", "Not declared", "-")),
        payments=(PaymentLine("1911402718", "19/11/2026 14:12 IST", Decimal(31785)),),
        declarations=(
            "We are authorised by the consignor or consignee to file this bill.",
            "What this bill says is true and complete.",
        ),
    )


LONG_WORD = "W" * 240
LONG_TEXT = " ".join(["Wohnungseigentumsgemeinschaft"] * 8)


def longest_bill() -> BillPaper:
    """44 items, 60 packages, every text as long as its column and every amount as high as its column."""
    high = Decimal("99999999999999.99")
    heads = tuple(
        DutyLine(h, "1234.567 %", "99999999.99/KGS", high, high)
        for h in ("BCD", "AIDC", "SW SRCHRG", "IGST", "CMPNSTRY")
    )
    items = tuple(
        replace(
            item(n + 1, LONG_WORD if n % 2 else LONG_TEXT),
            quantity="99,99,99,99,999.999 NOS",
            assessable_value=high,
            unit_price="9,99,99,99,99,999.9999",
            value="9,99,99,99,99,99,99,999.99",
            duty=high,
            forgone=high,
            heads=heads,
            beside=("M" * 120, "Notification: 050/2017-Customs, sl. 608(i)(a)", f"Licence: {'L' * 20}"),
        )
        for n in range(44)
    )
    return replace(
        bill(),
        consignor=f"{'N' * 120}, {LONG_WORD} (HK)",
        consignee=f"{'C' * 120}, {LONG_TEXT}, Bengaluru, Karnataka 560068",
        courier=f"{'S' * 120}, {'T' * 200}",
        ucr="U" * 35,
        crns=tuple(f"CRN{n:027d}" for n in range(60)),
        items=items,
        invoice=f"{'I' * 40} of 12/11/2026, FOB",
        exchange_rate="100 JPY = ₹ 12345678.9012, Notification 84/2026-Customs (N.T.)",
        assessable_value=high,
        duty=high,
        interest=high,
        airline="A" * 60,
        hawb="H" * 20,
        status="S" * 80,
        duty_heads=tuple((h, high) for h in ("BCD", "AIDC", "SW SRCHRG", "IGST", "CMPNSTRY")),
        payments=tuple(PaymentLine(f"19114027{n:02d}", "19/11/2026 14:12 IST", high) for n in range(5)),
        head=head(
            number="CBE-XIII_BLR_2026-2027_99999_32767",
            foot="x" * 120,
            place="Courier Terminal, Thiruvananthapuram (TRV)",
        ),
    )


def hindi_bill() -> BillPaper:
    """A consignee and goods written in Hindi."""
    return replace(
        bill(),
        consignee="श्रीमती कृष्णा शर्मा, १४, तीसरा क्रॉस, बोम्मनहल्ली, बेंगलुरु, कर्नाटक 560 068",
        items=(item(1, "हस्तशिल्प की लकड़ी की मूर्ति (Wooden statue)"),),
    )


def order() -> OutOfChargePaper:
    """An Out of Charge order given by an officer."""
    given = bill()
    return OutOfChargePaper(
        head=head(
            title="Out of Charge",
            subtitle="Order under section 47",
            number="OOC_BLR_2026-2027_000187",
            token="BLR264100005V",
        ),
        bill=NUMBER,
        form="CBE-XIII",
        filed=given.filed,
        courier=given.courier,
        courier_registration=given.courier_registration,
        manifest=given.manifest,
        igm=given.igm,
        flight=given.flight,
        hawb=given.hawb,
        mawb=given.mawb,
        crns=given.crns,
        packages="2",
        weight=given.weight,
        consignee=given.consignee,
        consignor=given.consignor,
        goods="Wireless earphones with charging case",
        assessable_value=given.assessable_value,
        duty=given.duty,
        interest=Decimal(0),
        paid=given.duty,
        payments=given.payments,
        given_at="19/11/2026 15:32 IST",
        given_by="Uma Pillai, Shed Superintendent",
    )


def receipt(bills: int = 4) -> ReceiptPaper:
    """A cyber receipt for some bills."""
    return ReceiptPaper(
        head=head(
            title="Cyber receipt", subtitle="Customs duty, courier mode", number="R-BLR-26-0048213", token="1911402718"
        ),
        receipt="R-BLR-26-0048213",
        challan="1911402718 of 19/11/2026",
        paid_by="Swift Consignments Private Limited, AAQCS4821KAC01",
        paid_from="Sandbox bank",
        bank_reference="SBX261119140073318",
        confirmed="19/11/2026 14:12 IST",
        station="Bengaluru (BLR)",
        heads=(("BCD", Decimal(29936)), ("SWS", Decimal(2994)), ("IGST", Decimal(57894))),
        total=Decimal(90824),
        bills=tuple((f"CBE-XIII_BLR_2026-2027_412_{n + 1}", f"SWF773190{n:04d}", Decimal(22706)) for n in range(bills)),
    )
