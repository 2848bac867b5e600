"""The forms of a page, as a browser would send them: read with the standard library alone, for locust has an environment of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode
from uuid import uuid4

Pairs = list[tuple[str, str]]


@dataclass
class Form:
    """One form: where it goes, and what it holds before anybody types."""

    action: str
    way: str
    values: Pairs = field(default_factory=list)
    boxes: Pairs = field(default_factory=list)

    def filled(self, *, ticked: bool = False, **given: str) -> Pairs:
        """What is sent: given fields instead of those that stand there, and every box where all are ticked."""
        ends = {name: value for name, value in given.items()}
        kept = [(name, value) for name, value in self.values if name.rpartition("-")[2] not in ends]
        named = [name for name, _value in (*self.values, *self.boxes)]
        whole = {end: next((one for one in named if one.rpartition("-")[2] == end), end) for end in ends}
        return [*kept, *(self.boxes if ticked else []), *((whole[end], value) for end, value in ends.items())]


class _Reader(HTMLParser):
    """Collects forms, also what belongs to one by its attribute `form`."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.open: Form | None = None
        self.chooser: tuple[str, Form | None] | None = None
        self.chosen: str | None = None
        self.area: tuple[str, Form | None] | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form begins, or something in it."""
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(told.get("action", ""), told.get("method", "get").lower())
            self.forms.append(self.open)
            if "id" in told:
                self.by_id[told["id"]] = self.open
            return
        form = self.by_id.get(told["form"]) if "form" in told else self.open
        if tag == "input" and form is not None and told.get("name") and "disabled" not in told:
            self._input(form, told)
        elif tag == "select":
            self.chooser, self.chosen = (told.get("name", ""), form), None
        elif tag == "option" and self.chooser and (self.chosen is None or "selected" in told):
            self.chosen = told.get("value", "")
        elif tag == "textarea":
            self.area, self.text = (told.get("name", ""), form), ""

    @staticmethod
    def _input(form: Form, told: dict[str, str]) -> None:
        kind, pair = told.get("type", "text"), (told["name"], told.get("value", "on"))
        if kind == "checkbox" and "checked" not in told:
            form.boxes.append(pair)
        elif kind in ("checkbox", "radio"):
            if "checked" in told:
                form.values.append(pair)
        elif kind not in ("file", "submit", "button"):
            form.values.append((told["name"], told.get("value", "")))

    def handle_data(self, data: str) -> None:
        """The text of an area."""
        self.text += data if self.area else ""

    def handle_endtag(self, tag: str) -> None:
        """A form ends, or a part of it."""
        if tag == "form":
            self.open = None
        elif tag == "select" and self.chooser:
            name, form = self.chooser
            if form is not None and name:
                form.values.append((name, self.chosen or ""))
            self.chooser = None
        elif tag == "textarea" and self.area:
            name, form = self.area
            if form is not None and name:
                form.values.append((name, self.text.strip("\n")))
            self.area = None


def forms_of(page: str) -> list[Form]:
    """All forms of a page."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


def form_to(page: str, end: str) -> Form | None:
    """The form whose address ends so, leaving out a query."""
    return next((one for one in forms_of(page) if one.way == "post" and one.action.split("?")[0].endswith(end)), None)


def encoded(pairs: Pairs, files: dict[str, bytes] | None = None) -> tuple[bytes, str]:
    """The body of a form and its content type."""
    if not files:
        return urlencode(pairs).encode(), "application/x-www-form-urlencoded"
    mark = uuid4().hex
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in pairs]
    for name, content in files.items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{name}.csv"\r\nContent-Type: text/csv\r\n\r\n'
        parts.append(head.encode() + content)
    body = b"".join(f"--{mark}\r\n".encode() + part + b"\r\n" for part in parts) + f"--{mark}--\r\n".encode()
    return body, f"multipart/form-data; boundary={mark}"
