"""How bonds and the entries of the Bond Master are listed and shown, and whose the pages are."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from accounts.roles import OFFICERS, TRADE, Role
from bonds.clearance import FIRMS, Stage
from bonds.models import Bond, BondEntry, BondMaster
from eccs.pages import Column, Listing, address_of, by_own_number, link, listing_of, register
from eccs.written import brief, grouped

LINES = 200  # entries of a ledger on a page, the newest


def ledger_lines(bond: Bond) -> list[dict[str, Any]]:
    """The entries of a bond's ledger, the newest first, each with the address of the document it is for."""
    rows = bond.entries.order_by("-pk")[:LINES]
    return [
        {
            "entry": entry, "url": _address(entry), "debit": -entry.change if entry.change < 0 else None,
            "credit": entry.change if entry.change > 0 else None,
        }
        for entry in rows
    ]  # fmt: skip


def _address(entry: BondEntry) -> str:
    listing = listing_of(entry.slug) if entry.slug else None
    return address_of(listing.model, entry.document) if listing is not None else ""


def bond_context(bond: Bond, actor: Actor) -> dict[str, Any]:
    """The ledger, the bank guarantees and how long all of it is valid."""
    today = timezone.localdate()
    guarantees = [
        {"guarantee": one, "live": one.covers(today), "ended": one.ended_at is not None or one.valid_until < today}
        for one in bond.guarantees.all()
    ]
    return {
        "lines": ledger_lines(bond) if bond.registered_at else [], "entry_count": bond.entries.count(),
        "guarantees": guarantees, "days_left": bond.days_left(today), "alerts": bond.alerts.exclude(told_at=None).order_by("-pk"),
        "computed": bond.computed(), "in_force": bond.registered_at is not None and bond.released_at is None,
    }  # fmt: skip


BONDS = Listing(
    model=Bond, slug="bonds/bonds", label=_("Bonds"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("courier", _("Firm"), "courier__name__icontains", officers_only=True, hint=_("contains"), cell=lambda bond: bond.firm_short),
        Column("type", _("Bond type"), cell=lambda bond: bond.master.words),
        Column("about", _("HAWB"), "about__istartswith", hint=_("starts with"), cell=lambda bond: bond.about or "–", css="nowrap"),
        Column("amount", _("Amount ₹"), "amount__gte", hint=_("from"), number=True, cell=lambda bond: grouped(bond.amount or bond.requested_amount)),
        Column("balance", _("Balance ₹"), "balance__gte", hint=_("from"), number=True, cell=lambda bond: grouped(bond.balance) if bond.registered_at else "–"),
        Column("valid", _("Valid until"), cell=lambda bond: f"{bond.valid_until:%d/%m/%Y}" if bond.valid_until else "–", css="nowrap"),
    ),
    page_template="bonds/bond.html", trade_template="bonds/bond_trade.html",
    related=("station", "courier", "importer", "master"), context=bond_context,
    search=by_own_number, dated_by="requested_at",
    targets=dict.fromkeys(Stage.values, "target_of_days"),
)  # fmt: skip
MASTERS = Listing(
    model=BondMaster, slug="bonds/master", label=_("Bond Master"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("type", _("Bond type"), cell=lambda one: one.get_purpose_display()),
        Column("category", _("Category"), cell=lambda one: one.get_category_display()),
        Column("conditions", _("Conditions"), "conditions__icontains", hint=_("contains"), cell=lambda one: brief(one.conditions, 60) or "–"),
    ),
    page_template="bonds/master_entry.html", related=("station", "entered_by"), search=by_own_number,
    targets=dict.fromkeys(BondMaster.stage_order(), "target_of_days"),
)  # fmt: skip
register(BONDS)
register(MASTERS)
link(_("Bonds"), "bonds", *TRADE, *OFFICERS)
link(_("Request a bond"), "bond-request", *FIRMS, nav=False)
link(_("Bond Master"), "bond-master", Role.BOND_MAKER, Role.BOND_CHECKER)
link(_("Enter a bond type"), "bond-master-enter", Role.BOND_MAKER, nav=False)
