"""The list of the firms' Electronic Cash Ledgers, for the DC/AC."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from payments.cash.models import CashAccount, CashLine
from payments.registers import DEALT_WITH, Cell, Part, Register

KINDS = (("courier", _("Authorised couriers")), ("importer", _("Importers")))


def _parts(actor: Actor, given: dict[str, Any]) -> list[Part]:
    """The ledgers of the firms that pay at the officer's stations, with the moment of the last entry of each."""
    last = CashLine.objects.filter(account=OuterRef("pk")).order_by("-at", "-pk").values("at")
    rows = (
        CashAccount.objects.visible_to(actor).select_related("courier", "importer").annotate(last_at=Subquery(last[:1]))
    )
    if state := given.get("state", ""):
        rows = rows.filter(balance__gt=0) if state == "money" else rows.filter(balance=0)
    if sort := given.get("sort", ""):
        rows = rows.filter(**{f"{sort}__isnull": False})
    ways = {
        "sort": DEALT_WITH, "firm": ("courier__name__icontains", "importer__name__icontains"),
        "number": ("courier__number__startswith", "importer__iec__startswith"),
        "since": ("last_at__date__gte",), "until": ("last_at__date__lte",),
    }  # fmt: skip
    return [Part(rows, "pk", ways)]


ACCOUNTS = Register(
    page="cash-accounts", title=_("Cash ledgers"), parts=_parts, asks=("state", "sort", "number", "firm", "since", "until"),
    sorts=KINDS, states=(("", _("All")), ("money", _("With money on them")), ("empty", _("Without money"))),
    empty=_("No firm has paid here yet."),
    cells=(
        Cell("firm", _("Firm"), lambda one: one.firm.name, 45, link=lambda one: reverse("cash-account", args=[one.pk])),
        Cell("firm_number", _("Number"), lambda one: one.firm_number, 20),
        Cell("balance", _("Balance ₹"), lambda one: one.balance, 18, figure=True),
        Cell("last_entry", _("Last entry"), lambda one: one.last_at, 17),
    ),
)  # fmt: skip
