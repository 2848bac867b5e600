"""The steps of a Courier Shipping Bill as the sources order them: who, from where, to where, on which conditions."""

from __future__ import annotations

from tests.model import exports as m
from tests.model.exports import (
    ASKABLE,
    BEFORE,
    CLOSED,
    HELD,
    HERE,
    LET_GO,
    NO_REQUEST,
    TO_ORDER,
    UNDETAINED,
    UNSTOPPED,
    Became,
    Bill,
    to,
)
from tests.model.machine import Effect, Move

COURIER = "COURIER_SIGNATORY"
LEO = "Circular 41/2020, 19/2023"


def goes(stage: str, **facts: object) -> Effect:
    """To one desk, and what changes with it."""
    return lambda b: iter([to(b._replace(**facts), stage)])


def stays(**facts: object) -> Effect:
    """At its desk, with something changed."""
    return lambda b: iter([(b._replace(**facts), {})])


def replied(b: Bill) -> Became:
    if not b.papers and b.asked_at != "ADJUDICATION":
        yield to(b, "DOCUMENTS")
    else:
        yield to(b, "EXAMINATION" if b.asked_at == "FOR_LET_EXPORT" and b.exam_due else b.asked_at)


def detained(b: Bill) -> Became:
    found = b.stage if b.stage != "STOPPED" else b.asked_at if b.stopped_at == "QUERY" else b.stopped_at
    yield to(b._replace(detained_at=found, asked_at=""), "DETAINED")


def payment(b: Bill) -> Became:
    one = b._replace(fine=False)
    yield to(one, m.assessed(one)) if b.stage == "FINE" else (one, {"paid": True})


def alone(b: Bill) -> bool:
    """Of what other desks decide meanwhile one thing at a time is followed, and none where a hold is held."""
    return not b.open and b.stopped_at not in HELD


def asked_for(b: Bill) -> bool:
    """As above; that no other request is open is a condition of the step."""
    return b.stopped_at not in HELD


def back(b: Bill) -> Became:
    yield to(b, "EXPORTED" if b.part else "BACK_TO_TOWN")


MOVES = (
    Move(
        "file", f"{COURIER} SERVICE_CENTRE", ("DRAFT",), ("GOODS",), "Regulation 6; Forms G, H, HA; PN17 2.3", goes("GOODS"),
        ("courier_in_force", "signatory_examined", "sealed_print_attached"),
    ),
    Move(
        "discard", f"COURIER_OPERATOR {COURIER} SERVICE_CENTRE", ("DRAFT",), ("DISCARDED",), "Regulation 6; PN17 2.3", goes("DISCARDED"),
        ("begun_at_the_counter",),
    ),
    Move(
        "register_goods", "ARRIVAL_SCANNER", ("GOODS",), ("DOCUMENTS", "ASSESSMENT", "XRAY"), "Regulation 6; PN17 6.1", m.register,
        ("every_piece_scanned",), when=lambda b: b.goods != "IN",
    ),
    Move("submit_compulsory_documents", COURIER, ("DOCUMENTS",), ("ASSESSMENT", *TO_ORDER), "PN17 6.1 (CCRs)", m.submit, ("compulsory_documents_attached",)),
    Move("hear_rms", "SYSTEM", HERE, HERE, "PN17 6.1", m.heard, when=lambda b: b.waits),
    Move("hear_rms_again", "SYSTEM", HERE, HERE, "PN17 6.1", m.heard_again, when=alone),
    Move("assess", "ASSESSING_OFFICER", ("ASSESSMENT",), ("FINE", "DOCUMENTS", *TO_ORDER), LEO, m.assess, ("rms_decided",)),
    Move(
        "raise_query", {"ASSESSMENT": "ASSESSING_OFFICER", "FOR_LET_EXPORT": "LEO_OFFICER", "ADJUDICATION": "ASSESSING_OFFICER"},
        ("ASSESSMENT", "FOR_LET_EXPORT", "ADJUDICATION"), ("QUERY",), "PN17 7.1(d), (j), (k)",
        lambda b: iter([to(b._replace(asked_at=b.stage), "QUERY")]),
    ),
    Move("reply_to_query", COURIER, ("QUERY",), ("DOCUMENTS", "EXAMINATION", "ASSESSMENT", "FOR_LET_EXPORT", "ADJUDICATION"), "PN17 7.1(d)", replied),
    Move("clear_xray", "XRAY_OFFICER", ("XRAY",), ("LET_EXPORT", "EXAMINATION", "FOR_LET_EXPORT"), f"{LEO}; Advisory 08/2023", m.clear_xray),
    Move("mark_suspicious", "XRAY_OFFICER", ("XRAY",), ("EXAMINATION",), LEO, goes("EXAMINATION", xray=True, exam="MUST")),
    Move("report_examination", "INSPECTOR", ("EXAMINATION",), ("FOR_LET_EXPORT",), LEO, goes("FOR_LET_EXPORT", exam="DONE")),
    Move("give_let_export_order", "LEO_OFFICER", ("FOR_LET_EXPORT",), ("LET_EXPORT",), "Section 51", goes("LET_EXPORT"), m.LET_EXPORT, ("report_examination",)),
    Move("order_re_examination", "LEO_OFFICER", ("FOR_LET_EXPORT",), ("EXAMINATION",), "Section 51; PN17 7.1(m)", goes("EXAMINATION", exam="MUST")),
    Move(
        "detain", {"ASSESSMENT": "ASSESSING_OFFICER", "STOPPED": "DCAC"}, ("ASSESSMENT", "STOPPED"), ("DETAINED",), "PN17 7.1(e), 9.0",
        detained, ("not_detained_already", "goods_registered"),
    ),
    Move("reply_to_detention_memo", COURIER, ("DETAINED",), (), "PN17 7.1(e)", stays(), ("memo_not_answered",)),
    Move(
        "lift_detention", "ASSESSING_OFFICER DCAC", ("DETAINED",), UNDETAINED, "PN17 7.1(e), 9.0",
        lambda b: iter([to(b, m.resumed(b, b.detained_at))]), ("by_the_desk_that_detained",),
    ),
    Move(
        "stop", "DCAC", UNSTOPPED, ("STOPPED",), "PN17 9.0", lambda b: iter([to(b._replace(stopped_at=b.stage), "STOPPED")]),
        when=lambda b: b.stage not in HELD or not b.open,
    ),
    Move("clear_stop", "DCAC", ("STOPPED",), UNSTOPPED, "PN17 9.0", lambda b: iter([to(b, m.resumed(b, b.stopped_at))])),
    Move("request_cancellation", COURIER, ASKABLE, (), "PN17 10.0", stays(open="CANCELLATION"), (*NO_REQUEST, "nothing_has_left"), when=asked_for),
    Move("close_request", "SYSTEM", (*ASKABLE, "MANIFESTED"), (), "PN17 10.0, 11.0", stays(open=""), when=lambda b: b.open != ""),
    Move("cancel", "SYSTEM", (*BEFORE, "LET_EXPORT"), ("CANCELLED",), "PN17 10.0", goes("CANCELLED"), when=lambda b: b.open == "CANCELLATION"),
    Move("put_on_manifest", "SYSTEM", ("LET_EXPORT",), ("MANIFESTED",), "Regulation 6; Form F", goes("MANIFESTED", loaded=False), NO_REQUEST, when=lambda b: b.loaded),
    Move("shut_out", "SYSTEM", ("MANIFESTED",), ("LET_EXPORT",), "Regulation 6", goes("LET_EXPORT")),
    Move("export", "SYSTEM", ("MANIFESTED",), ("EXPORTED",), "Regulation 6", goes("EXPORTED"), NO_REQUEST),
    Move("short_ship", "SYSTEM", ("EXPORTED",), ("LET_EXPORT",), "Regulation 6", goes("LET_EXPORT")),
    Move("correct_egm", "SYSTEM", ("EXPORTED",), (), "Regulation 6", stays()),
    Move("export_in_part", "SYSTEM", ("MANIFESTED",), ("LET_EXPORT",), "Regulation 6", goes("LET_EXPORT", part=True), when=lambda b: b.documents),
    Move("back_to_town", COURIER, ("LET_EXPORT",), ("BACK_TO_TOWN", "EXPORTED"), "Regulation 6", back, (*NO_REQUEST, "on_no_manifest")),
    Move("request_amendment", COURIER, (*ASKABLE, "MANIFESTED"), (), "PN17 11.0", stays(open="AMENDMENT"), NO_REQUEST, when=asked_for),
    Move(
        "amend", "SYSTEM", (*BEFORE, "LET_EXPORT", "MANIFESTED"),
        ("GOODS", "DOCUMENTS", "ASSESSMENT", *TO_ORDER, "LET_EXPORT", "MANIFESTED"), "PN17 11.0", m.amend, when=lambda b: b.open == "AMENDMENT",
    ),
    Move("end_wait_for_weight", "SYSTEM", ("FOR_LET_EXPORT", *HELD), (), "PN17 5.2", stays(), when=lambda b: b.open == "AMENDMENT"),
    Move("record_weight", "SYSTEM", HERE, (), "PN17 5.2", stays(open="AMENDMENT"), when=lambda b: b.heavy and alone(b)),
    Move("end_wait_for_weight", "SYSTEM", ("FOR_LET_EXPORT", *HELD), (), "PN17 5.2, 12.0", stays(), when=lambda b: b.heavy),
    Move("refer_to_assessing_officer", "LEO_OFFICER", ("FOR_LET_EXPORT",), ("ADJUDICATION",), "PN17 7.1(k); section 125", goes("ADJUDICATION")),
    Move(
        "refer_detained_goods", "ASSESSING_OFFICER DCAC", ("DETAINED",), ("ADJUDICATION",), "PN17 7.1(k), 9.0", goes("ADJUDICATION"),
        ("by_the_desk_that_detained",),
    ),
    Move("send_for_adjudication", "DCAC", ("STOPPED",), ("ADJUDICATION",), "PN17 9.0", goes("ADJUDICATION"), ("goods_registered",)),
    Move(
        "assess_again", "ASSESSING_OFFICER", ("ADJUDICATION",), ("ASSESSMENT",), "PN17 7.1(b)", goes("ASSESSMENT", assess="MUST", anew=True),
        (*NO_REQUEST, "of_goods"),
    ),
    Move(
        "adjudicate", "ASSESSING_OFFICER", ("ADJUDICATION",), ("FINE", "DOCUMENTS", *TO_ORDER, "CONFISCATED"), "PN17 7.1(k); section 125",
        m.adjudicate, NO_REQUEST, ("refer_to_assessing_officer", "refer_detained_goods", "send_for_adjudication"),
    ),
    Move("confirm_payment", "SYSTEM", HERE, HERE, "PN17 8.0", payment, when=lambda b: b.fine),
    Move(
        "request_departure", {"ASSESSMENT": "ASSESSING_OFFICER", "EXAMINATION": "INSPECTOR"}, ("ASSESSMENT", "EXAMINATION"), (), "PN17 6.1",
        stays(), ("rms_decided", "something_is_prescribed", "no_departure_is_asked_for"),
    ),
    Move("depart_from_rms", "SYSTEM", HERE, HERE, "PN17 6.1", m.departed),
    Move("·every piece is scanned", "", ("GOODS", "STOPPED"), (), "Regulation 6", stays(goods="SCANNED"), when=lambda b: b.goods == ""),
    Move("·the goods weigh otherwise", "", BEFORE, (), "PN17 5.2", stays(heavy=True), when=lambda b: b.goods == "IN" and not b.heavy),
    Move("·the courier puts it on a draft manifest", "", ("LET_EXPORT",), (), "Form F", stays(loaded=True), when=lambda b: not b.loaded),
    Move("·the courier takes it off the draft", "", ("LET_EXPORT",), (), "Form F", stays(loaded=False), when=lambda b: b.loaded),
)  # fmt: skip
STARTS = (Bill(documents=True), Bill())


def settled(b: Bill) -> Bill:
    """Nothing matters any more of a bill that is closed; of one that is let go, only what may still be undone."""
    if b.stage in CLOSED:
        return Bill(stage=b.stage)
    if b.stage in LET_GO:
        return Bill(
            stage=b.stage, documents=b.documents, goods="IN", xray=True, open=b.open, part=b.part, loaded=b.loaded
        )
    return b


def broken(b: Bill, move: Move, stage: str) -> list[str]:
    """What the sources forbid of a move, each with its paragraph; judged by the facts, not by the conditions of the step."""
    told: list[str] = []
    if stage == "LET_EXPORT" and b.stage not in LET_GO:
        automatic = move.name == "clear_xray"
        facts = {
            "Section 51: not registered": b.goods != "IN",
            "PN17 6.1: the RMS has not decided": b.waits,
            "PN17 6.1: compulsory documents are missing": not b.papers,
            "Circular 41/2020: not X-rayed": not b.xray and not automatic,
            "Circular 41/2020: an examination is not reported": b.exam_due,
            "PN17 6.1: less is examined than prescribed": b.exam == "PART",
            "PN17 7.1(d): a query is open": b.query or bool(b.asked_at),
            "PN17 7.1(e): the goods are detained": b.detention or bool(b.detained_at),
            "PN17 9.0: stopped": b.stage == "STOPPED" or bool(b.stopped_at),
            "PN17 10.0, 11.0: a request is open": b.open != "",
            "PN17 8.0: a fine is not paid": b.fine,
            "PN17 5.2: the weight is not as declared": b.heavy,
            "PN17 6.1: an assessment is left out": b.assess_due,
            "Circular 41/2020, 19/2023: by itself, but neither facilitated nor for assessment only": automatic and (b.assess not in ("FACIL", "DONE") or b.exam != ""),
            "Circular 19/2023: by itself, but declared otherwise since": automatic and b.anew,
        }  # fmt: skip
        told += [words for words, is_so in facts.items() if is_so]
    if stage == "EXPORTED" != b.stage and (b.open or (b.stage != "MANIFESTED" and not b.part)):
        told.append("Regulation 6: exported without a manifest, or while a request is open")
    if stage == "MANIFESTED" != b.stage and (b.stage != "LET_EXPORT" or b.open):
        told.append("Section 51: loaded without an order, or while a request is open")
    if stage == "CONFISCATED" and (b.stage != "ADJUDICATION" or b.open):
        told.append("PN17 7.1(k): confiscated without an order, or before a request is decided")
    if stage == "CANCELLED" and (b.open != "CANCELLATION" or b.part):
        told.append("PN17 10.0: cancelled without a request, or when some has left")
    if stage == "BACK_TO_TOWN" and (b.open or b.loaded or b.part):
        told.append("Regulation 6: back to town while a request is open, it is on a manifest, or some has left")
    return told + _skipped(b, move, stage)


def _skipped(b: Bill, move: Move, stage: str) -> list[str]:
    """What a move leads past."""
    told: list[str] = []
    onwards = stage in (*TO_ORDER, "LET_EXPORT")
    if b.stage == "ASSESSMENT" and onwards and move.name not in ("assess", "depart_from_rms", "hear_rms"):
        told.append("Circular 19/2023: past the Assessing Officer")
    if (
        move.name in ("depart_from_rms", "hear_rms")
        and b.stage == "ASSESSMENT"
        and onwards
        and b.assess in ("MUST", "DONE", "LOOKED")
    ):
        told.append("PN17 7.1(b): a word of the RMS is not the assessment that an officer is to make")
    if move.name in ("detain", "send_for_adjudication") and b.goods != "IN":
        told.append("PN17 9.0: goods that are not here")
    if move.name == "detain" and b.detention:
        told.append("PN17 7.1(e): detained twice")
    if move.name in ("request_amendment", "request_cancellation") and b.open:
        told.append("PN17 10.0, 11.0: two requests at once")
    if move.name == "request_cancellation" and b.part:
        told.append("PN17 10.0: some of it has left")
    if move.name in ("assess", "request_departure") and b.waits:
        told.append("PN17 6.1: assessed before the RMS has decided")
    if move.name == "register_goods" and not b.goods:
        told.append("Regulation 6: registered before its last piece")
    if move.name in ("assess_again", "adjudicate") and b.open:
        told.append("PN17 11.0: decided before a request is")
    if move.name == "assess_again" and b.documents:
        told.append("PN17 7.0: documents are not assessed")
    return told
