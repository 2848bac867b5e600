"""How each kind of document is listed and shown: declared once per kind, read by the generic pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from eccs.workflow import Document


@dataclass(frozen=True)
class Column:
    """A column of a queue: its heading, how it is filtered, and the field it is sorted by."""

    name: str
    label: Any
    lookup: str = ""  # the query of its filter, such as `hawb__number__istartswith`
    sort: str = ""  # a field that can be walked page by page
    hint: Any = ""
    number: bool = False
    officers_only: bool = False
    declared: bool = False  # of what the firm declares of its goods: no business of whoever has them in custody
    choices: tuple[tuple[str, Any], ...] = ()
    query: Callable[[str], Q] | None = None  # makes the query of its filter, where that is more than one lookup
    cell: Callable[[Any], Any] | None = None  # what it shows of a document; the number stands before the columns
    css: str = ""  # the class of its cells

    def shown_to(self, actor: Any) -> bool:
        """Whether the column stands in the person's lists."""
        return bool(actor.is_officer or not (self.officers_only or (self.declared and not actor.is_trade)))

    @cached_property
    def td(self) -> str:
        """The tag that opens a cell."""
        css = f"num {self.css}".strip() if self.number else self.css
        return f'<td class="{css}">' if css else "<td>"


@dataclass(frozen=True)
class Link:
    """A page of its own that belongs to some roles; most stand in their navigation, or in that of the page they are under."""

    label: Any
    url_name: str
    roles: tuple[str, ...]
    nav: bool = True
    under: str = ""

    @property
    def area(self) -> str:
        """The page it is under, or itself: pages of one area stand beside one another."""
        return self.under or self.url_name

    @property
    def activity(self) -> str:
        """The activity that opens the page."""
        return activity_of(self.url_name)


@dataclass(frozen=True)
class Elsewhere:
    """What a stage awaits when it is done on another page: what it is called, and the declared page's name."""

    label: Any
    url_name: str

    @property
    def roles(self) -> tuple[str, ...]:
        """Whose page it is."""
        return next(one.roles for one in _links if one.url_name == self.url_name)

    @property
    def activity(self) -> str:
        """The activity that opens the page."""
        return activity_of(self.url_name)


@dataclass(frozen=True)
class Standing:
    """When the clock of a desk stands still although the document is there: the firm owes an answer.

    In the database, and of a row where it tells by itself; else the database is asked for the rows of a page together.
    """

    where: Q
    of: Callable[[Any], bool] | None = None


Alternatives = tuple[Q, ...]  # conditions of which any is enough, each found by an index of its own


def alternatives(found: Q | Alternatives) -> Alternatives:
    """One condition, or several of which any is enough."""
    return found if isinstance(found, tuple) else (found,)


def by_own_number(text: str) -> Alternatives:
    """By the number of a series, which has underscores: what has none is no such number, and nobody is asked for it."""
    return (Q(number=text.upper()),) if "_" in text else ()


@dataclass(frozen=True)
class ByName:
    """How a kind of document is found by the beginning of a name, which millions may bear.

    Where not too many rows begin so they are looked up first, and then the documents of them; where more do, a day must be given too.
    """

    rows: Callable[[str], QuerySet[Any]]  # whatever bears the name, by an index that begins with it
    among: Callable[[list[int]], Alternatives]  # the documents of these rows
    plain: Callable[[str], Alternatives]  # the same asked of each document, for those of a day


SearchBy = Mapping[str, Callable[[str], Q | Alternatives] | ByName]  # by what a phrase was understood as: hawb, pan


@dataclass(frozen=True)
class Listing:
    """A kind of document: its address, the columns of its queue, and the templates of its page."""

    model: type[Document]
    slug: str
    label: Any
    columns: tuple[Column, ...]
    page_template: str = "eccs/document.html"  # for officers and custodians
    trade_template: str = "eccs/document_trade.html"  # for couriers and importers
    related: tuple[str, ...] = ()
    row_fields: tuple[str, ...] = ()  # what the row of a queue reads beyond number and stage; nothing said: everything
    context: Callable[[Any, Any], dict[str, Any]] = field(default=lambda _document, _actor: {})
    search: Callable[[str], Q | Alternatives] | None = None  # by whatever was typed
    search_by: SearchBy = field(default_factory=dict)
    carries: Callable[[str], Q] | None = None  # by a shipment on it for which nothing is filed yet
    dated_by: str = ""  # the moment by which it is found on a day
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict)  # by stage
    targets: Mapping[str, str] = field(default_factory=dict)  # by stage, the dated rule of its desk's target
    standing: Mapping[str, Standing] = field(default_factory=dict)  # by stage
    queued: bool = True  # whether its open stages are queues at somebody's desk

    def waiting_at(self, actor: Any) -> tuple[str, ...]:
        """The stages that wait for this person, here or on another page, in the notice's order."""
        from eccs.workflow import waiting_at

        if not self.queued:
            return ()
        here = waiting_at(self.model, actor)
        there = {s for s, done in self.elsewhere.items() if actor.may(done.activity)}
        if not there:
            return here
        found = {*here, *there}
        return tuple(stage for stage in self.model.stage_order() if stage in found)

    def in_rows(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Documents for the rows of a queue, with no more of each than its row shows."""
        if not self.row_fields:
            return rows.select_related(*self.related)
        related = {name.rpartition("__")[0] for name in self.row_fields} - {""}
        return rows.select_related(*related).only("number", "stage", "stage_since", "station", *self.row_fields)

    def visible_to(self, actor: Any) -> QuerySet[Any]:
        """The documents of this kind that the actor may see."""
        return self.model._default_manager.visible_to(actor)  # type: ignore[attr-defined, no-any-return]

    def filtered(self, rows: QuerySet[Any], given: Any, actor: Any) -> QuerySet[Any]:
        """The rows that fit what was typed into the filters; what cannot be a value of its column fits nothing."""
        for column in self.columns:
            text = (given.get(column.name) or "").strip()
            if not (text and column.lookup) or not column.shown_to(actor):
                continue
            if column.number:
                text = text.replace(",", "")
                if len(text) > LONGEST_NUMBER or not text.replace(".", "", 1).isdecimal() or not text.isascii():
                    return rows.none()
            rows = rows.filter(column.query(text) if column.query else Q(**{column.lookup: text}))
        return rows


IN_A_SEGMENT = "~:@!$&'()*+,;="  # what may stand in a part of an address as it is (RFC 3986, 3.3)
LONGEST_NUMBER = 18  # digits that fit a key

_listings: dict[str, Listing] = {}
_links: list[Link] = []


def link(label: Any, url_name: str, *roles: str, nav: bool = True, under: str = "") -> None:
    """Declare that a page belongs to these roles; `nav` puts it into their navigation, `under` into that of another page."""
    _links.append(Link(label, url_name, roles, nav, under))


def activity_of(url_name: str) -> str:
    """The activity that opens a declared page."""
    return f"page.{url_name}"


def require(actor: Any, url_name: str) -> None:
    """Refuse whoever the page does not belong to. Raises PermissionDenied."""
    if not actor.may(activity_of(url_name)):
        raise PermissionDenied


def declared() -> Iterable[Link]:
    """Every page that belongs to roles."""
    return tuple(_links)


def links(actor: Any) -> list[list[Link]]:
    """The pages in a person's navigation, by area; the first of each area stands for it."""
    areas: dict[str, list[Link]] = {}
    for one in _links:
        if one.nav and actor.may(one.activity):
            beside = areas.setdefault(one.area, [])
            beside.insert(0 if not one.under else len(beside), one)
    return list(areas.values())


def register(listing: Listing) -> None:
    """Make a kind of document known to desks, queues, pages and search."""
    _listings[listing.slug] = listing


def listings() -> Iterable[Listing]:
    """Every kind of document, in the order of registration."""
    return _listings.values()


def listing_of(slug: str) -> Listing | None:
    """The kind of document at an address."""
    return _listings.get(slug)


def listing_at_desk(model: type[Document]) -> Listing:
    """How a kind of document is listed."""
    return _listings[slug_of(model)]


def slug_of(model: type[Document]) -> str:
    """The address of a kind of document."""
    return next(listing.slug for listing in _listings.values() if listing.model is model)


def cells(columns: Iterable[Column], document: Any) -> SafeString:
    """The cells of a document's row; what a column gives is escaped, but for its own markup."""
    told = ((column, column.cell(document)) for column in columns if column.cell is not None)
    return SafeString("".join(f"{column.td}{conditional_escape(text)}</td>" for column, text in told))


def address_of(model: type[Document], key: str) -> str:
    """The address of a document's page, by the key of the document."""
    return f"{_page_of(slug_of(model))}{quote(key, safe=IN_A_SEGMENT)}/"


@cache
def _page_of(slug: str) -> str:
    """The address under which the pages of a kind of document are, found once."""
    return reverse("document", args=[slug, "-"]).removesuffix("-/")


@cache
def queue_address(slug: str, stage: str) -> str:
    """The address of the queue of a stage."""
    return reverse("queue", args=[slug, as_verb(stage)])


def id_in(text: str) -> int:
    """The key of a row that was typed or is part of an address; 0, the key of none, where it is no number that can be one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else 0


def as_verb(name: str) -> str:
    """A step or stage as it stands in an address: `give-out-of-charge`."""
    return name.lower().replace("_", "-")


def from_verb(verb: str) -> str:
    """A step's name from an address."""
    return verb.replace("-", "_")
