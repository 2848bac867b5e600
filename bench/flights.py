"""Made-up flights: files of shipments and of bills, always the same."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from random import Random

import xlsxwriter

from bills.columns import COLUMNS as BILL_COLUMNS
from manifests.reading import NON_DOCUMENTS

GOODS = (
    ("85183000", "Wireless earphones"),
    ("61091000", "Cotton shirts"),
    ("95030090", "Toys"),
    ("49011010", "Printed books"),
)


def shipments(count: int, salt: int = 0) -> list[dict[str, str]]:
    """The rows of an ECM."""
    chance = Random(f"{count}/{salt}")
    rows = []
    for n in range(count):
        hawb = f"SW{salt:03d}{n:09d}"
        packages = 1 if chance.random() < 0.9 else 3
        rows.append({
            "hawb": hawb, "mawb": "157-12345675", "ucr": "", "packages": str(packages),
            "crn_numbers": " ".join(f"{hawb}{p}" for p in range(1, packages + 1)) if packages > 1 else "",
            "gross_weight_kg": f"{chance.uniform(0.1, 12):.3f}", "description": GOODS[n % 4][1],
            "consignor_name": f"Sender {n % 997}", "consignor_address": f"{n % 401} Dock Road", "consignor_country": "HK",
            "consignee_name": f"Receiver {n % 4999}", "consignee_address": f"{n % 977}, 3rd Cross", "consignee_city": "Bengaluru",
            "consignee_state": "Karnataka", "consignee_pin": "560068", "invoice_value": f"{chance.uniform(5, 600):.2f}",
            "invoice_currency": "USD", "transshipment": "N", "transshipment_to": "",
        })  # fmt: skip
    return rows


def documents(count: int, bags: int, salt: int = 0) -> list[dict[str, str]]:
    """The rows of an ECM (Documents), spread over so many bags."""
    return [
        {
            "hawb": f"SD{salt:03d}{n:09d}", "mawb": "157-12345675", "bag_number": f"BAG-{salt:03d}-{n % bags:04d}", "pieces": "1",
            "gross_weight_kg": f"0.{100 + n % 800}", "description": "Documents", "consignor_name": f"Sender {n % 997}",
            "consignor_address": f"{n % 401} Dock Road", "consignor_country": "HK", "consignee_name": f"Receiver {n % 4999}",
            "consignee_address": f"{n % 977}, 3rd Cross", "consignee_city": "Bengaluru",
        }
        for n in range(count)
    ]  # fmt: skip


def bills(count: int, salt: int = 0) -> list[dict[str, str]]:
    """The rows of the bills of such an ECM: three in ten have two items."""
    chance = Random(f"bills/{count}/{salt}")
    rows = []
    for n in range(count):
        for item in range(1, 3 if chance.random() < 0.3 else 2):
            cth, words = GOODS[(n + item) % 4]
            row = dict.fromkeys((column.name for column in BILL_COLUMNS), "")
            row |= {
                "form": "CBE-XIII", "hawb": f"SW{salt:03d}{n:09d}", "item_no": str(item), "cth": cth, "description": words,
                "country_of_origin": "CN", "quantity": "2", "uom": "NOS", "unit_price": f"{chance.uniform(2, 200):.2f}",
                "currency": "USD", "invoice_number": f"INV-{n}", "invoice_date": "2026-11-01", "invoice_terms": "FOB",
            }  # fmt: skip
            if item == 1:
                row |= {
                    "freight": "12.00",
                    "kyc_type": "PAN",
                    "kyc_number": f"ABCPK{n % 10000:04d}L",
                    "state_code": "29",
                }
            rows.append(row)
    return rows


def as_csv(rows: list[dict[str, str]]) -> bytes:
    """Rows as a CSV file."""
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_xlsx(rows: list[dict[str, str]]) -> bytes:
    """Rows as an XLSX workbook of texts."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for n, row in enumerate([list(rows[0]), *(list(r.values()) for r in rows)]):
            for m, cell in enumerate(row):
                sheet.write_string(n, m, cell)
    return out.getvalue()


def shipment_names() -> list[str]:
    """The columns of an ECM."""
    return [column.name for column in NON_DOCUMENTS]
