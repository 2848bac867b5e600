"""What is attacked: a database of its own with the cast, documents at every stage, and every address that leads to them."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.walk.world import World

PASSWORD = secrets.token_urlsafe(16)


def begin(*, hashed_quickly: bool = True, anew: bool = True, cache: int = 1) -> None:
    """Begin Django on the own server's database, emptied: what an earlier attack left is dropped.

    One process of several begins on a database that was filled for it (`anew` is false), with a cache of its own.
    Where it is asked whether time tells who has an account, a password costs what it costs.
    """
    if "attack" not in os.environ.get("DATABASE_URL", ""):
        raise SystemExit("An attack wants a server of its own: make attack.")
    os.environ.setdefault("ECCS_DEMO", "1")
    os.environ.setdefault("ECCS_LOG_LEVEL", "CRITICAL")
    if anew:
        os.environ["ECCS_MEDIA"] = mkdtemp(prefix="eccs-attack-")
        os.environ["ECCS_HEADS"] = mkdtemp(prefix="eccs-heads-")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eccs.settings")
    import django
    from django.conf import settings

    from eccs import acting

    acting.by_default(
        acting.OWNER
    )  # whoever attacks has the right of the tables' owner; each request works as its user

    from eccs.settings import redis_url

    settings.CACHES["default"]["LOCATION"] = redis_url(cache)
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.WHITENOISE_AUTOREFRESH = True  # else every client looks through all static files first
    if hashed_quickly:
        settings.PASSWORD_HASHERS = ["tests.quick_hash.QuickArgon2"]  # what a hash costs is measured elsewhere
    django.setup()
    logging.disable(logging.CRITICAL)
    if not anew:
        return
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    call_command("migrate", interactive=False, verbosity=0)


def people() -> list[str]:
    """Who asks: nobody, and people of every role, firms as well as officers."""
    from accounts import cast as company

    return ["", *(one.username for one in company.people() if not one.username.endswith((".bom", ".del")) or one.username in ("ao.del", "dcac.del"))]  # fmt: skip


def build() -> World:
    """The cast with one password, and the documents of the firm Swift at Bengaluru."""
    from accounts import cast as company
    from accounts.management.commands.demo import create_cast
    from tests.walk import addresses

    create_cast(list(company.people()), PASSWORD)
    return addresses.build()


def key_of(username: str) -> str:
    """A key of a firm with every scope, in the name of somebody of it."""
    from datetime import timedelta

    from django.utils import timezone

    from accounts.models import User
    from accounts.permissions import Actor
    from api import keys
    from api.scopes import Scope

    person = User.objects.get(username=username)
    _kept, text = keys.make(
        Actor.of(person), name="attack", person=person, station="", scopes=[one.value for one in Scope],
        expires_on=timezone.localdate() + timedelta(days=30), tries=False,
    )  # fmt: skip
    return text


def let_ask_often() -> None:
    """The limits of what may be asked within a minute are set so high that they stop nobody."""
    from django.core.cache import cache
    from django.utils import timezone

    from eccs.dated_rules import RULES, DatedRule

    for name in RULES:
        if name.endswith("_a_minute"):
            given = {"value": "1000000", "source": "attack"}
            DatedRule.objects.update_or_create(
                name=name, station_code="", from_date=timezone.localdate(), defaults=given
            )
    cache.clear()


@contextmanager
def given_back() -> Iterator[None]:
    """Whatever is written meanwhile is given back at the end, as after a test."""
    from django.db import transaction

    block: Any = transaction.atomic()
    block._from_testcase = True  # steps ask for a transaction of their own
    block.__enter__()
    try:
        yield
    finally:
        transaction.set_rollback(True)
        block.__exit__(None, None, None)
