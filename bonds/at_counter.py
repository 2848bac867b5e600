"""How a bond is requested at the Service Centre (PN17 2.3, 13.2)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
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


def _subject(actor: Actor, about: int) -> Subject | None:
    if about:
        return None
    none = _("No bond master is in force at this station: the Bond Maker enters it first.")
    return Subject("", [] if masters_for(actor).exists() else [none])


register(
    Opening(
        label=gettext_lazy("Request a bond"), page="bond-request", name="bond", step=REQUEST, form=_form, begin=_begin,
        subject=_subject,
    )
)  # fmt: skip
