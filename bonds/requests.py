"""How a bond begins, and how a type of bond is entered in the Bond Master (PN17 13.1, 13.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.directory.firms import Importer
from accounts.models import AuthorisedCourier
from accounts.permissions import Actor
from bonds.master import MasterStage
from bonds.models import Bond, BondMaster
from eccs.beginning import begin
from eccs.pages import activity_of
from eccs.workflow import Refused


def masters_for(actor: Actor) -> QuerySet[BondMaster, BondMaster]:
    """The types of bonds a firm can ask for: those in use at the stations where it works."""
    rows: QuerySet[BondMaster, BondMaster] = BondMaster.objects.filter(stage=MasterStage.IN_USE)
    if actor.courier_id is not None:
        courier = AuthorisedCourier.objects.get(pk=actor.courier_id)
        rows = rows.filter(station__in=courier.stations_on())
    if actor.firm_stations is not None:
        rows = rows.filter(station_id__in=actor.firm_stations)
    return rows.select_related("station").order_by("station_id", "purpose", "category")


def request_bond(
    master: BondMaster, actor: Actor, *, duty: Decimal, amount: Decimal, reason: str, about: str = ""
) -> Bond:
    """A firm asks for a bond, at a station where it is in force that day. Raises Refused."""
    if reasons := _why_not_in_force(actor, master.station_id):
        raise Refused(reasons)
    now = timezone.now()
    made = Bond(
        station_id=master.station_id, courier_id=None if actor.importer_id else actor.courier_id,
        importer_id=actor.importer_id, master=master, duty=duty, requested_amount=amount, reason=reason, about=about,
        requested_by_id=actor.person_id, requested_at=now, stage_since=now,
    )  # fmt: skip
    answers: dict[str, Any] = {"type": master.number, "duty": str(duty), "amount": str(amount), "reason": reason}
    if about:
        answers["about"] = about
    begin([made], "request", actor, activity_of("bond-request"), **answers)
    return made


def _why_not_in_force(actor: Actor, station: str) -> list[str]:
    """Every reason why a firm may ask for no bond at a station today: its registration, or the importer's IEC."""
    if actor.importer_id is not None:
        reason = Importer.objects.get(pk=actor.importer_id).why_not_on()
        return [reason] if reason else []
    assert actor.courier_id is not None
    return AuthorisedCourier.objects.get(pk=actor.courier_id).why_not_at(station)


def enter_master(station: str, purpose: str, category: str, conditions: str, actor: Actor) -> BondMaster:
    """The Bond Maker enters a type of bond. Raises Refused where it is there already."""
    made = BondMaster(
        station_id=station, purpose=purpose, category=category, conditions=conditions, entered_by_id=actor.person_id,
        stage_since=timezone.now(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            begin(
                [made], "enter", actor, activity_of("bond-master-enter"), purpose=purpose, category=category,
                conditions=conditions,
            )  # fmt: skip
    except IntegrityError as fault:
        raise Refused([_("This type and category is in the Bond Master of the station already.")]) from fault
    return made
