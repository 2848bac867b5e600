"""A rule is written, or written anew: the version and the step that tells of it are kept together."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from eccs.beginning import begin
from eccs.pages import activity_of
from eccs.workflow import Refused, take
from rms.models import RiskRule, RuleVersion


def write_rule(actor: Actor, kind: str, station: str, title: str, content: dict[str, Any]) -> RiskRule:
    """A Risk Officer writes a rule. Raises Refused."""
    now = timezone.now()
    made = RiskRule(
        kind=kind, station_id=station or None, title=title, owner_id=actor.person_id, latest_no=1, stage_since=now
    )
    with transaction.atomic():
        version = _version(made, 1, actor, content)
        begin([made], "write", actor, activity_of("risk-rule-new"), kind=kind, title=title, seal=version.seal)
        version.rule = made
        version.save()
    return made


def write_version(rule: RiskRule, actor: Actor, title: str, content: dict[str, Any]) -> RiskRule:
    """A Risk Officer writes the next version of a rule. Raises Refused."""
    no = rule.latest_no + 1
    version = _version(rule, no, actor, content)
    try:
        with transaction.atomic():
            done: RiskRule = take(rule, "write_version", actor, version=no, title=title, seal=version.seal)
            version.save()
    except IntegrityError as fault:
        raise Refused([_("Somebody else wrote a version meanwhile: look at it first.")], rule) from fault
    return done


def _version(rule: RiskRule, no: int, actor: Actor, content: dict[str, Any]) -> RuleVersion:
    return RuleVersion(rule=rule, no=no, written_by_id=actor.person_id, written_at=timezone.now(), **content)
