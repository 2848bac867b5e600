"""Many grants at once: each is made exactly once, in whole chains, and never of a role that is being withdrawn."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone

from accounts.access import PersonTrail, StationRole, StationRoleTrail
from accounts.clearance import RoleStage
from accounts.grants import Offer
from accounts.models import Posting, User
from accounts.newcomers import create_person, open_standard
from accounts.roles import Group, standard_roles
from eccs import trail
from eccs.workflow import take
from tests.factories import people
from tests.factories.firms import actor
from tests.races.test_races import split
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

WHY = "Office order 14 of 2026."


def test_fifty_grants_at_once_are_each_made_once() -> None:
    admin, today = actor("PORT_ADMIN"), timezone.localdate()
    roles = [role.value for role in standard_roles(Group.CUSTOMS) if role != "DCAC"][:10]
    for role in roles:
        people.open_role(role)
    staff = [people.officer(name=f"Officer {word}") for word in ("One", "Two", "Three", "Four", "Five")]
    grants = [
        partial(take, one, "give_role", admin, role=Offer(role, "BLR"), since=today, reason=WHY, despite_conflict=True)
        for one in staff
        for role in roles
    ]
    done, refused = split(together(*grants))
    assert (len(done), refused) == (50, [])
    for one in staff:
        assert sorted(one.postings.exclude(role="DCAC").values_list("role", flat=True)) == sorted(roles)
        assert list(PersonTrail.objects.filter(document=one).values_list("seq", flat=True)) == list(range(1, 11))
    assert not list(trail.broken_lines(PersonTrail))


def test_one_grant_made_fifty_times_at_once_is_made_once() -> None:
    person, today = people.officer(), timezone.localdate()
    deeds = [
        partial(
            take, person, "give_role", actor("PORT_ADMIN", name=f"Admin {n}"), role=Offer("ASSESSING_OFFICER", "BLR"),
            since=today, reason=WHY, despite_conflict=True,
        )
        for n in range(50)
    ]  # fmt: skip
    done, refused = split(together(*deeds))
    assert (len(done), len(refused)) == (1, 49)
    assert all("holds this role already" in one.reasons[0] for one in refused)
    assert Posting.objects.filter(user=person, role="ASSESSING_OFFICER").count() == 1
    assert PersonTrail.objects.filter(document=person).count() == 1
    assert not list(trail.broken_lines(PersonTrail))


def test_a_role_is_withdrawn_or_given_but_never_both() -> None:
    today, admin = timezone.localdate(), actor("PORT_ADMIN")
    for n in range(6):
        person, row = people.officer(name=f"Officer {'abcdef'[n]}"), people.station_role(name=f"Desk {n}")
        offer = Offer(row.code, "BLR", row.pk)
        give = partial(take, person, "give_role", admin, role=offer, since=today, reason=WHY, despite_conflict=True)
        done, refused = split(together(give, partial(take, row, "withdraw", admin, reason=WHY)))
        assert (len(done), len(refused)) == (1, 1)
        held = Posting.objects.filter(station_role=row).exists()
        assert held is (StationRole.objects.get(pk=row.pk).stage == RoleStage.OPEN)


def test_standard_roles_opened_by_two_at_once_are_there_once() -> None:
    wanted = [role.value for role in standard_roles(Group.CUSTOMS)]
    admins = [actor("PORT_ADMIN", name=f"Admin {n}") for n in range(8)]
    opened = together(*(partial(open_standard, one, "BLR", wanted, WHY) for one in admins))
    assert sorted(len(rows) for rows in opened) == [0] * 7 + [len(wanted)]
    assert StationRole.objects.filter(station="BLR").count() == StationRoleTrail.objects.count() == len(wanted)


def test_one_user_name_asked_for_by_many_at_once_is_one_persons() -> None:
    admins = [actor("PORT_ADMIN", name=f"Admin {n}") for n in range(6)]
    deeds = [
        partial(create_person, one, "customs:BLR", "nila.bose", "Nila Bose", "n@eccs.example", WHY) for one in admins
    ]
    done, refused = split(together(*deeds))
    assert (len(done), len(refused)) == (1, 5)
    assert all("not free" in one.reasons[0] for one in refused)
    assert User.objects.filter(username="nila.bose").count() == PersonTrail.objects.count() == 1
