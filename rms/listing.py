"""How risk rules are listed and shown, and whose the pages are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from accounts.roles import Role
from eccs.pages import Column, Listing, activity_of, link, register
from rms.backtest import loads_of
from rms.feedback import PERIODS, weeks_of
from rms.models import RiskRule, RuleDay

DAYS = 30
TARGETS_SHOWN = 50


def context(rule: RiskRule, actor: Actor) -> dict[str, Any]:
    """What a rule says, its versions, and what it did of late."""
    versions = list(rule.versions.select_related("written_by", "rule"))
    newest = next((one for one in versions if one.no == rule.latest_no), None)
    deciding = rule.deciding_no(timezone.localdate())
    shown = next((one for one in versions if one.no == deciding), newest)
    since = timezone.localdate() - timedelta(days=DAYS)
    did = RuleDay.objects.filter(rule=rule.key, day__gt=since)
    return {
        "rule": rule, "versions": versions, "shown": shown, "newest": newest if newest is not shown else None,
        "deciding": deciding, "targets": shown.targets[:TARGETS_SHOWN] if shown else [],
        "weeks": weeks_of(rule, actor.stations_for([activity_of("risk-rules")]), timezone.localdate()),
        **tested(rule),
        "did": did.aggregate(hits=Sum("hits"), looked_at=Sum("looked_at"), confirmed=Sum("confirmed")), "days": DAYS,
    }  # fmt: skip


def tested(rule: RiskRule) -> dict[str, Any]:
    """The newest test of a rule against past bills: how far it is, or what came of it."""
    test = rule.back_tests.order_by("-pk").first()
    days = test.result.get("days", ()) if test is not None else ()
    hit = [(date.fromisoformat(day), station, n) for day, station, n in days]
    return {"test": test, "periods": PERIODS, "loads": loads_of(test), "hit": hit}


RULES = Listing(
    model=RiskRule, slug="rms/rules", label=_("Risk rules"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("title", _("Rule"), "title__icontains", hint=_("contains"), cell=lambda rule: rule.title),
        Column("kind", _("Kind"), "kind", choices=tuple(RiskRule.Kind.choices), cell=lambda rule: rule.get_kind_display()),
        Column("where", _("Where"), cell=lambda rule: rule.station_id or _("All stations")),
    ),
    page_template="rms/rule.html", related=("station", "owner"), context=context,
    search=lambda text: Q(number=text.upper()), targets=dict.fromkeys(RiskRule.stage_order(), "target_of_days"),
)  # fmt: skip
register(RULES)
link(_("Risk rules"), "risk-rules", Role.RISK_OFFICER, Role.RISK_APPROVER)
link(_("What rules are worth"), "risk-feedback", Role.RISK_OFFICER, Role.RISK_APPROVER, under="risk-rules")
link(_("Shares looked at"), "risk-shares", Role.RISK_OFFICER, Role.RISK_APPROVER, under="risk-rules")
link(_("Write a risk rule"), "risk-rule-new", Role.RISK_OFFICER, nav=False)
