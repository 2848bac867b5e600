"""The System Admin's pages of the dated rules: what holds today and why, what is to come, and the next row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import sessions
from accounts.models import CustomsStation
from accounts.requests import Request
from eccs import audit, pages
from eccs.dated_rules import RULES, DatedRule, NoRuleInForce, RuleBook, RuleKind, Value, forget
from eccs.money import grouped

ON_OFF = (("on", pgettext_lazy("a rule is on or off", "On")), ("off", gettext_lazy("Off")))


def in_words(value: Value | None) -> str:
    """A value as people read it: On, 1,00,000, 1.125; a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(dict(ON_OFF)["on" if value else "off"])
    if isinstance(value, int):
        return grouped(value, 0)
    _whole, _point, places = f"{value.normalize():f}".partition(".")
    return grouped(value, len(places))


@dataclass(frozen=True)
class Shown:
    """One row of a rule as a page tells it."""

    row: DatedRule
    value: str
    state: str  # past, now, coming
    until: date | None


class NextRowForm(forms.Form):
    """The next row of a rule."""

    value = forms.CharField(label=gettext_lazy("Value"), max_length=40)
    from_date = forms.DateField(
        label=gettext_lazy("In force from"), input_formats=["%d/%m/%Y", "%Y-%m-%d"], help_text=gettext_lazy("DD/MM/YYYY, today or later"),
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"class": "govuk-input--width-10", "autocomplete": "off"}),
        error_messages={"invalid": gettext_lazy("Write the day as DD/MM/YYYY.")},
    )  # fmt: skip
    station = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
    source = forms.CharField(
        label=gettext_lazy("Source"), min_length=3, max_length=200,
        help_text=gettext_lazy("The notification, circular or order that says so, with its number and date"),
    )  # fmt: skip

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name, self.kind = name, RULES[name]
        stations = [(station.pk, str(station)) for station in CustomsStation.objects.all()]
        field: Any = self.fields["station"]
        field.choices = [("", _("Everywhere")), *stations]
        if self.kind.unit is bool:
            self.fields["value"] = forms.ChoiceField(
                label=self.fields["value"].label, choices=ON_OFF, widget=forms.RadioSelect
            )
        else:
            self.fields["value"].help_text = self.kind.limits()
            self.fields["value"].widget.attrs |= {
                "class": "govuk-input--width-10",
                "autocomplete": "off",
                "inputmode": "decimal",
            }

    def clean_value(self) -> str:
        """The value as the rule keeps it: of its kind and within its limits, without the commas people write."""
        text: str = self.cleaned_data["value"].replace(",", "").replace("\u00a0", "").replace(" ", "").removeprefix("₹")
        try:
            value = self.kind.read(text)
        except ValueError as fault:
            raise forms.ValidationError(_("The value %(fault)s.") % {"fault": fault}) from fault
        return f"{value.normalize():f}" if isinstance(value, Decimal) else text

    def clean_from_date(self) -> date:
        """What was in force on a day that has passed stays as it was."""
        day: date = self.cleaned_data["from_date"]
        if day < timezone.localdate():
            raise forms.ValidationError(
                _("The day has passed: documents were decided by the rule that was in force then.")
            )
        return day

    def clean(self) -> dict[str, Any]:
        """A rule has one value a day and place."""
        given = super().clean() or {}
        if "from_date" in given and "station" in given:
            there = DatedRule.objects.filter(
                name=self.name, station_code=given["station"], from_date=given["from_date"]
            )
            if there.exists():
                self.add_error("from_date", _("There is a row from that day already."))
        return given

    def row(self) -> DatedRule:
        """The row, not yet kept."""
        given = self.cleaned_data
        return DatedRule(
            name=self.name, station_code=given["station"], from_date=given["from_date"], value=given["value"],
            source=given["source"],
        )  # fmt: skip


class WithdrawalForm(forms.Form):
    """Why a coming row is taken back."""

    why = forms.CharField(
        label=gettext_lazy("Why"), min_length=5, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


def _kind(name: str) -> RuleKind:
    if name not in RULES:
        raise Http404
    return RULES[name]


def _rows(name: str) -> list[DatedRule]:
    return list(DatedRule.objects.filter(name=name).order_by("station_code", "from_date"))


def _told(rows: Iterable[DatedRule], today: date) -> list[Shown]:
    """The rows of one rule at one place, the newest first, each with the day on which it ends."""
    found: list[Shown] = []
    until: date | None = None
    current = False
    for row in sorted(rows, key=lambda row: row.from_date, reverse=True):
        state = "coming" if row.from_date > today else "past" if current else "now"
        current = current or state == "now"
        found.append(Shown(row, in_words(RULES[row.name].held(row.value)), state, until))
        until = row.from_date - timedelta(days=1)
    return found


def _by_place(rows: Iterable[DatedRule]) -> dict[str, list[DatedRule]]:
    places: dict[str, list[DatedRule]] = {"": []}
    for row in rows:
        places.setdefault(row.station_code, []).append(row)
    return places


@require_GET
def rules(request: Request) -> HttpResponse:
    """Every rule with the value in force today, where it comes from, what is to come, and which stations have their own."""
    pages.require(request.actor, "rules")
    today = timezone.localdate()
    every = list(DatedRule.objects.all())
    told = []
    for name, kind in RULES.items():
        places = _by_place(row for row in every if row.name == name)
        national = _told(places.pop(""), today)
        own = {code: _told(rows, today) for code, rows in places.items()}
        told.append({
            "name": name, "words": kind.words, "now": next((one for one in national if one.state == "now"), None),
            "coming": [one for one in reversed(national) if one.state == "coming"],
            "stations": [(code, next((one for one in rows if one.state == "now"), rows[-1])) for code, rows in sorted(own.items())],
        })  # fmt: skip
    return render(request, "eccs/rules.html", {"rules": told, "today": today})


@require_GET
def rule(request: Request, name: str) -> HttpResponse:
    """One rule: its values from the first to the last, everywhere and by station, and the form for the next."""
    pages.require(request.actor, "rule")
    _kind(name)
    return _page(request, name, NextRowForm(name=name))


def _page(request: Request, name: str, form: Any, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    places = [(code, _told(rows, today)) for code, rows in sorted(_by_place(_rows(name)).items())]
    context = {"name": name, "kind": RULES[name], "places": places, "form": form, "today": today}
    return render(request, "eccs/rule.html", context, status=status)


def changes(name: str, station: str, before: Iterable[DatedRule], after: Iterable[DatedRule]) -> list[dict[str, Any]]:
    """What holds from today on at a place, before and after a change of the rows, span by span."""
    today = timezone.localdate()
    books, days = [], {today}
    for rows in (list(before), list(after)):
        books.append(RuleBook((row.name, row.station_code, row.from_date, row.value) for row in rows))
        days |= {row.from_date for row in rows if row.from_date > today and row.station_code in ("", station)}
    ordered = sorted(days)
    spans = []
    for day, next_day in zip(ordered, [*ordered[1:], None], strict=True):
        old, new = (in_words(_value(book, name, day, station)) for book in books)
        spans.append({
            "from": day, "until": next_day - timedelta(days=1) if next_day else None, "old": old, "new": new, "changes": old != new,
        })  # fmt: skip
    return spans


def _value(book: RuleBook, name: str, day: date, station: str) -> Value | None:
    try:
        return book.value(name, day, station)
    except NoRuleInForce:
        return None


@require_POST
def add(request: Request, name: str) -> HttpResponse:
    """The next row of a rule: shown with what it changes and when, and kept when it is confirmed."""
    pages.require(request.actor, "rule-add")
    _kind(name)
    if asked := sessions.ask_password(request, reverse("rule", args=[name])):
        return asked
    form = NextRowForm(request.POST, name=name)
    if not form.is_valid():
        return _page(request, name, form, status=422)
    row, rows = form.row(), _rows(name)
    if request.POST.get("confirm") != "yes":
        context = {
            "name": name, "kind": RULES[name], "row": row, "form": form, "value": in_words(RULES[name].read(row.value)),
            "spans": changes(name, row.station_code, rows, [*rows, row]), "at_once": row.from_date == timezone.localdate(),
            "own": sorted({one.station_code for one in rows} - {""}) if not row.station_code else [],
        }  # fmt: skip
        return render(request, "eccs/rule_confirm.html", context)
    with transaction.atomic():
        fresh = _lock_and_look(row)
        if fresh:
            row.full_clean()
            row.save()
            transaction.on_commit(forget)
    if not fresh:
        form.add_error("from_date", _("There is a row from that day already."))
        return _page(request, name, form, status=409)
    _enter(request, "rule.added", row)
    messages.success(
        request,
        _("“%(rule)s”: %(value)s from %(day)s.")
        % {
            "rule": RULES[name].words,
            "value": in_words(RULES[name].read(row.value)),
            "day": f"{row.from_date:%d/%m/%Y}",
        },
    )
    return redirect("rule", name)


def _lock_and_look(row: DatedRule) -> bool:
    """Whether the day is still free, while nobody else adds to the rule."""
    rows = DatedRule.objects.select_for_update(of=("self",)).filter(name=row.name)
    return all((one.station_code, one.from_date) != (row.station_code, row.from_date) for one in rows)


def _enter(request: Request, event: str, row: DatedRule, why: str = "") -> None:
    audit.record(
        event, request=request, about=row.name, station=row.station_code, why=why, value=row.value, source=row.source,
        from_date=row.from_date.isoformat(), where=row.station_code or "everywhere",
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def withdraw(request: Request, name: str, pk: int) -> HttpResponse:
    """A row that is still to come is taken back; one that is or was in force never."""
    pages.require(request.actor, "rule-withdraw")
    row = get_object_or_404(DatedRule, pk=pk, name=name)
    if row.from_date <= timezone.localdate():
        messages.error(request, _("The row is in force or was: it stays. Add the next row instead."))
        return redirect("rule", name)
    if asked := sessions.ask_password(request):
        return asked
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            coming = DatedRule.objects.select_for_update(of=("self",)).filter(pk=pk, from_date__gt=timezone.localdate())
            gone = [found.delete() for found in coming]
            transaction.on_commit(forget)
        if not gone:  # midnight, or somebody else, was quicker
            raise Http404
        _enter(request, "rule.withdrawn", row, form.cleaned_data["why"])
        messages.success(request, _("The row from %(day)s is withdrawn.") % {"day": f"{row.from_date:%d/%m/%Y}"})
        return redirect("rule", name)
    rows = _rows(name)
    context = {
        "name": name, "kind": RULES[name], "row": row, "value": in_words(RULES[name].held(row.value)), "form": form,
        "spans": changes(name, row.station_code, rows, [one for one in rows if one.pk != row.pk]),
    }  # fmt: skip
    return render(request, "eccs/rule_withdraw.html", context, status=422 if request.method == "POST" else 200)
