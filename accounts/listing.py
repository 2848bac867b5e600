"""How people and the roles of a station are listed and shown."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import lockout
from accounts.access import StationRole
from accounts.models import User
from accounts.role_forms import grouped
from accounts.roles import MANAGERS, Group, Role, group_of, label_of
from eccs.activities import activities
from eccs.pages import Column, Listing, link, register

DAY = re.compile(r"\d{4}-\d\d-\d\d")


def told(document: Any, actor: Any) -> list[dict[str, Any]]:
    """The trail in words, for those in charge of the person; the trade never learns which officer did something."""
    labels = document.stage_labels()
    steps = document.steps()
    return [
        {
            "at": line.at, "seq": line.seq, "label": str(steps[line.step].label), "para": steps[line.step].para,
            "from_stage": str(labels.get(line.from_stage, "")), "to_stage": str(labels.get(line.to_stage, "")),
            "moved": line.from_stage != line.to_stage, "role": label_of(line.role), "answers": in_words(line.answers), "seal": line.seal,
            "by": "" if actor.is_trade and group_of(line.role) in (Group.CUSTOMS, Group.SYSTEM) else line.by_name,
        }
        for line in document.trail.order_by("-seq")
    ]  # fmt: skip


def in_words(answers: dict[str, Any]) -> dict[str, Any]:
    """The answers of a line as people write them: days, lists, and yes for what was ticked."""
    return {name: _in_words(value) for name, value in answers.items()}


def _in_words(value: Any) -> str:
    if value is True:
        return str(_("Yes"))
    if isinstance(value, list):
        labels = (str(activities()[one].label) if one in activities() else one for one in value)
        return ", ".join(dict.fromkeys(labels))
    if isinstance(value, str) and DAY.fullmatch(value):
        return date.fromisoformat(value).strftime("%d/%m/%Y")
    return str(value or "")


def person_context(person: Any, actor: Any) -> dict[str, Any]:
    """The postings, past, present and future, and the trail with its reasons."""
    today = timezone.localdate()
    postings = [
        {"posting": one, "when": when_of(one, today)}
        for one in person.postings.select_related("station", "station_role").order_by("-since", "-pk")
        if not actor.is_trade or one.code != Role.PORT_ADMIN
    ]
    return {
        "person": person, "postings": postings, "trail": told(person, actor), "is_self": person.pk == actor.user_id,
        "waits_until": lockout.waits_until(person),
    }  # fmt: skip


def when_of(posting: Any, today: Any) -> str:
    """Whether a posting is past, present or yet to begin."""
    if posting.until is not None and (posting.until < today or posting.until < posting.since):
        return "past"
    return "future" if posting.since > today else "now"


def role_context(role: Any, actor: Any) -> dict[str, Any]:
    """What the role opens, and who holds it."""
    opens = role.opens
    kinds = [
        {"name": name, "rows": [one for one in rows if one.code in opens]}
        for name, rows in grouped(role.group).items()
        if any(one.code in opens for one in rows)
    ]
    return {
        "role": role, "kinds": kinds, "holders": role.held_by().select_related("user"), "trail": told(role, actor),
        "group_label": str(Group(role.group).label),
    }  # fmt: skip


PEOPLE = Listing(
    model=User, slug="people", label=gettext_lazy("People"), columns=(Column("number", gettext_lazy("User name")),),
    page_template="accounts/person.html", trade_template="accounts/person.html",
    related=("home", "courier", "importer", "custodian"), context=person_context, queued=False,
    search=lambda text: Q(username=text.lower()) | Q(full_name__iexact=text),
)  # fmt: skip
ROLES = Listing(
    model=StationRole, slug="roles", label=gettext_lazy("Roles"), columns=(Column("number", gettext_lazy("Role")),),
    page_template="accounts/role.html", trade_template="accounts/role.html",
    related=("station",), context=role_context, queued=False, search=lambda text: Q(name__iexact=text),
)  # fmt: skip


def announce() -> None:
    """Make people, roles and the pages of those who administer known."""
    register(PEOPLE)
    register(ROLES)
    link(gettext_lazy("People"), "people", *MANAGERS)
    link(gettext_lazy("Create person"), "person-new", *MANAGERS, nav=False)
    link(
        gettext_lazy("Officer of another station"), "person-from-elsewhere", Role.PORT_ADMIN, Role.CUSTOMS_ADMIN,
        Role.SYSTEM_ADMIN, nav=False,
    )  # fmt: skip
    link(gettext_lazy("Roles"), "roles", Role.PORT_ADMIN)
    link(gettext_lazy("Password expiry"), "expiry-exercises", Role.SYSTEM_ADMIN)
    link(gettext_lazy("Second factor"), "second-factor-policy", Role.SYSTEM_ADMIN)
    link(gettext_lazy("Certificates"), "certificates-all", Role.SYSTEM_ADMIN)
    link(gettext_lazy("Chains"), "chains", Role.SYSTEM_ADMIN, under="certificates-all")
    link(gettext_lazy("Load revoked certificates"), "certificates-revoked", Role.SYSTEM_ADMIN, nav=False)
