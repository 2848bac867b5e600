"""Risk rules at every stage."""

from __future__ import annotations

from datetime import date
from typing import Any

from eccs import numbering
from rms.clearance import IN_FORCE, Stage
from rms.models import RiskRule, RuleVersion
from tests.factories import firms

CONDITION = {"all": [{"fact": "consignor_country", "is": "EQUALS", "value": "ZZ"}]}
STARTED = date(2017, 7, 26)


def risk_rule(stage: str = Stage.ACTIVE, *, station: str | None = "BLR", kind: str = "RULE", **given: Any) -> RiskRule:
    """A rule of a station (or with none: of all), with two versions; in force the first, once it is active."""
    said = {name: given.pop(name) for name in list(given) if name in VERSION}
    was_in_force = stage in (*IN_FORCE, Stage.SUSPENDED, Stage.RETIRED)
    fields: dict[str, Any] = {
        "station_id": station, "stage": stage, "kind": kind, "title": "Trial rule of the secret compartment", "owner": firms.person("Kavya Sethi"),
        "latest_no": 2, "in_force_no": 1 if was_in_force else 0,
    }  # fmt: skip
    made = RiskRule(**fields | given)
    if stage not in RiskRule.unnumbered_stages:
        numbering.number([made])
    made.save()
    for no in (1, 2):
        content = {
            "condition": CONDITION,
            "outcome": "ASSESSMENT",
            "from_date": STARTED,
            "instruction": "Verify.",
            "why": "Trial.",
        }
        RuleVersion.objects.create(rule=made, no=no, **content | said)
    return made


VERSION = (
    "condition", "targets", "outcome", "examine_percent", "share", "xray", "documents", "instruction", "courier_text",
    "from_date", "to_date", "why",
)  # fmt: skip
