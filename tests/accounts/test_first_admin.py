"""The first person of a new installation."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.access import PersonTrail
from accounts.grants import offers
from accounts.models import User
from accounts.permissions import Actor
from accounts.roles import Role
from eccs import trail
from eccs.workflow import Refused, take
from tests.accounts.conftest import WHY, acting

pytestmark = pytest.mark.django_db
WHO = ("Root.Admin", "Tara Menon", "tara@eccs.example")


def test_the_first_system_admin_chooses_a_password_and_signs_in() -> None:
    said = StringIO()
    call_command("first_admin", *WHO, stdout=said)
    person = User.objects.get(username="root.admin")
    assert Actor.of(person).roles == (Role.SYSTEM_ADMIN,)
    assert [line.by_name for line in PersonTrail.objects.filter(document=person)] == ["ECCS"]
    assert not list(trail.broken_lines(PersonTrail))
    link = re.search(r"https?://[^/]+(/\S+)", said.getvalue())
    assert link is not None
    answer = Client().get(link[1], follow=True)
    assert answer.status_code == 200
    assert 'autocomplete="new-password"' in answer.content.decode()


def test_there_is_one_first_alone() -> None:
    call_command("first_admin", *WHO, stdout=StringIO())
    with pytest.raises(CommandError, match="System Admin already"):
        call_command("first_admin", "second", "Anil Das", "anil@eccs.example")
    assert not User.objects.filter(username="second").exists()


def test_another_is_made_with_a_reason_where_the_last_one_is_lost() -> None:
    call_command("first_admin", *WHO, stdout=StringIO())
    second = ("second", "Anil Das", "anil@eccs.example")
    with pytest.raises(CommandError, match="reason"):
        call_command("first_admin", *second, "--another", stdout=StringIO())
    call_command("first_admin", *second, "--another", "--reason", "The first has left.", stdout=StringIO())
    person = User.objects.get(username="second")
    assert Actor.of(person).roles == (Role.SYSTEM_ADMIN,)
    line = PersonTrail.objects.get(document=person)
    assert line.answers["reason"] == "The first has left."


def test_two_system_admins_manage_each_other_and_nobody_manages_them_else() -> None:
    call_command("first_admin", *WHO, stdout=StringIO())
    call_command(
        "first_admin", "second", "Anil Das", "anil@eccs.example", "--another", "--reason", WHY, stdout=StringIO()
    )
    first, second = User.objects.get(username="root.admin"), User.objects.get(username="second")
    by = Actor.of(first)
    assert set(User.objects.visible_to(by)) == {first, second}
    for step in ("unlock", "reset_second_factor", "send_password_link", "suspend"):
        with pytest.raises(Refused):
            take(first, step, by, reason=WHY)
        take(User.objects.get(pk=second.pk), step, by, reason=WHY)
    assert not User.objects.get(pk=second.pk).is_active
    with pytest.raises(Refused):
        take(first, "suspend", acting("portadmin.blr"), reason=WHY)
    assert list(offers(by, first)) == []


@pytest.mark.parametrize("who", [("", "Tara Menon", "tara@eccs.example"), ("tara", "Tara Menon", "no address")])
def test_who_cannot_sign_in_is_not_made(who: tuple[str, str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("first_admin", *who)
    assert not User.objects.filter(full_name="Tara Menon").exists()
