"""What people have in hand and cannot do any more: their role has other activities, or is not theirs any longer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor, composed
from eccs import pages
from eccs.in_hand import InHand, let_back

if TYPE_CHECKING:
    from accounts.access import StationRole
    from accounts.models import User


@dataclass(frozen=True)
class Loss:
    """One document in somebody's hands, with the steps that would be left there: with none its desk is not theirs any more."""

    row: InHand
    person: User
    document: Any
    role: str  # in which they would have it
    steps: list[str]

    @property
    def sits(self) -> bool:
        """Whether they would sit at its desk still."""
        return bool(self.role)

    def __str__(self) -> str:
        return _("%(document)s, in the hands of %(name)s") % {"document": self.document, "name": self.person}


def losses(role: StationRole, activities: Collection[str]) -> list[Loss]:
    """What goes back to the queue of its desk, were the role to have these activities."""
    return [one for one in _of_role(role, activities) if not one.sits]


def _of_role(role: StationRole, activities: Collection[str], *, locked: bool = False) -> Iterator[Loss]:
    today = timezone.localdate()
    people = {one.user_id: one.user for one in role.held_by().filter(since__lte=today).select_related("user")}
    rows = _rows(InHand.objects.filter(Q(station=role.station_id) | Q(station=""), by__in=people), locked=locked)
    return _changed(rows, {pk: _without(role, activities, people[pk]) for pk in {row.by_id for row in rows}}, people)


def _rows(held: QuerySet[InHand], *, locked: bool) -> list[InHand]:
    held = held.order_by("pk")
    return list(held.select_for_update(of=("self",)) if locked else held)


def _changed(rows: list[InHand], after: Mapping[int, Actor], people: Mapping[int, User]) -> Iterator[Loss]:
    for row in rows:
        model: Any = apps.get_model(_label(row.kind))
        document = model._default_manager.filter(pk=row.document_id, stage=row.stage).first()
        if document is None:
            continue
        declared, actor = model.steps(), after[row.by_id]
        acts = {name: actor.acts_as(declared[name].activity_at(row.stage), document) for name in row.steps}
        left = {name: role for name, role in acts.items() if role}
        done = pages.listing_at_desk(model).elsewhere.get(row.stage)
        roles = [*left.values(), *filter(None, [actor.acts_as(done.activity, document) if done else ""])]
        role = row.role if row.role in roles else next(iter(roles), "")
        if (role, list(left)) != (row.role, row.steps):
            yield Loss(row, people[row.by_id], document, role, list(left))


def _label(kind: str) -> str:
    return next(m._meta.label for m in apps.get_models() if m._meta.model_name == kind)


def _without(role: StationRole, activities: Collection[str], person: User) -> Actor:
    """The person as the change leaves them."""
    now = Actor.of(person)
    changed = composed(role.group, role.name, role.station_id, activities)
    return replace(now, postings=tuple(changed if held.key == changed.key else held for held in now.postings))


def give_back_lost(role: StationRole, activities: Collection[str], why: str) -> list[str]:
    """All that goes back does so, each person's with a line of the audit log; of the rest the hands know what they may still do."""
    return _settled(_of_role(role, activities, locked=True), why)


def give_back_unheld(person: User, after: Actor, why: str = "") -> list[str]:
    """Whatever a person has in hand in a role that is not held any more goes back, unless another one that is held suffices.

    `after` is the person as the end of a posting leaves them.
    """
    with transaction.atomic():
        rows = _rows(InHand.objects.filter(by=person.pk), locked=True)
        return _settled(_changed(rows, {person.pk: after}, {person.pk: person}), why)


def _settled(changed: Iterator[Loss], why: str) -> list[str]:
    found = list(changed)
    for one in found:
        if one.sits:
            InHand.objects.filter(pk=one.row.pk).update(role=one.role, steps=one.steps)
    lost = [one for one in found if not one.sits]
    for person, station in dict.fromkeys((one.person, one.row.station) for one in lost):
        let_back(
            person, [o.row for o in lost if (o.person, o.row.station) == (person, station)], station=station, why=why
        )
    return [str(one.document) for one in lost]
