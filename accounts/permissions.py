"""What a person may do: one answer for pages, queues, buttons, files and steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.circle import postings_ahead
from accounts.models import Posting, User
from accounts.roles import CUSTODIANS, TRADE, Group, Role, composed_code, group_of, label_of, standard_roles
from eccs import acting
from eccs.acting import Acting
from eccs.activities import activities, of_role
from eccs.pages import activity_of

ANSWERS = activity_of("counter-answers")  # what the Service Centre files for a customer beyond the forms (PN17 2.3)


@cache
def of_group(group: str) -> frozenset[str]:
    """All that the people of a group may ever hold: what its standard roles have, without those of its admins."""
    return frozenset().union(*(of_role(role) for role in standard_roles(group)))


@cache
def for_customers() -> frozenset[str]:
    """What of the custodian's people the Service Centre alone does, and the trade as well: done for the customer who is served (PN17 2.3)."""
    others = set(CUSTODIANS) - {Role.SERVICE_CENTRE}
    return frozenset(
        code for code, one in activities().items()
        if Role.SERVICE_CENTRE in one.roles and not others & set(one.roles) and set(TRADE) & set(one.roles)
    )  # fmt: skip


@dataclass(frozen=True)
class Customer:
    """The firm for which an operator of the Service Centre works at the moment, by the token that was called (PN17 2.3)."""

    firm: str
    token: str
    visit_id: int
    station: str
    courier_id: int | None = None
    importer_id: int | None = None

    def owns(self, document: Any) -> bool:
        """Whether a document is the customer's: a courier's without an importer that files for itself, or the importer's own."""
        theirs = getattr(document, "importer_id", None)
        if self.importer_id is not None:
            return bool(theirs == self.importer_id)
        return theirs is None and getattr(document, "courier_id", None) == self.courier_id


@dataclass(frozen=True)
class Errand:
    """The one step that is taken for a customer at the Service Centre, on one document as it stood when its print-out was sealed (PN17 2.4)."""

    activities: frozenset[str]
    kind: str  # of the document, as the code names it
    document_id: int
    after: str  # the last line of the document's trail when the answer was typed
    note: Mapping[str, Any] = field(default_factory=dict)  # what the trail keeps besides the answers

    def covers(self, activity: str, document: Any) -> bool:
        """Whether it is this step on this document."""
        return (
            activity in self.activities and document.pk == self.document_id and document._meta.label_lower == self.kind
        )


class Held(NamedTuple):
    """A role that somebody holds, and where."""

    role: str  # a standard role, or the code of one composed at a station
    station: str = ""  # its code, or nothing for all stations
    composed: frozenset[str] | None = None  # the activities of a composed role
    stands_in: Group | None = (
        None  # the group of the customer for whom the role begins a document at the Service Centre
    )

    @property
    def activities(self) -> frozenset[str]:
        """What the role opens: what it was composed of, or what is declared for it."""
        return of_role(self.role) if self.composed is None else self.composed

    @property
    def group(self) -> Group | None:
        """The user group it belongs to, or in which it stands for a customer."""
        return self.stands_in or group_of(self.role)

    @property
    def key(self) -> str:
        """The role with its station, as a form carries it."""
        return f"{self.role}@{self.station}"

    def __str__(self) -> str:
        return f"{label_of(self.role)}, {self.station}" if self.station else label_of(self.role)

    def reaches(self, document: Any, actor: Actor, activity: str = "") -> bool:
        """Whether a document is within the reach of this role: of the own firm, at the own station, or national.

        A person or an advisory says itself whose circle it is in.
        """
        if hasattr(document, "is_in_circle_of"):
            return bool(document.is_in_circle_of(self, actor, activity))
        if self.stands_in is not None and not actor.serves(document):
            return False
        at = getattr(document, "station_id", None)
        if self.group is Group.COURIER:
            own = actor.courier_id is not None and getattr(document, "courier_id", None) == actor.courier_id
            return own and self.station in ("", at or "")
        if self.group is Group.IMPORTER:
            own = actor.importer_id is not None and getattr(document, "importer_id", None) == actor.importer_id
            return own and self.station in ("", at or "")
        if self.group is Group.CUSTODIAN and activity in for_customers() and not actor.serves(document):
            return False
        return self.group is Group.SYSTEM or bool(self.station and at in (self.station, None))


@dataclass(frozen=True)
class Actor:
    """A signed-in person with the postings in force today, or the system itself."""

    user_id: int | None
    name: str
    username: str = ""
    courier_id: int | None = None
    importer_id: int | None = None
    custodian_id: int | None = None
    postings: tuple[Held, ...] = field(default=())
    desks: tuple[Held, ...] = field(default=())  # every posting, where the person looks at one of them alone
    places: Mapping[str, str] = field(default_factory=dict, compare=False)  # the stations' names by their codes
    key: str = ""  # the API key by which a program acts in the person's name
    customer: Customer | None = None  # whom the person serves at the Service Centre now
    errand: Errand | None = None  # the sealed answer or request of that customer that is filed now

    @classmethod
    def of(cls, user: User) -> Actor:
        """The actor a person is today: one query for the postings, however many they are.

        The people of a custodian hold nothing before its appointment begins, after its last day and while it is suspended.
        """
        today = timezone.localdate()
        found = [row for row in _rows_of(user.pk) if row.holds_on(today)]
        return cls(
            user_id=user.pk, name=user.full_name, username=user.username, courier_id=user.courier_id,
            importer_id=user.importer_id, custodian_id=user.custodian_id,
            postings=_held(found), places={row.station: row.place or "" for row in found if row.station},
        )  # fmt: skip

    def by_key(self, key: str) -> Actor:
        """The same person, acting by a program: whatever is written of it names the key."""
        return replace(self, name=f"{self.name[: 118 - len(key)]}, {key}", key=key) if key else self

    def at_counter(self, customer: Customer) -> Actor:
        """The same person at the Service Centre, on behalf of a customer: whatever is written names both (PN17 2.3, 2.4)."""
        words = f" on behalf of {customer.firm[:70]}, {customer.token}"
        return replace(self, name=f"{self.name[: 120 - len(words)]}{words}", customer=customer)

    @property
    def files_for_courier(self) -> int | None:
        """The courier for which the person files: the customer who is served, or the own firm."""
        return self.courier_id if self.customer is None else self.customer.courier_id

    @property
    def files_for_importer(self) -> int | None:
        """The importer for which the person files: the customer who is served, or the own firm."""
        return self.importer_id if self.customer is None else self.customer.importer_id

    def on_errand(self, errand: Errand) -> Actor:
        """The same operator while a sealed answer or request of the customer is filed."""
        return replace(self, errand=errand)

    def in_the_hand_of(self, activities: Iterable[str], note: Mapping[str, Any] | None = None) -> Actor:
        """The same operator where the customer's own pages begin a document: of the firm's activities these alone, at this station alone
        (PN17 2.3).

        As before where nobody is served, or the counter at that station is not the person's.
        """
        customer, asked = self.customer, frozenset(activities)
        counters = [held for held in self.postings if ANSWERS in held.activities]
        if customer is None or customer.station not in {held.station for held in counters}:
            return self
        firm = Role.IMPORTER if customer.importer_id is not None else Role.COURIER_SIGNATORY
        role = next(held.role for held in counters if held.station == customer.station)
        held = Held(role, customer.station, asked & of_role(firm), group_of(firm))
        return replace(
            self, courier_id=customer.courier_id, importer_id=customer.importer_id, postings=(held,),
            errand=Errand(frozenset(), "", 0, "", note or {}),
        )  # fmt: skip

    @property
    def note(self) -> Mapping[str, Any]:
        """What the trail keeps besides the answers: for whom, by which token, under which sealed print-out."""
        return self.errand.note if self.errand is not None else {}

    def serves(self, document: Any) -> bool:
        """Whether a document belongs to the customer whom the person serves now."""
        return self.customer is not None and self.customer.owns(document)

    def at_desk(self, key: str) -> Actor:
        """The same person at one posting alone; at all of them where that one is not held, or not any more."""
        chosen = tuple(held for held in self.postings if held.key == key)
        return replace(self, postings=chosen, desks=self.postings) if chosen else self

    @property
    def person_id(self) -> int:
        """The key of the signed-in person; a page that wants it is shown to nobody else."""
        assert self.user_id is not None
        return self.user_id

    @cached_property
    def activities(self) -> frozenset[str]:
        """Everything the person may do, on some document."""
        return frozenset().union(*(held.activities for held in self.postings))

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """Every role held at any station, each once, in the order given."""
        return tuple(dict.fromkeys(held.role for held in self.postings))

    @cached_property
    def stations(self) -> frozenset[str]:
        """The stations of the postings; couriers and importers mostly work at all."""
        return frozenset(held.station for held in self.postings if held.station)

    @cached_property
    def groups(self) -> frozenset[Group]:
        """The user groups the roles belong to."""
        return frozenset(filter(None, (held.group for held in self.postings)))

    @property
    def is_officer(self) -> bool:
        """Whether the person is Customs: sees lanes, RMS and CCR instructions."""
        return Group.CUSTOMS in self.groups

    @property
    def is_trade(self) -> bool:
        """Whether the person belongs to a courier or an importer."""
        return Group.COURIER in self.groups or Group.IMPORTER in self.groups

    def firm_documents(self) -> Q:
        """The condition that finds the documents of the own courier, at the stations of the postings or at all."""
        return self._of_firm(Q(courier_id=self.courier_id)) if self.courier_id is not None else Q(pk__in=())

    def importer_documents(self, of: str = "") -> Q:
        """The same for what an importer filed for its own goods. `of` is the way to what it filed: `bill__`."""
        return (
            self._of_firm(Q(**{f"{of}importer_id": self.importer_id})) if self.importer_id is not None else Q(pk__in=())
        )

    def _of_firm(self, own: Q) -> Q:
        if not self.is_trade:
            return Q(pk__in=())
        stations = self.firm_stations
        return own if stations is None else own & Q(station_id__in=stations)

    @cached_property
    def firm_stations(self) -> frozenset[str] | None:
        """The stations where the person works for the firm; nothing said where it is every one."""
        if self.customer is not None:
            return frozenset({self.customer.station})
        found = {held.station for held in self.postings if held.group in (Group.COURIER, Group.IMPORTER)}
        return None if "" in found else frozenset(found)

    @cached_property
    def on_the_database(self) -> Acting:
        """Whom the policies of the tables see: of the trade the firm, of officers and custodians the stations of the postings.

        They are the second wall, behind `visible_to`: it stands between firms and between stations, not between desks.
        """
        if self.postings == SYSTEM.postings:
            return acting.SYSTEM
        here = {
            held.station for held in self.postings if held.station and held.group not in (Group.COURIER, Group.IMPORTER)
        }
        firm = {"courier": self.courier_id, "importer": self.importer_id} if self.is_trade else {}
        if self.customer is not None:
            firm = {"serves_courier": self.customer.courier_id, "serves_importer": self.customer.importer_id}
        return acting.known_as(person=self.user_id, custodian=self.custodian_id, stations=sorted(here), **firm)

    def stations_in(self, *groups: Group) -> frozenset[str]:
        """The stations where the person is posted in one of these user groups."""
        return frozenset(held.station for held in self.postings if held.group in groups and held.station)

    def stations_for(self, wanted: Iterable[str]) -> frozenset[str]:
        """The stations where one of these activities is the person's."""
        asked = frozenset(wanted)
        return frozenset(h.station for h in self.postings if h.station and not asked.isdisjoint(h.activities))

    def may(self, activity: str) -> bool:
        """Whether the activity is the person's, on some document."""
        return activity in self.activities

    def acts_as(self, activity: str, document: Any) -> str:
        """The role in which the activity is the person's on this document, or nothing."""
        if self.errand is not None and self.errand.covers(activity, document):
            at = document.station_id if self.serves(document) and document.trail_head == self.errand.after else ""
            return next((h.role for h in self.postings if ANSWERS in h.activities and at and h.station == at), "")
        for held in self.postings:
            if activity in held.activities and held.reaches(document, self, activity):
                return held.role
        return ""

    def why_not(self, activity: str, document: Any) -> str:
        """Why the activity is not the person's on this document, in words; nothing where it is."""
        if self.acts_as(activity, document):
            return ""
        if self.errand is not None and self.errand.covers(activity, document) and self.serves(document):
            return _("%(document)s has moved on since the print-out was made. What was typed is kept: look at it, print it again and have it sealed.") % {"document": document}  # fmt: skip
        if not self.may(activity):
            desks = ", ".join(label_of(role) for role in activities()[activity].roles)
            return _("This is for the desk of: %(desks)s.") % {"desks": desks}
        if hasattr(document, "is_in_circle_of"):
            return str(document.out_of_circle())
        if self.is_trade:
            return _("The document belongs to another firm.")
        if activity in for_customers() and not self.serves(document):
            return _(
                "At the Service Centre this is done for the customer who is served: call the token of the firm first."
            )
        return _("The document is at another station.")


def composed(group: str, name: str, station: str, codes: Iterable[str]) -> Held:
    """A role composed at a station: what the code no longer declares, or no longer for the group, is not in it."""
    return Held(composed_code(group, name), station, frozenset(codes) & of_group(group))


class _Row(NamedTuple):
    """A posting, with the role composed for it and the name of its station."""

    since: date
    until: date | None
    role: str
    station: str | None
    place: str | None
    group: str
    name: str
    codes: list[str]
    office_since: date | None  # of the custodian whose person it is
    office_until: date | None
    office_stage: str | None

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day: of a custodian's person neither outside its days of office nor while it is suspended."""
        in_office = self.office_since is None or self.office_since <= day <= (self.office_until or day)
        return in_office and self.office_stage != "SUSPENDED" and self.since <= day <= (self.until or day)


def _rows(postings: QuerySet[Posting]) -> QuerySet[Posting, tuple[Any, ...]]:
    """Postings as they are held, in the order given: one query."""
    return postings.order_by("pk").values_list(
        "since", "until", "role", "station_id", "station__name",
        "station_role__group", "station_role__name", "station_role__activities",
        "user__custodian__since", "user__custodian__until", "user__custodian__stage",
    )  # fmt: skip


@cache
def _statement() -> str:
    """The query for the postings of one person. Every request asks it, so it is put into SQL once."""
    statement: str = _rows(Posting.objects.filter(user=0)).query.sql_with_params()[0]
    return statement


def _rows_of(user_id: int) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [user_id])
        return [_Row(*row) for row in cursor.fetchall()]


def _held(rows: Iterable[_Row]) -> tuple[Held, ...]:
    """Postings as roles held."""
    return tuple(
        Held(row.role, row.station or "") if row.role else composed(row.group, row.name, row.station or "", row.codes)
        for row in rows
    )


def held_ahead(person: User) -> tuple[Held, ...]:
    """What a person holds today, or will from a later day."""
    return _held(_Row(*row) for row in _rows(postings_ahead(person)))


SYSTEM = Actor(user_id=None, name="ECCS", postings=(Held(Role.SYSTEM.value),))
"""The system itself, for the steps nobody's hand takes."""
