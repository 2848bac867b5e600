"""The words of the form in which a shipping bill is declared: what it shares with a bill of entry stands there."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from bills.forms import words
from exports.kinds import Nature, Scheme

LABELS: dict[str, Any] = {
    **words.LABELS,
    "destination_country": _("Country of destination"),
    "airport_of_destination": _("Airport of destination"),
    "packages": _("Packages"),
    "gross_weight_kg": _("Gross weight, kg"),
    "consignor_name": _("Exporter"),
    "consignor_address": _("Address of the exporter"),
    "consignee_name": _("Consignee"),
    "consignee_address": _("Address of the consignee"),
    "mhbs_number": _("MHBS No"),
    "crn_number": _("CRN number"),
    "crn_mhbs_number": _("CRN-MHBS number"),
    "government": _("The exporter is the government or its undertaking"),
    "state_code": _("State of origin of the goods"),
    "sku": _("SKU"),
    "account_number": _("Bank account of the exporter"),
    "under_bond_or_ut": _("Exported under bond or undertaking, without paying IGST"),
    "nfei": _("No foreign exchange is involved"),
    "nature": _("Gift or sample"),
    "scheme": _("Export scheme claimed"),
    "ecommerce": _("Exported through e-commerce"),
    "meis": _("Claimed under MEIS"),
    "operator": _("E-commerce operator"),
    "transaction_id": _("Payment or transaction number"),
    "order_number": _("Order number"),
    "order_date": _("Order date"),
    "jewellery_specification": _("Specification of the jewellery"),
    "reimport_facility": _("Unsold jewellery is to come back"),
    "airline": _("Airline"),
    "flight_number": _("Flight number"),
    "mawb": _("MAWB"),
    "departure_date": _("Date of departure"),
    "departure_time": _("Time of departure"),
    "landing_date": _("Expected landing date"),
    "ulds": _("Unit load devices (ULD)"),
    "hawb": _("House airway bill"),
    "bag_number": _("Bag"),
    "pieces": _("Pieces"),
    "consignee_city": _("City of the consignee"),
    "fob_value": _("FOB value of the item"),
    "taxable_value": _("Taxable value, rupees"),
    "igst_paid": _("IGST paid, rupees"),
    "cess_paid": _("Compensation cess paid, rupees"),
}
OF_DOCUMENTS = {**LABELS, "consignor_name": _("Consignor"), "consignor_address": _("Address of the consignor")}
HINTS: dict[str, Any] = {
    "airport_of_destination": _("Three letters."),
    "invoice_date": words.HINTS["invoice_date"],
    "order_date": words.HINTS["order_date"],
    "departure_date": words.HINTS["invoice_date"],
    "departure_time": _("By the clock of India, such as 06:18."),
    "landing_date": words.HINTS["invoice_date"],
    "ulds": _("How many the bags and pieces are in; empty where the airline loads them loose."),
    "bag_number": _("As its seal or label has it; empty for a loose shipment."),
    "invoice_terms": words.HINTS["invoice_terms"],
    "kyc_number": words.HINTS["kyc_number"],
    "iec": _("Ten characters. CSB-V needs it."),
    "ad_code": _("Seven digits: the bank through which the payment comes. CSB-V needs it."),
    "gstin": _("CSB-V needs it."),
    "igst_paid": _("Nought where none is due. Leave it empty where the goods go under bond or undertaking."),
    "sku": _("The exporter's own number of the item; may stay empty."),
    "nature": _("CSB-IV alone."),
    "scheme": _("Leave it empty: drawback, RoDTEP and RoSCTL are claimed on ICEGATE, not here."),
    "cth": words.HINTS["cth"],
    "description": words.HINTS["description"],
    "unit_price": words.HINTS["unit_price"],
    "fob_value": _("In the currency of the invoice."),
    "operator": _("This and what follows: jewellery of 7113 or 7117 sold by e-commerce."),
}
CHOICES: dict[str, Any] = {
    "nature": Nature.choices,
    "scheme": Scheme.choices,
    "meis": (("Y", _("Yes")), ("N", _("No"))),
}
YES_NO = {"government", "under_bond_or_ut", "nfei", "ecommerce", "reimport_facility"}
LONG = {"consignor_address", "consignee_address", "description", "jewellery_specification"}
