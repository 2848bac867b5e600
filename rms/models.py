"""Dated rules of risk and the decisions they led to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RiskRule(models.Model):
    """One criterion of the Risk Management System, in force between two days. Never shown to the trade."""

    class Outcome(models.TextChoices):
        """What a hit leads to."""

        ASSESSMENT = "ASSESSMENT", _("Assess")
        EXAMINATION = "EXAMINATION", _("Examine")
        BOTH = "BOTH", _("Assess and examine")

    class Comparison(models.TextChoices):
        """How the fact is compared with the value."""

        EQUALS = "EQUALS", _("equals")
        STARTS_WITH = "STARTS_WITH", _("starts with")
        CONTAINS = "CONTAINS", _("contains the word")
        ABOVE = "ABOVE", _("is above")

    code = models.CharField(max_length=20)
    station_code = models.CharField(max_length=3, blank=True, default="")
    fact = models.CharField(max_length=30)
    comparison = models.CharField(max_length=12, choices=Comparison.choices)
    value = models.CharField(max_length=120)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    instruction = models.CharField(max_length=300)
    documents_required = models.CharField(max_length=200, blank=True)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "from_date"], name="risk_rule_version")]

    def __str__(self) -> str:
        return self.code


class RiskDecision(models.Model):
    """What the RMS decided about one bill, with the facts and reasons it decided on (PN17 6.1). Officers only."""

    class Lane(models.TextChoices):
        """The four ways a bill may go."""

        FACILITATED = "FACILITATED", _("Facilitated")
        ASSESSMENT = "ASSESSMENT", _("Assess")
        EXAMINATION = "EXAMINATION", _("Examine")
        BOTH = "BOTH", _("Assess and examine")

    lane = models.CharField(max_length=12, choices=Lane.choices)
    reasons = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    draw = models.DecimalField(max_digits=8, decimal_places=6)
    ruleset = models.CharField(max_length=20)
    documents_required = models.CharField(max_length=400, blank=True)
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.get_lane_display()

    @property
    def assesses(self) -> bool:
        """Whether the bill is interdicted for assessment."""
        return self.lane in (self.Lane.ASSESSMENT, self.Lane.BOTH)

    @property
    def examines(self) -> bool:
        """Whether examination is prescribed."""
        return self.lane in (self.Lane.EXAMINATION, self.Lane.BOTH)
