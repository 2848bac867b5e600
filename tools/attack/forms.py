"""The forms of a page as a browser reads them: where each is sent, and what stands in its fields."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

UNSENT = ("submit", "button", "image", "reset")


@dataclass
class Form:
    """One form: the address it is sent to, how, and its fields in their order."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)  # of selects and radio buttons


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._named: dict[str, Form] = {}
        self._select = ""
        self._text = ""
        self._typed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = {name: value or "" for name, value in attrs}
        if tag == "a" and of.get("href", "").startswith("/"):
            self.links.append(of["href"].partition("#")[0])
        if tag == "form":
            self._form = Form(of.get("action", ""), of.get("method", "get").upper())
            self.forms.append(self._form)
            self._named[of.get("id", "")] = self._form
        if (form := self._named.get(of["form"]) if of.get("form") else self._form) is None:
            return
        name = of.get("name", "")
        if tag == "select":
            self._select = name
            form.fields.append((name, ""))
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(of.get("value", ""))
            if "selected" in of:
                form.fields = [(self._select, of.get("value", "")) if n == self._select else (n, v) for n, v in form.fields]  # fmt: skip
        elif tag == "textarea":
            self._text = name
        elif tag in ("input", "button") and name:
            self._field(form, tag, name, of)

    def _field(self, form: Form, tag: str, name: str, of: dict[str, str]) -> None:
        kind = of.get("type", "submit" if tag == "button" else "text")
        if kind == "file":
            form.files.append(name)
        elif kind in ("radio", "checkbox", *UNSENT):
            form.choices.setdefault(name, []).append(of.get("value", "on"))
            if "checked" in of:
                form.fields.append((name, of.get("value", "on")))
        else:
            form.fields.append((name, of.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self._text:
            self._typed.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._form is not None and self._text:
            self._form.fields.append((self._text, "".join(self._typed).strip("\r\n")))
            self._text, self._typed = "", []
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._form = None


def read(page: str, address: str) -> tuple[list[Form], list[str]]:
    """The forms of a page, each with the whole address it is sent to, and where the page leads."""
    reader = _Reader()
    reader.feed(page)
    for form in reader.forms:
        form.action = form.action or address
    return [form for form in reader.forms if form.action.startswith("/")], reader.links
