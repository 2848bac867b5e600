"""Advisories: what the System Admin or a Port Admin lets people know, from a day until a day, in English and Hindi."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import AuthorisedCourier, CustomsStation
from accounts.roles import Group, Role
from eccs import audit
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from eccs.workflow import Document, step, take

if TYPE_CHECKING:
    from accounts.permissions import Actor

ORDER = "Advisory 10/2025"  # the order of an advisory's life; nothing else prescribes it


class Stage(models.TextChoices):
    """Where an advisory stands."""

    DRAFT = "DRAFT", gettext_lazy("Draft")
    PUBLISHED = "PUBLISHED", gettext_lazy("Published")
    WITHDRAWN = "WITHDRAWN", gettext_lazy("Withdrawn")
    DISCARDED = "DISCARDED", gettext_lazy("Discarded")


class Audience(models.TextChoices):
    """Whom an advisory concerns."""

    ALL = "ALL", gettext_lazy("Everybody who signs in")
    PUBLIC = "PUBLIC", gettext_lazy("The public, on the sign-in page")
    GROUP = "GROUP", gettext_lazy("A user group")
    STATION = "STATION", gettext_lazy("A station")


WRITERS = (Role.SYSTEM_ADMIN, Role.PORT_ADMIN, Role.SYSTEM)


def places_of(actor: Actor | Any) -> set[str]:
    """The stations for which somebody writes advisories; nothing between the quotes stands for the whole country."""
    return {held.station for held in actor.postings if held.role in WRITERS}


def not_over(advisory: Advisory, actor: Any) -> str:
    """An advisory whose last day has passed tells nobody anything."""
    over = advisory.until is not None and advisory.until < timezone.localdate()
    return _("Its last day has passed: correct the dates first.") if over else ""


class AdvisoryQuerySet(models.QuerySet["Advisory"]):
    """Advisories by who asks and on which day."""

    def visible_to(self, actor: Actor | Any) -> Self:
        """Those that concern the person and have begun, and all of the person's own desk."""
        today, places = timezone.localdate(), places_of(actor)
        begun = Q(stage=Stage.PUBLISHED, from_date__lte=today) | Q(
            stage=Stage.WITHDRAWN, from_date__lte=F("withdrawn_on")
        )
        return self.filter(begun & concerning(actor) | Q(desk__in=places))

    def in_force(self, on: date | None = None) -> Self:
        """Those that are published and hold on a day: the first and the last day count."""
        day = on or timezone.localdate()
        return self.filter(Q(until=None) | Q(until__gte=day), stage=Stage.PUBLISHED, from_date__lte=day)

    def unread_by(self, actor: Actor | Any) -> Self:
        """Those in force that concern the person and were not marked as read."""
        marks = AdvisoryRead.objects.filter(advisory=OuterRef("pk"), user_id=actor.user_id or 0)
        return self.in_force().filter(concerning(actor)).filter(~Exists(marks)).order_by("-from_date", "-pk")

    def public(self) -> Self:
        """Those in force that everybody may read without signing in."""
        return self.in_force().filter(audience=Audience.PUBLIC).order_by("-from_date", "-pk")


def concerning(actor: Actor | Any) -> Q:
    """The advisories that concern a person: those for all, for the own group, for the stations of the postings or of the firm.

    An importer's person who is posted nowhere in particular reads what is said to all and to importers everywhere: what a
    station tells its people, such as that their passwords expire, is not said to that person.
    """
    here = Q(station__in=actor.stations)
    if actor.courier_id is not None and actor.is_trade:
        firm = AuthorisedCourier(pk=actor.courier_id)
        here |= Q(station__in=firm.stations_on())
    return (
        Q(audience__in=(Audience.ALL, Audience.PUBLIC))
        | Q(audience=Audience.GROUP, group__in=actor.groups) & (Q(station=None) | here)
        | Q(audience=Audience.STATION) & here
    )


class Advisory(Document):
    """An advisory: written, published, and withdrawn where it no longer holds; once published it is never changed."""

    audience = models.CharField(max_length=8, choices=Audience.choices, default=Audience.ALL)
    group = models.CharField(max_length=12, choices=Group.choices, blank=True)
    desk = models.CharField(
        max_length=6, blank=True, default=""
    )  # whose it is: a Port Admin's station, or nothing: the System Admin's
    station = models.ForeignKey(CustomsStation, models.PROTECT, null=True, related_name="advisories")
    stage = StageField(choices=Stage.choices, default=Stage.DRAFT, max_length=10)
    title = models.CharField(max_length=160)
    text = models.TextField(max_length=6000)
    title_hi = models.CharField(max_length=160, blank=True)
    text_hi = models.TextField(max_length=6000, blank=True)
    from_date = models.DateField()
    until = models.DateField(null=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    withdrawn_on = models.DateField(null=True)
    withdrawal = models.CharField(max_length=300, blank=True)

    courier_id: ClassVar[None] = None  # it is no firm's
    unnumbered_stages = (Stage.DRAFT.value, Stage.DISCARDED.value)
    taken_by: Any

    objects = AdvisoryQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("advisory")
        constraints = [
            models.CheckConstraint(
                condition=Q(audience="GROUP") & ~Q(group="") | ~Q(audience="GROUP") & Q(group=""),
                name="advisory_group_where_for_a_group",
            ),
            models.CheckConstraint(
                condition=Q(audience="STATION", station__isnull=False)
                | Q(audience="GROUP")
                | Q(audience__in=("ALL", "PUBLIC"), station=None),
                name="advisory_station_where_for_a_station",
            ),
            models.CheckConstraint(
                condition=Q(desk="") | Q(desk=F("station"), station__isnull=False),
                name="advisory_of_a_desk_is_for_its_station",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("from_date")), name="advisory_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=("DRAFT", "DISCARDED"), published_at=None)
                | Q(stage__in=("PUBLISHED", "WITHDRAWN"), published_at__isnull=False, number__isnull=False),
                name="advisory_published_has_number",
            ),
            models.CheckConstraint(
                condition=Q(stage="WITHDRAWN", withdrawn_on__isnull=False) & ~Q(withdrawal="")
                | ~Q(stage="WITHDRAWN") & Q(withdrawn_on=None, withdrawal=""),
                name="advisory_withdrawn_says_why",
            ),
        ]
        indexes = [models.Index(fields=["from_date", "id"], name="advisory_in_force", condition=Q(stage="PUBLISHED"))]

    def __str__(self) -> str:
        if self.number is None:
            return _("Draft advisory %(pk)s") % {"pk": self.pk}
        return _("Advisory %(number)s") % {"number": f"{self.serial}/{self.number.split('_')[1]}"}

    def is_in_circle_of(self, held: Any, actor: Any, activity: str = "") -> bool:
        """The System Admin speaks to the country and to any part of it, the Port Admin to the own station, ECCS itself to both."""
        return actor.user_id is None or bool(held.station == self.desk)

    def out_of_circle(self) -> str:
        """What somebody is told whose advisory this is not."""
        if self.desk:
            return _("An advisory of %(station)s is the Port Admin's there.") % {"station": self.desk}
        return _("A national advisory is the System Admin's.")

    def series(self) -> str:
        """Counted by calendar year."""
        return f"ADV_{timezone.localtime(self.published_at).year}"

    def numbered(self, serial: int) -> str:
        """`ADV_2025_10`, said as Advisory 10/2025."""
        return f"{self.series()}_{serial}"

    @property
    def shown_title(self) -> str:
        """The title in the reader's language, in English where there is no Hindi."""
        return self.title_hi if self.is_hindi else self.title

    @property
    def shown_text(self) -> str:
        """The text in the reader's language, in English where there is no Hindi."""
        return self.text_hi if self.is_hindi else self.text

    @property
    def is_hindi(self) -> bool:
        """Whether the reader is shown Hindi: it is asked for, and both title and text are there."""
        return (get_language() or "").startswith("hi") and bool(self.title_hi and self.text_hi)

    @property
    def language(self) -> str:
        """The language of what the reader is shown, for screen readers."""
        return "hi" if self.is_hindi else "en"

    @property
    def for_whom(self) -> str:
        """Whom it concerns, in words."""
        if self.audience == Audience.GROUP:
            told = {"group": Group(self.group).label, "station": self.station}
            return _("%(group)s, %(station)s") % told if self.station_id else str(told["group"])
        return str(self.station) if self.audience == Audience.STATION else str(self.get_audience_display())

    @property
    def holds_today(self) -> bool:
        """Whether it is published and today is one of its days."""
        today = timezone.localdate()
        return self.stage == Stage.PUBLISHED and self.from_date <= today and (self.until is None or today <= self.until)

    @step(
        Stage.DRAFT, Stage.PUBLISHED, role=WRITERS, label=gettext_lazy("Publish"), para=ORDER,
        guards=(not_over,), grave=True,
    )  # fmt: skip
    def publish(self) -> None:
        """Everybody it concerns reads it on the desk from its first day; it gets its number and is never changed again."""
        self.published_at = timezone.now()
        self.snapshot_for_trail = {
            "title": self.title, "text": self.text, "title_hi": self.title_hi, "text_hi": self.text_hi, "for": self.audience,
            "group": self.group, "station": self.station_id, "from": self.from_date, "until": self.until,
        }  # fmt: skip
        transaction.on_commit(partial(self._enter, "advisory.published", self.taken_by))

    @step(
        Stage.PUBLISHED, Stage.WITHDRAWN, role=WRITERS, label=gettext_lazy("Withdraw"), para=ORDER,
        form="accounts.advisory_forms.WithdrawalForm", grave=True,
    )  # fmt: skip
    def withdraw(self, *, why: str) -> None:
        """It is shown no more; whoever opens it reads that it was withdrawn, and why."""
        self.withdrawn_on, self.withdrawal = timezone.localdate(), why
        transaction.on_commit(partial(self._enter, "advisory.withdrawn", self.taken_by, why))

    @step(
        Stage.DRAFT, Stage.DISCARDED, role=WRITERS, label=gettext_lazy("Discard"), para=ORDER, grave=True,
    )  # fmt: skip
    def discard(self) -> None:
        """A draft that is not wanted is put away."""

    def _enter(self, event: str, by: Any, why: str = "") -> None:
        """Tell the audit log, now that the advisory has its number."""
        audit.record(
            event, by=by, about=self.key, station=self.station_id or "", why=why, title=self.title, to=self.for_whom
        )


class AdvisoryTrail(TrailLine):
    """The trail of an advisory."""

    document = models.ForeignKey(Advisory, models.PROTECT, related_name="trail")

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="advisory_trail_seq")]
        indexes = [models.Index(fields=["id"], name="advisory_trail_outbox", condition=Q(noticed_at=None))]


Advisory.trail_model = AdvisoryTrail


class AdvisoryRead(models.Model):
    """A person's mark that an advisory was read: it leaves the desk."""

    advisory = models.ForeignKey(Advisory, models.CASCADE, related_name="marks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "advisory"], name="advisory_read_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.advisory}"


def publish_advisory(
    by: Actor, *, title: str, text: str, title_hi: str = "", text_hi: str = "", from_date: date | None = None,
    until: date | None = None, audience: str = Audience.ALL, group: str = "", station: str = "",
) -> Advisory:  # fmt: skip
    """Write and publish an advisory at once, for the other parts of the system. Raises Refused where it is not the actor's."""
    with transaction.atomic():
        draft = Advisory.objects.create(
            title=title, text=text, title_hi=title_hi, text_hi=text_hi, from_date=from_date or timezone.localdate(),
            until=until, audience=audience, group=group, station_id=station or None, written_by_id=by.user_id,
            desk="" if by.user_id is None or "" in places_of(by) else station,
        )  # fmt: skip
        published: Advisory = take(draft, "publish", by)
    return published
