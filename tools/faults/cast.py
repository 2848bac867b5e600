"""What must be there before anybody works: keys of programs, money on the ledger, a bond with drafts that it secures, a webhook."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import AuthorisedCourier, User
from accounts.permissions import Actor
from api import keys
from api.scopes import Scope
from api.webhooks.telling import make as make_webhook
from eccs.dated_rules import DatedRule
from payments.cash.deposits import create_deposit
from tests.factories import transit

FUNDS = Decimal(900_000_000)
ASKED_A_MINUTE = "60000"


def program_of(username: str) -> str:
    """The text of a key that acts in somebody's name for everything."""
    person: Any = User.objects.get(username=username)
    made = keys.make(
        Actor.of(person), name="faults", person=person, station="", scopes=[one.value for one in Scope],
        expires_on=timezone.localdate() + timedelta(days=30),
    )  # fmt: skip
    return made[1]


def prepare(hook: str, transfers: int) -> tuple[dict[str, str], str, list[str]]:
    """Keys, the challan of a deposit that is still to be paid, and drafts of transfer manifests."""
    DatedRule.objects.update_or_create(
        name="api_requests_a_minute", station_code="", from_date=date(2026, 1, 1),
        defaults={"value": ASKED_A_MINUTE, "source": "trial of faults"},
    )  # fmt: skip
    for rule in ("signed_filings", "signed_orders"):
        DatedRule.objects.update_or_create(
            name=rule,
            station_code="BLR",
            from_date=date(2026, 1, 1),
            defaults={"value": "on", "source": "trial of faults"},
        )
    person: Any = User.objects.get(username="signatory.swift")
    actor = Actor.of(person)
    admin: Any = User.objects.get(username="courieradmin.swift")
    make_webhook(Actor.of(admin), hook, "")
    drafts = []
    firm = AuthorisedCourier.objects.get(pk=actor.courier_id or 0)
    for _n in range(transfers):
        made = transit.transfer(firm="swift", courier=firm)
        drafts.append(made.key)
    deposit = create_deposit({"amount": FUNDS, "place": "BLR:BANK"}, actor)
    return {"courier": program_of("signatory.swift"), "terminal": program_of("scan.blr")}, str(deposit.number), drafts
