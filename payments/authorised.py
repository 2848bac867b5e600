"""Which banks are authorised at which station, from when until when; and messages that no bank of ours has sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomsStation
from accounts.permissions import Actor
from eccs.workflow import Refused
from payments import bank, banks


class BankAuthorisation(models.Model):
    """A bank is authorised at a station, or at every station without banks of its own, from a day on (PN17 8.0)."""

    station = models.ForeignKey(CustomsStation, models.PROTECT, null=True, related_name="+")
    bank = models.CharField(max_length=12)
    from_date = models.DateField()
    until = models.DateField(null=True)
    source = models.CharField(max_length=200)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["station", "bank", "from_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "bank", "from_date"], name="bank_authorised_once_a_day", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("from_date") - 1), name="bank_authorised_forwards"
            ),
        ]

    def __str__(self) -> str:
        where = self.station or _("every station")
        return f"{self.bank_name}, {where}"

    @property
    def bank_name(self) -> str:
        """The bank as people call it."""
        return banks.name_of(self.bank)

    @property
    def is_configured(self) -> bool:
        """Whether the bank can be reached: its address and key are among the settings."""
        return self.bank in banks.names()

    def holds_on(self, day: date) -> bool:
        """Whether the bank is authorised on a day."""
        return self.from_date <= day and (self.until is None or day <= self.until)


def banks_at(station: str, on: date | None = None) -> dict[str, str]:
    """The names of the banks authorised at a station on a day by their codes; a station's own go before the national ones."""
    day = on or timezone.localdate()
    rows = [
        row
        for row in BankAuthorisation.objects.filter(Q(station=station) | Q(station=None)).order_by("pk")
        if row.holds_on(day) and row.is_configured
    ]
    own = [row for row in rows if row.station_id is not None]
    return {row.bank: row.bank_name for row in own or rows}


def bank_for(station: str, chosen: str) -> str:
    """The bank that was chosen, or the first one authorised at the station; none where challans are paid from the ledger alone."""
    authorised = banks_at(station)
    if chosen and chosen not in authorised:
        raise Refused([str(_("The bank is not authorised at this station."))])
    return chosen or next(iter(authorised), "")


MOST_A_DAY = 1000
"""So many kinds of refused messages are told apart on a day; beyond, where they came from is not."""
_COUNT_REFUSED = """
INSERT INTO payments_refusedmessage (day, sort, fault, address, challan_id, detail, first_at, last_at, count, settlement)
SELECT %(day)s, %(sort)s, %(fault)s, CASE WHEN many THEN '' ELSE %(address)s END,
    CASE WHEN NOT many THEN (SELECT id FROM payments_challan WHERE number = %(number)s) END, %(detail)s, %(now)s, %(now)s, 1, ''
FROM (SELECT count(*) >= %(most)s AS many FROM
    (SELECT FROM payments_refusedmessage WHERE day = %(day)s LIMIT %(most)s) that_day) counted
ON CONFLICT (day, sort, fault, address, challan_id) WHERE settled_at IS NULL
DO UPDATE SET count = payments_refusedmessage.count + 1, last_at = excluded.last_at
"""


WAYS = {
    "return": _("by redirect"), "confirmation": _("by message"), "answer": _("by verification"), "scroll": _("as scroll"),
}  # fmt: skip
FAULTS: dict[str, Any] = {
    bank.Fault.UNREADABLE: _("It cannot be read, or its currency is another."),
    bank.Fault.UNKNOWN_KEY: _("It is signed with a key of no bank of ours."),
    bank.Fault.FORGED: _("Its signature does not fit: it was altered."),
    bank.Fault.EXPIRED: _("It is too old, or of the future."),
    bank.Fault.NOT_ASKED: _("It answers another question."),
}


class RefusedQuerySet(models.QuerySet["RefusedMessage"]):
    """Refused messages by who asks."""

    def told_to(self, actor: Actor, activity: str) -> Self:
        """Those about the actor's stations or about no challan of ours."""
        mine = Q(challan__station_id__in=actor.stations_for([activity])) | Q(challan=None)
        return self.filter(mine) if actor.may(activity) else self.none()

    def open_to(self, actor: Actor, activity: str) -> Self:
        """Of these, the ones that nobody has looked at yet."""
        return self.told_to(actor, activity).filter(settled_at=None)


class RefusedMessage(models.Model):
    """Messages in the name of a bank that were not accepted, of one kind, from one address, on one day, counted.

    Anybody can send such messages, so they are counted and never kept one by one. Nothing that they said was done.
    """

    day = models.DateField()
    sort = models.CharField(max_length=12)
    fault = models.CharField(max_length=12)
    address = models.CharField(max_length=45, blank=True)
    challan = models.ForeignKey("payments.Challan", models.PROTECT, null=True, related_name="+")  # which it named
    detail = models.CharField(max_length=200, blank=True)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    count = models.PositiveBigIntegerField(default=1)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    settlement = models.CharField(max_length=300, blank=True)

    objects = RefusedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "sort", "fault", "address", "challan"], condition=Q(settled_at=None),
                name="refused_message_counted", nulls_distinct=False,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} {self.sort} {self.fault} × {self.count}"

    @property
    def way(self) -> str:
        """How it came, in words."""
        return str(WAYS.get(self.sort, self.sort))

    @property
    def words(self) -> str:
        """Why it was refused, in words."""
        return str(FAULTS.get(self.fault, self.fault))

    def close(self, actor: Actor, words: str) -> None:
        """Somebody has looked at it."""
        self.settled_at, self.settled_by_id, self.settlement = timezone.now(), actor.user_id, words
        self.save(update_fields=["settled_at", "settled_by", "settlement"])


def note_refusal(sort: str, fault: str, detail: str, said: Mapping[str, Any], address: str = "") -> None:
    """Count a message that was not accepted, at the desk of the DC/AC: one statement, in plain SQL, since anybody can cause it."""
    now, number = timezone.now(), str(said.get("challan", ""))
    known = number.isascii() and number.isdecimal() and len(number) == 10
    told: dict[str, Any] = {
        "day": timezone.localdate(now), "sort": sort, "fault": fault, "address": address, "number": number if known else None,
        "detail": detail[:200], "now": now, "most": MOST_A_DAY,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_REFUSED, told)
