"""One person in each standard role, of the firm and station of the documents and of others, signed in once in a process.

Making and signing in some sixty people takes a second. They are kept as PostgreSQL writes them, with their sessions, and
put back in every test that wants them; one browser goes from hand to hand.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Importer, Posting, User
from accounts.permissions import Actor
from accounts.roles import Group, Role
from eccs.audit import TABLES as AUDIT_TABLES
from tests.factories import firms
from tests.kept_rows import KeptRows
from tests.walk.addresses import IMPORTER_IEC

HERE, THERE = "BLR", "DEL"
ROLES = [role for role in Role if role != Role.SYSTEM]
OTHER_IEC = "AAFCM2292Q"
FRESH_FOR = 600  # seconds: well within the minutes after which a session without an act ends
MAY_GROW = (*AUDIT_TABLES, "django_session", "accounts_livesession")
"""A refusal is audited, and a session notes that it was used."""


@dataclass(frozen=True)
class Who:
    """Somebody in one role."""

    role: Role
    station: str | None  # where posted; nothing for all stations
    own_firm: bool  # of the courier, or the importer, of the documents; of no firm at all
    user_id: int
    session: str

    @property
    def own(self) -> bool:
        """Whether both firm and station are those of the documents."""
        return self.own_firm and self.station in (None, HERE)

    @property
    def sort(self) -> tuple[Group, bool, str | None]:
        """What people have in common who are refused for the same reason."""
        return self.role.group, self.own_firm, self.station

    @property
    def actor(self) -> Actor:
        """The person as the engine knows them."""
        return Actor.of(User.objects.get(pk=self.user_id))

    def ask(self, address: str, given: dict[str, Any] | None = None) -> Any:
        """The answer to a page asked for, or to a form sent, in the person's browser."""
        _browser.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: self.session})
        answer: Any = _browser.get(address) if given is None else _browser.post(address, given)
        if answer.streaming:
            list(answer.streaming_content)  # a file is read to its end, and closed
        return answer


_browser = Client(raise_request_exception=False)
_kept: dict[tuple[date, int], tuple[list[Who], KeptRows]] = {}


def everybody() -> list[Who]:
    """Everybody, in an order that stays: whose the documents are, of another firm or station, of the own firm elsewhere."""
    now = timezone.localdate(), int(time.time()) // FRESH_FOR
    if now not in _kept:
        _kept.clear()
        before = KeptRows.of_all_tables()
        found = [_made(*one) for one in _wanted()]
        _kept[now] = found, KeptRows.of_all_tables(but=before)
        return found
    found, rows = _kept[now]
    rows.put_back()
    return found


def _wanted() -> list[tuple[Role, str | None, bool]]:
    trade = [role for role in ROLES if role.group in (Group.COURIER, Group.IMPORTER)]
    posted = [role for role in ROLES if role not in trade and role.group is not Group.SYSTEM]
    return [
        *((role, None, True) for role in (Role.SYSTEM_ADMIN, *trade)), *((role, HERE, True) for role in posted),
        *((role, None, False) for role in trade), *((role, THERE, True) for role in (*posted, *trade)),
    ]  # fmt: skip


def _made(role: Role, station: str | None, own_firm: bool) -> Who:
    user = User(username=f"{role}.{station}.{own_firm}".lower(), full_name=f"{role.label} {station} {own_firm}")
    if role.group is Group.COURIER:
        user.courier = firms.courier("swift" if own_firm else "metro")
    if role.group is Group.IMPORTER:
        iec = IMPORTER_IEC if own_firm else OTHER_IEC
        user.importer, _new = Importer.objects.get_or_create(iec=iec, defaults={"name": f"Kaveri {iec}"})
    user.set_unusable_password()
    user.save()
    Posting.objects.create(user=user, role=role, station_id=station)
    client = Client()
    client.force_login(user)
    return Who(role, station, own_firm, user.pk, client.cookies[settings.SESSION_COOKIE_NAME].value)


def effects() -> dict[str, int]:
    """How many rows of each table this transaction has written so far, also those that were rolled back: one cheap question."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
            " WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND NOT relname = ANY(%s) AND NOT relname ~ %s",
            [list(MAY_GROW), "^eccs_auditline_"],  # its months
        )
        return dict(cursor.fetchall())
