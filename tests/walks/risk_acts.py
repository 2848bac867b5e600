"""What happens to the RMS in a walk: it goes out of service and comes back, decides on what waited, and officers intervene on a shipment."""

from __future__ import annotations

from django.utils import timezone
from hypothesis import strategies as st

from bills import interventions, risk
from eccs import dated_rules
from eccs.dated_rules import DatedRule
from manifests.models import HouseAirwayBill
from rms.models import RiskRule
from tests.factories.rules import risk_rule
from tests.walks.walker import Walker, one_of

OUTCOMES = ("EXAMINATION", "ASSESSMENT", "BOTH")


class RiskActs(Walker):
    """The acts of the RMS and of the officers who write its rules."""

    def rms(self, data: st.DataObject) -> None:
        """The RMS goes, comes, hears what waited for it, or learns of an intervention on one shipment of the walk."""
        act = one_of(data, ["off", "on", "on", "hear", "hear", "intervene", "intervene"])
        if act in ("off", "on"):
            self._act(lambda: switch(act), f"the RMS is {act}")
        elif act == "hear":
            self._act(risk.decide_waiting, "the RMS hears what waited")
        else:
            number, outcome = one_of(data, self.before.all(HouseAirwayBill))["number"], one_of(data, OUTCOMES)
            self._act(lambda: intervene(number, outcome), f"intervention on {number}: {outcome}")

    def teardown(self) -> None:
        """The RMS is in service again when a walk is over."""
        super().teardown()
        dated_rules.forget()


def switch(to: str) -> None:
    """Turn the RMS off, or on."""
    DatedRule.objects.filter(name="rms_in_service").update(value=to)
    dated_rules.forget()


def intervene(number: str, outcome: str, papers: str = "") -> RiskRule:
    """An officer intervenes on one shipment, and its bill hears it at once."""
    condition = {"all": [{"fact": "hawb", "is": "EQUALS", "value": number}]}
    rule = risk_rule(kind="INTERVENTION", outcome=outcome, condition=condition, documents=papers)
    interventions.intervene(rule, timezone.now())
    return rule
