"""The form of a step, and taking the step with what the form brought."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def keeping_files(form: Any, on_trial: bool) -> Iterator[None]:
    """One transaction, and what the form put into the store with it: both go again where a step is refused; on trial the files do."""
    try:
        with transaction.atomic():
            yield
    except BaseException:
        if hasattr(form, "let_go"):
            form.let_go()
        raise
    if on_trial and hasattr(form, "let_go"):
        form.let_go()


def take_with(shown: Any, declared: Step, actor: Any, form: Any, on_trial: bool = False) -> Any:
    """Take a step with the answers of its form, and what came with it; on trial everything is undone."""
    with keeping_files(form, on_trial):
        if form is not None and hasattr(form, "attach"):
            form.attach()
        return take(shown, declared.name, actor, **(form.answers() if form is not None else {}))
