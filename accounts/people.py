"""Where people are reached, and what they are today."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.directory.querysets import in_force
from accounts.models import CourierStation, Custodian, CustomsStation, Posting, User
from accounts.permissions import Actor
from accounts.roles import Group, Role


def addresses(audience: str, station: str = "") -> dict[str, list[str]]:
    """The e-mail addresses of an audience such as `courier:7` or `person:12`, of active people alone, by their language.

    What is of a station is not sent to those of the firm who work at others alone.
    """
    kind, _colon, pk = audience.partition(":")
    if kind not in ("courier", "importer", "custodian", "person") or not pk.isdigit():
        return {}
    column = "pk" if kind == "person" else f"{kind}_id"
    people = User.objects.filter(**{column: int(pk)}, is_active=True).exclude(email="")
    if station and kind != "person":
        today = timezone.localdate()
        held = Posting.objects.filter(Q(until=None) | Q(until__gte=today), since__lte=today, user=OuterRef("pk"))
        here = held.filter(Q(station=None) | Q(station=station))
        people = people.filter(Exists(here) | ~Exists(held))
    found: dict[str, list[str]] = {}
    for language, address in people.order_by("pk").values_list("language", "email"):
        found.setdefault(language or settings.LANGUAGE_CODE, []).append(address)
    return found


def system_admins() -> list[str]:
    """Every System Admin of today, as notices name a person."""
    today = timezone.localdate()
    held = Posting.objects.filter(Q(until=None) | Q(until__gte=today), role=Role.SYSTEM_ADMIN, since__lte=today)
    return [f"person:{pk}" for pk in sorted(set(held.filter(user__is_active=True).values_list("user_id", flat=True)))]


def audience_of(actor: Actor) -> list[str]:
    """Under which names a person is written to: the own, and that of the firm or the custodian."""
    firm = f"courier:{actor.courier_id}" if actor.courier_id else f"importer:{actor.importer_id}"
    keeper = [f"custodian:{actor.custodian_id}"] if actor.custodian_id and Group.CUSTODIAN in actor.groups else []
    return [f"person:{actor.user_id}", *([firm] if actor.is_trade else keeper)]


def concerned_at(station: str) -> list[str]:
    """Whoever works with the goods of a station, as notices name them: its couriers and its custodian of today."""
    operates = CourierStation.objects.filter(in_force(timezone.localdate()), station=station)
    couriers = operates.order_by("courier").values_list("courier", flat=True).distinct()
    return [*(f"courier:{pk}" for pk in couriers), *custodians_at(station)]


def custodians_at(station: str) -> list[str]:
    """Who keeps the courier terminal of a station today, as notices name them."""
    keepers = Custodian.objects.filter(in_force(timezone.localdate()), station=station, stage=Custodian.Stage.APPOINTED)
    return [f"custodian:{pk}" for pk in keepers.order_by("pk").values_list("pk", flat=True)]


def actor_of(user: User) -> Actor:
    """What a person is today."""
    return Actor.of(user)


def tried(username: str) -> Actor | None:
    """The person whose user name somebody tried, or nobody; the question takes as long for a name that nobody has."""
    found = User.objects.filter(username=username).first()
    actor = Actor.of(found or User(pk=0))
    return actor if found else None


def reach(user_id: int | None) -> set[str]:
    """The stations that look after a person's sign-in besides the postings: home, and where the courier operates today.

    One query, for nobody as for somebody.
    """
    operates = CourierStation.objects.filter(in_force(timezone.localdate()), courier__people=user_id or 0)
    found = CustomsStation.objects.filter(Q(people=user_id or 0) | Q(pk__in=operates.values("station")))
    return set(found.values_list("pk", flat=True))


def reach_of(person: User) -> set[str]:
    """The same of somebody who is at hand: no query for the people of no courier."""
    home = {person.home_id} if person.home_id else set()
    if person.courier_id is None:
        return home
    operates = CourierStation.objects.filter(in_force(timezone.localdate()), courier=person.courier_id)
    return home | set(operates.values_list("station_id", flat=True))
