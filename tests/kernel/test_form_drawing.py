"""Plain inputs that are drawn without a template are what Django's own templates write."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import django
import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from eccs import form_drawing
from eccs.form_words import Renderer

TOLD = ["", "plain", "<b>\"&'</b>", "रुपये", mark_safe("<i>safe</i>"), 7, 1.5, True, None, _("Choose a file")]
NAMES = {
    "class": "govuk-input",
    "data-x": '"><script>',
    "required": True,
    "disabled": False,
    "maxlength": 12,
    "title": _("Packages"),
}
CHOICES = [("", "---"), ("a&b", "<A> & B"), (3, _("Packages")), ("Group <1>", [("g", "In a group"), (None, "None")])]
WIDGETS: list[forms.Widget] = [
    forms.TextInput(), forms.NumberInput(), forms.EmailInput(), forms.HiddenInput(), forms.PasswordInput(render_value=True), forms.DateInput(),
    forms.FileInput(), forms.CheckboxInput(), forms.Textarea(), forms.Select(choices=CHOICES), forms.SelectMultiple(choices=CHOICES),
]  # fmt: skip


def plain(html: str) -> str:
    """Without the white space between tags, which says nothing."""
    return re.sub(r">\s+|\s+<", lambda found: found[0].strip(), html).strip()


def both(widget: forms.Widget, value: Any) -> tuple[str, str]:
    ours = widget.render("a<b", value, dict(NAMES), renderer=Renderer())
    return plain(ours), plain(widget.render("a<b", value, dict(NAMES), renderer=DjangoTemplates()))


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda one: type(one).__name__)
def test_an_input_is_what_its_template_writes(widget: forms.Widget) -> None:
    for value in TOLD:
        ours, theirs = both(widget, value)
        assert ours == theirs


@given(st.text(max_size=30))
def test_whatever_was_typed_is_written_as_the_template_writes_it(value: str) -> None:
    for widget in (forms.TextInput(), forms.Select(choices=[(value, value)])):
        ours, theirs = both(widget, value)
        assert ours == theirs


def test_every_template_that_is_stood_for_exists() -> None:
    place = Path(django.__file__).parent / "forms" / "templates"
    assert len(form_drawing._DRAWN) == 11
    assert all((place / name).exists() for name in form_drawing._DRAWN)
