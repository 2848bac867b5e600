"""A desk page for who has the same work in thirty roles as in one: what a person may do costs one query."""

from __future__ import annotations

from django.test import Client

from accounts.access import StationRole
from accounts.models import Posting, User
from accounts.permissions import of_group
from accounts.roles import Group
from bench import world
from bench.measure import Row, at_most, rounds, timed

ROLES = 30
PAGES = 20
ROUNDS = 15
STEPS = "courierbillofentry."


def run() -> list[Row]:
    """The desk of who may take every officers' step on a bill in one composed role, and of who may in thirty parts of it."""
    every = sorted(code for code in of_group(Group.CUSTOMS) if code.startswith(STEPS))
    one, many = _officer("bench.one", [every]), _officer("bench.many", [every[n::ROLES] for n in range(ROLES)])

    def desk(client: Client) -> float:
        def ask() -> None:
            for _n in range(PAGES):
                answer = client.get("/")
                assert answer.status_code == 200, answer.status_code

        return timed(ask) / PAGES

    desk(one), desk(many)
    few, all_of_them = rounds(ROUNDS, lambda: desk(one), lambda: desk(many))
    return [
        at_most(
            f"desk page with {ROLES} roles", f"{all_of_them * 1000:.2f} ms", f"one role {few * 1000:.2f} ms",
            all_of_them / few, 1.1,
        )
    ]  # fmt: skip


def _officer(username: str, roles: list[list[str]]) -> Client:
    user, created = User.objects.get_or_create(username=username, defaults={"full_name": username, "home_id": "BLR"})
    for n, activities in enumerate(roles if created else ()):
        role = StationRole.objects.create(
            station_id="BLR", group=Group.CUSTOMS, name=f"{username} {n}", activities=activities or roles[0]
        )
        Posting.objects.create(user=user, station_role=role, station_id="BLR")
    assert len(world.actor(username).postings) == len(roles)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client
