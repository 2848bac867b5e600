"""How differences with the bank are listed and shown."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from eccs.pages import Column, Listing, by_own_number
from eccs.written import grouped
from payments.reconciling.clearance import DifferenceStage
from payments.reconciling.models import BankDifference, Finding

DIFFERENCES = Listing(
    model=BankDifference, slug="payments/differences", label=_("Differences with the bank"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("finding", _("Finding"), "finding", choices=tuple(Finding.choices[1:]), cell=lambda one: one.get_finding_display()),
        Column("challan", _("Challan or withdrawal"), "challan_number__startswith", hint=_("starts with"), cell=lambda one: one.challan_number),
        Column("transaction", _("Transaction"), "bank_transaction__startswith", hint=_("starts with"), cell=lambda one: one.bank_transaction),
        Column("there", _("Bank ₹"), number=True, cell=lambda one: grouped(one.there)),
        Column("here", _("ECCS ₹"), number=True, cell=lambda one: grouped(one.here)),
        Column("day", _("Day"), cell=lambda one: f"{one.day:%d/%m/%Y}", css="nowrap"),
    ),
    page_template="payments/reconciling/difference.html", related=("station", "challan__courier", "challan__importer", "withdrawal__courier", "withdrawal__importer"),
    search=by_own_number, dated_by="found_at",
    targets=dict.fromkeys(DifferenceStage.values, "target_of_days"),
)  # fmt: skip
