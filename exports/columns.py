"""The columns of a CSB file: each with its check, its help and an example. What is asked on a bill of entry too is checked alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy

from bills.columns import ABOVE_ZERO
from bills.columns import COLUMNS as INWARD
from eccs import places
from eccs.uploads.checks import Column, code, day, decimal, identifier, integer, text, yes_no
from exports.kinds import GOODS, Nature, Scheme

_AIRPORT = re.compile(r"[A-Z]{3}").fullmatch
_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9/-]{0,29}").fullmatch
_NO_REFERENCE = gettext_lazy("is not a number of letters, digits, hyphens and strokes, 30 at most")
_ACCOUNT = re.compile(r"[A-Z0-9]{6,34}").fullmatch
_MONEY = decimal(2, Decimal(0), longest=16)
_FIRST = gettext_lazy("On the first row of a HAWB")
_JEWELLERY = gettext_lazy("E-commerce jewellery (7113, 7117), first row")
_YES_NO = gettext_lazy("First row: Y or N; empty is N")
_SAME = {column.name: column for column in INWARD}


def _of_bills(name: str, example: str = "", **more: Any) -> Column:
    """A column that a bill of entry has too."""
    return replace(_SAME[name], example=example or _SAME[name].example, **more)


def _fits(pattern: Callable[[str], Any], reason: Any) -> Callable[[str], str]:
    return lambda given: "" if pattern(given) else str(reason)


airport = identifier(_fits(_AIRPORT, gettext_lazy("is not an airport: three letters")))
COLUMNS = (
    Column("form", code(set(GOODS), gettext_lazy("is not a form: CSB-IV or CSB-V")), True, None, gettext_lazy("CSB-IV or CSB-V"), "CSB-V"),
    _of_bills("hawb", help=gettext_lazy("House airway bill; its rows together make one shipping bill"), example="SWF8801904425"),
    _of_bills("item_no"),
    _of_bills("cth", "61091000"),
    Column("sku", text(40), help=gettext_lazy("The exporter's own number of the item (SKU)")),
    _of_bills("description", "Cotton T-shirts, printed"),
    _of_bills("quantity", "40"),
    _of_bills("uom"),
    _of_bills("unit_price", "6.50"),
    _of_bills("currency"),
    _of_bills("invoice_number", "KVR-26-0917"),
    _of_bills("invoice_date"),
    _of_bills("invoice_terms"),
    Column("fob_value", decimal(2, Decimal("0.01"), ABOVE_ZERO, longest=16), True, None, gettext_lazy("FOB value of the item in the currency beside it"), "260.00"),
    Column("destination_country", code(places.COUNTRIES, gettext_lazy("is not a country: two letters of ISO 3166")), empty="", help=_FIRST, example="DE"),
    Column("airport_of_destination", airport, empty="", help=_FIRST, example="FRA"),
    Column("packages", integer(1, gettext_lazy("packages are counted from 1"), 9999), empty="", help=_FIRST, example="2"),
    Column("gross_weight_kg", decimal(3, Decimal("0.001"), ABOVE_ZERO, longest=10), empty="", help=_FIRST, example="9.400"),
    Column("consignor_name", text(120), help=gettext_lazy("The exporter, first row"), example="Kaveri Looms Pvt Ltd"),
    Column("consignor_address", text(240), help=_FIRST, example="14 Mill Road, Bengaluru"),
    Column("consignee_name", text(120), help=_FIRST, example="Nordlicht Handel GmbH"),
    Column("consignee_address", text(240), help=_FIRST, example="Hafenstrasse 3, Hamburg"),
    Column("mhbs_number", identifier(_fits(_REFERENCE, _NO_REFERENCE)), help=gettext_lazy("First row: MHBS No, where the shipment has one")),
    Column("crn_number", identifier(_fits(_REFERENCE, _NO_REFERENCE)), help=gettext_lazy("First row: CRN number, where the shipment has one")),
    Column("crn_mhbs_number", identifier(_fits(_REFERENCE, _NO_REFERENCE)), help=gettext_lazy("First row: CRN-MHBS number, where the shipment has one")),
    _of_bills("kyc_type"),
    _of_bills("kyc_number"),
    _of_bills("iec", help=gettext_lazy("First row; needed on CSB-V")),
    _of_bills("iec_branch", help=gettext_lazy("First row: branch code of the IEC")),
    _of_bills("ad_code", help=gettext_lazy("First row; authorised dealer's code, seven digits, needed on CSB-V")),
    Column("account_number", identifier(_fits(_ACCOUNT, gettext_lazy("is not a bank account: six to 34 letters and digits"))), help=gettext_lazy("First row: the exporter's bank account"), example="000901234567"),
    _of_bills("gstin", help=gettext_lazy("First row: GSTIN of the exporter, needed on CSB-V")),
    _of_bills("state_code", help=gettext_lazy("First row: GST code of the State in which the goods originate")),
    _of_bills("government", help=gettext_lazy("First row: Y where the exporter is the government or its undertaking; empty is N")),
    Column("under_bond_or_ut", yes_no, empty=False, help=gettext_lazy("First row: Y where exported under bond or undertaking, without paying IGST"), example="Y"),
    Column("igst_paid", _MONEY, empty=None, help=gettext_lazy("IGST paid on the item, rupees; 0 where none is due. CSB-V needs it, or under_bond_or_ut")),
    Column("taxable_value", _MONEY, empty=None, help=gettext_lazy("Taxable value of the item, rupees")),
    Column("cess_paid", _MONEY, empty=None, help=gettext_lazy("Compensation cess paid on the item, rupees")),
    Column("nfei", yes_no, empty=False, help=gettext_lazy("First row: Y where no foreign exchange is involved, as always on CSB-IV"), example="N"),
    Column("nature", code(set(Nature.values), gettext_lazy("must be GIFT or SAMPLE")), help=gettext_lazy("CSB-IV, first row: GIFT or SAMPLE")),
    Column("ecommerce", yes_no, empty=False, help=_YES_NO, example="N"),
    Column("scheme", code(set(Scheme.values), gettext_lazy("is no export scheme: DRAWBACK, RODTEP, ROSCTL, EPCG, ADVANCE or DFIA")), help=gettext_lazy("Leave it empty: exports under DRAWBACK, RODTEP or ROSCTL are filed on ICEGATE")),
    Column("meis", yes_no, empty=None, help=gettext_lazy("CSB-V, first row: Y or N, of bills of the days on which MEIS was asked; leave it empty after that")),
    Column("operator", text(120), help=_JEWELLERY),
    Column("transaction_id", text(60), help=_JEWELLERY),
    Column("order_number", text(60), help=_JEWELLERY),
    Column("order_date", day, empty=None, help=_JEWELLERY),
    Column("jewellery_specification", text(240), help=_JEWELLERY),
    Column("reimport_facility", yes_no, empty=False, help=gettext_lazy("First row: Y where unsold jewellery is to come back")),
)  # fmt: skip
SAME = ("form", "currency", "invoice_number", "invoice_date", "invoice_terms")
CONSIGNMENT = (
    "destination_country", "airport_of_destination", "packages", "gross_weight_kg", "consignor_name", "consignor_address",
    "consignee_name", "consignee_address",
)  # fmt: skip
CARRIAGE = ("mhbs_number", "crn_number", "crn_mhbs_number")
EXPORTER = (
    "kyc_type", "kyc_number", "government", "iec", "iec_branch", "ad_code", "account_number", "gstin", "state_code",
    "under_bond_or_ut", "nfei", "nature", "scheme",
)  # fmt: skip
JEWELLERY = ("operator", "transaction_id", "order_number", "order_date", "jewellery_specification")
ECOMMERCE = ("ecommerce", "meis", *JEWELLERY, "reimport_facility")
HEADER = (
    *CONSIGNMENT,
    *CARRIAGE,
    *EXPORTER,
    *ECOMMERCE,
)  # on the first row of a HAWB; other rows say the same or nothing
ITEM = (
    "item_no", "cth", "sku", "description", "quantity", "uom", "unit_price", "fob_value", "taxable_value", "igst_paid",
    "cess_paid",
)  # fmt: skip
