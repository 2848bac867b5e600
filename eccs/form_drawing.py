"""The plain inputs of forms, drawn without a template each: a page of a desk has dozens of them, and lists of all currencies and units.

What is written is what Django's own templates write, sign by sign; of other widgets the templates go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]


def _attributes(given: Mapping[str, Any]) -> str:
    return "".join([
        f" {conditional_escape(name)}" if value is True else f' {conditional_escape(name)}="{_text(value)}"'
        for name, value in given.items() if value is not False
    ])  # fmt: skip


def _text(value: Any) -> str:
    return conditional_escape(value if isinstance(value, str) else str(value))


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return f'<input type="{conditional_escape(widget["type"])}" name="{conditional_escape(widget["name"])}"{value}{_attributes(widget["attrs"])}>\n'


def _textarea(widget: Widget) -> str:
    told = conditional_escape(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>\n{told}</textarea>\n'


def _select(widget: Widget) -> str:
    written = [f'<select name="{conditional_escape(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _number in widget["optgroups"]:
        if group:
            written.append(f'\n  <optgroup label="{conditional_escape(group)}">')
        written += [
            f'\n  <option value="{_text(one["value"])}"{_attributes(one["attrs"])}>{conditional_escape(one["label"])}</option>\n'
            for one in options
        ]
        if group:
            written.append("\n  </optgroup>")
    return f"{''.join(written)}\n</select>\n"


_PLACE = "django/forms/widgets/"
_DRAWN: dict[str, Callable[[Widget], str]] = {
    f"{_PLACE}textarea.html": _textarea,
    f"{_PLACE}select.html": _select,
    **{f"{_PLACE}{kind}.html": _input for kind in ("input", "text", "number", "email", "hidden", "password", "date", "file", "checkbox")},
}  # fmt: skip


def is_plain(template: str) -> bool:
    """Whether this is the template of a plain input."""
    return template in _DRAWN


def drawn(template: str, widget: Widget) -> SafeString:
    """A plain input as its template would write it."""
    return mark_safe(_DRAWN[template](widget))  # noqa: S308 every part is escaped above
