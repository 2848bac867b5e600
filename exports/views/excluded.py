"""The System Admin's pages of the goods that no courier exports: what is, was and will be excluded, the next row, and the end of one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts import sessions
from accounts.requests import Request
from eccs import audit, pages
from exports.filing import hold_alone
from exports.forms.excluded import EndForm, ExcludedGoodsForm
from exports.models import ExcludedGoods

VIEWS = {
    "now": gettext_lazy("Today"), "coming": gettext_lazy("To come"), "past": gettext_lazy("Past"), "all": gettext_lazy("All"),
}  # fmt: skip


def _in_view(view: str, today: date) -> Q:
    """The rows of a view; one that was taken back before it began is past."""
    open_still = Q(to_date=None) | Q(to_date__gte=today)
    return {
        "now": open_still & Q(from_date__lte=today),
        "coming": Q(from_date__gt=today) & (Q(to_date=None) | Q(to_date__gte=F("from_date"))),
        "past": ~open_still | Q(to_date__lt=F("from_date")),
    }.get(view, Q())


@require_GET
def listed(request: Request) -> HttpResponse:
    """Every row with its days, its source, and who added and ended it."""
    pages.require(request.actor, "excluded-goods")
    today, asked = timezone.localdate(), request.GET.get("q", "").strip()[:60].replace("\x00", "")
    view = request.GET.get("view", "now")
    view = view if view in VIEWS else "now"
    rows = ExcludedGoods.objects.filter(_in_view(view, today)).select_related("added_by", "ended_by")
    if asked:
        rows = rows.filter(Q(prefix__startswith=asked) | Q(words__icontains=asked) | Q(reason__icontains=asked))
    context = {"rows": rows, "today": today, "view": view, "views": VIEWS.items(), "q": asked}
    return render(request, "exports/excluded_goods.html", context)


@require_http_methods(["GET", "POST"])
def add(request: Request) -> HttpResponse:
    """The next row: goods are excluded from a day on."""
    pages.require(request.actor, "excluded-goods-new")
    if asked := sessions.ask_password(request):
        return asked
    form = ExcludedGoodsForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        with transaction.atomic():
            hold_alone("goods excluded from courier exports")
            if form.is_valid():
                made = ExcludedGoods.objects.create(
                    added_by_id=request.actor.person_id, added_at=timezone.now(), **form.fields_of_row()
                )
        if form.is_valid():
            _enter(request, "goods.excluded", made, made.source)
            told = {"goods": made, "day": f"{made.from_date:%d/%m/%Y}"}
            messages.success(request, _("%(goods)s: not exported by courier from %(day)s.") % told)
            return redirect("excluded-goods")
    return render(request, "exports/excluded_goods_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def end(request: Request, pk: int) -> HttpResponse:
    """A row gets its last day; one that has not begun is taken back."""
    pages.require(request.actor, "excluded-goods-end")
    row = get_object_or_404(ExcludedGoods, pk=pk)
    if row.ended_at or (row.to_date and row.to_date <= timezone.localdate()):
        messages.error(request, _("The row has ended, or its end is set: it stays. Add the next row instead."))
        return redirect("excluded-goods")
    if asked := sessions.ask_password(request):
        return asked
    form: Any = EndForm(request.POST if request.method == "POST" else None, row=row)
    if form.is_bound and form.is_valid():
        changed = ExcludedGoods.objects.filter(pk=pk, ended_at=None).update(
            to_date=form.last_day(), ending=form.cleaned_data["ending"], ended_by=request.actor.person_id,
            ended_at=timezone.now(),
        )  # fmt: skip
        if changed:
            row.to_date = form.last_day()
            _enter(request, "goods.exclusion-ended", row, form.cleaned_data["ending"])
            messages.success(request, _("%(goods)s: the end is set.") % {"goods": row})
        return redirect("excluded-goods")
    return render(
        request, "exports/excluded_goods_end.html", {"form": form, "row": row}, status=422 if form.errors else 200
    )


def _enter(request: Request, event: str, row: ExcludedGoods, source: str) -> None:
    audit.record(
        event, request=request, about=str(row)[:60], prefix=row.prefix, words=row.words, reason=row.reason, source=source,
        from_date=row.from_date.isoformat(), to_date=row.to_date.isoformat() if row.to_date else "",
    )  # fmt: skip
