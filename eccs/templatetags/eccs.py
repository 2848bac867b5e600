"""How values are written for people: money, moments, ages, numbers of documents, chips and form fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from accounts.roles import Group, Role
from eccs import money, pages, state_map
from eccs.form_words import name_in_words
from eccs.moments import as_read, clock, day, is_late, moment, weekday, when
from eccs.workflow import Document, Step, holders

register = template.Library()

BAR = 200  # the width of a bar in its own units
HELD = frozenset({"DETAINED", "STOPPED", "SUSPENDED", "INACTIVE"})
FINISHED_WELL = frozenset(
    "OUT_OF_CHARGE LET_EXPORT_ORDER EXPORTED ARRIVED PAID PROVISIONALLY_RELEASED REGISTERED APPOINTED IN_FORCE".split()
)
LANES = {
    (False, False): ("none", gettext_lazy("Facilitated")),
    (True, False): ("assess", gettext_lazy("Assess")),
    (False, True): ("examine", gettext_lazy("Examine")),
    (True, True): ("both", gettext_lazy("Assess and examine")),
}


@register.filter
def rupees(amount: Decimal | int | None) -> str:
    """An amount in rupees with paise: ₹ 1,00,000.00; nothing where there is none."""
    return "" if amount is None else money.rupees(amount, 2)


@register.filter
def whole_rupees(amount: Decimal | int | None) -> str:
    """Duty in whole rupees without the sign, for a column that names it: 31,785."""
    return "" if amount is None else money.grouped(amount, 0)


@register.filter
def grouped(amount: Decimal | int | None) -> str:
    """A number with Indian grouping, with paise where there are any or where it is an amount: 85,522.52."""
    if amount is None:
        return ""
    return money.grouped(amount, 2 if isinstance(amount, Decimal) else 0)


@register.filter
def kg(weight: Decimal | None) -> str:
    """A weight in kilograms without needless zeros: 4.26 kg."""
    if weight is None:
        return ""
    return f"{money.grouped(weight, 3).rstrip('0').rstrip('.') or '0'}\u00a0kg"


for _told in (day, moment, clock, when, weekday, as_read, is_late):
    register.filter(_told.__name__, _told)


def spell(span: timedelta) -> str:
    """A span of time in its two largest units: 3 h 52 min, 5 d 4 h, 49 min."""
    minutes = max(0, int(span.total_seconds()) // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _("%(d)d d %(h)d h") % {"d": days, "h": hours} if hours else _("%(d)d d") % {"d": days}
    if hours:
        return _("%(h)d h %(m)02d min") % {"h": hours, "m": rest} if rest else _("%(h)d h") % {"h": hours}
    return _("%(m)d min") % {"m": rest}


@register.filter
def age(since: datetime | None) -> str:
    """How long ago something began: 3 h 52 min."""
    return "" if since is None else spell(timezone.now() - since).replace(" ", "\u00a0")


@register.filter
def span(minutes: int) -> str:
    """A number of minutes in words: 2 h."""
    return spell(timedelta(minutes=minutes)).replace(" ", "\u00a0")


@register.simple_tag
def age_cell(since: datetime, target_minutes: int) -> SafeString:
    """The age of a document against the target of its desk, if there is one: a thin bar within it, a red triangle when over."""
    return _age_in(get_language(), int((timezone.now() - since).total_seconds()) // 60, target_minutes)


@lru_cache(maxsize=10_000)  # the shipments of a flight are of one age, and a queue shows them again and again
def _age_in(_language: str | None, passed: int, target_minutes: int) -> SafeString:
    if target_minutes and passed >= target_minutes:
        over = spell(timedelta(minutes=passed - target_minutes))
        return format_html(
            '<span class="state state--late">{}</span><br><span class="age__over">{}</span>',
            spell(timedelta(minutes=passed)), _("over by %(time)s") % {"time": over},
        )  # fmt: skip
    if not target_minutes:
        return conditional_escape(span(passed))
    return format_html(
        '{}<progress class="meter dwell" max="{}" value="{}" aria-hidden="true"></progress>',
        spell(timedelta(minutes=passed)), target_minutes, passed,
    )  # fmt: skip


@register.filter
def plus(first: int, second: int) -> int:
    """A sum, for the places of bars in a drawing."""
    return first + second


@register.filter
def minus(first: int, second: int) -> int:
    """A difference, never below nothing."""
    return max(0, first - second)


# ── numbers of documents ─────────────────────────────────────────────────────


def _parts(number: str) -> tuple[str, str]:
    """What every document of a series shares, and what tells this one: `CBE-XIII_BLR_2026-2027_` and `0412_01873`."""
    groups = number.split("_")
    shared = min(3, len(groups) - 1)
    return "".join(f"{group}_" for group in groups[:shared]), "_".join(groups[shared:])


@register.filter
def number(document: Any) -> SafeString:
    """A document's number for a table: the shared part, a place to break, the telling part in bold; copied whole."""
    shared, tail = _parts(str(document))
    if not shared:
        return format_html('<span class="no"><b>{}</b></span>', tail)
    return format_html('<span class="no">{}<wbr><b>{}</b></span>', shared, tail)


@register.filter
def heading(document: Any) -> SafeString:
    """A document's number for a heading: breaks only between its groups."""
    text = str(document)
    if " " in text:  # a name, or a draft that has no number yet
        return conditional_escape(f"{text[:1].upper()}{text[1:]}")
    groups = text.split("_")
    pieces = (
        [f"{'_'.join(groups[:2])}_", f"{groups[2]}_", "_".join(groups[3:])] if len(groups) > 3 else ["_".join(groups)]
    )
    return format_html_join(mark_safe("<wbr>"), '<span class="nowrap">{}</span>', ((p,) for p in pieces))


@register.filter
def tail(document: Any) -> str:
    """The part of the number that people say: 0412_01873."""
    return _parts(str(document))[1]


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


@register.simple_tag
def lane(assess: bool, examine: bool) -> SafeString:
    """The lane the RMS chose, for officers only: a disc whose left half is assessment and right half examination."""
    return _lane_in(get_language(), bool(assess), bool(examine))


@cache
def _lane_in(_language: str | None, assess: bool, examine: bool) -> SafeString:
    kind, words = LANES[assess, examine]
    return format_html('<span class="lane lane--{}">{}</span>', kind, words)


@register.filter
def packages(count: int) -> str:
    """So many packages, in words."""
    return _packages_in(get_language(), count)


@lru_cache(maxsize=1000)
def _packages_in(_language: str | None, count: int) -> str:
    return ngettext("%(n)s package", "%(n)s packages", count) % {"n": count}


@register.filter
def items(count: int) -> str:
    """So many items, in words."""
    return ngettext("%(n)s item", "%(n)s items", count) % {"n": count}


@register.filter
def kind_of(document: Document) -> str:
    """What kind of document it is, in words: Amendment."""
    words = str(document._meta.verbose_name)
    return f"{words[:1].upper()}{words[1:]}"


@register.filter
def brief(text: str, length: int) -> str:
    """The beginning of a text, with an ellipsis where something is left out."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


@register.simple_tag
def cell(first: Any, second: Any = "") -> SafeString:
    """A cell of two lines, the second in grey."""
    if not second:
        return conditional_escape(first)
    return format_html('{}<br><span class="muted">{}</span>', first, second)


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
