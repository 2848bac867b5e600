"""The pages of the reconciliation: the days compared, one day's report, a scroll loaded by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import Request
from eccs import audit, pages
from eccs.audit_answers import exported as told_of_export
from eccs.papers import as_pdf
from eccs.uploads import files
from payments import banks
from payments.bank import LARGEST_SCROLL
from payments.reconciling import papers, report, scrolls
from payments.reconciling.tasks import compare_scroll

WIDTH_10 = {"class": "govuk-input--width-10", "autocomplete": "off"}


class DayForm(forms.Form):
    """Which bank and which day."""

    bank = forms.ChoiceField(label=gettext_lazy("Bank"))
    day = forms.DateField(
        label=gettext_lazy("Day"), input_formats=["%Y-%m-%d", "%d/%m/%Y"], help_text=gettext_lazy("DD/MM/YYYY"),
        widget=forms.TextInput(attrs=WIDTH_10),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["bank"]
        field.choices = list(banks.names().items())

    def clean_day(self) -> date:
        """A day that is over: only then is its scroll complete."""
        day: date = self.cleaned_data["day"]
        if day >= timezone.localdate():
            raise forms.ValidationError(_("The day is not over: its scroll is not complete."))
        return day


class ScrollForm(DayForm):
    """A scroll that came by another way than from the bank's own server."""

    file = forms.FileField(label=gettext_lazy("Scroll, CSV"))

    def clean_file(self) -> bytes:
        """The file, no larger than a scroll is."""
        sent = self.cleaned_data["file"]
        if sent.size > LARGEST_SCROLL:
            raise forms.ValidationError(_("The file is larger than 20 MiB."))
        content: bytes = sent.read()
        return content

    def clean(self) -> dict[str, Any]:
        """A file that can be read, for that day."""
        given = super().clean() or {}
        if "file" in given and "day" in given:
            try:
                given["debits"] = scrolls.read(given["file"], given["day"])
            except scrolls.Unreadable as fault:
                self.add_error("file", str(fault))
        return given


def _missing() -> list[dict[str, Any]]:
    today = timezone.localdate()
    return [
        {"bank": code, "name": name, "day": day}
        for code, name in banks.names().items()
        for day in scrolls.days_without(code, today)
    ]


def _page(request: Request, form: forms.Form | None = None) -> HttpResponse:
    yesterday = {"day": f"{timezone.localdate() - timedelta(days=1):%d/%m/%Y}"}
    context = {
        "days": report.days(request.actor), "missing": _missing(), "form": form or ScrollForm(initial=yesterday),
        "may_load": request.actor.may(pages.activity_of("scroll-load")),
    }  # fmt: skip
    status = 422 if form is not None else 200
    return render(request, "payments/reconciling/scrolls.html", context, status=status)


@require_GET
def days(request: Request) -> HttpResponse:
    """The days of which the banks' scrolls were compared with the books, and those of which there is none yet."""
    pages.require(request.actor, "scrolls")
    return _page(request)


@require_POST
def ask(request: Request) -> HttpResponse:
    """Ask a bank for the scroll of a day now; the answer is compared in the background."""
    pages.require(request.actor, "scroll-load")
    form = DayForm(request.POST)
    if not form.is_valid():
        raise Http404
    code, day = form.cleaned_data["bank"], form.cleaned_data["day"]
    compare_scroll.delay_on_commit(code, f"{day:%Y-%m-%d}", ask=True)
    told = {"bank": banks.name_of(code), "day": f"{day:%d/%m/%Y}"}
    messages.success(request, _("%(bank)s is asked for the scroll of %(day)s.") % told)
    return redirect("scrolls")


@require_POST
def load(request: Request) -> HttpResponse:
    """Load a scroll by hand. It opens differences, and never credits anything: for that the bank itself is asked."""
    pages.require(request.actor, "scroll-load")
    form = ScrollForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form)
    given = form.cleaned_data
    scroll = scrolls.keep(
        given["bank"], given["day"], given["file"], given["debits"], sealed=False, by_id=request.actor.user_id
    )
    audit.record(
        "scroll.loaded", request=request, about=f"{scroll.bank} {scroll.day:%Y-%m-%d}", sha256=scroll.sha256,
        entries=scroll.entry_count,
    )  # fmt: skip
    compare_scroll.delay_on_commit(scroll.bank, f"{scroll.day:%Y-%m-%d}", ask=False)
    messages.success(
        request, _("The scroll is loaded with %(count)d debits and is compared now.") % {"count": scroll.entry_count}
    )
    return redirect("scroll-report", scroll.bank, f"{scroll.day:%Y-%m-%d}")


def _found(request: Request, bank: str, day: str) -> report.Report:
    pages.require(request.actor, "scrolls")
    try:
        found = report.report(request.actor, bank, date.fromisoformat(day))
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


@require_GET
def one_day(request: Request, bank: str, day: str) -> HttpResponse:
    """One day: what agrees, and every debit or payment that does not."""
    found = _found(request, bank, day)
    context = {"found": found, "lines": found.lines[: report.MOST_SHOWN], "day": day}
    return render(request, "payments/reconciling/report.html", context)


@require_GET
def export(request: Request, bank: str, day: str) -> HttpResponse:
    """The report of a day as CSV."""
    found = _found(request, bank, day)
    told_of_export(request, "reconciliation", bank=bank, day=day)
    content = files.written(report.COLUMNS, report.exported(found), is_xlsx=False)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="reconciliation-{bank}-{day}.csv"'
    return response


@require_GET
def printed(request: Request, bank: str, day: str) -> HttpResponse:
    """The report of a day as PDF."""
    return as_pdf(papers.printed(_found(request, bank, day), request.actor), f"reconciliation-{bank}-{day}")
