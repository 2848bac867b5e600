"""The audit log: who signed in, read, downloaded, exported, was given something or refused it. It is only ever added to.

`record` writes a line. Lines are sealed like those of a trail (`eccs.trail`), in a few chains, called lanes: one for each
station and one for what belongs to none. One chain for all would make everybody wait for everybody: a lane's head is locked
for the instant in which its next line is written, never for the length of somebody's transaction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from datetime import UTC, timedelta
from functools import partial
from importlib import import_module
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from eccs import identifiers
from eccs.client_address import address_of
from eccs.log_files import tails
from eccs.logs import request_id
from eccs.trail import START, canonical, seal

EVENTS = {
    "sign-in.done": _("Signed in"),
    "sign-in.failed": _("Sign-in failed"),
    "sign-in.locked": _("Sign-in locked"),
    "sign-out": _("Signed out"),
    "session.ended": _("Session ended"),
    "password.changed": _("Password changed"),
    "password.proved": _("Password typed again"),
    "password.proof-failed": _("Wrong password typed again"),
    "password.proof-locked": _("Password typed again while locked"),
    "password.reset-sent": _("Link for a new password sent"),
    "password.reset": _("Password reset by link"),
    "account.unlocked": _("Account unlocked"),
    "second-factor.enrolled": _("Authenticator taken up"),
    "second-factor.failed": _("Wrong code of an authenticator"),
    "second-factor.locked": _("Code of an authenticator while locked"),
    "second-factor.reset": _("Authenticator taken away"),
    "second-factor.policy": _("Roles with a second factor set"),
    "recovery-codes.made": _("Recovery codes made"),
    "recovery-code.used": _("Recovery code used"),
    "exercise.named": _("Password expiry named"),
    "exercise.cancelled": _("Password expiry cancelled"),
    "goods.permitted": _("Excluded goods permitted"),
    "goods.permission-withdrawn": _("Permission for excluded goods withdrawn"),
    "goods.excluded": _("Goods excluded from courier exports"),
    "goods.exclusion-ended": _("Exclusion of goods from courier exports ended"),
    "person.created": _("Person created"),
    "person.changed": _("Details of a person changed"),
    "person.transferred": _("Person transferred"),
    "person.suspended": _("Person suspended"),
    "person.reactivated": _("Person re-activated"),
    "person.left": _("Departure of a person recorded"),
    "role.opened": _("Role opened"),
    "role.changed": _("Activities of a role changed"),
    "role.withdrawn": _("Role withdrawn"),
    "role.reopened": _("Role opened again"),
    "grant.given": _("Role given"),
    "grant.ended": _("Role ended"),
    "api-key.made": _("API key made"),
    "api-key.accepted": _("API key taken up"),
    "api-key.revoked": _("API key revoked"),
    "webhook.made": _("Webhook made"),
    "webhook.ended": _("Webhook ended"),
    "drop-folder.made": _("Drop folder made"),
    "drop-folder.ended": _("Drop folder ended"),
    "rms.read": _("RMS reasons read"),
    "risk.activated": _("Risk rule activated"),
    "risk.suspended": _("Risk rule suspended"),
    "risk.retired": _("Risk rule retired"),
    "file.downloaded": _("File downloaded"),
    "list.exported": _("List exported"),
    "papers.asked": _("Papers printed together"),
    "step.refused": _("Step refused"),
    "steps.refused": _("Step refused on several documents"),
    "permission.denied": _("Page refused"),
    "form.refused": _("Form refused"),
    "asked.too-often": _("Asked too often"),
    "rule.added": _("Dated rule added"),
    "rule.withdrawn": _("Dated rule withdrawn"),
    "holiday.added": _("Holiday added"),
    "holiday.removed": _("Holiday taken out"),
    "location.added": _("Location entered"),
    "location.changed": _("Location changed"),
    "bank.authorised": _("Bank authorised"),
    "refund.credited": _("Refund credited to a cash ledger"),
    "bank.ended": _("Authorisation of a bank ended"),
    "scroll.loaded": _("Scroll of a bank loaded by hand"),
    "rates.loaded": _("File of rates loaded"),
    "rates.proposed": _("Rates proposed"),
    "rates.approved": _("Rates approved"),
    "rates.refused": _("Rates not approved"),
    "rates.revoked": _("Rates taken back before their day"),
    "advisory.published": _("Advisory published"),
    "advisory.withdrawn": _("Advisory withdrawn"),
    "help.article": _("Article of the knowledge page kept"),
    "help.contact": _("Address of a help desk kept"),
    "help.downtime": _("Downtime planned"),
    "help.downtime-cancelled": _("Downtime cancelled"),
    "display.opened": _("Customer display opened"),
    "certificate.registered": _("Certificate registered"),
    "certificate.refused": _("Certificate not accepted"),
    "certificate.retired": _("Certificate retired"),
    "revocations.loaded": _("List of revoked certificates loaded"),
    "signature.refused": _("Signature not accepted"),
    "log.kept": _("Log put away"),
    "log.not-kept": _("Log not put away"),
    "archive.kept": _("Closed year archived"),
    "archive.not-kept": _("Closed year not archived"),
    "work.taken-up": _("Document taken up"),
    "work.set-aside": _("Document set aside"),
    "work.given-back": _("Document given back"),
    "work.taken-over": _("Document taken over"),
    "work.allocated": _("Document allocated anew"),
    "work.priority": _("Priority set"),
    "work.handed-over": _("Shift handed over"),
}
"""The events in words, in the order of the filter; an event that is not here is shown by its name."""

OF_ACCOUNTS = ("sign-in.", "sign-out", "session.", "password.", "second-factor.", "recovery-code")
"""What belongs to a person's sign-in: also read at the stations of the firm and of the home, where there is no posting."""

CLOCKS_APART = timedelta(hours=1)  # of hosts, or since a line was told until its transaction ended
WITHHELD = "withheld"
_SECRET = re.compile(r"passw|passphrase|secret|token|otp|^codes?$|recovery|aadhaar|kyc", re.IGNORECASE)
_TWELVE_DIGITS = re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)")
_STATION = re.compile(r"\A[A-Z]+(?:-[A-Z]+)?_([A-Z]{3})_\d")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")

request_now: ContextVar[HttpRequest | None] = ContextVar("request_now", default=None)
"""The request being answered, for lines that are written far from its view."""


class AuditQuerySet(models.QuerySet["AuditLine"]):
    """Lines by who asks."""

    def visible_to(self, actor: Any, activity: str) -> Self:
        """With this activity at a station: what people posted there did and what concerns it; nationally: what belongs to no station."""
        places = {held.station for held in actor.postings if activity in held.activities}
        seen = Q(stations__overlap=sorted(places - {""}))
        if "" in places:
            seen |= Q(stations=[])
        return self.filter(seen) if places else self.none()


class AuditLine(models.Model):
    """One line of the audit log. A database trigger refuses every change."""

    lane = models.CharField(max_length=3, blank=True)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    event = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    username = models.CharField(max_length=60, blank=True)  # as it was then
    postings = models.CharField(max_length=300, blank=True)  # as what and where, then: `DCAC@BLR, INSPECTOR@DEL`
    stations = ArrayField(models.CharField(max_length=3))  # of the person then, and of what the line is about
    about = models.CharField(max_length=200, blank=True)  # the number of a document, a user name, a file
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=160, blank=True)
    request_id = models.CharField(max_length=64, blank=True)  # as the proxy gives it: nginx 32 digits
    why = models.CharField(max_length=300, blank=True)
    details = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lane", "seq", "at"], name="audit_line_seq")
        ]  # at: it lies in one partition a month (see eccs.retention); of one number two lines would break the chain
        indexes = [
            models.Index(fields=["at", "id"], name="audit_by_time"),
            models.Index(fields=["event", "at", "id"], name="audit_by_event"),
            models.Index(fields=["username", "at", "id"], name="audit_by_person"),
            models.Index(fields=["about", "at", "id"], name="audit_by_document"),
            models.Index(fields=["address", "at", "id"], name="audit_by_address"),
            models.Index(fields=["request_id"], name="audit_by_request"),
            GinIndex(fields=["stations"], name="audit_by_station"),
        ]

    def __str__(self) -> str:
        return f"{self.lane or '–'} {self.seq}. {self.event}"

    @property
    def words(self) -> str:
        """The event in words."""
        return str(EVENTS.get(self.event, self.event))

    def facts(self) -> str:
        """Everything the seal covers, in the canonical form."""
        moment = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return canonical([
            self.lane, self.seq, moment, self.event, self.by_id, self.username, self.postings, self.stations, self.about,
            self.address, self.browser, self.request_id, self.why, self.details,
        ])  # fmt: skip

    def holds(self) -> bool:
        """Whether the line is as it was written."""
        return self.seal == seal(self.previous, self.facts())


class AuditLane(models.Model):
    """The head of one chain of the audit log: how long it is, and the seal of its last line."""

    name = models.CharField(max_length=3, primary_key=True)
    length = models.PositiveBigIntegerField()
    head = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(null=True)  # of its last line

    def __str__(self) -> str:
        return f"{self.name or '–'}: {self.length}"


TABLES = (AuditLine._meta.db_table, AuditLane._meta.db_table)
"""What a page that is only read may write to, and nothing else."""


def record(
    event: str, *, request: HttpRequest | None = None, by: Any = None, about: str = "", station: str = "", why: str = "",
    **details: Any,
) -> None:  # fmt: skip
    """Write one line of the audit log.

    `by` is a person or an actor, by default whoever sent the request. Inside a transaction the line waits for its commit,
    so that it tells only what was kept and holds no lane meanwhile: record a refusal outside of what is rolled back.
    A user name that was tried at the sign-in (`sign-in.…` without a person) is given as `about`.
    """
    request = request or request_now.get()
    actor = _actor(by, request)
    about, places, reach = _tidy(about, 200), _places(actor), set[str]()
    if actor is None and event.startswith("sign-in."):
        about, places, reach = _tried(about)
    elif actor is not None and event.startswith(OF_ACCOUNTS):
        known = import_module(settings.AUDIT_PEOPLE)
        reach = known.reach_of(by) if isinstance(by, AbstractBaseUser) else known.reach(actor.user_id)
    meta = request.META if request else {}
    if key := getattr(actor, "key", ""):
        details["by_key"] = key
    if customer := getattr(actor, "customer", None):
        details["on_behalf_of"] = f"{customer.firm}, {customer.token}"
    line = AuditLine(
        lane=station or min(places - {""}, default=""), at=timezone.now(), event=event,
        by_id=actor.user_id if actor else None, username=_tidy(actor.username or actor.name, 60) if actor else "",
        postings=_tidy(", ".join(f"{held.role}@{held.station}".rstrip("@") for held in actor.postings), 300) if actor else "",
        stations=sorted({*places, *reach, station, _station_of(about)} - {""}), about=about,
        address=address_of(request) if request else "", browser=_tidy(meta.get("HTTP_USER_AGENT", ""), 160),
        request_id=request_id.get(), why=_tidy(_masked(why), 300), details=json.loads(canonical(_clean(details))),
    )  # fmt: skip
    if _under_way():
        transaction.on_commit(partial(_write, line))
    else:
        _write(line)


def _under_way() -> bool:
    """Whether somebody's transaction is under way. One that wraps a test from outside, and is never committed, is none."""
    if not connection.in_atomic_block:
        return False
    try:
        with transaction.atomic(durable=True):
            return False
    except RuntimeError:  # Django's word for it
        return True


def _write(line: AuditLine) -> None:
    """Seal a line onto its lane, in a transaction of its own that holds the lane's head for the instant of the insert."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO "eccs_auditlane" (name, length, head) VALUES (%s, 1, %s) '
            "ON CONFLICT (name) DO UPDATE SET length = eccs_auditlane.length + 1 RETURNING length, head, at",
            [line.lane, START],
        )
        line.seq, line.previous, last = cursor.fetchone()
        if last is not None and line.at < last <= line.at + CLOCKS_APART:
            line.at = last  # the numbers of a lane go with its time, so that a month leaves whole
        line.seal = seal(line.previous, line.facts())
        line.save(force_insert=True)
        cursor.execute(
            'UPDATE "eccs_auditlane" SET head = %s, at = %s WHERE name = %s', [line.seal, line.at, line.lane]
        )


# ── what a line is made of ───────────────────────────────────────────────────


def _actor(by: Any, request: HttpRequest | None) -> Any:
    """The actor behind a line, or nothing: a person is asked for the postings of today."""
    if isinstance(by, AbstractBaseUser):
        return import_module(settings.AUDIT_PEOPLE).actor_of(by)
    found = by if by is not None else getattr(request, "actor", None)
    return found if found is not None and (found.user_id is not None or found.name) else None


def _tried(username: str) -> tuple[str, set[str], set[str]]:
    """A user name that was tried, and the stations of its person. One that nobody has is cut: people type passwords there."""
    name, known = username.strip().lower(), import_module(settings.AUDIT_PEOPLE)
    person = known.tried(name)
    reach: set[str] = known.reach(person.user_id if person else 0)  # asked for nobody too: both take as long
    if person is None:
        return f"{name[:3]}…", set(), set()
    return name, _places(person), reach


def _places(actor: Any) -> set[str]:
    """The stations of the postings; nothing between the quotes stands for all."""
    return {held.station for held in actor.postings} if actor else set()


def _station_of(about: str) -> str:
    """The station whose letters stand in the number of a document, or nothing."""
    found = _STATION.match(about)
    return found[1] if found else ""


def _tidy(text: object, length: int) -> str:
    """A text without control characters, cut to what its column holds."""
    clean = _CONTROL.sub(" ", str(text))
    return clean if len(clean) <= length else f"{clean[: length - 1]}…"


def _masked(text: object) -> str:
    """A text in which every Aadhaar number is hidden but for its last four digits."""

    def hide(found: re.Match[str]) -> str:
        digits = re.sub(r"[ -]", "", found[0])
        return found[0] if identifiers.aadhaar(digits) else identifiers.mask_aadhaar(digits)

    return _TWELVE_DIGITS.sub(hide, str(text))


def _clean(value: Any, name: str = "") -> Any:
    """Details as they may be kept: nothing under a secret's name, no Aadhaar number, no control character."""
    if name and _SECRET.search(name):
        return WITHHELD
    if isinstance(value, dict):
        return {str(key): _clean(one, str(key)) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(one) for one in value]
    if value is None or isinstance(value, bool | int):
        return value
    return _tidy(_masked(value), 500)


# ── whether it is as it was written ──────────────────────────────────────────


def lanes() -> list[str]:
    """Every lane that has a head or lines."""
    return sorted(
        {
            *AuditLane.objects.values_list("name", flat=True),
            *AuditLine.objects.values_list("lane", flat=True).distinct(),
        }
    )


def lengths() -> list[tuple[str, int]]:
    """Every lane behind a dot, since that of no station has no name, with the length of its chain."""
    known = dict(AuditLane.objects.values_list("name", "length"))
    return [(f".{name}", known.get(name, 1)) for name in lanes()]


def broken_lines(names: Iterable[str] | None = None) -> Iterator[tuple[str, str]]:
    """Every lane whose chain does not hold, and the first line that is wrong; of all lanes, or of some."""
    away = tails()
    ends = {lane.name: (lane.length, lane.head) for lane in AuditLane.objects.all()}
    for name in lanes() if names is None else names:
        (length, head), wrong = away.get(name, (0, START)), ""
        for line in AuditLine.objects.filter(lane=name).order_by("seq").iterator(chunk_size=5000):
            length += 1
            if line.seq != length or line.previous != head or not line.holds():
                wrong = f"line {length} ({line.event})"
                break
            head = line.seal
        if not wrong and (length, head) != ends.get(name, (0, START)):
            wrong = f"line {length} (the end of the chain)"
        if wrong:
            yield f"audit log of {name or 'no station'}", wrong
