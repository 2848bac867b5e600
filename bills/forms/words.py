"""The words of the forms in which a bill is declared: labels, hints, widths and choices of every column."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from bills.kinds import Gift, Nature
from bills.models import FormE

LABELS: dict[str, Any] = {
    "taken_off": _("Shipments taken off"),
    "put_on": _("Shipments put on"),
    "invoice_number": _("Invoice number"),
    "invoice_date": _("Invoice date"),
    "invoice_terms": _("Terms"),
    "currency": _("Currency"),
    "freight": _("Freight"),
    "insurance": _("Insurance"),
    "inland_charges": _("Inland charges"),
    "discount": _("Discount"),
    "ecommerce": _("Imported through e-commerce"),
    "eou": _("For a 100 % export oriented unit"),
    "repair_and_return": _("For repair and return"),
    "government": _("For the government"),
    "kyc_type": _("KYC document"),
    "kyc_number": _("Number of the KYC document"),
    "iec": _("IEC"),
    "iec_branch": _("Branch of the IEC"),
    "gstin": _("GSTIN"),
    "state_code": _("State"),
    "ad_code": _("AD code"),
    "cth": _("CTH"),
    "description": _("Description"),
    "country_of_origin": _("Country of origin"),
    "quantity": _("Quantity"),
    "uom": _("Unit"),
    "unit_price": _("Unit price"),
    "manufacturer": _("Maker or brand"),
    "notification": _("Notification"),
    "notification_sl_no": _("Serial number in the notification"),
    "licence_number": _("Licence number"),
    "licence_type": _("Kind of licence"),
    "gst_code": _("GST code (HSN)"),
    "item_packages": _("Packages with this item"),
    "item_marks": _("Marks and numbers on them"),
    "form": _("Form"),
    "nature": _("Sample or gift"),
    "gift_kind": _("Kind of gift"),
    "cetsh": _("CETSH"),
    "licence_debit": _("Debited to the licence, rupees"),
    "invoice_place": _("Invoice"),
    "invoice": _("Invoice"),
    "importer_category": _("The importer is"),
    "be_category": _("Category of the bill"),
    "be_class": _("Class of the bill"),
    "be_type": _("Type of the bill"),
    "cha_licence": _("Licence of the customs broker"),
    "cha_name": _("Name of the customs broker"),
    "cha_address": _("Address of the customs broker"),
    "high_sea_sale": _("Sold on the high seas"),
    "high_sea_seller": _("Seller on the high seas"),
    "high_sea_seller_iec": _("IEC of that seller"),
    "first_proviso": _("First proviso to section 46(1): particulars follow"),
    "first_check": _("First check asked for"),
    "provisional_documents": _("Urgent clearance on provisional documents asked for"),
    "extension_48": _("Extension of time under section 48 asked for"),
    "extension_reason": _("Reason for the extension"),
    "country_of_consignment": _("Country of consignment"),
    "marks": _("Marks and numbers"),
    "package_type": _("Type of packages"),
    "gateway_port": _("Gateway port"),
    "gateway_igm": _("IGM at the gateway port"),
    "bond_number": _("Bond number"),
    "bond_amount": _("Bond amount, rupees"),
    "loading_charges": _("Loading and handling"),
    "other_charges": _("Miscellaneous charges"),
    "order_number": _("Purchase order number"),
    "order_date": _("Purchase order date"),
    "contract_number": _("Contract number"),
    "credit_number": _("Letter of credit number"),
    "supplier": _("Supplier, name and address"),
    "seller": _("Seller, where not the supplier"),
    "broker": _("Broker or agent"),
    "related": _("Buyer and seller are related"),
    "price_influenced": _("The relation has influenced the price"),
    "svb_order": _("Order of the Special Valuation Branch"),
    "svb_order_date": _("Date of that order"),
    "valuation_rule": _("Method of valuation"),
}

HINTS: dict[str, Any] = {
    "invoice_date": _("For example 2026-11-12 or 12/11/2026."),
    "invoice_terms": _("What the price includes."),
    "kyc_number": _("Of an Aadhaar only the last four digits are kept."),
    "iec": _("Ten characters. For personal use leave it empty: 0100000053 is used."),
    "ad_code": _("Seven digits, where foreign exchange goes through a bank."),
    "cth": _("Eight digits."),
    "description": _("What the goods are, with brand and model."),
    "unit_price": _("In the currency of the invoice."),
    "licence_type": _("For example EPCG or Advance authorisation."),
    "gst_code": _("Four, six or eight digits."),
    "cetsh": _("Eight digits, where the Central Excise tariff names the goods otherwise."),
    "nature": _("Free samples and permitted gifts come on CBE-XII without duty."),
    "gift_kind": _("The gifts that come without duty."),
    "importer_category": _("Left empty: other, or a government department where the goods are for the government."),
    "be_category": _("Left empty: home consumption."),
    "be_class": _("Left empty: new."),
    "be_type": _("Left empty: as the aircraft has arrived or not."),
    "high_sea_seller_iec": _("Ten characters."),
    "gateway_port": _("Where the goods entered India, if elsewhere."),
    "valuation_rule": _("Left empty: the transaction value."),
    "inland_charges": _("Ex works only: the cost to the port of export, in the currency of the invoice."),
    "order_date": _("For example 2026-11-12 or 12/11/2026."),
    "svb_order_date": _("For example 2026-11-12 or 12/11/2026."),
}

WIDTHS = {
    "freight": 10,
    "insurance": 10,
    "inland_charges": 10,
    "discount": 10,
    "iec": 10,
    "iec_branch": 4,
    "ad_code": 10,
    "cth": 10,
    "quantity": 10,
    "unit_price": 10,
    "invoice_date": 10,
    "gstin": 20,
    "kyc_number": 20,
    "invoice_number": 20,
    "notification": 10,
    "notification_sl_no": 10,
    "licence_number": 20,
    "licence_type": 20,
    "gst_code": 10,
    "item_packages": 5,
    "manufacturer": 20,
    "cetsh": 10,
    "licence_debit": 10,
    "order_date": 10,
    "svb_order_date": 10,
    "high_sea_seller_iec": 10,
    "gateway_port": 10,
    "bond_amount": 10,
    "loading_charges": 10,
    "other_charges": 10,
}
FIGURES = {
    "freight", "insurance", "inland_charges", "discount", "quantity", "unit_price", "item_packages", "licence_debit", "bond_amount",
    "loading_charges", "other_charges",
}  # fmt: skip
YES_NO = {
    "ecommerce", "eou", "repair_and_return", "government", "high_sea_sale", "first_proviso", "first_check",
    "provisional_documents", "extension_48", "related", "price_influenced",
}  # fmt: skip
SELDOM = {  # asked of few items: licences, further codes, packing
    "licence_number", "licence_type", "licence_debit", "cetsh", "gst_code", "item_packages", "item_marks",
}  # fmt: skip
LONG = {"description", "cha_address", "marks", "extension_reason", "supplier", "seller", "broker"}
TERMS = (
    ("FOB", _("FOB: free on board, without freight and insurance")),
    ("CIF", _("CIF: with freight and insurance")),
    ("C&F", _("C&F: with freight, without insurance")),
    ("C&I", _("C&I: with insurance, without freight")),
    ("EXW", _("EXW: ex works")),
)
KYC = (
    ("AADHAAR", _("Aadhaar")),
    ("PAN", _("PAN")),
    ("PASSPORT", _("Passport")),
    ("VOTER_ID", _("Voter ID")),
    ("GSTIN", _("GSTIN")),
    ("IEC", _("IEC")),
    ("UIN", _("UIN")),
)
RULES_OF_VALUATION = (
    ("3", _("Rule 3: transaction value")),
    ("4", _("Rule 4: value of identical goods")),
    ("5", _("Rule 5: value of similar goods")),
    ("7", _("Rule 7: deductive value")),
    ("8", _("Rule 8: computed value")),
    ("9", _("Rule 9: residual method")),
)
CHOICES: dict[str, Any] = {
    "nature": Nature.choices, "gift_kind": Gift.choices, "importer_category": FormE.Category.choices,
    "be_category": FormE.Purpose.choices, "be_class": FormE.Class.choices, "be_type": FormE.Type.choices,
    "valuation_rule": RULES_OF_VALUATION,
}  # fmt: skip


def in_words(name: str, text: str) -> Any:
    """What was typed or chosen, as people read it."""
    if name in YES_NO:
        return _("Yes") if text.upper() == "Y" else _("No")
    return dict(CHOICES.get(name, ())).get(text, text)
