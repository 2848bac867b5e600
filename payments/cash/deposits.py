"""A deposit into the Electronic Cash Ledger: a challan without bills, paid at an authorised bank (section 51A)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomsStation
from accounts.permissions import Actor
from eccs.beginning import begin
from payments.authorised import banks_at
from payments.clearance import CREATE
from payments.models import Challan

LEAST, MOST = Decimal(1), Decimal("999999999.00")


class DepositForm(forms.Form):
    """How much, at which station, through which bank."""

    amount = forms.DecimalField(
        label=_("Amount, rupees"), min_value=LEAST, max_value=MOST, decimal_places=2,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    place = forms.ChoiceField(label=_("Station and bank"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stations = CustomsStation.objects.all()
        if actor.firm_stations is not None:
            stations = stations.filter(pk__in=actor.firm_stations)
        choices = [
            (f"{station.pk}:{code}", f"{station}, {name}")
            for station in stations
            for code, name in banks_at(station.pk).items()
        ]
        field: Any = self.fields["place"]
        field.choices = choices
        if self.is_bound:
            typed = str(self.data.get("amount", "")).replace(",", "").removeprefix("₹").strip()
            self.data = {**dict(self.data.items()), "amount": typed}


def create_deposit(given: dict[str, Any], actor: Actor) -> Challan:
    """A challan with which the actor's firm deposits an amount."""
    at, amount = timezone.now(), given["amount"]
    station, _colon, bank = given["place"].partition(":")
    challan = Challan(
        kind=Challan.Kind.DEPOSIT, station_id=station, bank=bank, amount=amount, heads={"deposit": f"{amount:.2f}"},
        courier_id=None if actor.importer_id else actor.courier_id, importer_id=actor.importer_id, bill_count=0,
        created_by_id=cast("int", actor.user_id), created_at=at, stage_since=at,
    )  # fmt: skip
    with transaction.atomic():
        begin([challan], CREATE.name, actor, CREATE.activity_at(""), amount=str(amount), kind="deposit")
    return challan
