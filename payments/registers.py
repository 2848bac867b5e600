"""Lists of payments for the accountant: found by filters, paged, downloaded whole, printed. Each is declared once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from accounts.requests import Request
from eccs import keyset, pages
from eccs.audit_answers import exported as told_of_export
from eccs.moments import day, moment
from eccs.paper_lists import list_paper
from eccs.papers import Column, as_pdf
from eccs.uploads import files
from eccs.written import grouped
from payments import banks

Choices = tuple[tuple[str, Any], ...]
NOTHING_WAITS = _("Nothing waits here now.")
STATES: Choices = (("", _("Open")), ("closed", _("Closed")), ("all", _("Open and closed")))


@dataclass(frozen=True)
class Cell:
    """One column of a list."""

    name: str  # in a file
    label: Any  # on screen and on paper
    of: Callable[[Any], Any]
    share: int = 0  # percent of the width of the paper; nothing where it is not printed
    figure: bool = False
    link: Callable[[Any], str] | None = None
    seen: bool = True  # on screen

    def shown(self, row: Any) -> str:
        """The value as people read it."""
        value = self.of(row)
        if isinstance(value, date):
            return moment(value) if isinstance(value, datetime) else day(value)
        return grouped(value) if isinstance(value, (Decimal, int)) else str(value or "") or "–"

    def filed(self, row: Any) -> str:
        """The value as a file has it."""
        value = self.of(row)
        if isinstance(value, datetime):
            return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
        return f"{value:.2f}" if isinstance(value, Decimal) else "" if value is None else str(value)


@dataclass(frozen=True)
class Act:
    """What is done with one row of a list, with words on it."""

    address: str
    label: Any
    button: Any
    refusal: Any = ""  # why it cannot be done here; then there is no button


def as_it_is(row: Any) -> Any:
    """A row is shown as it was found."""
    return row


DEALT_WITH = ("",)
"""The lookup of a filter that the rows of a part have been chosen by already."""


@dataclass(frozen=True)
class Part:
    """One sort of rows of a list, told by a moment, and how the filters find them."""

    rows: QuerySet[Any]
    by: str
    lookups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    make: Callable[[Any], Any] = as_it_is

    def narrowed(self, given: Mapping[str, Any]) -> QuerySet[Any]:
        """The rows that fit the filters; none where a filter means nothing for this sort."""
        rows = self.rows
        for name, value in given.items():
            if value in (None, "") or name in ("state", "view"):
                continue
            ways = self.lookups.get(name, ())
            if ways is DEALT_WITH:
                continue
            fits = Q(pk__in=())
            for way in ways:
                fits |= Q(**{way: value})
            rows = rows.filter(fits)
        return rows


class FilterForm(forms.Form):
    """What a list of payments is found by; each list asks for the fields that say something about it."""

    view = forms.CharField(required=False, widget=forms.HiddenInput)
    state = forms.ChoiceField(label=_("Shown"), required=False)
    sort = forms.ChoiceField(label=_("Sort"), required=False)
    bank = forms.ChoiceField(label=_("Bank"), required=False)
    number = forms.CharField(label=_("Number"), required=False, max_length=40)
    firm = forms.CharField(label=_("Firm contains"), required=False, max_length=120)
    since = forms.DateField(label=_("From"), required=False, input_formats=["%Y-%m-%d", "%d/%m/%Y"])
    until = forms.DateField(label=_("Until"), required=False, input_formats=["%Y-%m-%d", "%d/%m/%Y"])

    def __init__(self, data: Mapping[str, Any], register: Register) -> None:
        super().__init__(data)
        choices: dict[str, Any] = {
            "state": register.states, "sort": (("", _("All")), *register.sorts),
            "bank": (("", _("All")), *banks.names().items()),
        }  # fmt: skip
        for name in list(self.fields):
            if name != "view" and name not in register.asks:
                del self.fields[name]
        for name, told in choices.items():
            if name in self.fields:
                wanted: Any = self.fields[name]
                wanted.choices = told
        for name in {"since", "until"} & self.fields.keys():
            self.fields[name].widget.attrs |= {"placeholder": "DD/MM/YYYY", "size": 10, "autocomplete": "off"}

    def clean_number(self) -> str:
        """A number as documents bear it."""
        return str(self.cleaned_data["number"]).strip().upper()

    def asked(self) -> list[tuple[str, str]]:
        """The filters that were given, in words."""
        told = []
        for name, value in self.cleaned_data.items() if self.is_valid() else ():
            if name != "view" and (value or name == "state"):
                wanted: Any = self.fields[name]
                words = dict(getattr(wanted, "choices", ())).get(value, value)
                told.append((str(wanted.label), day(value) if isinstance(value, date) else str(words)))
        return told


@dataclass(frozen=True)
class Register:
    """A list: whose pages its are, its columns, its filters, and the parts it is made of for whoever asks."""

    page: str
    title: Any
    cells: tuple[Cell, ...]
    parts: Callable[[Actor, dict[str, Any]], Sequence[Part]]
    asks: tuple[str, ...] = ("state", "sort", "bank", "firm", "since", "until")
    sorts: Choices = ()
    states: Choices = STATES
    view: str = ""
    empty: Any = NOTHING_WAITS
    act: Callable[[Actor, Any], Act | None] | None = None

    @property
    def name(self) -> str:
        """How a file of it is called."""
        return f"{self.page}-{self.view}" if self.view else self.page


def _found(request: Request, register: Register) -> tuple[FilterForm, list[Part], list[tuple[QuerySet[Any], str]]]:
    """The parts of a list as they were asked for; none where a filter cannot be read."""
    pages.require(request.actor, register.page)
    form = FilterForm(request.GET, register)
    parts = list(register.parts(request.actor, form.cleaned_data)) if form.is_valid() else []
    return form, parts, [(part.narrowed(form.cleaned_data), part.by) for part in parts]


def shown(request: Request, register: Register) -> dict[str, Any]:
    """What the page of a list is told."""
    form, parts, rows = _found(request, register)
    told = keyset.turned(keyset.merged(rows, request.GET.get("mark", "")), request.GET)
    cells = [cell for cell in register.cells if cell.seen]
    lines = []
    for n, row in told["rows"]:
        one = parts[n].make(row)
        lines.append(
            {
                "cells": [(cell, cell.shown(one), cell.link(one) if cell.link else "") for cell in cells],
                "act": register.act(request.actor, one) if register.act else None,
            }
        )
    filtered = any(value for name, value in request.GET.items() if name not in ("mark", "view"))
    return {
        **told, "rows": lines, "form": form, "register": register, "columns": cells, "filtered": filtered, "acts": register.act is not None,
        "export_url": reverse(f"{register.page}-export"), "print_url": reverse(f"{register.page}-print"),
    }  # fmt: skip


def _lines(parts: list[Part], rows: list[tuple[QuerySet[Any], str]]) -> Iterator[Any]:
    return (parts[n].make(row) for n, row in keyset.every(rows))


def exported(request: Request, register: Register) -> HttpResponseBase:
    """Everything that fits the filters, as a CSV or XLSX file."""
    form, parts, rows = _found(request, register)
    told_of_export(request, register.name, **{f"filter_{name}": value for name, value in form.asked()})
    cells = ([cell.filed(one) for cell in register.cells] for one in _lines(parts, rows))
    names = [cell.name for cell in register.cells]
    return files.streamed(names, cells, register.name, is_xlsx=request.GET.get("as") == "xlsx")


def printed(request: Request, register: Register) -> HttpResponse:
    """What fits the filters, on paper."""
    form, parts, rows = _found(request, register)
    cells = [cell for cell in register.cells if cell.share]
    columns = [Column(str(cell.label).replace("₹", "(Rs.)"), cell.share / 100, right=cell.figure) for cell in cells]
    actor: Actor = request.actor
    stations = ", ".join(sorted(actor.stations_for([pages.activity_of(register.page)])))
    sheet = list_paper(
        str(register.title), str(_("Payments")), stations, f"{settings.PUBLIC_URL}{reverse(register.page)}", columns,
        ([cell.shown(one) for cell in cells] for one in _lines(parts, rows)), asked=form.asked(), printed_by=actor.name,
    )  # fmt: skip
    return as_pdf(sheet, register.name)
