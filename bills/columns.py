"""The columns of a CBE file: each with its check, its help and an example. Forms check what is typed by the same."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import TextChoices
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from bills.duty.valuation import Terms
from bills.kinds import TYPED, Gift, Nature, NotificationType
from bills.models import FormE
from eccs import identifiers, places
from eccs.uploads.checks import Column, code, day, decimal, identifier, integer, text, yes_no

ABOVE_ZERO = gettext_lazy("must be above zero")
_MONEY = decimal(2, Decimal(0), longest=16)
_YES_NO_HELP = gettext_lazy("Y or N; empty is N")

_ONLY_XIV = gettext_lazy("CBE-XIV only")
_YES_NO_XIV = gettext_lazy("CBE-XIV only: Y or N; empty is N")


def _words(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, text(_LENGTHS.get(name, 40)), help=_ONLY_XIV) for name in names)


def _flags(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, yes_no, empty=False, help=_YES_NO_XIV) for name in names)


def _one_of(name: str, codes: type[TextChoices]) -> Column:
    listed = ", ".join(codes.values)
    return Column(name, code(set(codes.values), format_lazy(gettext_lazy("is not one of {codes}"), codes=listed)), help=format_lazy(gettext_lazy("CBE-XIV only: {codes}"), codes=listed))  # fmt: skip


_LENGTHS = {
    "cha_licence": 20, "cha_name": 120, "cha_address": 240, "high_sea_seller": 120, "extension_reason": 240, "marks": 240,
    "package_type": 20, "gateway_port": 6, "gateway_igm": 20, "supplier": 240, "seller": 240, "broker": 240,
    "supplier_address": 240, "seller_address": 240, "broker_address": 240, "general_description": 120, "brand": 60,
}  # fmt: skip
VALUATION_RULES = ("3", "4", "5", "7", "8", "9")  # of the Valuation Rules 2007, in the order they are tried
FORM_E_COLUMNS = (
    Column("licence_debit", _MONEY, empty=None, help=gettext_lazy("CBE-XIV only: rupees debited to the licence")),
    _one_of("importer_category", FormE.Category),
    _one_of("be_category", FormE.Purpose),
    _one_of("be_class", FormE.Class),
    _one_of("be_type", FormE.Type),
    *_words("cha_licence", "cha_name", "cha_address"),
    *_flags("high_sea_sale"),
    *_words("high_sea_seller"),
    Column("high_sea_seller_iec", identifier(identifiers.iec), help=_ONLY_XIV),
    *_flags("first_proviso", "first_check", "provisional_documents", "extension_48"),
    *_words("extension_reason"),
    Column("country_of_consignment", code(places.COUNTRIES, gettext_lazy("is not a country: two letters of ISO 3166")), help=_ONLY_XIV),
    *_words("marks", "package_type", "gateway_port", "gateway_igm", "bond_number"),
    Column("bond_amount", _MONEY, empty=None, help=_ONLY_XIV),
    Column("loading_charges", _MONEY, empty=None, help=_ONLY_XIV),
    Column("other_charges", _MONEY, empty=None, help=_ONLY_XIV),
    *_words("order_number"),
    Column("order_date", day, empty=None, help=_ONLY_XIV),
    *_words("contract_number", "credit_number", "supplier", "seller", "broker"),
    *_flags("related", "price_influenced"),
    *_words("svb_order"),
    Column("svb_order_date", day, empty=None, help=_ONLY_XIV),
    Column("valuation_rule", code(set(VALUATION_RULES), gettext_lazy("is not a rule of valuation: 3, 4, 5, 7, 8 or 9")), help=gettext_lazy("CBE-XIV only: rule of the Valuation Rules 2007; empty is 3")),
)  # fmt: skip
COLUMNS = (
    Column("form", code({kind.value for kind in TYPED}, gettext_lazy("is not a form: CBE-XII, CBE-XIII or CBE-XIV")), True, None, gettext_lazy("CBE-XIII"), "CBE-XIII"),
    Column("hawb", identifier(identifiers.hawb), True, None, gettext_lazy("House airway bill; its rows together make one bill"), "SWF7731904425"),
    Column("item_no", integer(1, gettext_lazy("items are counted from 1"), 9999), True, None, gettext_lazy("1, 2, 3 …"), "1"),
    Column("cth", identifier(identifiers.cth), True, None, gettext_lazy("Tariff item, eight digits"), "85183000"),
    Column("description", text(240), True, help=gettext_lazy("Description of the item"), example="Wireless earphones with charging case"),
    Column("country_of_origin", code(places.COUNTRIES, gettext_lazy("is not a country: two letters of ISO 3166")), True, None, gettext_lazy("ISO 3166, two letters"), "CN"),
    Column("quantity", decimal(3, Decimal("0.001"), ABOVE_ZERO), True, None, gettext_lazy("Quantity in the unit beside it"), "60"),
    Column("uom", code(places.UNITS, gettext_lazy("is not a unit quantity code, such as NOS or KGS")), True, None, gettext_lazy("Unit of measure"), "NOS"),
    Column("unit_price", decimal(4, Decimal("0.0001"), ABOVE_ZERO), True, None, gettext_lazy("Price of one unit in the currency"), "11.20"),
    Column("currency", code(places.CURRENCIES, gettext_lazy("is not a currency code: three letters of ISO 4217")), True, None, gettext_lazy("ISO 4217, three letters"), "USD"),
    Column("invoice_number", text(40), True, None, gettext_lazy("Invoice number"), "LBA-26-11873"),
    Column("invoice_date", day, True, None, gettext_lazy("YYYY-MM-DD or DD/MM/YYYY"), "2026-11-12"),
    Column("invoice_terms", code({t.value for t in Terms}, gettext_lazy("is not an invoice term: FOB, CIF, C&F, C&I or EXW")), True, None, "FOB, CIF, C&F, C&I, EXW", "FOB"),
    Column("freight", _MONEY, empty=None, help=gettext_lazy("Freight in the currency, on the first row of a HAWB"), example="96.40"),
    Column("insurance", _MONEY, empty=None, help=gettext_lazy("Insurance in the currency, first row")),
    Column("inland_charges", _MONEY, empty=None, help=gettext_lazy("Ex-works: carriage to the airport, first row")),
    Column("discount", _MONEY, empty=None, help=gettext_lazy("Discount in the currency, first row")),
    Column("notification", text(20), help=gettext_lazy("Notification claimed")),
    Column("notification_sl_no", text(12), help=gettext_lazy("Serial number in the notification")),
    Column("licence_number", text(20), help=gettext_lazy("Licence number")),
    Column("licence_type", text(20), help=gettext_lazy("What the licence is, such as EPCG or Advance authorisation")),
    Column("manufacturer", text(120), help=gettext_lazy("Manufacturer")),
    Column("cetsh", identifier(identifiers.cth), help=gettext_lazy("Central Excise tariff item, eight digits")),
    Column("gst_code", identifier(identifiers.gst_code), help=gettext_lazy("HSN of the GST, four, six or eight digits")),
    Column("item_packages", integer(1, gettext_lazy("packages are counted from 1"), 99999), empty=None, help=gettext_lazy("Packages that hold this item")),
    Column("item_marks", text(120), help=gettext_lazy("Marks and numbers on those packages")),
    Column("nature", code({n.value for n in Nature}, gettext_lazy("must be GIFT or SAMPLE")), help=gettext_lazy("CBE-XII: GIFT or SAMPLE")),
    Column("gift_kind", code({g.value for g in Gift}, gettext_lazy("must be RAKHI or LIFE_SAVING_DRUG")), help=gettext_lazy("Of a gift: RAKHI or LIFE_SAVING_DRUG")),
    Column("kyc_type", code(set(identifiers.KYC), gettext_lazy("is not a kind of KYC document")), empty="", help=gettext_lazy("First row: AADHAAR, PAN, PASSPORT, VOTER_ID, GSTIN, IEC, UIN"), example="GSTIN"),
    Column("kyc_number", identifier(lambda _given: ""), empty="", help=gettext_lazy("First row: number of the KYC document"), example="29AAKCK4417E1ZH"),
    Column("iec", identifier(identifiers.iec), help=gettext_lazy("First row; 0100000053 for personal imports"), example="AAKCK4417E"),
    Column("iec_branch", text(4), help=gettext_lazy("Branch code of the IEC")),
    Column("gstin", identifier(identifiers.gstin), help=gettext_lazy("GSTIN of the importer"), example="29AAKCK4417E1ZH"),
    Column("state_code", code(set(places.STATE_CODES), gettext_lazy("is not a state code of two digits")), help=gettext_lazy("GST state code"), example="29"),
    Column("ad_code", identifier(identifiers.ad_code), help=gettext_lazy("Authorised dealer's code, seven digits"), example="6390417"),
    Column("government", yes_no, empty=False, help=_YES_NO_HELP, example="N"),
    Column("eou", yes_no, empty=False, help=_YES_NO_HELP, example="N"),
    Column("repair_and_return", yes_no, empty=False, help=_YES_NO_HELP, example="N"),
    Column("ecommerce", yes_no, empty=False, help=_YES_NO_HELP, example="N"),
    Column("return_of", text(60), help=gettext_lazy("First row, CBE-XIII and CBE-XIV: number or HAWB of the shipping bill with which goods that come back had left")),
    Column("hawb_image", text(120), help=gettext_lazy("File name of the HAWB's image in the ZIP")),
    Column("invoice_image", text(120), help=gettext_lazy("File name of the invoice's image in the ZIP")),
    *FORM_E_COLUMNS,
    Column("notification_type", code(set(NotificationType.values), gettext_lazy("is not a type of notification")), help=format_lazy(gettext_lazy("Of the notification claimed: {codes}"), codes=", ".join(NotificationType.values))),
    Column("igst_notification", text(20), help=gettext_lazy("Notification that exempts from IGST, as claimed")),
    Column("igst_notification_sl_no", text(12), help=gettext_lazy("Serial number in that notification")),
    Column("cess_notification", text(20), help=gettext_lazy("Notification that exempts from compensation cess, as claimed")),
    Column("cess_notification_sl_no", text(12), help=gettext_lazy("Serial number in that notification")),
    Column("discount_currency", code(places.CURRENCIES, gettext_lazy("is not a currency code: three letters of ISO 4217")), help=gettext_lazy("Currency of the discount, where it is not that of the invoice, first row")),
    Column("landing_charges", _MONEY, empty=None, help=gettext_lazy("Landing charges in the currency, first row; since 26.09.2017 they are no part of the value")),
    *(Column(name, day, empty=None, help=_ONLY_XIV) for name in ("mawb_date", "hawb_date", "contract_date", "credit_date")),
    *_words("supplier_address", "seller_address", "broker_address", "general_description", "brand"),
)  # fmt: skip
CHARGES = ("freight", "insurance", "inland_charges", "discount", "discount_currency", "landing_charges")
HEADER = (
    "kyc_type", "kyc_number", "iec", "iec_branch", "gstin", "state_code", "ad_code", "government", "eou", "repair_and_return",
    "ecommerce", *CHARGES, "return_of", "hawb_image", "invoice_image",
)  # fmt: skip
SAME = ("currency", "invoice_number", "invoice_date", "invoice_terms")  # of one invoice
ITEM = (
    "item_no", "cth", "description", "country_of_origin", "quantity", "uom", "unit_price", "notification", "notification_sl_no",
    "licence_number", "licence_type", "manufacturer", "nature", "gift_kind", "cetsh", "gst_code", "item_packages", "item_marks",
    "notification_type", "igst_notification", "igst_notification_sl_no", "cess_notification", "cess_notification_sl_no",
)  # fmt: skip
MAY_BE_NONE = ("item_packages",)  # a number of an item that may be left out
ITEM_E = ("licence_debit", "general_description", "brand")  # Form E alone has these, and all that follow
FORM_E = (
    "cha_licence", "cha_name", "cha_address", "importer_category", "be_category", "be_class", "be_type", "high_sea_sale",
    "high_sea_seller_iec", "high_sea_seller", "first_proviso", "first_check", "provisional_documents", "extension_48",
    "extension_reason", "country_of_consignment", "mawb_date", "hawb_date", "marks", "package_type", "gateway_port",
    "gateway_igm", "bond_number", "bond_amount",
)  # fmt: skip
PARTIES = (
    "order_number", "order_date", "contract_number", "contract_date", "credit_number", "credit_date", "supplier", "supplier_address",
    "seller", "seller_address", "broker", "broker_address",
)  # fmt: skip
LOADING = ("loading_charges", "other_charges")
VALUATION = ("related", "price_influenced", "svb_order", "svb_order_date", "valuation_rule")
INVOICE_E = (*PARTIES, *LOADING, *VALUATION)
ONLY_XIV = (*ITEM_E, *FORM_E, *INVOICE_E)
