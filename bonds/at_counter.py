"""How a bond is requested at the Service Centre (PN17 2.3, 13.2)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from accounts.permissions import Actor
from bonds.clearance import REQUEST
from bonds.forms import RequestForm
from bonds.models import Bond
from bonds.requests import masters_for, request_bond
from counter.beginning import Opening, Subject, register


def _form(actor: Actor, _about: int, data: Any) -> RequestForm:
    return RequestForm(data, masters=masters_for(actor))


def _begin(actor: Actor, _about: int, given: dict[str, Any]) -> Bond:
    return request_bond(actor=actor, **given)


register(
    Opening(
        label=gettext_lazy("Request a bond"), page="bond-request", name="bond", step=REQUEST, form=_form, begin=_begin,
        subject=lambda _actor, about: None if about else Subject("", []),
    )
)  # fmt: skip
