"""Desks: what waits for whom, how much, how old."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.core.cache import cache
from django.db.models import Count, IntegerField, Min, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from accounts.permissions import Actor
from accounts.requests import Request
from accounts.roles import Group, label_of
from eccs import pages
from eccs.acting import SYSTEM, acting_as
from eccs.dated_rules import rule_book
from eccs.workflow import Document

MANY = 6  # desks stand in the navigation also while nothing waits there
NAMED = 3  # roles that the masthead names
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
    target: int  # minutes; nothing for the trade

    @property
    def url(self) -> str:
        """The address of its queue."""
        return pages.queue_address(self.listing.slug, self.stage)


Counted = dict[tuple[str, str | None], tuple[int, datetime | None, int]]
"""By stage and station: how many wait, since when, how many over the target."""


Place = tuple[type[Document], str, Any]
"""A kind of document, and a station or a courier: `(CourierBillOfEntry, "station_id", "BLR")`."""


def counts(places: Iterable[Place]) -> dict[Place, Counted]:
    """How many wait in each open stage of each place: what the cache holds in one question to it, the rest counted anew."""
    keys = {place: _count_key(*place) for place in places}
    held = cache.get_many(keys.values()) if keys else {}
    missing = {place: _counted(*place) for place, key in keys.items() if key not in held}
    if missing:
        cache.set_many({keys[place]: found for place, found in missing.items()}, COUNTED_FOR)
    return {place: held[key] if key in held else missing[place] for place, key in keys.items()}


@acting_as(SYSTEM)  # a count is shared by all whose desk it is, and is answered by the index alone
def _counted(model: type[Document], field: str, value: Any) -> Counted:
    """The waiting documents of a station, or of a courier at each station, counted in the database; the trade has no targets."""
    listing = pages.listing_at_desk(model)
    late: Any = Value(0, IntegerField())
    own = Q(**{field: value})
    if field == "courier_id" and _has(model, "importer_id"):
        own &= ~Q(stage="DRAFT", importer__isnull=False)  # what an importer is still typing is the importer's alone
    stages = [s for s in model.open_stages() if s in model.awaited_stages() or s in listing.elsewhere]
    if field == "station_id":
        late = Count("pk", filter=Q(*(late_at(listing, s, value) for s in stages), _connector=Q.OR))
    return {
        (stage, station): (count, oldest, over)
        for stage, station, count, oldest, over in cast("Any", model._default_manager)
        .filter(own, stage__in=[s for s in stages if field != "station_id" or s != "DRAFT"])
        .values_list("stage", "station_id")
        .annotate(count=Count("pk"), oldest=Min("stage_since"), over=late)
        .order_by()
    }


def _count_key(model: type[Document], field: str, value: Any) -> str:
    return f"counts:{model._meta.label_lower}:{field}:{value}"


def forget(documents: Iterable[Any]) -> None:
    """The counts that these documents were part of are taken anew: whoever moved them sees it at once."""
    fields = ("station_id", "courier_id", "importer_id")
    cache.delete_many({_count_key(type(d), field, getattr(d, field, None)) for d in documents for field in fields})


def late_at(listing: pages.Listing, stage: str, station: str) -> Q:
    """The condition that finds what is over the target of a desk."""
    target = timedelta(minutes=target_of(listing, stage, station))
    late = Q(stage=stage, station_id=station, stage_since__lt=timezone.now() - target)
    stands = listing.standing.get(stage)
    return late & ~stands.where if stands else late


def late_for(listing: pages.Listing, stage: str, actor: Actor) -> Q:
    """The same at every station of a person; the trade has no targets."""
    if actor.is_trade or not actor.stations:
        return Q(pk__in=())
    return Q(*(late_at(listing, stage, station) for station in sorted(actor.stations)), _connector=Q.OR)


def target_for(listing: pages.Listing, stage: str, actor: Actor) -> int:
    """The target of a desk of the person, minutes; of several stations the shortest; nothing for the trade."""
    if actor.is_trade:
        return 0
    return min((target_of(listing, stage, station) for station in actor.stations), default=target_of(listing, stage))


def standing_still(listing: pages.Listing, documents: Iterable[Any]) -> set[int]:
    """Those of these documents whose clock stands still at their desk, because the firm owes an answer: at most one query a stage."""
    at_stage: dict[str, list[Any]] = defaultdict(list)
    for one in documents:
        if one.stage in listing.standing:
            at_stage[one.stage].append(one)
    found: set[int] = set()
    for stage, rows in at_stage.items():
        stands = listing.standing[stage]
        if stands.of is not None:
            found.update(one.pk for one in rows if stands.of(one))
        else:
            here = cast("Any", listing.model)._default_manager.filter(pk__in=[one.pk for one in rows])
            found.update(here.filter(stands.where).values_list("pk", flat=True))
    return found


def targets_on(listing: pages.Listing, documents: Iterable[Any], actor: Actor) -> Iterator[tuple[Any, int, bool]]:
    """Documents with the target of their desk, minutes, and whether their clock stands still: then, and for the trade, there is none."""
    rows = list(documents)
    still = set() if actor.is_trade else standing_still(listing, rows)
    for one in rows:
        stands = one.pk in still
        target = 0 if actor.is_trade or stands else target_of(listing, one.stage, getattr(one, "station_id", None))
        yield one, target, stands


def target_of(listing: pages.Listing, stage: str, station: str | None = None) -> int:
    """The time within which a desk should finish at a station, minutes: by the rule of the desk, or the common one."""
    return rule_book().count(listing.targets.get(stage, "target_minutes"), timezone.localdate(), station or "")


def desks(actor: Actor) -> list[Desk]:
    """Every desk of the person, in the order of the notice."""
    waiting = [
        (listing, stage, _scopes(listing, stage, actor))
        for listing in pages.listings()
        for stage in listing.waiting_at(actor)
    ]
    counted = counts({(listing.model, field, value) for listing, _, scopes in waiting for field, value, _ in scopes})
    found = []
    for listing, stage, scopes in waiting:
        count, oldest, over = 0, None, 0
        for field, value, stations in scopes:
            for (there, station), (n, since, late) in counted[listing.model, field, value].items():
                if there == stage and (stations is None or station in stations):
                    count, over = count + n, over + late
                    oldest = min(filter(None, (oldest, since)), default=None)
        label = str(listing.model.stage_labels()[stage])
        found.append(Desk(listing, stage, label, count, oldest, over, target_for(listing, stage, actor)))
    return found


def _at_home(request: Request) -> Actor:
    """Who asks, on the pages of a customer too: the desks and the navigation stay those of the operator (PN17 2.3)."""
    return getattr(request, "operator", None) or request.actor


def of_request(request: Request) -> list[Desk]:
    """The desks of who asks, found once for a page and its masthead."""
    found: list[Desk] | None = getattr(request, "desks", None)
    if found is None:
        found = request.desks = desks(_at_home(request))
    return found


def _scopes(listing: pages.Listing, stage: str, actor: Actor) -> list[tuple[str, Any, frozenset[str] | None]]:
    """Whose documents of a stage wait for the person: the firm's own, or those of the stations posted to.

    A firm's person of some stations alone has those of these stations.
    """
    done = listing.elsewhere.get(stage)
    wanted = {s.activity_at(stage) for s in listing.model.steps().values() if stage in s.sources}
    wanted |= {done.activity} if done else set()
    trade = [held for held in actor.postings if held.group in (Group.COURIER, Group.IMPORTER)] if actor.is_trade else ()
    if any(not wanted.isdisjoint(held.activities) for held in trade):
        for field, firm in (("courier_id", actor.courier_id), ("importer_id", actor.importer_id)):
            if firm is not None and _has(listing.model, field):
                return [(field, firm, actor.firm_stations)]
        return []
    return [("station_id", station, None) for station in sorted(actor.stations_for(wanted))]


def _has(model: type[Document], field: str) -> bool:
    """Whether a kind of document has such a column."""
    return any(one.attname == field for one in model._meta.concrete_fields)


def _named(actor: Actor) -> list[str]:
    """The roles by name; of many only the first."""
    labels = [label_of(role) for role in actor.roles]
    more = len(labels) - NAMED
    return labels if more <= 0 else [*labels[:NAMED], ngettext("%(n)d more", "%(n)d more", more) % {"n": more}]


def _to_switch(actor: Actor) -> str:
    """The postings a person can look at one by one, as the choices of a list; nothing where there is only one."""
    every = actor.desks or actor.postings
    if len(every) < 2:
        return ""
    chosen = actor.postings[0].key if actor.desks else ""
    return SafeString(
        "".join(
            f'<option value="{escape(one.key)}"{" selected" if one.key == chosen else ""}>{escape(str(one))}</option>'
            for one in every
        )
    )


def masthead(request: Request) -> dict[str, Any]:
    """What stands at the head of every page: who, as what, where, and the desks with their counts."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"mast": None}
    actor = _at_home(request)
    here = getattr(request, "page_path", request.path)  # of the page a fragment belongs to
    nav = [
        {"label": desk.label, "kind": desk.listing.label, "url": url, "count": desk.count, "current": here == url}
        for desk in of_request(request)
        for url in (desk.url,)
    ]
    return {
        "mast": {
            "nav": [item for item in nav if item["count"] or item["current"]]
            if actor.is_trade or len(nav) > MANY
            else nav,
            "here": here,
            **_areas(actor, here),
            "name": actor.name,
            "roles": _named(actor),
            "held": _to_switch(actor),
            "stations": sorted(f"{actor.places[code]} ({code})" for code in actor.stations),
            "firm": (user.courier.short_name if user.courier else str(user.importer or "")) if actor.is_trade else "",
            "standing": _standing(actor, user),
            "text_size": user.text_size,
            "keys_on": user.keys_on,
        }
    }


def _areas(actor: Actor, here: str) -> dict[str, Any]:
    """The pages of the navigation, one of each area, and those that stand beside the page that is open."""
    areas = [
        [
            {"label": link.label, "url": url, "current": here == url}
            for link in area
            for url in (reverse(link.url_name),)
        ]
        for area in pages.links(actor)
    ]
    under = [(len(page["url"]), area) for area in areas for page in area if here.startswith(page["url"])]
    _length, beside = max(under, key=lambda found: found[0], default=(0, []))
    return {
        "links": [area[0] | {"open": area is beside and len(area) > 1} for area in areas],
        "beside": beside if len(beside) > 1 else [],
    }


def _standing(actor: Actor, user: Any) -> Any:
    """What the people of a firm or a custodian are told about its standing on every page; nothing where all is well."""
    firm = (user.courier or user.importer) if actor.is_trade else user.custodian
    return firm.standing(timezone.localdate()) if firm is not None else None
