"""What the holders of a composed role have in hand, and could not do any more once the role has other activities."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q
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
    steps: list[str]
    sits: bool

    def __str__(self) -> str:
        return _("%(document)s, in the hands of %(name)s") % {"document": self.document, "name": self.person}


def losses(role: StationRole, activities: Collection[str]) -> list[Loss]:
    """What goes back to the queue of its desk, were the role to have these activities."""
    return [one for one in _changed(role, activities) if not one.sits]


def _changed(role: StationRole, activities: Collection[str], *, locked: bool = False) -> Iterator[Loss]:
    today = timezone.localdate()
    people = {one.user_id: one.user for one in role.held_by().filter(since__lte=today).select_related("user")}
    held = InHand.objects.filter(Q(station=role.station_id) | Q(station=""), by__in=people).order_by("pk")
    rows = list(held.select_for_update(of=("self",)) if locked else held)
    after = {pk: _without(role, activities, people[pk]) for pk in {row.by_id for row in rows}}
    for row in rows:
        model: Any = apps.get_model(_label(row.kind))
        document = model._default_manager.filter(pk=row.document_id, stage=row.stage).first()
        if document is None:
            continue
        declared, actor = model.steps(), after[row.by_id]
        left = [name for name in row.steps if actor.acts_as(declared[name].activity_at(row.stage), document)]
        done = pages.listing_at_desk(model).elsewhere.get(row.stage)
        sits = bool(left) or bool(done and actor.acts_as(done.activity, document))
        if left != row.steps or not sits:
            yield Loss(row, people[row.by_id], document, left, sits)


def _label(kind: str) -> str:
    return next(m._meta.label for m in apps.get_models() if m._meta.model_name == kind)


def _without(role: StationRole, activities: Collection[str], person: User) -> Actor:
    """The person as the change leaves them."""
    now = Actor.of(person)
    changed = composed(role.group, role.name, role.station_id, activities)
    return replace(now, postings=tuple(changed if held.key == changed.key else held for held in now.postings))


def give_back_lost(role: StationRole, activities: Collection[str], why: str) -> list[str]:
    """All that goes back does so, each person's with a line of the audit log; of the rest the hands know what they may still do."""
    found = list(_changed(role, activities, locked=True))
    for one in found:
        if one.sits:
            InHand.objects.filter(pk=one.row.pk).update(steps=one.steps)
    lost = [one for one in found if not one.sits]
    for person in {one.person for one in lost}:
        let_back(person, [one.row for one in lost if one.person == person], station=role.station_id, why=why)
    return [str(one.document) for one in lost]
