"""How risk rules are listed and shown, and whose the pages are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Actor
from accounts.roles import Role
from eccs.dated_rules import rule_book
from eccs.pages import Column, Listing, activity_of, link, register
from rms.feedback import PERIODS, weeks_of
from rms.models import BackTest, RiskRule, RuleDay

DAYS = 30
TARGETS_SHOWN = 50


def context(rule: RiskRule, actor: Actor) -> dict[str, Any]:
    """What a rule says, its versions, and what it did of late."""
    versions = list(rule.versions.select_related("written_by", "rule"))
    newest = next((one for one in versions if one.no == rule.latest_no), None)
    in_force = next((one for one in versions if one.no == rule.in_force_no), None)
    shown = in_force or newest
    since, test = timezone.localdate() - timedelta(days=DAYS), rule.back_tests.order_by("-pk").first()
    did = RuleDay.objects.filter(rule=rule.key, day__gt=since)
    return {
        "rule": rule, "versions": versions, "shown": shown, "newest": newest if newest is not shown else None,
        "targets": shown.targets[:TARGETS_SHOWN] if shown else [],
        "weeks": weeks_of(rule, actor.stations_for([activity_of("risk-rules")]), timezone.localdate()),
        "test": test, "periods": PERIODS, "load": load_of(test),
        "did": did.aggregate(hits=Sum("hits"), looked_at=Sum("looked_at"), confirmed=Sum("confirmed")), "days": DAYS,
    }  # fmt: skip


def load_of(test: BackTest | None) -> list[dict[str, Any]]:
    """What a rule would add to the desks of each station a day, and how many bills a day they can take."""
    if test is None:
        return []
    book, today = rule_book(), timezone.localdate()
    names = ("risk_assessments_a_day", "risk_examinations_a_day")
    return [
        {"station": station, "assess": assess, "examine": examine} | {name: book.count(name, today, station) for name in names}
        for station, assess, examine in test.result.get("load", ())
    ]  # fmt: skip


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
