"""How the return of goods to their sender is requested at the Service Centre (PN17 2.3; reg. 5(6))."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy

from accounts.permissions import Actor
from bills.models import ReturnToOrigin
from bills.uncleared import goods
from bills.uncleared.forms import RequestForm
from counter.beginning import Found, Opening, Subject, register
from eccs.pages import activity_of

RETURN = "uncleared-return"


def found(text: str, actor: Actor) -> Iterable[Found]:
    """The customer's goods in the warehouse under that house airway bill."""
    rows = goods.within_reach(actor).filter(hawb__number=text.upper(), out_at=None).order_by("-pk")[:5]
    return [Found(str(entry.hawb), str(entry.pk)) for entry in rows if not goods.why_not_request(entry.hawb)]


def _subject(actor: Actor, about: int) -> Subject | None:
    entry = goods.within_reach(actor).filter(pk=about).first()
    if entry is None or not actor.acts_as(activity_of(RETURN), entry.hawb.manifest):
        return None
    return Subject(f"{entry.hawb}, {entry.hawb.manifest}", goods.why_not_request(entry.hawb))


def _begin(actor: Actor, about: int, given: dict[str, Any]) -> ReturnToOrigin:
    return goods.request_return(about, given["reason"], actor)


register(
    Opening(
        label=gettext_lazy("Request return to origin"), page=RETURN, name="return", step=ReturnToOrigin.steps()["request"],
        form=lambda _actor, _about, data: RequestForm(data), begin=_begin, subject=_subject, found=found,
    )
)  # fmt: skip
