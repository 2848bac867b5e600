"""The first person of a new installation."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.access import PersonTrail
from accounts.models import User
from accounts.permissions import Actor
from accounts.roles import Role
from eccs import trail

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


@pytest.mark.parametrize("who", [("", "Tara Menon", "tara@eccs.example"), ("tara", "Tara Menon", "no address")])
def test_who_cannot_sign_in_is_not_made(who: tuple[str, str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("first_admin", *who)
    assert not User.objects.filter(full_name="Tara Menon").exists()
