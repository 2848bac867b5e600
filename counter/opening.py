"""Requests of a walk-in customer that begin a document: typed, printed, sealed, then begun as the customer's own page begins them (PN17 2.3, 2.4)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.forms import BooleanField, ModelChoiceField
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from counter import beginning
from counter.answering import OPEN, note_of
from counter.beginning import Opening
from counter.models import Answer
from counter.sealing import sealed_print_attached
from eccs.moments import as_read
from eccs.workflow import Refused


def place_of(one: Opening, about: int, actor: Actor) -> int:
    """What stands for the request while nothing is begun: the goods it is about, or the visit."""
    assert actor.customer is not None
    return about if one.found is not None else actor.customer.visit_id


def about_of(one: Opening, answer: Answer) -> int:
    """What a request is about; nothing where it names nothing that is there."""
    return answer.document_id if one.found is not None else 0


def waiting(one: Opening, about: int, actor: Actor) -> Answer | None:
    """The request that is typed already, and not filed yet."""
    rows = Answer.objects.visible_to(actor).filter(kind=one.kind, document_id=place_of(one, about, actor), **OPEN)
    found: Answer | None = rows.first()
    return found


def keep(one: Opening, about: int, words: str, form: Any, posted: str, actor: Actor) -> Answer:
    """Keep what was typed, as the print-out will say it. What was typed before gives way to it."""
    assert actor.customer is not None
    customer = actor.customer
    answer = waiting(one, about, actor) or Answer(
        kind=one.kind, document_id=place_of(one, about, actor), step=one.step.name
    )
    answer.visit_id, answer.station_id = customer.visit_id, customer.station
    answer.courier_id, answer.importer_id = customer.courier_id, customer.importer_id
    answer.by_id, answer.at, answer.typed, answer.number = actor.person_id, timezone.now(), posted, words[:60]
    answer.told = [
        [str(field.label), _in_words(field, form.cleaned_data.get(name))] for name, field in form.fields.items()
    ]
    answer.save()
    return answer


def _in_words(field: Any, value: Any) -> str:
    if isinstance(field, ModelChoiceField) and value is not None:
        return str(field.label_from_instance(value))
    if isinstance(field, BooleanField):
        return _("Yes") if value else _("No")
    return str(as_read(value)) if value not in (None, "") else ""


def form_again(one: Opening, answer: Answer, actor: Actor) -> Any:
    """The form as it was typed."""
    return one.form(beginning.hand(actor), about_of(one, answer), QueryDict(answer.typed))


def reasons_against(one: Opening, about: int, actor: Actor) -> list[str]:
    """What stands against the request now."""
    subject = one.subject(beginning.hand(actor), about)
    return (
        subject.reasons
        if subject is not None
        else [_("The goods are no longer those of the customer at this station.")]
    )


def file(one: Opening, answer: Answer, actor: Actor) -> Any:
    """Begin the document with what was sealed, and nothing else. Raises Refused; then what was typed is kept."""
    form, about = form_again(one, answer, actor), about_of(one, answer)
    if not form.is_valid():
        raise Refused([str(why) for whys in form.errors.values() for why in whys])
    if reasons := reasons_against(one, about, actor):
        raise Refused(reasons)
    with transaction.atomic():
        held = Answer.objects.select_for_update(of=("self",)).filter(pk=answer.pk, **OPEN).first()
        if held is None:
            raise Refused([_("This is filed already, or was given up.")])
        if reason := sealed_print_attached(held, actor):
            raise Refused([reason])
        made = one.begin(beginning.hand(actor, note_of(held, actor)), about, form.cleaned_data)
        held.filed_at, held.number = timezone.now(), str(made)
        held.save(update_fields=["filed_at", "number"])
        return made
