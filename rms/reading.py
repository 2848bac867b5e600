"""Why the RMS sent a document where it sent it, for officers. Whoever is shown this has read it, and the audit log says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from eccs import audit, audit_answers
from rms.catalogue import COMPARED, FACTS, Comparison
from rms.models import RuleVersion
from rms.sentences import value_said


def reasons_of(document: Any) -> list[dict[str, Any]]:
    """The reasons of a document's decision, entered as read by whoever sent the request; nothing where there are none."""
    decision = document.risk_decision
    reasons: list[dict[str, Any]] = decision.all_reasons if decision is not None else []
    request = audit.request_now.get()
    if reasons and request is not None:
        audit_answers.rms_read(request, document)
    return reasons


def told(reasons: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Reasons as a page tells them: each rule with its instruction, what follows, and each value compared."""
    outcomes = dict(RuleVersion.Outcome.choices)
    return [
        {
            "rule": reason["rule"], "version": reason.get("version"), "instruction": reason.get("instruction", ""),
            "outcome": outcomes.get(reason["outcome"], "") if reason.get("outcome") else "",
            "by_chance": reason.get("by") == "CHANCE", "examine_percent": reason.get("examine_percent"),
            "xray": reason.get("xray", False), "documents": reason.get("documents", ""),
            "compared": [_row(one) for one in reason.get("compared", [reason] if "fact" in reason else [])],
        }
        for reason in reasons
    ]  # fmt: skip


def _row(one: dict[str, Any]) -> dict[str, str]:
    """One comparison in words: what, how, the value of the bill and that of the rule."""
    fact, comparison = FACTS.get(one["fact"]), one["comparison"].removeprefix("NOT_")
    how = str(COMPARED[Comparison(comparison)]) if comparison in COMPARED else _("is below")
    label = str(fact.label) if fact else _("Chance drawn") if one["fact"] == "draw" else ""
    if one["comparison"].startswith("NOT_"):
        how = _("not: %(compared)s") % {"compared": how}
    wanted = one["value"]
    if fact is not None and one["fact"] != "kyc_token" and comparison in ("ABOVE", "BELOW", "EQUALS") and wanted:
        wanted = value_said(fact, wanted)
    hidden = one["fact"] == "kyc_token"  # a digest says nothing to people
    return {
        "label": label,
        "compared": how,
        "found": "···" if hidden else one["found"],
        "wanted": "···" if hidden else wanted,
    }
