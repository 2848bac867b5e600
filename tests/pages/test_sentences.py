"""What the code says of itself on a page, its steps, levies and demands, is said in Hindi too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
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


TRANSLATING = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


def texts() -> Iterator[tuple[str, str]]:
    """Every text that the code has translated, with its file; xgettext does not look into f-strings."""
    ours = [Path(one.path) for one in apps.get_app_configs()]
    for app in (one for one in ours if one.parent == settings.BASE_DIR):
        for path in app.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and (name := getattr(node.func, "id", "")) in TRANSLATING:
                    said = node.args[name.startswith("p")]  # its context comes first
                    if isinstance(said, ast.Constant) and isinstance(said.value, str) and said.value:
                        yield str(path.relative_to(settings.BASE_DIR)), said.value


def test_every_text_of_the_code_is_in_the_catalogue() -> None:
    """One that is not is shown in English to whoever reads Hindi."""
    with (settings.BASE_DIR / "locale/hi/LC_MESSAGES/django.mo").open("rb") as file:
        known = set(GNUTranslations(file)._catalog)  # type: ignore[attr-defined]
    known = {one[0] if isinstance(one, tuple) else one for one in known}
    known |= {one.partition("\x04")[2] for one in known}
    found = set(texts())
    assert len(found) > 4000 and not sorted((path, said) for path, said in found if said not in known)


def test_every_sentence_of_the_code_has_its_hindi() -> None:
    """A docstring that was written anew is translated anew, in locale_of_code/hi; `manage.py words` compiles it."""
    with translation.override("en"):
        said = {one for one in sentences() if one}
    assert len(said) > 250
    with translation.override("hi"):
        assert not sorted(one for one in said if gettext(one) == one)
        assert "धारा" in LEVIES[0].words() and str(LEVIES[0].name) != "Basic customs duty"
