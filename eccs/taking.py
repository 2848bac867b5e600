"""Taking a step with what its form brought; and where it must be signed first, trying it and asking for the signature."""

from __future__ import annotations

from typing import Any

from django.forms import FileField

from accounts.requests import Request
from eccs import pages
from eccs.signing import gate as signatures
from eccs.signing import presenting
from eccs.step_forms import keeping_files, take_with
from eccs.workflow import Outcome, Step, take_many


def ask_for_signature(request: Request, shown: Any, declared: Step, form: Any) -> str:
    """Where the step is signed, once it is found that it could be taken. Raises Refused where it could not."""
    actor: Any = request.actor
    with signatures.on_trial() as trial:
        take_with(shown, declared, actor, form, on_trial=True)
    about = {"slug": pages.slug_of(type(shown)), "key": shown.key, "step": declared.name}
    return presenting.ask(trial.found, declared, actor, way="step", about=about, request=request, form=form)


def take_together(
    listing: pages.Listing,
    ids: list[int],
    declared: Step,
    actor: Any,
    form: Any,
    answers: dict[str, Any],
    on_trial: bool = False,
) -> Outcome:
    """The step on all of them, and what the form brought for those that moved."""
    with keeping_files(form, on_trial):
        outcome = take_many(listing.model, ids, declared.name, actor, **answers)
        if outcome.moved and hasattr(form, "attach_to"):
            form.attach_to(outcome.moved)
    return outcome


def for_many(form: Any) -> Any:
    """The form for many documents at once: a file belongs to one, unless the form keeps it for all of them."""
    if form is None or hasattr(form, "attach_to"):
        return form
    for name in [n for n, field in form.fields.items() if isinstance(field, FileField)]:
        del form.fields[name]
    return form


def ask_for_signatures(
    request: Request,
    listing: pages.Listing,
    stage: str,
    declared: Step,
    outcome: Outcome,
    trial: signatures.Trial,
    form: Any,
) -> str:
    """Where the step is signed for all the documents that could take it, in one act."""
    actor: Any = request.actor
    about = {"slug": listing.slug, "stage": stage, "step": declared.name, "ids": [one.pk for one in outcome.moved]}
    return presenting.ask(trial.found, declared, actor, way="steps", about=about, request=request, form=form)
