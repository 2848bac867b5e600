"""Desks: what waits for whom, how much, how old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.core.cache import cache
from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.models import CustomsStation
from accounts.permissions import Actor
from accounts.roles import Group, label_of
from eccs import pages
from eccs.dated_rules import rule_book
from eccs.workflow import Document

COUNTED_FOR = 5  # seconds a count is shared between pages


@dataclass(frozen=True)
class Desk:
    """One stage of one kind of document that waits for the person."""

    listing: pages.Listing
    stage: str
    label: str
    count: int
    oldest: datetime | None
    over: int

    @property
    def url(self) -> str:
        """The address of its queue."""
        return reverse("queue", args=[self.listing.slug, pages.as_verb(self.stage)])


Counted = dict[str, tuple[int, datetime | None, int]]


def counts(model: type[Document], field: str, value: Any) -> Counted:
    """How many wait in each open stage of a station or of a courier, since when, and how many over the target."""
    key = _count_key(model, field, value)
    held: Counted | None = cache.get(key)
    if held is not None:
        return held
    late = timezone.now() - timedelta(minutes=target_minutes())
    found: Counted = {
        stage: (count, oldest, over)
        for stage, count, oldest, over in cast("Any", model._default_manager)
        .filter(**{field: value}, stage__in=[s for s in model.open_stages() if field == "courier_id" or s != "DRAFT"])
        .values_list("stage")
        .annotate(count=Count("pk"), oldest=Min("stage_since"), over=Count("pk", filter=Q(stage_since__lt=late)))
        .order_by()
    }
    cache.set(key, found, COUNTED_FOR)
    return found


def _count_key(model: type[Document], field: str, value: Any) -> str:
    return f"counts:{model._meta.label_lower}:{field}:{value}"


def forget(documents: Iterable[Any]) -> None:
    """The counts that these documents were part of are taken anew: whoever moved them sees it at once."""
    fields = ("station_id", "courier_id")
    cache.delete_many({_count_key(type(d), field, getattr(d, field, None)) for d in documents for field in fields})


def target_minutes() -> int:
    """The time within which a desk should finish, minutes."""
    return rule_book().count("target_minutes", timezone.localdate())


def desks(actor: Actor) -> list[Desk]:
    """Every desk of the person, in the order of the notice."""
    found = []
    for listing in pages.listings():
        for stage in listing.waiting_at(actor):
            count, oldest, over = 0, None, 0
            for field, value in _scopes(listing, stage, actor):
                n, since, late = counts(listing.model, field, value).get(stage, (0, None, 0))
                count, over = count + n, over + late
                oldest = min(filter(None, (oldest, since)), default=None)
            label = str(listing.model.stage_labels()[stage])
            found.append(Desk(listing, stage, label, count, oldest, over))
    return found


def _scopes(listing: pages.Listing, stage: str, actor: Actor) -> list[tuple[str, Any]]:
    """Whose documents of a stage wait for the person: the courier's own, or those of the stations posted to."""
    done = listing.elsewhere.get(stage)
    wanted = {s.activity_at(stage) for s in listing.model.steps().values() if stage in s.sources}
    wanted |= {done.activity} if done else set()
    if any(h.group in (Group.COURIER, Group.IMPORTER) and not wanted.isdisjoint(h.activities) for h in actor.postings):
        return [("courier_id", actor.courier_id)] if actor.courier_id is not None else []
    return [("station_id", station) for station in sorted(actor.stations_for(wanted))]


def masthead(request: HttpRequest) -> dict[str, Any]:
    """What stands at the head of every page: who, as what, where, and the desks with their counts."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"mast": None}
    actor: Actor = request.actor  # type: ignore[attr-defined]
    here = getattr(request, "page_path", request.path)  # of the page a fragment belongs to
    nav = [
        {
            "label": desk.label,
            "kind": desk.listing.label,
            "url": desk.url,
            "count": desk.count,
            "current": here == desk.url,
        }
        for desk in desks(actor)
    ]
    return {
        "mast": {
            "nav": nav if not actor.is_trade else [item for item in nav if item["count"] or item["current"]],
            "here": here,
            "links": [
                {"label": link.label, "url": reverse(link.url_name), "current": here == reverse(link.url_name)}
                for link in pages.links(actor)
            ],
            "name": actor.name,
            "roles": [label_of(role) for role in actor.roles],
            "stations": [str(s) for s in CustomsStation.objects.filter(pk__in=actor.stations)]
            if actor.stations
            else [],
            "firm": (user.courier.short_name if user.courier else str(user.importer or "")) if actor.is_trade else "",
            "standing": _standing(actor, user),
            "text_size": user.text_size,
            "keys_on": user.keys_on,
        }
    }


def _standing(actor: Actor, user: Any) -> Any:
    """What the people of a firm are told about its registration on every page; nothing where all is well."""
    firm = (user.courier or user.importer) if actor.is_trade else None
    return firm.standing(timezone.localdate()) if firm is not None else None
