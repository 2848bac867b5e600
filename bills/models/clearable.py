"""What the clearance of any bill keeps, whichever way the goods go: risk, holds, assessment, X-ray and examination."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bills.stages import HELD, Hold, Stage
from eccs.workflow import Document, Refused
from rms.models import RiskDecision

SEPARATOR = "; "  # between the documents that are asked for


class Clearable(Document):
    """A bill that desks clear: what interrupts it, and what they found. Its queries, detentions and examinations are its own."""

    class XrayResult(models.TextChoices):
        """What the X-ray officer saw."""

        CLEAR = "CLEAR", _("Clear")
        SUSPICIOUS = "SUSPICIOUS", _("Suspicious")

    # Risk: for officers only
    risk_decision = models.ForeignKey(RiskDecision, models.PROTECT, null=True, related_name="+", db_index=False)
    risk_pending = models.BooleanField(default=False)  # the RMS was away, and is to be asked when it is back
    facilitated = models.BooleanField(default=False)
    assessment_required = models.BooleanField(default=False)
    examination_prescribed = models.BooleanField(default=False)

    # What the RMS asked for: this the trade reads
    documents_required = models.TextField(blank=True)
    documents_complete = models.BooleanField(default=True)
    documents_chased_at = models.DateTimeField(null=True, blank=True)  # when the firm was last reminded of them

    # What the desks found
    holds = models.CharField(max_length=60, blank=True)  # what keeps it from its final order: `QUERY AMENDMENT`
    returns_to = models.CharField(max_length=20, blank=True)  # the desk that raised the last query
    detained_from = models.CharField(max_length=20, blank=True)  # where the last detention found it
    stopped_from = models.CharField(max_length=20, blank=True)  # where the last stop found it
    assessment_due = models.BooleanField(default=False)  # an officer assesses it, whatever the RMS says
    assessed_at = models.DateTimeField(null=True, blank=True)
    assessment_remarks = models.TextField(blank=True)
    examination_mandated = models.BooleanField(default=False)
    xray_result = models.CharField(max_length=10, choices=XrayResult.choices, blank=True)
    xray_at = models.DateTimeField(null=True, blank=True)
    xray_remarks = models.TextField(blank=True)
    examined_at = models.DateTimeField(null=True, blank=True)

    attach_view = "bill-attach"
    interruptions: ClassVar[tuple[str, ...]] = HELD  # each ends where it began; a later one may interrupt an earlier
    clock_steps: ClassVar[dict[str, str]] = {  # see eccs.dwell
        "reply_to_detention_memo": Stage.DETAINED, "end_wait_for_weight": Stage.FOR_OUT_OF_CHARGE,
    }  # fmt: skip
    leads_back: ClassVar[
        tuple[str, ...]
    ] = ()  # from here a bill that is to be assessed goes back to the Assessing Officer
    consignment: Any
    draft: Any
    kind: Any
    station_id: str
    courier_id: int
    created_by_id: int
    filed_by_id: int | None
    queries: Any  # as other tables of the bill name them
    detentions: Any
    examinations: Any
    attachments: Any
    amendments: Any
    cancellations: Any
    departures: Any

    class Meta:
        abstract = True

    def ask_for(self, documents: str) -> bool:
        """Compulsory documents are asked for, beside those asked for before; return whether there are new ones."""
        known = self.documents_required.split(SEPARATOR)
        wanted = [one for one in documents.split(SEPARATOR) if one and one not in known]
        if wanted:
            self.documents_required = SEPARATOR.join(filter(None, (self.documents_required, *wanted)))
            self.documents_complete = False
        return bool(wanted)

    def documents_asked_at(self) -> datetime | None:
        """When the RMS last asked for documents that it had not asked for before: a paper answers what was asked before it."""
        decisions, one = list[RiskDecision](), self.risk_decision
        while one is not None:
            decisions.append(one)
            one = one.before
        known, at = set[str](), None
        for decision in reversed(decisions):
            wanted = {*filter(None, decision.documents_required.split(SEPARATOR))}
            at = decision.decided_at if wanted - known else at
            known |= wanted
        return at

    def kinds_of_paper_wanted(self) -> set[str]:
        """What the papers must be that the bill was asked for."""
        return {"OTHER"}

    @property
    def is_documents(self) -> bool:
        """Whether it is of documents, which no officer assesses."""
        return False

    @property
    def attach_url(self) -> str:
        """Where its firm adds papers."""
        return reverse(self.attach_view, args=[self.key])

    @property
    def held_by(self) -> list[str]:
        """What keeps the bill from its final order: a query, a detention, a stop, a request."""
        return self.holds.split()

    @property
    def goes_back_to(self) -> str:
        """Where the hold found the bill."""
        where = {Stage.QUERY: self.returns_to, Stage.DETAINED: self.detained_from, Stage.STOPPED: self.stopped_from}
        return where.get(self.stage, "")

    def has_done(self, step: str) -> bool:
        """A detention memo is answered once."""
        return step == "reply_to_detention_memo" and not self.detentions.filter(ended_at=None, replied_at=None).exists()

    def hold(self, *why: Hold) -> None:
        """Keep the bill from its final order until this has ended."""
        self.holds = " ".join([*self.held_by, *why])

    def end_hold(self, *why: Hold) -> None:
        """This keeps the bill from nothing any more."""
        self.holds = " ".join(held for held in self.held_by if held not in why)

    @property
    def to_be_assessed(self) -> bool:
        """Whether the RMS prescribed the assessment, or an officer makes it whatever the RMS says."""
        return self.assessment_required or self.assessment_due

    def assess_anew(self) -> None:
        """An officer assesses it, whatever the RMS says, and whoever did before."""
        self.assessment_due, self.facilitated, self.assessed_at = True, False, None

    def prescribe(self, lane: str) -> None:
        """What the RMS prescribes now is added to what it prescribed before."""
        assess = lane in ("ASSESSMENT", "BOTH") and not self.is_documents
        self.assessment_required = self.assessment_required or assess
        self.examination_prescribed = self.examination_prescribed or lane in ("EXAMINATION", "BOTH")
        self.facilitated = self.facilitated and lane == "FACILITATED"

    def prescribed_now(self) -> list[str]:
        """What the RMS prescribed that is still to be done, and that no officer has to do whatever the RMS says."""
        assess = self.assessment_required and not self.assessment_due and self.stage == Stage.ASSESSMENT
        told = ["ASSESSMENT"] if assess else []
        return told + (["EXAMINATION"] if self.examination_prescribed and self.examined_at is None else [])

    @property
    def examination_is_due(self) -> bool:
        """Prescribed by the RMS, mandated by an officer or called for by a suspicious X-ray, and not yet reported."""
        called_for = self.examination_prescribed or self.examination_mandated or self.xray_result == "SUSPICIOUS"
        return called_for and self.examined_at is None

    def hear_again(
        self, decision: int, lane: str, documents: str, *, examine_again: bool = False, waits: bool = False
    ) -> None:
        """What the RMS prescribes now is added to what it prescribed; goods to be examined again lose no report."""
        from bills.asking import hear

        self.risk_decision_id, self.risk_pending = decision, waits
        hear(self, lane, documents)
        if examine_again:
            self.examined_at = None
        self.led_back_by(lane)

    def led_back_by(self, lane: str) -> None:
        """A bill that is held and was never assessed is assessed when the hold ends, where the RMS prescribes that now."""
        if lane in ("ASSESSMENT", "BOTH") and self.assessed_at is None:
            self.led_back()

    def led_back(self) -> None:
        """A bill that is held goes back to the Assessing Officer when the hold ends, wherever it would have gone on."""
        if self.stage in HELD:
            for name in ("returns_to", "detained_from", "stopped_from"):
                if getattr(self, name) in self.leads_back:
                    setattr(self, name, Stage.ASSESSMENT.value)

    def depart(self, what: str) -> None:
        """What the RMS prescribed is left out as approved. The bill is not facilitated by that."""
        if what == "EXAMINATION":
            self.examination_prescribed = False
        else:
            self.assessment_required = False

    def asked(self, question: str, documents_wanted: str) -> list[models.Model]:
        """The query that a desk raises; the answer comes back to that desk."""
        self.returns_to = self.stage
        self.hold(Hold.QUERY)
        memo = self.queries.model(
            bill_id=self.pk, raised_from=self.stage, question=question, documents_wanted=documents_wanted,
            raised_by_id=self.taken_by.user_id,
        )  # fmt: skip
        return [memo]

    def answered(self, reply: str) -> list[models.Model]:
        """The open query with the courier's answer."""
        memo = self.queries.get(replied_at=None)
        memo.reply, memo.replied_at, memo.replied_by_id = reply, self.taken_at, self.taken_by.user_id
        self.end_hold(Hold.QUERY)
        return [memo]

    def query_withdrawn(self) -> list[models.Model]:
        """A query that a stop overtook is not answered any more."""
        if Hold.QUERY not in self.held_by:
            return []
        memo = self.queries.get(replied_at=None)
        memo.reply, memo.replied_at = str(_("Withdrawn: the clearance was stopped.")), self.taken_at
        self.end_hold(Hold.QUERY)
        return [memo]

    def suspected(self, remarks: str) -> None:
        """The X-ray picture is suspicious: what was examined before does not settle it."""
        self.xray_result, self.xray_at, self.examined_at = "SUSPICIOUS", self.taken_at, None
        self.xray_remarks = remarks

    @property
    def percent_to_examine(self) -> int:
        """Of the packages, what the RMS prescribes to be opened; nought where it prescribes none, or a departure was approved."""
        decision = self.risk_decision if self.examination_prescribed else None
        return 0 if decision is None else decision.percent_to_examine or 0

    def examined(self, **report: Any) -> Iterable[models.Model]:
        """One more report of an examination; those before it stay. Less than is prescribed releases nothing. Raises Refused."""
        if report["recommendation"] == "RELEASE" and report["percent"] < self.percent_to_examine:
            words = _(
                "The RMS prescribes to open at least %(least)d percent of the packages: open more, or ask to depart from it."
            )
            raise Refused([str(words % {"least": self.percent_to_examine})], self)
        self.examined_at = self.taken_at
        return [self.examinations.model(bill_id=self.pk, by_id=self.taken_by.user_id, **report)]

    def stopped(self) -> None:
        """No other desk acts on the bill until the stop is cleared."""
        self.stopped_from = self.stage
        self.hold(Hold.STOP)

    def detained(self, activity: str, grounds: str, documents_wanted: str) -> Iterable[models.Model]:
        """The numbered memo that detains the goods, and where the bill was found."""
        self.detained_from, records = self.stage, list[models.Model]()
        if self.stage == Stage.STOPPED:
            self.end_hold(Hold.STOP)
            self.detained_from = self.returns_to if self.stopped_from == Stage.QUERY else self.stopped_from
            records = self.query_withdrawn()
        self.hold(Hold.DETENTION, Hold.REPLY)
        memo = self.detentions.model(
            bill=self, station_id=self.station_id, activity=activity, grounds=grounds, documents_wanted=documents_wanted,
            issued_at=self.taken_at, issued_by_id=self.taken_by.user_id,
        )  # fmt: skip
        return [*records, memo]

    def open_detention(self) -> Any:
        """The memo that detains the goods now."""
        return self.detentions.get(ended_at=None)

    def memo_answered(self, reply: str) -> list[models.Model]:
        """The memo with the courier's answer; the desk that detained decides, from now on its clock runs."""
        self.end_hold(Hold.REPLY)
        memo = self.open_detention()
        memo.reply, memo.replied_at, memo.replied_by_id = reply, self.taken_at, self.taken_by.user_id
        return [memo]

    def detention_ended(self, outcome: str, remarks: str) -> Any:
        """The memo with what became of the goods."""
        memo = self.open_detention()
        memo.outcome, memo.remarks, memo.ended_at = outcome, remarks, self.taken_at
        memo.ended_by_id = self.taken_by.user_id
        self.end_hold(Hold.DETENTION, Hold.REPLY)
        return memo
