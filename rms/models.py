"""Rules of risk with their versions, the decisions they led to, and the history that is counted as bills are filed."""

from __future__ import annotations

import json
from datetime import date
from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomsStation
from eccs.stage_field import StageField
from eccs.trail import TrailLine
from rms import sentences
from rms.clearance import RiskRuleSteps, Stage
from rms.decision import Criterion
from rms.querysets import RiskRuleQuerySet, RuleVersionQuerySet
from rms.standing import Standing


class RiskRule(RiskRuleSteps):
    """One rule of the Risk Management System, national or of one station. Never shown to the trade."""

    class Kind(models.TextChoices):
        """What kind of rule it is."""

        RULE = "RULE", _("Rule")
        TARGET = "TARGET", _("Targets")
        INTERVENTION = "INTERVENTION", _("Intervention")
        RANDOM = "RANDOM", _("Random share")
        CCR = "CCR", _("Compulsory compliance requirement")

    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.RULE)
    station = models.ForeignKey(
        CustomsStation, models.PROTECT, null=True, blank=True, related_name="risk_rules"
    )  # none: everywhere
    stage = StageField(choices=Stage.choices, default=Stage.DRAFT, max_length=10)
    title = models.CharField(max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    latest_no = models.PositiveIntegerField(default=0)  # the newest version
    in_force_no = models.PositiveIntegerField(default=0)  # the version that decides, while the rule is active
    before_no = models.PositiveIntegerField(default=0)  # the version that decides until the first day of that one comes
    remarks = models.TextField(blank=True)  # why it was returned, suspended or retired

    objects = RiskRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("risk rule")
        constraints = [
            models.CheckConstraint(
                condition=~Q(stage__in=("ACTIVE", "REVISED")) | Q(in_force_no__gt=0),
                name="risk_rule_active_has_version",
            ),
        ]
        indexes = [
            models.Index(fields=["stage"], name="risk_rule_in_force", condition=Q(stage__in=("ACTIVE", "REVISED")))
        ]

    def series(self) -> str:
        """National rules are counted together, local ones by station."""
        return f"RISK_{self.station_id or 'N'}"

    def numbered(self, serial: int) -> str:
        """`N-0007` everywhere, `BLR-0007` at one station."""
        return f"{self.station_id or 'N'}-{serial:04d}"

    def newest(self) -> RuleVersion | None:
        """The version written last."""
        return self.versions.filter(no=self.latest_no).first()

    def in_force(self) -> RuleVersion | None:
        """The version that decides while the rule is active."""
        return self.versions.filter(no=self.in_force_no).first() if self.in_force_no else None

    def deciding_no(self, on: date) -> int:
        """The version that decides on a day while the rule is active: the one before, where the first day of the last is yet to come."""
        last = self.in_force()
        return self.before_no if last is not None and last.from_date > on else self.in_force_no

    def put_in_force(self) -> None:
        """The newest version decides from its first day on; until then, the one that decides today."""
        today, coming = timezone.localdate(), self.newest()
        ahead = coming is not None and coming.from_date > today
        self.before_no = self.deciding_no(today) if ahead else 0
        self.in_force_no, self.remarks = self.latest_no, ""
        self.come_into_force()


CONTENT = (
    "condition", "targets", "outcome", "examine_percent", "share", "xray", "documents", "instruction", "courier_text",
    "from_date", "to_date", "why",
)  # fmt: skip


class RuleVersion(models.Model):
    """What a rule says, once written never changed."""

    only_added_to = True  # its rows are watched by `eccs.heads`

    class Outcome(models.TextChoices):
        """What a hit leads to."""

        NONE = "", _("Neither")
        ASSESSMENT = "ASSESSMENT", _("Assess")
        EXAMINATION = "EXAMINATION", _("Examine")
        BOTH = "BOTH", _("Assess and examine")

    rule = models.ForeignKey(RiskRule, models.PROTECT, related_name="versions", db_index=False)
    no = models.PositiveIntegerField()
    condition = models.JSONField(default=dict, blank=True)  # see rms.conditions; nothing: every bill
    targets = models.JSONField(default=list, blank=True)  # the list that the condition looks into
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    examine_percent = models.PositiveSmallIntegerField(null=True, blank=True)  # of the packages
    share = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)  # percent, of a rule of chance
    xray = models.BooleanField(default=False)
    documents = models.CharField(max_length=200, blank=True)  # that the courier must add: shown to the trade
    instruction = models.CharField(max_length=300, blank=True)  # for officers
    courier_text = models.CharField(max_length=300, blank=True)  # the only words of a rule that the trade may read
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)  # the source or the reason of the version
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    written_at = models.DateTimeField(default=timezone.now)

    objects = RuleVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-no"]
        constraints = [models.UniqueConstraint(fields=["rule", "no"], name="risk_rule_version_once")]

    def __str__(self) -> str:
        return f"{self.rule} / {self.no}"

    @property
    def seal(self) -> str:
        """A digest of all it says, as the trail keeps it."""
        told = {name: getattr(self, name) for name in CONTENT}
        return blake2b(json.dumps(told, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()

    @property
    def sentence(self) -> str:
        """The condition in words."""
        return sentences.sentence(self.condition, len(self.targets))

    def criterion(self) -> Criterion:
        """The version as the decision needs it."""
        return Criterion(
            code=self.rule.key, condition=self.condition, outcome=self.outcome, version=self.no,
            station_code=self.rule.station_id or "", targets=tuple(self.targets), share=self.share,
            examine_percent=self.examine_percent, xray=self.xray, instruction=self.instruction,
            documents_required=self.documents, courier_text=self.courier_text, from_date=self.from_date, to_date=self.to_date,
        )  # fmt: skip


class KeptRuleset(models.Model):
    """Which versions decided together, so that any decision can be taken again as it was."""

    version = models.CharField(max_length=20, primary_key=True)
    station_code = models.CharField(max_length=3)
    on = models.DateField()
    versions = models.JSONField(default=list)  # keys of RuleVersion
    assess_percent = models.DecimalField(max_digits=6, decimal_places=3)
    examine_percent = models.DecimalField(max_digits=6, decimal_places=3)
    first_used_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.version


class RiskDecision(Standing, models.Model):
    """What the RMS decided about one bill, with the facts and reasons it decided on (PN17 6.1). Officers only."""

    class Lane(models.TextChoices):
        """The four ways a bill may go, and that it is not known yet."""

        FACILITATED = "FACILITATED", _("Facilitated")
        ASSESSMENT = "ASSESSMENT", _("Assess")
        EXAMINATION = "EXAMINATION", _("Examine")
        BOTH = "BOTH", _("Assess and examine")
        PENDING = "PENDING", _("Not decided yet")

    class Cause(models.TextChoices):
        """Why the RMS was asked."""

        FILED = "FILED", _("Filed")
        AMENDED = "AMENDED", _("Amended")
        REASSESSED = "REASSESSED", _("Assessed anew")
        ARRIVED = "ARRIVED", _("Aircraft arrived")
        INTERVENED = "INTERVENED", _("Intervention")
        WEIGHED = "WEIGHED", _("Weighed")

    class Found(models.TextChoices):
        """What came of looking."""

        CONFIRMED = "CONFIRMED", _("Confirmed")
        NOTHING = "NOTHING", _("Nothing found")

    lane = models.CharField(max_length=12, choices=Lane.choices)
    reasons = models.JSONField(default=list)
    facts = models.JSONField(default=dict)
    draw = models.DecimalField(max_digits=8, decimal_places=6)
    ruleset = models.CharField(max_length=20)
    documents_required = models.TextField(blank=True)  # of all rules that hit
    examine_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    xray_attention = models.BooleanField(default=False)
    courier_text = models.TextField(blank=True)
    found = models.CharField(max_length=10, choices=Found.choices, blank=True)  # in what was looked at
    cause = models.CharField(max_length=10, choices=Cause.choices, default=Cause.FILED)
    before = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField()
    carried = models.JSONField(null=True, blank=True)  # what the decisions before it say that still stands

    said_of_shipments: bytes | None = None  # of a bill of documents: what the RMS saw of each, until it is kept

    def __str__(self) -> str:
        return self.get_lane_display()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep it, and with the decision on a bill of documents what was seen of each shipment."""
        super().save(*args, **kwargs)
        if self.said_of_shipments is not None:
            KeptShipments.objects.create(decision=self, said=self.said_of_shipments)
            self.said_of_shipments = None

    @property
    def assesses(self) -> bool:
        """Whether the bill is interdicted for assessment."""
        return self.lane in (self.Lane.ASSESSMENT, self.Lane.BOTH)

    @property
    def examines(self) -> bool:
        """Whether examination is prescribed."""
        return self.lane in (self.Lane.EXAMINATION, self.Lane.BOTH)


class KeptShipments(models.Model):
    """What the RMS saw of each shipment of a bill of documents, packed, so that the decision can be taken again as it was."""

    decision = models.OneToOneField(RiskDecision, models.PROTECT, primary_key=True, related_name="shipments")
    said = models.BinaryField()

    def __str__(self) -> str:
        return str(self.decision_id)


class BackTest(models.Model):
    """That a version of a rule is held against the stored facts of past bills, in a worker."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "WAITING", _("Waiting for a worker")
        RUNNING = "RUNNING", _("Running")
        DONE = "DONE", _("Done")
        CANCELLED = "CANCELLED", _("Cancelled")
        FAILED = "FAILED", _("Failed")

    rule = models.ForeignKey(RiskRule, models.PROTECT, related_name="back_tests")
    version_no = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField(default=timezone.now)
    cancel_asked = models.BooleanField(default=False)
    read = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)  # decisions of the period, nothing until they are counted
    gone = models.PositiveIntegerField(default=0)  # those that it is through with
    beat_at = models.DateTimeField(null=True, blank=True)  # when its worker last gave a sign of life
    result = models.JSONField(default=dict, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule"], condition=Q(state__in=("WAITING", "RUNNING")), name="risk_back_test_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} / {self.version_no}, {self.days} days"

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def percent(self) -> int:
        """How far it is."""
        return min(100, 100 * self.gone // max(1, self.total))

    @property
    def mark(self) -> str:
        """What a page that shows how far it is has seen."""
        return f"{self.pk}-{self.state}-{self.gone}-{self.cancel_asked:d}"


class PartyDay(models.Model):
    """What one party had on one day: several rows may stand for a day until they are folded into one."""

    class Party(models.TextChoices):
        """Whose history it is."""

        COURIER = "COURIER", _("Courier")
        CONSIGNEE = "CONSIGNEE", _("Consignee")
        KYC = "KYC", _("KYC id")
        ADDRESS = "ADDRESS", _("Address")

    party = models.CharField(max_length=10, choices=Party.choices)
    key = models.CharField(max_length=64)
    day = models.DateField()
    name = models.CharField(max_length=32, blank=True)  # of a KYC id, the name it came with
    exported = models.BooleanField(default=False)  # a limit of a form is held against one direction
    bills = models.IntegerField(default=0)
    hits = models.IntegerField(default=0)
    confirmations = models.IntegerField(default=0)
    value = models.DecimalField(max_digits=16, decimal_places=2, default=0)

    class Meta:
        indexes = [models.Index(fields=["party", "key", "day"], name="risk_party_day")]

    def __str__(self) -> str:
        return f"{self.party} {self.key} {self.day}"


class UnitValueMonth(models.Model):
    """What a tariff item usually costs by its unit: logarithms of unit values summed by month, folded like the days of parties.

    Imports and exports each have their own: the one is valued at assessment, the other FOB.
    """

    cth = models.CharField(max_length=8)
    uom = models.CharField(max_length=5)
    exported = models.BooleanField(default=False)
    month = models.DateField()
    entries = models.IntegerField()
    logs = models.DecimalField(max_digits=20, decimal_places=6)

    class Meta:
        indexes = [models.Index(fields=["cth", "uom", "month"], name="risk_unit_value")]

    def __str__(self) -> str:
        return f"{self.cth} {self.uom} {self.month}"


ALL_BILLS = ""  # the rule under which every bill is counted
OF_LANE = "lane:"  # under which the bills of each lane are counted
BY_RULES = "rules:"  # under which those are counted that rules alone sent to assessment, or to examination


class RuleDay(models.Model):
    """What a rule did on one day at a station: bills it hit, and what was found in those that were looked at."""

    rule = models.CharField(max_length=60, blank=True)  # its number, or RANDOM, or ALL_BILLS
    station_code = models.CharField(max_length=3)
    day = models.DateField()
    hits = models.IntegerField(default=0)
    looked_at = models.IntegerField(default=0)
    confirmed = models.IntegerField(default=0)
    examinations = models.IntegerField(default=0)
    xrayed = models.IntegerField(default=0)
    suspicious = models.IntegerField(default=0)  # of those that were X-rayed

    class Meta:
        indexes = [
            models.Index(fields=["rule", "station_code", "day"], name="risk_rule_day"),
            models.Index(fields=["station_code", "day"], name="risk_rule_day_at_station"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.day}"


class RiskRuleTrail(TrailLine):
    """The trail of a risk rule."""

    document = models.ForeignKey(RiskRule, models.PROTECT, related_name="trail")
    tells_firms = False

    class Meta(TrailLine.Meta):
        constraints = [models.UniqueConstraint(fields=["document", "seq"], name="risk_rule_trail_seq")]


RiskRule.trail_model = RiskRuleTrail
