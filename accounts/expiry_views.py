"""Expiry exercises: named, announced, watched, cancelled by the System Admin."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import expiry, sessions
from accounts.credentials import ExpiryExercise
from accounts.models import User
from accounts.password_forms import ExerciseForm
from accounts.requests import Request
from eccs import audit_answers, keyset, pages
from eccs.uploads.files import written

PAGE = "expiry-exercises"
SHOWN = 100


@require_GET
def exercises(request: Request) -> HttpResponse:
    """Every exercise, the latest first."""
    pages.require(request.actor, PAGE)
    rows = ExpiryExercise.objects.select_related("station", "made_by")[:SHOWN]
    return render(request, "accounts/exercises.html", {"exercises": rows})


@require_http_methods(["GET", "POST"])
def name(request: Request) -> HttpResponse:
    """Name the moment and the scope; a page asks again before the letters leave."""
    pages.require(request.actor, PAGE)
    if asked := sessions.ask_password(request):
        return asked
    form = ExerciseForm(request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return render(request, "accounts/exercise_new.html", {"form": form}, status=422 if form.is_bound else 200)
    given = form.cleaned_data
    if "confirm" not in request.POST:
        station = given["station"]
        people = expiry.scoped(given["scope"], given["group"], station.pk if station else None)
        context = {
            "form": form, "given": given, "people": people.count(),
            "whom": ExpiryExercise(scope=given["scope"], group=given["group"], station=station).whom,
        }  # fmt: skip
        return render(request, "accounts/exercise_check.html", context)
    exercise = expiry.name(by=cast("User", request.user), **given)
    messages.success(request, _("Passwords expire: %(exercise)s. Letters are on their way.") % {"exercise": exercise})
    return redirect("expiry-exercise", exercise.pk)


def _exercise(request: Request, pk: int) -> ExpiryExercise:
    pages.require(request.actor, PAGE)
    return get_object_or_404(
        ExpiryExercise.objects.select_related("station", "made_by", "cancelled_by", "advisory"), pk=pk
    )


@require_GET
def exercise(request: Request, pk: int) -> HttpResponse:
    """How far an exercise is: who has a new password, who has not."""
    shown = _exercise(request, pk)
    people = expiry.people_in(shown).select_related("courier", "importer", "custodian")
    which = request.GET.get("which", "due")
    if which == "done":
        people = people.filter(password_set_at__gte=shown.begins_at)
    else:
        which, people = "due", people.filter(password_set_at__lt=shown.begins_at)
    found = keyset.page(people, "username", request.GET.get("mark", ""), SHOWN)
    context = {
        "exercise": shown, "progress": expiry.progress(shown), "which": which, "rows": found.rows,
        "next_mark": found.next_mark, "previous_mark": found.previous_mark,
    }  # fmt: skip
    return render(request, "accounts/exercise.html", context)


@require_GET
def people(request: Request, pk: int) -> HttpResponse:
    """Everybody in scope as a file for a spreadsheet."""
    shown = _exercise(request, pk)
    rows = expiry.people_in(shown).select_related("courier", "importer", "custodian").order_by("username")
    names = [_("User name"), _("Name"), _("Firm"), _("E-mail"), _("Password set"), _("New password chosen")]
    cells = (_told(person, shown) for person in rows.iterator(2000))
    audit_answers.exported(request, str(shown))
    filename = f"password-expiry-{timezone.localtime(shown.begins_at):%Y-%m-%d-%H%M}.csv"
    return HttpResponse(
        written(names, cells, is_xlsx=False), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"'},
    )  # fmt: skip


def _told(person: User, exercise: ExpiryExercise) -> list[str]:
    firm: Any = person.courier or person.importer or person.custodian or ""
    set_at = timezone.localtime(person.password_set_at)
    done = _("yes") if person.password_set_at >= exercise.begins_at else _("no")
    return [person.username, person.full_name, str(firm), person.email, f"{set_at:%d/%m/%Y %H:%M}", done]


@require_http_methods(["GET", "POST"])
def cancel(request: Request, pk: int) -> HttpResponse:
    """Cancel an exercise before it begins."""
    shown = _exercise(request, pk)
    if asked := sessions.ask_password(request):
        return asked
    if request.method == "POST":
        if expiry.cancel(shown, cast("User", request.user)):
            messages.success(request, _("The exercise is cancelled. Nobody's password expires by it."))
        else:
            messages.error(request, _("The exercise has begun or was cancelled before. Nothing has changed."))
        return redirect("expiry-exercise", pk)
    return render(request, "accounts/exercise_cancel.html", {"exercise": shown})
