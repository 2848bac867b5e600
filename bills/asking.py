"""Bills of either direction and the RMS: asked again when their facts change, decided late when the RMS was away.

What was once prescribed stays prescribed: asking again can only add to it. An officer departs from it with the approval of
the DC/AC (see `RiskDeparture`). Each direction says in its `Way` which of its bills are here and what they say.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import SYSTEM
from bills.models.clearable import Clearable
from bills.news import notices_about
from eccs.models import Notice
from eccs.workflow import take_many
from rms.deciding import Answer, Asked, Desk, keep_of_documents
from rms.facts import ConsignmentFacts
from rms.models import RiskDecision, RuleVersion

AT_ONCE = 500


class Way(ABC):
    """The bills of one direction, as they are put to the RMS."""

    model: ClassVar[type[Clearable]]
    here: tuple[str, ...]  # the stages of goods that are not released yet
    related: ClassVar[tuple[str, ...]] = ("risk_decision", "courier")
    of_documents: ClassVar[models.Q]

    def rows(self) -> models.QuerySet[Any]:
        """The bills whose goods are here; those that were filed first come first."""
        every: models.QuerySet[Any] = self.model._default_manager.all()
        rows = every.filter(stage__in=self.here)
        return rows.select_related(*self.related).order_by("filed_at", "pk")

    @abstractmethod
    def asked(self, bills: Sequence[Any]) -> list[Asked]:
        """Bills of goods as they stand now, for the RMS."""

    @abstractmethod
    def decide_documents(
        self, bill: Any, at: datetime, cause: str, only: RuleVersion | None = None
    ) -> RiskDecision:  # fmt: skip
        """What the RMS, or one intervention alone, decides on a bill of documents."""

    @abstractmethod
    def naming(self, numbers: Sequence[str]) -> models.Q:
        """The bills of goods or of documents for these house airway bills."""


ways: dict[type[Clearable], Way] = {}


def put_to_rms(way: Way) -> None:
    """Bills of this direction are put to the RMS, and seen where those are that wait for it."""
    ways[way.model] = way


def put_again(bill: Clearable, asked_of: Asked, cause: str) -> RiskDecision | None:
    """Put what a bill of either direction says now to the RMS; what it decides is kept with the bill, where it says anything new.

    Where the RMS is away, the bill waits to be asked again.
    """
    before = asked_of.before
    assert before is not None
    desk = Desk(bill.station_id, timezone.localdate(bill.taken_at))
    answer = desk.decide([asked_of], bill.taken_at, cause=cause)[0]
    bill.risk_pending = not answer.is_decided
    if not says_more(before, answer):
        return None
    desk.keep([answer])
    answer.decision.save()
    if not before.is_counted:
        bill.assessment_required = False  # it waited for the RMS, which decides now
        bill.prescribe(answer.decision.lane_of_all)
    bill.risk_decision = answer.decision
    hear(bill, answer.decision.lane, answer.decision.documents_required)
    return answer.decision


def hear(bill: Clearable, lane: str, documents: str = "") -> None:
    """What the RMS prescribes now is added to what was prescribed; the firm is told of documents that were not asked for before."""
    bill.prescribe(lane)
    if bill.ask_for(documents):
        Notice.objects.bulk_create(asked_for(bill))


def asked_for(bill: Clearable) -> list[Notice]:
    """The notices that documents are asked for which were not asked for when the bill was filed; not why."""
    return notices_about(
        bill, lambda: _("%(bill)s: compulsory documents are asked for") % {"bill": bill}, bill.documents_required
    )


def says_more(before: RiskDecision, answer: Answer) -> bool:
    """Whether the RMS decides first, other rules hit than before, or the declared facts are others; its being away says nothing."""
    if not answer.is_decided:
        return False
    rules = hits(answer.decision) != hits(before) or not before.is_counted
    told = ConsignmentFacts.of_kept(before.facts) if "hawb" in before.facts else None
    return rules or told is None or any(getattr(answer.facts, name) != getattr(told, name) for name in DECLARED)


def hits(decision: RiskDecision) -> set[str]:
    """The rules that hit in this decision itself."""
    return {reason["rule"] for reason in decision.reasons}


DECLARED = (
    "consignor",
    "consignor_country",
    "consignee",
    "consignee_city",
    "destination",
    "address",
    "assessable_value",
    "tariff_items",
    "origins",
    "descriptions",
    "iec",
    "gstin",
    "kyc_token",
    "weight_kg",
    "packages",
    "ecommerce",
)


def ask_for(way: Way, here: models.Q, at: datetime, cause: str) -> int:
    """Ask again for those of these bills that do not wait for the RMS already; return for how many something new was prescribed.

    A fixed number of statements, however many bills of goods; of a bill of documents a few, however many shipments it covers.
    """
    known = way.rows().filter(here, risk_decision__isnull=False, risk_pending=False)
    of_station: dict[str, list[Clearable]] = defaultdict(list)
    for bill in known.exclude(way.of_documents):
        of_station[bill.station_id].append(bill)
    heard = sum(decide(way, bills, at, cause) for _station, bills in sorted(of_station.items()))
    for bill in known.filter(way.of_documents):
        heard += decide_documents(way, bill, at, cause)
    return heard


def weighed(way: Way, station: str, here: models.Q, at: datetime) -> int:
    """Ask again for goods that weigh otherwise than declared, where a rule in force looks at what they weigh (PN17 5.2, 6.1)."""
    if not Desk(station, timezone.localdate(at)).looks_at("weight_difference_percent"):
        return 0
    return ask_for(way, here, at, RiskDecision.Cause.WEIGHED)


def waiting(way: Way) -> models.QuerySet[Any]:
    """The bills on which the RMS has not decided yet, or that have changed while it was away; those filed first come first."""
    return way.rows().filter(risk_pending=True)


def decide_waiting(way: Way, at: datetime | None = None) -> int:
    """Decide on the bills that wait for the RMS, the oldest first; return of how many it was told."""
    now = at or timezone.now()
    done = 0
    with transaction.atomic():
        rows = waiting(way).select_for_update(of=("self",), skip_locked=True)
        for bill in rows.filter(way.of_documents)[:AT_ONCE]:
            done += decide_documents(way, bill, now, _cause_of(bill))
        of_station: dict[tuple[str, str], list[Clearable]] = defaultdict(list)
        for bill in rows.exclude(way.of_documents)[:AT_ONCE]:
            of_station[bill.station_id, _cause_of(bill)].append(bill)
        for (_station, cause), bills in sorted(of_station.items()):
            done += decide(way, bills, now, cause)
    return done


def _cause_of(bill: Clearable) -> str:
    """Why a bill that waits is put to the RMS: it was filed, or it has changed since."""
    return RiskDecision.Cause.AMENDED if decision_of(bill).is_counted else RiskDecision.Cause.FILED


def decide_documents(
    way: Way, bill: Clearable, at: datetime, cause: str, *, away: Callable[[], int] | None = None
) -> int:  # fmt: skip
    """Put a bill of documents to the RMS and let it hear what is new; where that is `away` it waits, or that is done."""
    before, decision = decision_of(bill), way.decide_documents(bill, at, cause)
    if decision.lane == RiskDecision.Lane.PENDING:
        return away() if away is not None else wait([bill])
    decided = before.is_counted and before.lane != RiskDecision.Lane.PENDING
    if decided and hits(decision) == hits(before):
        return wait([bill], waits=False)
    step = "hear_rms_again" if before.before_id or before.is_counted else "hear_rms"
    keep_of_documents(decision, before, bill.station_id)
    take_many(way.model, [bill.pk], step, SYSTEM, at=at, **told_of(decision, before))
    return 1


def wait(bills: Iterable[Clearable], *, waits: bool = True) -> int:
    """These bills are to be put to the RMS when it is back, or are not any more. None has heard anything new."""
    changed: list[Any] = [bill for bill in bills if bill.risk_pending != waits]
    if changed:
        rows = type(changed[0])._default_manager
        rows.filter(pk__in=[bill.pk for bill in changed]).update(risk_pending=waits)
    return 0


def told_of(decision: RiskDecision, before: RiskDecision, **more: Any) -> dict[str, Any]:
    """What a bill hears of a decision; the trade reads none of it."""
    first = (
        not before.is_counted and "waits" not in more
    )  # what an intervention prescribed while the RMS was away stands
    told: dict[str, Any] = {
        "decision": decision.pk, "lane": decision.lane_of_all if first else decision.lane, "documents": decision.documents_required,
        "rules": [reason["rule"] for reason in decision.reasons],
    }  # fmt: skip
    if decision.cause == RiskDecision.Cause.INTERVENED:
        known = before.rules_hit
        news = (reason.get("outcome", "") for reason in decision.reasons if reason["rule"] not in known)
        told["examine_again"] = any(outcome in ("EXAMINATION", "BOTH") for outcome in news)
    return told | more


def decide(
    way: Way, bills: Sequence[Clearable], at: datetime, cause: str, *, away: Callable[[], int] | None = None
) -> int:  # fmt: skip
    """Put bills of one station to the RMS and let each hear what is new; where it is `away` they wait, or that is done."""
    if not bills:
        return 0
    desk = Desk(bills[0].station_id, timezone.localdate(at))
    answers = desk.decide(way.asked(bills), at, cause=cause)
    if not any(answer.is_decided for answer in answers):
        return away() if away is not None else wait(bills)
    news = [
        (bill, answer)
        for bill, answer in zip(bills, answers, strict=True)
        if answer.is_decided and says_more(decision_of(bill), answer)
    ]
    desk.keep(answer for _bill, answer in news)
    RiskDecision.objects.bulk_create([answer.decision for _bill, answer in news])
    first: dict[int, dict[str, Any]] = {}
    again: dict[int, dict[str, Any]] = {}
    for bill, answer in news:
        before = decision_of(bill)
        (again if before.is_counted else first)[bill.pk] = told_of(answer.decision, before)
    for step, each in (("hear_rms", first), ("hear_rms_again", again)):
        if each:
            take_many(way.model, each, step, SYSTEM, at=at, each=each)
    wait((bill for bill in bills if bill.pk not in first and bill.pk not in again), waits=False)
    return len(news)


def decision_of(bill: Clearable) -> RiskDecision:
    """What the RMS decided on a bill that is filed."""
    assert bill.risk_decision is not None
    return bill.risk_decision
