"""The clearance of a Courier Bill of Entry as the sources order it: written by hand from PN17 and the later circulars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

WAYS = ("ARRIVAL", "XRAY", "EXAMINATION", "FOR_OUT_OF_CHARGE")  # what follows the payment (PN17 7.1(h), (i))
CLEARING = ("DUTY", *WAYS)
PAST_ASSESSMENT = ("APPROVAL", *CLEARING)
FREE = ("DOCUMENTS", "ASSESSMENT", "FIRST_CHECK_ARRIVAL", "FIRST_CHECK", *PAST_ASSESSMENT)  # no hold, no order awaited
HELD = ("QUERY", "DETAINED", "STOPPED")
HERE = (*FREE, *HELD, "ADJUDICATION")  # filed, and the goods not released
ASKABLE = (*FREE, *HELD)
UNSTOPPED = tuple(stage for stage in HERE if stage != "STOPPED")
UNDETAINED = tuple(stage for stage in UNSTOPPED if stage != "DETAINED")
UNCLEARED = (*FREE, "QUERY")
RELEASED = ("OUT_OF_CHARGE", "FINALISED")
CLOSED = (*RELEASED, "CONFISCATED", "CLEARED_MANUALLY", "RETURNED", "DISPOSED", "CANCELLED", "DISCARDED")
FILERS = "COURIER_SIGNATORY IMPORTER"
NO_REQUEST = ("no_open_amendment", "no_open_cancellation")
EXAMINERS = ("report_examination", "report_first_check_examination")


class Bill(NamedTuple):
    """The facts that matter."""

    stage: str = "DRAFT"
    documents: bool = False  # CBE-XI
    papers: bool = True  # compulsory documents complete
    assess: str = (
        ""  # FACIL; RMS: to be assessed; MUST: by an officer whatever the RMS says; DONE; ORDER: an order stands for it
    )
    exam: str = ""  # RMS: prescribed; MUST: mandated, or suspicious; DONE; PART: less than is prescribed by now
    money: str = ""  # OWED; DOUBT: it cannot be worked out
    waits: bool = False  # the RMS was away at filing
    here: bool = False  # every package has arrived
    xray: bool = False
    open: str = (
        ""  # AMENDMENT, CANCELLATION, WEIGHT (a manifest amendment on the goods), PAPER (they left on a paper form)
    )
    asked_at: str = ""  # where the query, the detention and the stop found it
    detained_at: str = ""
    stopped_at: str = ""
    released: bool = False  # provisionally, against bond and guarantee

    @property
    def query(self) -> bool:
        """A query is open."""
        return self.stage == "QUERY" or (self.stage == "STOPPED" and self.stopped_at == "QUERY")

    @property
    def detention(self) -> bool:
        """A detention is not lifted."""
        return self.stage == "DETAINED" or (self.stage == "STOPPED" and self.stopped_at == "DETAINED")

    @property
    def exam_due(self) -> bool:
        """An examination is to be reported."""
        return self.exam in ("RMS", "MUST")

    @property
    def assess_due(self) -> bool:
        """An officer is to assess it."""
        return self.assess in ("RMS", "MUST")


CONDITIONS: dict[str, Callable[[Bill], bool]] = {
    "documents_complete": lambda b: b.papers,
    "duty_not_in_doubt": lambda b: b.money != "DOUBT",
    "duty_paid": lambda b: b.money != "OWED",
    "all_packages_arrived": lambda b: b.here,
    "xray_recorded": lambda b: b.xray,
    "examination_reported": lambda b: not b.exam_due,
    "examined_as_prescribed": lambda b: b.exam != "PART",
    "no_open_query": lambda b: not b.query,
    "no_detention": lambda b: not b.detention,
    "no_stop": lambda b: b.stage != "STOPPED",
    "rms_has_decided_on_goods": lambda b: b.documents or not b.waits,
    "rms_has_decided": lambda b: not b.waits,
    "no_open_amendment": lambda b: b.open != "AMENDMENT",
    "no_open_cancellation": lambda b: b.open != "CANCELLATION",
    "no_open_manifest_amendment": lambda b: b.open != "WEIGHT",
    "cleared_on_no_paper": lambda b: b.open != "PAPER",
    "not_detained_already": lambda b: not b.detention,
    "goods_not_released": lambda b: not b.released,
    "not_examined_yet": lambda b: b.exam not in ("DONE", "PART"),
}
OUT_OF_CHARGE = (
    "documents_complete", "duty_not_in_doubt", "duty_paid", "all_packages_arrived", "xray_recorded", "examination_reported",
    "examined_as_prescribed", "no_open_query", "no_detention", "no_stop", "rms_has_decided_on_goods", *NO_REQUEST,
    "no_open_manifest_amendment",
)  # fmt: skip
Became = Iterator[tuple[Bill, dict[str, Any]]]


def paid(b: Bill) -> str:
    """7.1(h): X-ray once all has arrived; 7.1(i): examination where called for; what is done is not done again."""
    if b.released:
        return "FINALISED"
    if not b.here:
        return "ARRIVAL"
    if not b.xray:
        return "XRAY"
    return "EXAMINATION" if b.exam_due else "FOR_OUT_OF_CHARGE"


def due(b: Bill) -> str:
    """7.1(g): money due is paid first."""
    return "DUTY" if b.money == "OWED" else paid(b)


def taken_up(b: Bill) -> str:
    """6.1: documents, then the assessment, then payment. What was assessed without its documents is assessed with them."""
    if not b.papers:
        return "DOCUMENTS"
    return "ASSESSMENT" if b.assess in ("RMS", "MUST", "DONE", "ORDER") else due(b)


def resumed(b: Bill, stage: str) -> str:
    """7.1(e), 9.0: on from where it was found, as it stands now."""
    if stage in ("QUERY", "DETAINED", "ADJUDICATION"):
        return stage
    if not b.papers:
        return "DOCUMENTS"
    if stage == "FIRST_CHECK_ARRIVAL":
        return "FIRST_CHECK" if b.here else stage
    if stage in ("DUTY", "ARRIVAL") or (stage in WAYS and b.money == "OWED"):
        return due(b)
    return "EXAMINATION" if stage == "FOR_OUT_OF_CHARGE" and b.exam_due else stage


def prescribed(b: Bill) -> str:
    """6.1: what the RMS prescribes is done wherever the bill stands: documents, assessment, examination."""
    if not b.papers and b.stage in ("DOCUMENTS", "ASSESSMENT", *PAST_ASSESSMENT):
        return "DOCUMENTS"
    if b.assess_due and b.stage in PAST_ASSESSMENT:
        return "ASSESSMENT"
    return "EXAMINATION" if b.stage == "FOR_OUT_OF_CHARGE" and b.exam_due else b.stage


def led_back(b: Bill) -> Bill:
    """A bill that is held goes back to the Assessing Officer when the hold ends."""
    if b.stage not in HELD:
        return b
    back: dict[str, Any] = {
        n: "ASSESSMENT" for n in ("asked_at", "detained_at", "stopped_at") if getattr(b, n) in PAST_ASSESSMENT
    }
    return b._replace(**back) if back else b


def to(b: Bill, stage: str, **told: Any) -> tuple[Bill, dict[str, Any]]:
    """At another desk; what held it elsewhere is over."""
    if stage == "STOPPED" or (b.stage not in HELD and stage not in HELD):
        return b._replace(stage=stage), told
    query, detention = b.asked_at if stage == "QUERY" else "", b.detained_at if stage == "DETAINED" else ""
    return b._replace(stage=stage, asked_at=query, detained_at=detention, stopped_at=""), told


def file(b: Bill) -> Became:
    for here in (False, True):
        for papers in (False, True):
            lanes = [("FACIL", ""), ("", "RMS")] if b.documents else [("FACIL", ""), ("", "RMS"), ("RMS", ""), ("RMS", "RMS"), ("MUST", "")]  # fmt: skip
            for assess, exam in lanes:
                for money in ("",) if b.documents else ("", "OWED"):
                    one = b._replace(here=here, papers=papers, assess=assess, exam=exam, money=money)
                    yield to(one, taken_up(one))
            if not b.documents:
                away = b._replace(here=here, papers=papers, assess="RMS", money="OWED", waits=True)
                yield to(away, taken_up(away))


def submit(b: Bill) -> Became:
    one = b._replace(papers=True)
    yield to(one, taken_up(one))


def assess(b: Bill) -> Became:
    for money in ("", "OWED"):
        for mandated in (False, True):
            for papers in (True, False):
                exam = "MUST" if mandated and b.exam in ("", "RMS") else b.exam
                one = b._replace(assess="DONE", money=money, exam=exam, papers=papers)
                yield to(one, due(one) if papers else "DOCUMENTS", mandated=mandated, high=False)
                yield to(one, "APPROVAL" if papers else "DOCUMENTS", mandated=mandated, high=True)  # above Rs 1,00,000


def adjudicate(b: Bill) -> Became:
    yield to(b, "CONFISCATED", outcome="CONFISCATE")
    for money in ("", "OWED"):
        one = b._replace(money=money, assess="ORDER" if b.assess_due else b.assess)
        yield to(one, due(one) if one.papers else "DOCUMENTS", outcome="RELEASE")


def recompute(b: Bill) -> Became:
    if b.documents or b.money == "DOUBT":
        return
    one = b._replace(money="" if b.money else "OWED")
    if b.stage in WAYS and one.money:
        yield to(one, "DUTY")
    elif b.stage == "DUTY" and not one.money:
        yield to(one, paid(one))
    else:
        yield one, {}


def doubted(b: Bill) -> Became:
    if not b.documents:
        one = led_back(b._replace(money="DOUBT", assess="MUST"))
        yield to(one, "ASSESSMENT") if b.stage in PAST_ASSESSMENT else (one, {})


def clear_xray(b: Bill) -> Became:
    one = b._replace(xray=True)
    if one.exam_due:
        yield to(one, "EXAMINATION")
        return
    yield to(one, "FOR_OUT_OF_CHARGE", rule=False)
    facilitated = one.assess == "FACIL" and not any(not CONDITIONS[name](one) for name in OUT_OF_CHARGE)
    yield to(one, "OUT_OF_CHARGE" if facilitated else "FOR_OUT_OF_CHARGE", rule=True)  # Circular 40/2019


def heard(b: Bill) -> Became:
    """The RMS is back: what it would have said at filing."""
    for lane, papers in (("FACILITATED", True), ("ASSESSMENT", True), ("EXAMINATION", True), ("BOTH", False)):
        looks = lane in ("EXAMINATION", "BOTH")
        exam = (
            b.exam if b.exam in ("MUST", "DONE") else b.exam or "RMS" if looks else "DONE" if b.exam == "PART" else ""
        )
        known = {"FACILITATED": "FACIL", "EXAMINATION": ""}.get(lane, "RMS")
        one = b._replace(
            waits=False, papers=b.papers and papers, assess=b.assess if b.assess in ("MUST", "DONE") else known,
            exam=exam,
        )  # fmt: skip
        one = led_back(one) if one.assess == "RMS" else one
        where = prescribed(one)
        if where == "ASSESSMENT" == b.stage and one.assess not in ("RMS", "MUST", "DONE"):
            where = due(one)
        yield to(one, where, lane=lane)


def heard_again(b: Bill) -> Became:
    """What the RMS prescribes now comes beside what it prescribed; an intervention has goods examined again."""
    yield from heard_lane(b, "EXAMINATION", b.papers, "RMS" if b.exam in ("", "DONE", "PART") else b.exam)
    if b.exam == "DONE":
        yield from heard_lane(b, "EXAMINATION", b.papers, "PART")
    yield from heard_lane(b, "FACILITATED", False, b.exam)
    if not b.documents:
        yield from heard_lane(b, "ASSESSMENT", b.papers, b.exam)


def heard_lane(b: Bill, lane: str, papers: bool, exam: str) -> Became:
    asks = lane == "ASSESSMENT"
    known = b.assess if b.assess in ("MUST", "DONE", "RMS") else "RMS" if asks else b.assess
    if known == "FACIL" and lane != "FACILITATED":
        known = ""
    one = b._replace(assess=known, papers=papers, exam=exam)
    if asks and known != "DONE":
        one = led_back(one)
    if not papers and b.stage in ("ASSESSMENT", *PAST_ASSESSMENT):
        yield to(one, "DOCUMENTS", lane=lane)
    elif asks and known != "DONE" and b.stage in PAST_ASSESSMENT:
        yield to(one, "ASSESSMENT", lane=lane)
    elif b.stage == "FOR_OUT_OF_CHARGE" and one.exam_due:
        yield to(one, "EXAMINATION", lane=lane)
    else:
        yield one, {"lane": lane}


def departed(b: Bill) -> Became:
    """6.1: with the DC/AC's approval what the RMS prescribed is left out, nothing else."""
    if b.exam == "RMS":
        one = b._replace(exam="")
        told = {"what": "EXAMINATION"}
        yield to(one, "FOR_OUT_OF_CHARGE", **told) if b.stage == "EXAMINATION" else (one, told)
    if b.assess == "RMS" and b.stage == "ASSESSMENT" and not b.waits:
        one = b._replace(assess="")
        yield to(one, due(one), what="ASSESSMENT")


def amend(b: Bill) -> Became:
    """11.0: changed as approved, and assessed again; a CBE-XI is never assessed."""
    for papers in {b.papers, False}:
        one = b._replace(open="", papers=papers)
        if not b.documents:
            one = one._replace(assess="MUST", money="OWED")
        yield to(one, "DOCUMENTS" if not papers else due(one) if b.documents else "ASSESSMENT")


def pieces(b: Bill) -> Became:
    """5.2, 12.0: with a piece more, goods are assessed and X-rayed again; documents are X-rayed again."""
    for here in {b.here, False}:
        if b.released or (b.documents and b.query):
            return
        one = b._replace(here=here, xray=False, exam="RMS" if b.exam in ("DONE", "PART") else b.exam)
        if b.documents:
            past: dict[str, Any] = {
                n: "ARRIVAL" for n in ("detained_at", "stopped_at") if getattr(b, n) in WAYS and b.stage in HELD
            }
            one = one._replace(**past)
            yield to(one, paid(one), excess=True) if b.stage in WAYS else (one, {"excess": True})
            continue
        one = led_back(one._replace(assess="MUST"))
        if b.stage in ("ASSESSMENT", *PAST_ASSESSMENT):
            yield to(one, "ASSESSMENT" if one.papers else "DOCUMENTS", excess=True)
        elif b.stage in ("FIRST_CHECK", "FIRST_CHECK_ARRIVAL"):
            yield to(one, "FIRST_CHECK" if here else "FIRST_CHECK_ARRIVAL", excess=True)
        else:
            yield one, {"excess": True}
