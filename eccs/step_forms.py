"""The form of a step, and taking the step with what the form brought."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string

from eccs.steps import Step
from eccs.workflow import take


def step_form(step: Step, shown: Any, actor: Any, data: Any = None, files: Any = None) -> Any:
    """The form a step asks for, or nothing."""
    if not step.form:
        return None
    return import_string(step.form)(data, files, document=shown, actor=actor, prefix=step.name)


def take_with(shown: Any, declared: Step, actor: Any, form: Any, on_trial: bool = False) -> Any:
    """Take a step with the answers of its form, and what came with it; on trial everything is undone."""
    try:
        with transaction.atomic():  # what comes with a step that is refused is not kept
            if form is not None and hasattr(form, "attach"):
                form.attach()
            done = take(shown, declared.name, actor, **(form.answers() if form is not None else {}))
    except BaseException:
        if hasattr(form, "let_go"):
            form.let_go()
        raise
    if on_trial and hasattr(form, "let_go"):
        form.let_go()
    return done
