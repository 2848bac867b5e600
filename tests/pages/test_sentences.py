"""What the code says of itself on a page, its steps, levies and demands, is said in Hindi too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.utils import translation
from django.utils.translation import gettext

from bills.duty.demands import Demand
from bills.duty.levies import LEVIES, Levy
from eccs.workflow import Document


def sentences() -> Iterator[str]:
    """Every sentence that a page takes from a docstring."""
    for model in apps.get_models():
        if issubclass(model, Document):
            yield from (step.rule for step in model.steps().values())
    yield from (one.words() for kind in (Levy, Demand) for one in below(kind))


def below(kind: type[Any]) -> Iterator[type[Any]]:
    """The classes that are made of a class, and of those."""
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def test_every_sentence_of_the_code_has_its_hindi() -> None:
    """A docstring that was written anew is translated anew, in locale_of_code/hi; `manage.py words` compiles it."""
    with translation.override("en"):
        said = {one for one in sentences() if one}
    assert len(said) > 250
    with translation.override("hi"):
        assert not sorted(one for one in said if gettext(one) == one)
        assert "धारा" in LEVIES[0].words() and str(LEVIES[0].name) != "Basic customs duty"
