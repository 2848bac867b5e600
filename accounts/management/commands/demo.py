"""The demo: the cast, with one password for all of it."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts import cast, demo_certificates, passwords
from accounts.access import StationRole
from accounts.directory import demonstration
from accounts.models import Posting, User
from accounts.roles import GROUP_ADMINS, Role, standard_roles

RENEWED_AFTER = timedelta(days=60)  # the cast never finds its password expired


class Command(BaseCommand):
    """Creates the demo cast where ECCS_DEMO=1; run again, it changes nothing but a password that was set anew."""

    help = "Create the demo stations' people and firms."

    def handle(self, *args: Any, **options: Any) -> None:
        """Create what is missing and write the cast's list."""
        if not settings.DEMO:
            raise CommandError("The demo cast exists only where ECCS_DEMO=1.")
        path = settings.VAR_DIR / "demo-cast.txt"
        people = list(cast.people())
        password = os.environ.get("ECCS_DEMO_PASSWORD") or kept_password(path) or passwords.invented()
        if len(password) < 14 or passwords.kinds_of(password) < 3:
            self.stderr.write("The demo password is weaker than the password policy asks.")
        with transaction.atomic():
            create_cast(people, password)
        people_of = User.objects.select_related("courier", "importer", "custodian")
        keys = demo_certificates.make(people_of.filter(username__in=[p.username for p in people]), password)
        first = not path.exists()
        write_cast(path, people, password)
        told = f", {password}" if first and not os.environ.get("ECCS_DEMO_PASSWORD") else ""
        self.stdout.write(f"Demo cast of {len(people)}: one password for all{told}, in {path}")
        self.stdout.write(f"Each signs with a file in {keys}, whose pass-phrase is that password")


def create_cast(people: list[cast.Person], password: str) -> None:
    """The firms and people of the cast; who is there already stays."""
    couriers = {
        key: demonstration.courier(*particulars, stations=cast.CAST_STATIONS)
        for key, particulars in cast.COURIERS.items()
    }
    importers = {key: demonstration.importer(name, iec) for key, (name, iec) in cast.IMPORTERS.items()}
    custodians = {code: demonstration.custodian(code) for code in cast.CAST_STATIONS}
    known = {user.username: user for user in User.objects.filter(username__in=[p.username for p in people])}
    distinct = {user.password: user for user in known.values()}.values()  # one slow check instead of one a person
    stale = any(not user.check_password(password) for user in distinct)
    hashed = make_password(password) if stale or len(known) < len(people) else ""
    now = timezone.now()
    for person in people:
        user = known.get(person.username) or User(username=person.username)
        custodial = person.station and person.roles[0].group == "CUSTODIAN"
        user.full_name = person.full_name
        user.email = f"{person.username}@eccs.example"
        user.courier, user.importer = couriers.get(person.courier), importers.get(person.importer)
        user.custodian = custodians[person.station] if custodial else None
        user.home_id = person.station or (cast.CAST_STATIONS[0] if person.importer else None)
        if hashed or now - user.password_set_at > RENEWED_AFTER:
            user.password_set_at = now
        if hashed:
            user.password, user.must_change_password = hashed, False
        user.save()
        for role in person.roles:
            Posting.objects.get_or_create(user=user, role=role, station_id=person.station or None, until=None)
        if Role.COURIER_SIGNATORY in person.roles:
            demonstration.signatory(user)
    open_all_roles()


def open_all_roles() -> None:
    """Every standard role can be given at the stations of the cast; at the others its Port Admin opens them."""
    there = set(StationRole.objects.exclude(standard="").values_list("station_id", "standard"))
    StationRole.objects.bulk_create(
        StationRole(station_id=station, group=group, standard=role, name=role.value)
        for station in cast.CAST_STATIONS
        for group in GROUP_ADMINS
        for role in standard_roles(group)
        if (station, role.value) not in there
    )


def kept_password(path: Path) -> str:
    """The password of an earlier run, from the cast's list."""
    if not path.exists():
        return ""
    first = path.read_text().splitlines()[0]
    return first.removeprefix("# password: ") if first.startswith("# password: ") else ""


def write_cast(path: Path, people: list[cast.Person], password: str) -> None:
    """The list `username<TAB>role<TAB>station`, readable by its owner alone."""
    lines = [f"# password: {password}"]
    lines += [f"{p.username}\t{', '.join(str(r.label) for r in p.roles)}\t{p.station or '-'}" for p in people]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    path.write_text("\n".join(lines) + "\n")
