"""A desk page for somebody with thirty roles beside the same page with one: what a person may do costs one query."""

from __future__ import annotations

from django.test import Client

from accounts.access import StationRole
from accounts.models import Posting, User
from bench import world
from bench.measure import Row, at_most, rounds, timed

ROLES = 30
PAGES = 20
ROUNDS = 15
ACTIVITIES = ["courierbillofentry.assess", "courierbillofentry.raise_query.ASSESSMENT", "page.manifests"]


def run() -> list[Row]:
    """The desk of an Assessing Officer, and of one who holds 29 composed roles more."""
    one, many = _officer("bench.one", 1), _officer("bench.many", ROLES)

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


def _officer(username: str, roles: int) -> Client:
    user, created = User.objects.get_or_create(username=username, defaults={"full_name": username, "home_id": "BLR"})
    if created:
        Posting.objects.create(user=user, role="ASSESSING_OFFICER", station_id="BLR")
        for n in range(roles - 1):
            row, _new = StationRole.objects.get_or_create(
                station_id="BLR", group="CUSTOMS", name=f"Desk {n}", defaults={"activities": ACTIVITIES}
            )
            Posting.objects.create(user=user, station_role=row, station_id="BLR")
    assert world.actor(username).activities
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client
