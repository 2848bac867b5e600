"""The registers of ICEGATE and the Reserve Bank: what is due, sent, accepted and refused; files, answers and corrections."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import Request
from eccs import keyset, pages
from eccs.audit_answers import exported
from eccs.identifiers import ad_code
from eccs.uploads import Unreadable
from eccs.uploads.files import as_download, written
from eccs.uploads.reading import MAX_BYTES
from eccs.workflow import Refused
from exports import acknowledging, transmission
from exports.models import Destination, Transmission, TransmissionFile

State = Transmission.State
FILES = 20


@require_GET
def listed(request: Request) -> HttpResponse:
    """What each register is told of the person's bills; for the desk that sends, what is due and the last files."""
    actor = request.actor
    pages.require(actor, "transmissions")
    register, state = request.GET.get("register", ""), request.GET.get("state", "")
    rows = (
        Transmission.objects.visible_to(actor)
        .filter(current=True)
        .select_related("shipping_bill", "bill", "file", "courier")
    )
    if register in Destination.values:
        rows = rows.filter(register=register)
    if state in State.values:
        rows = rows.filter(state=state)
    if asked := request.GET.get("q", "").strip().upper()[:60].replace("\x00", ""):
        rows = (
            rows.filter(shipping_bill__number=asked)
            | rows.filter(bill__number=asked)
            | rows.filter(shipping_bill__hawb=asked)
        )
    page = keyset.page(rows, "-pk", request.GET.get("mark", ""), 100)
    told = transmission.contents([one for one in page.rows if one.state == State.DUE])
    may_send = actor.may(pages.activity_of("transmission-send"))
    context = {
        "page": page, "register": register, "state": state, "q": asked, "registers": Destination.choices, "states": State.choices,
        "lines": [(one, _words(one, told)) for one in page.rows], "may_send": may_send,
        "may_correct": actor.may(pages.activity_of("transmission-correct")),
        "files": TransmissionFile.objects.visible_to(actor)[:FILES] if may_send else [],
        "stations": sorted(actor.stations_for([pages.activity_of("transmission-send")])),
    }  # fmt: skip
    return render(request, "exports/transmissions.html", context)


def _words(line: Transmission, told: dict[int, dict[str, str]]) -> str:
    """What keeps a due line from being sent, in words."""
    if line.pk not in told:
        return ""
    missing = transmission.lacking(line, told[line.pk])
    return ", ".join(str(LABELS.get(name, name)) for name in missing)


LABELS: dict[str, Any] = {
    "iec": gettext_lazy("IEC"), "gstin": gettext_lazy("GSTIN"), "ad_code": gettext_lazy("AD code"),
    "account_number": gettext_lazy("Bank account of the exporter"), "invoice_number": gettext_lazy("Invoice number"),
    "currency": gettext_lazy("Currency"), "egm_number": gettext_lazy("EGM number"),
}  # fmt: skip


@require_POST
def send(request: Request) -> HttpResponse:
    """Make the next file of a register at a station."""
    pages.require(request.actor, "transmission-send")
    station, register = request.POST.get("station", ""), request.POST.get("register", "")
    here = request.actor.stations_for([pages.activity_of("transmission-send")])
    if station not in here or register not in Destination.values:
        messages.error(request, _("Choose a register."))
        return redirect("transmissions")
    try:
        made = transmission.make_file(register, station, request.actor)
    except Refused as refusal:
        messages.error(request, " ".join(refusal.reasons))
        return redirect("transmissions")
    words = ngettext("%(file)s is made with %(n)d line.", "%(file)s is made with %(n)d lines.", made.line_count)
    messages.success(request, words % {"file": made, "n": made.line_count})
    return redirect("transmission-file", made.number)


def _file(request: Request, number: str) -> TransmissionFile:
    pages.require(request.actor, "transmission-send")
    found: TransmissionFile = get_object_or_404(TransmissionFile.objects.visible_to(request.actor), number=number)
    return found


@require_http_methods(["GET", "POST"])
def file(request: Request, number: str) -> HttpResponse:
    """One file: its lines by what became of them, and where its answers are handed in."""
    found, fault, faults = _file(request, number), "", []
    if request.method == "POST":
        given = request.FILES.get("file")
        if given is None or (given.size or 0) > MAX_BYTES:
            fault = _("Choose a file.") if given is None else _("The file is larger than 20 MiB.")
        else:
            try:
                table = acknowledging.take_in(found, given.read(), given.name or "")
                faults = table.faults[:100]
                fault = _("Nothing is taken in: %(n)d cells are wrong.") % {"n": len(table.faults)} if faults else ""
            except Unreadable as unreadable:
                fault = str(unreadable)
        if not fault:
            words = ngettext("%(n)d answer is taken in.", "%(n)d answers are taken in.", len(table.prepared))
            messages.success(request, words % {"n": len(table.prepared)})
            return redirect(request.path)
    lines = found.lines.select_related("shipping_bill", "bill").order_by("pk")
    counts = [(label, lines.filter(state=state).count()) for state, label in State.choices if state != State.DUE]
    context = {
        "file": found, "fault": fault, "faults": faults, "counts": counts, "refused": lines.filter(state=State.REFUSED)[:100],
        "columns": acknowledging.COLUMNS,
    }  # fmt: skip
    return render(request, "exports/transmission_file.html", context, status=422 if fault else 200)


@require_GET
def download(request: Request, number: str) -> HttpResponse:
    """The file as it is sent; it is the same however often it is taken."""
    found = _file(request, number)
    columns = transmission.columns_of(found.register)
    rows = [[one.content.get(name, "") for name in columns] for one in found.lines.order_by("pk")]
    exported(request, "transmission-file", file=number)
    return as_download(written(columns, rows, is_xlsx=False), number)


class CorrectionForm(forms.Form):
    """What the courier puts right of a line that was refused, or that lacks something."""

    ad_code = forms.CharField(label=gettext_lazy("AD code"), max_length=7)
    account_number = forms.RegexField(
        r"^[A-Za-z0-9]{6,34}$", label=gettext_lazy("Bank account of the exporter"), required=False,
        error_messages={"invalid": gettext_lazy("Enter six to 34 letters and digits")},
    )  # fmt: skip
    invoice_number = forms.CharField(label=gettext_lazy("Invoice number"), max_length=40)

    def clean_ad_code(self) -> str:
        """Seven digits."""
        given: str = self.cleaned_data["ad_code"].strip()
        if reason := ad_code(given):
            raise forms.ValidationError(_("The AD code %(reason)s.") % {"reason": reason})
        return given


@require_http_methods(["GET", "POST"])
def correct(request: Request, pk: int) -> HttpResponse:
    """The courier puts a line right: it is due again, as a new version where it was sent before."""
    pages.require(request.actor, "transmission-correct")
    rows = Transmission.objects.visible_to(request.actor).filter(current=True, state__in=(State.DUE, State.REFUSED))
    line = get_object_or_404(rows.select_related("shipping_bill", "bill"), pk=pk)
    now = transmission.contents([line])[line.pk]
    form = CorrectionForm(request.POST or None, initial={name: now.get(name, "") for name in transmission.CORRECTABLE})
    if line.bill_id:
        del form.fields["account_number"]
    if request.method == "POST" and form.is_valid():
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        try:
            transmission.correct(pk, changed, request.actor)
            messages.success(request, _("It is due again, and goes with the next file."))
        except Refused as refusal:
            messages.error(request, " ".join(refusal.reasons))
        return redirect(f"{reverse('transmissions')}?register={line.register}")
    context = {"form": form, "line": line}
    return render(request, "exports/transmission_correct.html", context, status=422 if form.errors else 200)
