"""The two files of a small flight, as a courier's own system writes them. All data is invented."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

ECM = (
    "hawb", "mawb", "packages", "crn_numbers", "gross_weight_kg", "description", "consignor_name", "consignor_address",
    "consignor_country", "consignee_name", "consignee_address", "consignee_city", "consignee_state", "consignee_pin",
    "invoice_value", "invoice_currency",
)  # fmt: skip
CBE = (
    "form", "hawb", "item_no", "cth", "description", "country_of_origin", "quantity", "uom", "unit_price", "currency",
    "invoice_number", "invoice_date", "invoice_terms", "freight", "insurance", "kyc_type", "kyc_number", "iec", "gstin",
    "state_code", "ad_code",
)  # fmt: skip


def shipment(number: int, **given: Any) -> dict[str, Any]:
    """A row of the manifest's file."""
    return {
        "hawb": f"SWFB{number:08d}", "mawb": "157-12345675", "packages": 1, "crn_numbers": "", "gross_weight_kg": "1.250",
        "description": "Books", "consignor_name": "Lantern Bay Audio Ltd", "consignor_address": "Unit 7, 22 Harbour Lane",
        "consignor_country": "HK", "consignee_name": "Krishna Electronics", "consignee_address": "14, 3rd Cross",
        "consignee_city": "Bengaluru", "consignee_state": "Karnataka", "consignee_pin": "560068", "invoice_value": "112.00",
        "invoice_currency": "USD", **given,
    }  # fmt: skip


def item(number: int, **given: Any) -> dict[str, Any]:
    """A row of the bills' file: one item, one bill."""
    return {
        "form": "CBE-XIII", "hawb": f"SWFB{number:08d}", "item_no": 1, "cth": "85183000", "description": "Wireless earphones",
        "country_of_origin": "CN", "quantity": "10", "uom": "NOS", "unit_price": "11.20", "currency": "USD",
        "invoice_number": f"LBA-{number}", "invoice_date": "2026-11-12", "invoice_terms": "CIF", "freight": "", "insurance": "",
        "kyc_type": "GSTIN", "kyc_number": "29AAKCK4417E1ZH", "iec": "AAKCK4417E", "gstin": "29AAKCK4417E1ZH",
        "state_code": "29", "ad_code": "6390417", **given,
    }  # fmt: skip


def as_file(name: str, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The rows as a file that a browser can hand in."""
    text = StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return {"name": name, "mimeType": "text/csv", "buffer": text.getvalue().encode()}
