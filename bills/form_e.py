"""What Form E asks must agree with itself: the blocks of a CBE-XIV and each of its invoices, checked row by row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.utils.translation import gettext as _

from bills.claims import PERSONAL_KYC as INDIVIDUAL  # papers of persons, who need no IEC
from bills.flight import Flight
from bills.models import FormE
from eccs.uploads.checks import Table

BEFORE_ARRIVAL = (FormE.Type.PRIOR, FormE.Type.ADVANCE)
GOES_WITH = (  # what is given only with what
    ("high_sea_seller", "high_sea_sale"), ("high_sea_seller_iec", "high_sea_sale"), ("extension_reason", "extension_48"),
)  # fmt: skip
TOGETHER = (("cha_licence", "cha_name"), ("gateway_port", "gateway_igm"), ("bond_number", "bond_amount"))
OF_INVOICE = (
    ("contract_date", "contract_number"), ("credit_date", "credit_number"), ("supplier_address", "supplier"),
    ("seller_address", "seller"), ("broker_address", "broker"), ("order_date", "order_number"), ("svb_order_date", "svb_order"), ("svb_order", "related"), ("price_influenced", "related"),
)  # fmt: skip


def check_form_e(flight: Flight, table: Table, first: int) -> None:
    """The blocks of the bill: what fits neither the flight nor the importer, and what lacks what belongs to it."""

    blocks = _Row(table, first)
    _check_kind_of_bill(blocks, landed=flight.manifest.actual_arrival is not None)
    check_blocks(blocks, flight.presented_on)


class Cells(Protocol):
    """What is given under each name, wherever it was typed, and where its faults go."""

    def given(self, name: str) -> Any:
        """What is given."""

    def lacks(self, name: str) -> bool:
        """Left empty, and not wrong already."""

    def wrong(self, name: str) -> bool:
        """Whether it has a fault already."""

    def fault(self, name: str, reason: str) -> None:
        """Name a fault."""

    def called(self, name: str) -> str:
        """What its place is called."""


@dataclass(frozen=True)
class _Row:
    """The cells of the row on which a bill or an invoice begins."""

    table: Table
    first: int

    def given(self, name: str) -> Any:
        return self.table.values[name][self.first]

    def lacks(self, name: str) -> bool:
        """Left empty, and not wrong already."""
        return self.given(name) in (None, "") and not self.wrong(name)

    def wrong(self, name: str) -> bool:
        return self.table.is_faulty(self.first, name)

    def called(self, name: str) -> str:
        return name

    def fault(self, name: str, reason: str) -> None:
        given = self.given(name)
        self.table.fault(self.first, name, "" if given is None else "Y" if given is True else given, reason)


def _check_kind_of_bill(blocks: Cells, *, landed: bool) -> None:
    given = blocks.given
    if given("be_category") not in (None, "", FormE.Purpose.HOME):
        blocks.fault("be_category", _("is not cleared here: goods of a courier are cleared for home consumption"))
    if landed and given("be_type") in BEFORE_ARRIVAL:
        blocks.fault("be_type", _("does not fit: the aircraft has arrived, file a normal bill"))
    if not landed and given("be_type") == FormE.Type.NORMAL:
        blocks.fault("be_type", _("does not fit: the aircraft has not arrived, file a prior bill"))
    if given("eou") and given("repair_and_return"):
        blocks.fault("repair_and_return", _("does not go with a 100 % EOU: declare one of the two"))


def check_blocks(blocks: Cells, presented_on: date) -> None:
    """The importer and its category, and what is given only with something else."""
    given = blocks.given
    if blocks.lacks("iec") and given("kyc_type") not in (*INDIVIDUAL, None):
        blocks.fault("iec", _("is missing: CBE-XIV names the IEC of the importer"))
    if given("government") and given("importer_category") == FormE.Category.OTHER:
        blocks.fault("importer_category", _("does not fit goods for the government"))
    for name, whole in GOES_WITH:
        if blocks.given(whole) and blocks.lacks(name):
            blocks.fault(name, _("is missing: it belongs to what is declared"))
        if not blocks.given(whole) and blocks.given(name):
            blocks.fault(name, _("is given, and what it belongs to is not declared"))
    for one, other in TOGETHER:
        for name, partner in ((one, other), (other, one)):
            if blocks.lacks(name) and blocks.given(partner):
                blocks.fault(name, _("is missing: it goes with %(column)s") % {"column": blocks.called(partner)})
    _check_days(blocks, ("mawb_date", "hawb_date"), presented_on)


def _check_days(cells: Cells, names: tuple[str, ...], presented_on: date) -> None:
    """None of these days is to come."""
    for name in names:
        if cells.given(name) and cells.given(name) > presented_on:
            cells.fault(name, _("is after today"))


def check_invoice(flight: Flight, table: Table, first: int) -> None:
    """An invoice of a CBE-XIV: its order and what may influence its value."""
    check_parties(_Row(table, first), flight.presented_on)


def check_parties(invoice: Cells, presented_on: date) -> None:
    """The order of an invoice, and the relation of buyer and seller with the order of the Special Valuation Branch."""
    for name, whole in OF_INVOICE:
        if invoice.given(name) and not invoice.given(whole) and not invoice.wrong(whole):
            invoice.fault(name, _("is given without %(column)s") % {"column": invoice.called(whole)})
    if invoice.given("svb_order") and invoice.lacks("svb_order_date"):
        invoice.fault("svb_order_date", _("is missing: it belongs to the order of the SVB"))
    _check_days(invoice, ("order_date", "contract_date", "credit_date", "svb_order_date"), presented_on)


def whole(told: dict[str, Any], flight: Flight, *, government: bool) -> dict[str, Any]:
    """The blocks as they are kept: what is left empty is what it mostly is."""
    usual = FormE.Category.GOVERNMENT if government else FormE.Category.OTHER
    landed = flight.manifest.actual_arrival is not None
    return told | {
        "importer_category": told["importer_category"] or usual.value,
        "be_category": told["be_category"] or FormE.Purpose.HOME.value,
        "be_class": told["be_class"] or FormE.Class.NEW.value,
        "be_type": told["be_type"] or (FormE.Type.NORMAL if landed else FormE.Type.PRIOR).value,
        "country_of_consignment": told["country_of_consignment"] or flight.manifest.country_of_exportation,
    }
