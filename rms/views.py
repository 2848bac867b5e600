"""The pages of risk rules: the list, and the builder that writes a rule and its versions."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import sessions
from accounts.models import CustomsStation
from accounts.requests import Request
from eccs import audit_answers, far, keyset, pages
from eccs.celery import after_commit
from eccs.workflow import Refused, why_not
from rms import builder, feedback
from rms.catalogue import COMPARED, FACTS
from rms.conditions import Fault, read
from rms.forms import BeginForm, RulesForm, VersionForm, initial_of
from rms.listing import tested
from rms.models import BackTest, RiskRule
from rms.sentences import sentence
from rms.shares import DAYS, of_stations
from rms.tasks import run_back_test
from rms.writing import write_rule, write_version


@require_GET
def rules(request: Request) -> HttpResponse:
    """The rules of the station and of all stations, searched and filtered."""
    actor = request.actor
    pages.require(actor, "risk-rules")
    form = RulesForm(request.GET)
    visible = RiskRule.objects.visible_to(actor)
    rows = _found(visible, form.cleaned_data) if form.is_valid() else visible.none()
    shown = keyset.page(rows.select_related("station", "owner"), "-pk", request.GET.get("mark", ""))
    kept = {name: value for name, value in request.GET.items() if value and name != "mark"}
    versions = {
        (one.rule_id, one.no): one
        for row in shown.rows
        for one in row.versions.filter(no__in=(row.latest_no, row.in_force_no)).select_related("rule")
    }
    context = {
        "rows": [(row, versions.get((row.pk, row.in_force_no)) or versions.get((row.pk, row.latest_no))) for row in shown.rows],
        "form": form, "filtered": bool(kept), "may_write": actor.may(_WRITE),
        "next_url": f"?{urlencode({**kept, 'mark': shown.next_mark})}" if shown.next_mark else "",
        "previous_url": f"?{urlencode({**kept, 'mark': shown.previous_mark})}" if shown.previous_mark else "",
    }  # fmt: skip
    return render(request, "rms/rules.html", context)


@require_GET
def worth(request: Request) -> HttpResponse:
    """What the rules in force hit and found, what it cost, and which of them are proposed for retirement."""
    actor = request.actor
    pages.require(actor, "risk-feedback")
    days = pages.id_in(request.GET.get("days", ""))
    days = days if days in feedback.PERIODS else feedback.PERIODS[1]
    stations = actor.stations_for([pages.activity_of("risk-feedback")])
    rows = feedback.of_rules(feedback.active(RiskRule.objects.visible_to(actor)), stations, days, timezone.localdate())
    context = {
        "rows": rows, "days": days, "periods": feedback.PERIODS, "lot": feedback.by_lot(stations, days, timezone.localdate()),
        "retiring": [one for one in rows if one.to_retire],
    }  # fmt: skip
    return render(request, "rms/feedback.html", context)


@require_GET
def shares(request: Request) -> HttpResponse:
    """How many of the bills of each station are looked at, by rules and by chance, and whether that is the minimum."""
    pages.require(request.actor, "risk-shares")
    stations = request.actor.stations_for([pages.activity_of("risk-shares")])
    context = {"rows": of_stations(stations, timezone.localdate()), "days": DAYS}
    return render(request, "rms/shares.html", context)


_WRITE = pages.activity_of("risk-rule-new")


def _found(rows: Any, given: dict[str, Any]) -> Any:
    if text := given["q"].strip():
        rows = rows.filter(
            Q(number__icontains=text) | Q(title__icontains=text) | Q(versions__instruction__icontains=text)
        ).distinct()
    if given["where"]:
        rows = rows.filter(station__isnull=given["where"] == "N")
    chosen = {name: given[name] for name in ("kind", "stage") if given[name]}
    return rows.filter(**chosen)


@require_http_methods(["GET", "POST"])
def rule_new(request: Request) -> HttpResponse:
    """The Risk Officer begins a rule: its kind and where it is to hold; then what it says."""
    actor = request.actor
    pages.require(actor, "risk-rule-new")
    stations = CustomsStation.objects.filter(pk__in=actor.stations_for([_WRITE])).order_by("pk")
    given = request.POST if request.method == "POST" else request.GET
    begun = BeginForm(given if "kind" in given else None, stations=[(one.pk, str(one)) for one in stations])
    if not begun.is_bound or not begun.is_valid():
        return render(request, "rms/begin.html", {"form": begun}, status=422 if begun.is_bound else 200)
    chosen = begun.cleaned_data
    return _build(request, None, chosen["kind"], chosen["station"])


@require_POST
def test_start(request: Request, key: str) -> HttpResponse:
    """Hold the newest version of a rule against the stored facts of past bills; a worker does it, and the page shows how far it is."""
    rule = _kept_by(request, key)
    days = pages.id_in(request.POST.get("days", ""))
    if days not in feedback.PERIODS:
        raise Http404
    try:
        with transaction.atomic():
            made = BackTest.objects.create(
                rule=rule, version_no=rule.latest_no, days=days, asked_by_id=request.actor.person_id
            )
    except IntegrityError:
        messages.error(request, _("A test of this rule is on already. Nothing has changed."))
    else:
        after_commit(run_back_test, made.pk)
        messages.success(request, _("The test has begun. You can leave this page."))
    return redirect(f"{rule.get_absolute_url()}#test")


@sessions.passive
@require_GET
@never_cache
def test_far(request: Request, key: str) -> HttpResponse:
    """How far the test of a rule is: the part of the rule's page, which asks for itself while the test runs."""
    rule = _kept_by(request, key)
    if not far.is_part(request):
        return redirect(f"{rule.get_absolute_url()}#test")
    context = {**tested(rule), "rule": rule, "part": True}
    if context["test"] is None or not context["test"].is_open:  # what may be done with the rule hangs on the result
        return HttpResponse(headers={"HX-Refresh": "true"})
    return far.shown(request, context["test"].mark, "rms/_test.html", "rms/_test.html", context)


@require_POST
def test_cancel(request: Request, key: str) -> HttpResponse:
    """Stop a test that waits or runs."""
    rule = _kept_by(request, key)
    open_ = rule.back_tests.filter(state__in=(BackTest.State.WAITING, BackTest.State.RUNNING))
    waiting = open_.filter(state=BackTest.State.WAITING).update(state=BackTest.State.CANCELLED, ended_at=timezone.now())
    if waiting or open_.update(cancel_asked=True):
        messages.success(request, _("The test is being stopped."))
    return redirect(f"{rule.get_absolute_url()}#test")


def _kept_by(request: Request, key: str) -> RiskRule:
    """A rule that the person keeps; what is somebody else's is not there."""
    pages.require(request.actor, "risk-rules")
    rule: RiskRule | None = RiskRule.objects.visible_to(request.actor).filter(RiskRule.by_key(key)).first()
    if rule is None:
        raise Http404
    audit_answers.concerns(request, rule)
    return rule


@require_http_methods(["GET", "POST"])
def version(request: Request, key: str) -> HttpResponse:
    """The Risk Officer writes a rule anew; the version in force stays in force until another person activates the new one."""
    rule = RiskRule.objects.visible_to(request.actor).filter(RiskRule.by_key(key)).first()
    declared = RiskRule.steps()["write_version"]
    if rule is None or not request.actor.may(declared.activities[0]):
        raise Http404
    audit_answers.concerns(request, rule)
    if reasons := why_not(rule, declared, request.actor):
        return render(request, "rms/not_now.html", {"rule": rule, "reasons": reasons}, status=409)
    return _build(request, rule, rule.kind, rule.station_id or "")


def _build(request: Request, rule: RiskRule | None, kind: str, station: str) -> HttpResponse:
    """The builder: what was typed is kept whichever button is pressed, and nothing is kept in the system before it is whole."""
    faults: list[Fault] = []
    reasons: list[str] = []
    status = 200
    if request.method == "POST" and "node" in request.POST:
        tree, do = builder.typed(request.POST), request.POST.get("do", "save")
        if do != "save":
            tree = builder.changed(tree, do)
            form = VersionForm(initial=request.POST.dict(), kind=kind)
        else:
            form = VersionForm(request.POST, request.FILES, kind=kind)
            done, faults, reasons = _save(request, rule, form, tree, station)
            if done is not None:
                messages.success(
                    request, _("%(rule)s: version %(no)d is written.") % {"rule": done, "no": done.latest_no}
                )
                return redirect(done)
            status = 409 if reasons and not (faults or form.errors) else 422
    else:
        newest = rule.newest() if rule is not None else None
        initial, tree = initial_of(newest) if newest is not None else ({}, builder.blank())
        form = VersionForm(initial=initial, kind=kind)
    checked = read(builder.without_blanks(tree)) if builder.without_blanks(tree) else None
    context = {
        "rule": rule, "kind": kind, "kind_label": RiskRule.Kind(kind).label, "station": station, "form": form, "reasons": reasons,
        "faults": [{"name": builder.name_of(one.path), "reason": one.reason} for one in faults],
        "root": builder.shown(tree or builder.blank(), faults), "catalogue": FACTS.values(), "compared": COMPARED,
        "sentence": sentence(checked.tree, len(form.listed)) if checked is not None and not checked.faults else "",
        "error_count": len(faults) + len(reasons) + sum(len(found) for found in form.errors.values()),
    }  # fmt: skip
    return render(request, "rms/write.html", context, status=status)


def _save(
    request: Request, rule: RiskRule | None, form: VersionForm, tree: dict[str, Any], station: str
) -> tuple[RiskRule | None, list[Fault], list[str]]:
    """Keep the rule where it is whole; else everything that is wrong with it."""
    begun = builder.without_blanks(tree)
    checked = read(tree if begun else {}) if begun else None
    faults = checked.faults if checked is not None else []
    whole = checked.tree if checked is not None else {}
    if not faults and (why := form.why_not_condition(whole)):
        faults = [Fault((), why)]
    if not form.is_valid() or faults:
        return None, faults, []
    title, content = form.cleaned_data["title"], form.content(whole)
    try:
        if rule is None:
            return write_rule(request.actor, form.kind, station, title, content), [], []
        return write_version(rule, request.actor, title, content), [], []
    except Refused as refusal:
        return None, [], refusal.reasons
