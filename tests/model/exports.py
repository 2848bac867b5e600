"""The clearance of a Courier Shipping Bill as the sources order it: written by hand from the circulars on Auto LEO and the workflows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

TO_ORDER = ("XRAY", "EXAMINATION", "FOR_LET_EXPORT")
HELD = ("QUERY", "DETAINED", "STOPPED")
BEFORE = ("GOODS", "DOCUMENTS", "ASSESSMENT", *TO_ORDER, "FINE")  # filed, no order, no hold
HERE = (*BEFORE, *HELD, "ADJUDICATION")
UNSTOPPED = tuple(stage for stage in HERE if stage != "STOPPED")
UNDETAINED = tuple(stage for stage in UNSTOPPED if stage != "DETAINED")
ASKABLE = (*BEFORE, *HELD, "LET_EXPORT")
LET_GO = ("LET_EXPORT", "MANIFESTED", "EXPORTED", "BACK_TO_TOWN")
CLOSED = ("BACK_TO_TOWN", "CONFISCATED", "CANCELLED", "DISCARDED")
NO_REQUEST = ("no_open_amendment", "no_open_cancellation")


class Bill(NamedTuple):
    """The facts that matter."""

    stage: str = "DRAFT"
    documents: bool = False  # CSB-III
    papers: bool = True
    assess: str = (
        ""  # FACIL; RMS; MUST: whatever the RMS says; DONE: what the RMS interdicted; LOOKED: otherwise; ORDER
    )
    exam: str = ""  # RMS; MUST; DONE; PART; LEFT: prescribed, and left out with the DC/AC's approval
    waits: bool = False
    goods: str = ""  # SCANNED: every piece; IN: registered
    xray: bool = False
    fine: bool = False  # fine or penalty of an order not paid
    anew: bool = False  # declared otherwise since, or adjudicated
    heavy: bool = False  # beyond the tolerance
    open: str = ""  # AMENDMENT, CANCELLATION
    asked_at: str = ""
    detained_at: str = ""
    stopped_at: str = ""
    part: bool = False  # some of the documents have left
    loaded: bool = False  # on a draft of an export manifest

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
    "every_piece_scanned": lambda b: b.goods != "",
    "goods_registered": lambda b: b.goods == "IN",
    "rms_decided": lambda b: not b.waits,
    "documents_complete": lambda b: b.papers,
    "xray_recorded": lambda b: b.xray,
    "examination_reported": lambda b: not b.exam_due,
    "examined_as_prescribed": lambda b: b.exam != "PART",
    "no_open_query": lambda b: not b.query,
    "no_detention": lambda b: not b.detention,
    "no_stop": lambda b: b.stage != "STOPPED",
    "no_open_amendment": lambda b: b.open != "AMENDMENT",
    "no_open_cancellation": lambda b: b.open != "CANCELLATION",
    "fine_paid": lambda b: not b.fine,
    "weighs_as_declared": lambda b: not b.heavy,
    "not_detained_already": lambda b: not b.detention,
    "of_goods": lambda b: not b.documents,
    "nothing_has_left": lambda b: not b.part,
    "on_no_manifest": lambda b: not b.loaded,
}
LET_EXPORT = (
    "goods_registered", "rms_decided", "documents_complete", "xray_recorded", "examination_reported", "examined_as_prescribed",
    "no_open_query", "no_detention", "no_stop", *NO_REQUEST, "fine_paid", "weighs_as_declared",
)  # fmt: skip
Became = Iterator[tuple[Bill, dict[str, Any]]]


def to(b: Bill, stage: str, **told: Any) -> tuple[Bill, dict[str, Any]]:
    """At another desk; what held it elsewhere is over."""
    if stage == "STOPPED" or (b.stage not in HELD and stage not in HELD):
        return b._replace(stage=stage), told
    query, detention = b.asked_at if stage == "QUERY" else "", b.detained_at if stage == "DETAINED" else ""
    return b._replace(stage=stage, asked_at=query, detained_at=detention, stopped_at=""), told


def assessed(b: Bill) -> str:
    """Documents newly asked for; X-ray; examination where called for; the order. What is done is not done again."""
    if not b.papers:
        return "DOCUMENTS"
    if not b.xray:
        return "XRAY"
    return "EXAMINATION" if b.exam_due else "FOR_LET_EXPORT"


def registered(b: Bill) -> str:
    """Circular 41/2020: the RMS interdicts registered goods, or does not."""
    return "ASSESSMENT" if b.papers and b.assess_due else assessed(b)


def paid(b: Bill) -> str:
    """PN17 8.0: the fine of an order first."""
    return "FINE" if b.fine else assessed(b)


def resumed(b: Bill, stage: str) -> str:
    """PN17 7.1(e), 9.0: on from where it was found, as it stands now."""
    if stage == "FINE":
        return paid(b)
    if not b.papers and stage in ("DOCUMENTS", "ASSESSMENT", *TO_ORDER):
        return "DOCUMENTS"
    return "EXAMINATION" if stage == "FOR_LET_EXPORT" and b.exam_due else stage


def led_back(b: Bill) -> Bill:
    """A bill that is held goes back to the Assessing Officer when the hold ends."""
    if b.stage not in HELD:
        return b
    back: dict[str, Any] = {
        n: "ASSESSMENT" for n in ("asked_at", "detained_at", "stopped_at") if getattr(b, n) in (*TO_ORDER, "FINE")
    }
    return b._replace(**back) if back else b


def lanes(b: Bill) -> Iterator[Bill]:
    """What the RMS may say of registered goods; documents are examined, never assessed."""
    said = [("FACIL", ""), ("", "RMS")] if b.documents else [("FACIL", ""), ("", "RMS"), ("RMS", ""), ("RMS", "RMS")]
    for assess, exam in said:
        for papers in {b.papers, False}:
            must = b.assess == "MUST"
            yield b._replace(assess="MUST" if must else assess, exam=exam, papers=papers, waits=False)


def register(b: Bill) -> Became:
    for one in lanes(b._replace(goods="IN")):
        yield to(one, registered(one))
    away = b._replace(goods="IN", waits=True, assess="" if b.documents else "RMS", exam="RMS" if b.documents else "")
    yield to(away, registered(away))


def submit(b: Bill) -> Became:
    one = b._replace(papers=True)
    yield to(one, "ASSESSMENT" if b.assess in ("DONE", "LOOKED", "RMS", "MUST", "ORDER") else registered(one))


def heard(b: Bill) -> Became:
    """The RMS is back."""
    for said in lanes(b) if b.goods == "IN" else ():
        looked = said._replace(exam=b.exam if b.exam in ("MUST", "DONE") else said.exam)
        one = led_back(looked) if looked.assess == "RMS" else looked
        if not one.papers and b.stage in ("DOCUMENTS", "ASSESSMENT", *TO_ORDER):
            yield to(one, "DOCUMENTS")
        elif b.stage == "ASSESSMENT" and not one.assess_due:
            yield to(one, assessed(one))
        elif one.assess_due and b.stage in (*TO_ORDER, "FINE"):
            yield to(one, "ASSESSMENT")
        else:
            yield to(one, "EXAMINATION") if b.stage == "FOR_LET_EXPORT" and one.exam_due else (one, {"heard": True})


def heard_again(b: Bill) -> Became:
    """What the RMS prescribes now comes beside what it prescribed; an intervention has goods examined again."""
    if b.goods != "IN":
        return
    said = [
        ("EXAMINATION", "RMS" if b.exam in ("", "LEFT", "DONE", "PART") else b.exam, b.papers),
        ("FACILITATED", b.exam, False),
    ]
    if b.exam == "DONE":
        said.append(("EXAMINATION", "PART", b.papers))
    if not b.documents:
        said.append(("ASSESSMENT", b.exam, b.papers))
    for lane, exam, papers in said:
        asks = lane == "ASSESSMENT" and b.assess not in ("DONE", "LOOKED")
        less = "" if b.assess == "FACIL" and lane != "FACILITATED" else b.assess
        one = b._replace(assess=("MUST" if b.assess == "MUST" else "RMS") if asks else less, exam=exam, papers=papers)
        one = led_back(one) if asks else one
        if not papers and b.stage in ("DOCUMENTS", "ASSESSMENT", *TO_ORDER):
            yield to(one, "DOCUMENTS", lane=lane)
        elif asks and b.stage in (*TO_ORDER, "FINE"):
            yield to(one, "ASSESSMENT", lane=lane)
        elif b.stage == "FOR_LET_EXPORT" and one.exam_due:
            yield to(one, "EXAMINATION", lane=lane)
        else:
            yield one, {"lane": lane}


def assess(b: Bill) -> Became:
    for mandated in (False, True):
        for papers in (True, False):
            for altered in (False, True):
                exam = "MUST" if mandated and b.exam in ("", "LEFT", "RMS") else b.exam
                done = "DONE" if b.assess in ("RMS", "DONE") else "LOOKED"
                one = b._replace(assess=done, exam=exam, papers=papers, anew=b.anew or altered)
                yield to(one, paid(one) if papers else "DOCUMENTS")


def clear_xray(b: Bill) -> Became:
    """Circular 41/2020: facilitated; Circular 19/2023: assessment only, cleared by the officer; never where examined, or declared anew."""
    one = b._replace(xray=True)
    if one.exam_due:
        yield to(one, "EXAMINATION")
        return
    free = not any(not CONDITIONS[name](one) for name in LET_EXPORT) and one.exam == "" and not one.anew
    first, second = free and one.assess == "FACIL", free and one.assess == "DONE"
    yield to(one, "FOR_LET_EXPORT", rules=())
    yield to(one, "LET_EXPORT" if first else "FOR_LET_EXPORT", rules=("auto_leo_facilitated",))
    yield to(
        one, "LET_EXPORT" if first or second else "FOR_LET_EXPORT", rules=("auto_leo_facilitated", "auto_leo_assessed")
    )


def departed(b: Bill) -> Became:
    """PN17 6.1: left out with approval, nothing else; the bill is not facilitated by that."""
    if b.exam == "RMS":
        one = b._replace(exam="LEFT")
        told = {"what": "EXAMINATION"}
        yield to(one, "FOR_LET_EXPORT", **told) if b.stage == "EXAMINATION" else (one, told)
    if b.assess == "RMS" and b.stage == "ASSESSMENT" and not b.waits:
        one = b._replace(assess="")
        yield to(one, assessed(one), what="ASSESSMENT")


def adjudicate(b: Bill) -> Became:
    yield to(b, "CONFISCATED", outcome="CONFISCATE")
    decided = {"FACIL": "", "MUST": "ORDER", "RMS": "ORDER"}.get(b.assess, b.assess)
    for fine in {b.fine, True}:
        one = b._replace(fine=fine, anew=True, assess=decided)
        yield to(one, paid(one), outcome="RELEASE")


def amend(b: Bill) -> Became:
    """PN17 11.0: as approved, and assessed again when the goods are in; what is let go stays."""
    one = b._replace(open="")
    if b.stage in LET_GO:
        yield one, {}
    elif b.goods != "IN":
        yield to(one._replace(goods=""), "GOODS")
        if b.stage == "GOODS":  # fewer packages: all of it is here
            for whole in lanes(one._replace(goods="IN")):
                yield to(whole, registered(whole))
    else:
        for papers in {b.papers, False}:
            new = one._replace(anew=True, heavy=False, papers=papers, assess=b.assess if b.documents else "MUST")
            yield to(new, "DOCUMENTS" if not papers else assessed(new) if b.documents else "ASSESSMENT")
