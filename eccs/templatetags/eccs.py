"""How values are written for people: money, moments, ages, numbers of documents, chips and form fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.roles import Group, Role
from eccs import pages, state_map, written
from eccs.form_words import name_in_words
from eccs.moments import as_read, clock, day, is_late, moment, weekday, when
from eccs.workflow import Document, Step, holders

register = template.Library()

BAR = 200  # the width of a bar in its own units
HELD = frozenset({"DETAINED", "STOPPED", "SUSPENDED", "INACTIVE"})
FINISHED_WELL = frozenset(
    "OUT_OF_CHARGE LET_EXPORT_ORDER EXPORTED ARRIVED PAID PROVISIONALLY_RELEASED REGISTERED APPOINTED IN_FORCE".split()
)


for _told in (
    day, moment, clock, when, weekday, as_read, is_late,
    written.rupees, written.whole_rupees, written.grouped, written.kg, written.age, written.span,
    written.number, written.heading, written.tail, written.packages, written.items, written.brief,
):  # fmt: skip
    register.filter(_told.__name__, _told)
register.simple_tag(written.age_cell)
register.simple_tag(written.lane)
register.simple_tag(written.two_lines, name="cell")


@register.simple_tag(takes_context=True)
def cells(context: template.Context, document: Any) -> SafeString:
    """The cells of a document's row, one for each of the columns on the page."""
    return pages.cells(context["columns"], document)


@register.simple_tag
def document_link(document: Any) -> SafeString:
    """The number of a document, as the link to its page."""
    return format_html('<a href="{}">{}</a>', document.get_absolute_url(), written.number(document))


@register.simple_tag
def tick(document: Any, label: str, ticked: Any) -> SafeString:
    """The box with which a document of a list is selected; `ticked` is whether all are, or which are."""
    chosen = document.pk in ticked if isinstance(ticked, set) else bool(ticked)
    return format_html(
        '<input form="bulk" type="checkbox" name="document" value="{}" aria-label="{} {}"{}>',
        document.pk, label, document, mark_safe(" checked") if chosen else "",
    )  # fmt: skip


@register.filter
def plus(first: int, second: int) -> int:
    """A sum, for the places of bars in a drawing."""
    return first + second


@register.filter
def minus(first: int, second: int) -> int:
    """A difference, never below nothing."""
    return max(0, first - second)


# ── chips ────────────────────────────────────────────────────────────────────


def holder(model: type[Document], stage: str) -> str:
    """Who has a document in a stage: courier, customs, custodian; held, done or closed where nobody has a step."""
    if stage in HELD:
        return "held"
    if stage in FINISHED_WELL:
        return "done"
    roles = [role for role in holders(model, stage) if role != Role.SYSTEM]
    if not roles:
        return "courier" if holders(model, stage) else "closed"
    group = Role(roles[0]).group
    if group in (Group.COURIER, Group.IMPORTER):
        return "courier"
    return "custodian" if group is Group.CUSTODIAN else "customs"


@register.simple_tag
def stage(document: Document, code: str = "", size: str = "") -> SafeString:
    """The chip of a document's stage, or of another stage of its kind: its shape says who has the document."""
    return stage_chip(type(document), code or document.stage, size)


@register.simple_tag
def stage_chip(model: type[Document], code: str, size: str = "") -> SafeString:
    """The chip of a stage of a kind of document."""
    labels = model.stage_labels()
    css = f"stage stage--{holder(model, code)}{' stage--big' if size == 'big' else ''}"
    return format_html('<span class="{}">{}</span>', css, labels[code])


@register.simple_tag
def states_map(model: type[Document], here: str = "") -> SafeString:
    """The picture of a kind of document's stages, with the one where the reader's document is."""
    return state_map.drawn(model, {code: holder(model, code) for code in model.stage_order()}, here)


@register.filter
def kind_of(document: Document) -> str:
    """What kind of document it is, in words: Amendment."""
    words = str(document._meta.verbose_name)
    return f"{words[:1].upper()}{words[1:]}"


# ── form fields ──────────────────────────────────────────────────────────────

_CLASSES: tuple[tuple[type[forms.Widget], str, str], ...] = (
    (forms.CheckboxSelectMultiple, "checkboxes", "govuk-checkboxes__input"),
    (forms.RadioSelect, "radios", "govuk-radios__input"),
    (forms.CheckboxInput, "checkbox", "govuk-checkboxes__input"),
    (forms.ClearableFileInput, "file", "govuk-file-upload"),
    (forms.FileInput, "file", "govuk-file-upload"),
    (forms.Textarea, "textarea", "govuk-textarea"),
    (forms.SplitDateTimeWidget, "several", "govuk-input"),
    (forms.Select, "select", "govuk-select"),
    (forms.Widget, "input", "govuk-input"),
)


def _kind(bound: BoundField) -> tuple[str, str]:
    return next((kind, css) for widget, kind, css in _CLASSES if isinstance(bound.field.widget, widget))


@register.filter
def kind(bound: BoundField) -> str:
    """How a field is answered: input, textarea, select, radios, checkbox, checkboxes or file."""
    return _kind(bound)[0]


@register.filter
def control(bound: BoundField) -> SafeString:
    """The input itself, dressed, tied to its hint and its error."""
    name, css = _kind(bound)
    size = bound.field.widget.attrs.get("class", "")
    if bound.errors and name != "file":
        css += f" {css}--error"
    return bound.as_widget(attrs={"class": f"{css} {size}".strip()})


@register.filter
def choices(bound: BoundField) -> Iterator[dict[str, Any]]:
    """The choices of radios or check boxes; one that cannot be made carries the reason (`why_not` on the field)."""
    refused: dict[str, str] = getattr(bound.field, "why_not", {})
    for option in bound:
        value = str(option.data["value"])
        yield {"option": option, "id": option.id_for_label, "label": option.choice_label, "value": value,
               "checked": option.data["selected"], "why_not": refused.get(value, "")}  # fmt: skip


@register.inclusion_tag("eccs/forms/field.html", name="field")
def show_field(bound: BoundField, **look: Any) -> dict[str, Any]:
    """One field with label, hint, error and input."""
    return {"field": bound, **look}


@register.inclusion_tag("eccs/forms/errors.html", name="errors")
def show_errors(form: Any) -> dict[str, Any]:
    """The summary of what must be corrected, each line a link to its field."""
    return {"form": form, "count": sum(len(found) for found in form.errors.values()) if form is not None else 0}


# ── queues and steps ─────────────────────────────────────────────────────────


@register.filter
def verb(name: str) -> str:
    """A step or stage as it stands in an address: give-out-of-charge."""
    return pages.as_verb(name)


register.filter("words", name_in_words)


@register.filter
def key(given: Any, name: str) -> str:
    """What was given under a name, or nothing."""
    return str(given.get(name, ""))


@register.filter
def other_steps(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps after the first that ask nothing: they need no card of their own."""
    return [button for button in buttons[1:] if button["form"] is None]


@register.filter
def leads_to(step: Step, document: Document) -> list[str]:
    """The stages a step may lead to, other than where the document is."""
    if document.goes_back_to in step.targets:
        return [document.goes_back_to]
    return [target for target in step.targets if target != document.stage]


@register.simple_tag
def bar(desk: Any, desks: list[Any]) -> SafeString:
    """How much of a desk's work is within the target, drawn to one scale for all desks."""
    widest, within = max((other.count for other in desks), default=0) or 1, desk.count - desk.over
    whole, late = -(-BAR * desk.count // widest), -(-BAR * desk.over // widest)
    return format_html(
        '<svg class="bar" viewBox="0 0 {} 10" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="bar__in" x="0" y="0" width="{}" height="10"/>'
        '<rect class="bar__over" fill="url(#over)" x="{}" y="0" width="{}" height="10"/></svg>',
        BAR, _("%(within)d within target, %(over)d over") % {"within": within, "over": desk.over}, whole - late, whole - late, late,
    )  # fmt: skip


@register.simple_tag
def sorted_by(field: str, sort: str) -> SafeString:
    """The attribute that tells a screen reader how a column is sorted; `-` before the field turns the order round."""
    if sort.removeprefix("-") != field:
        return mark_safe("")
    return mark_safe(f' aria-sort="{"descending" if sort.startswith("-") else "ascending"}"')  # noqa: S308 two fixed words


@register.simple_tag(takes_context=True)
def sort_link(context: template.Context, field: str, sort: str, label: str) -> SafeString:
    """A heading that sorts its column, and the other way round when it is asked again."""
    given = {name: texts for name, texts in context["request"].GET.lists() if name not in ("mark", "select")}
    query = urlencode({**given, "sort": f"-{field}" if sort == field else field}, doseq=True)
    arrow = {field: "▲", f"-{field}": "▼"}.get(sort, "")
    if not arrow:
        return format_html('<a href="?{}">{}</a>', query, label)
    return format_html('<a href="?{}">{} <span aria-hidden="true">{}</span></a>', query, label, arrow)
