"""The steps of a Courier Bill of Entry as the sources order them: who, from where, to where, on which conditions."""

from __future__ import annotations

from tests.model import imports as m
from tests.model.imports import (
    ASKABLE,
    CLOSED,
    EXAMINERS,
    FILERS,
    FREE,
    HERE,
    NO_REQUEST,
    OUT_OF_CHARGE,
    PAST_ASSESSMENT,
    RELEASED,
    UNCLEARED,
    UNDETAINED,
    UNSTOPPED,
    WAYS,
    Became,
    Bill,
    to,
)  # fmt: skip
from tests.model.machine import Effect, Move

KEPT_APART = ("release_provisionally", "refer_to_assessing_officer", "send_for_adjudication")


def goes(stage: str, **facts: object) -> Effect:
    """To one desk, and what changes with it."""
    return lambda b: iter([to(b._replace(**facts), stage)])


def stays(**facts: object) -> Effect:
    """At its desk, with something changed."""
    return lambda b: iter([(b._replace(**facts), {})])


def asks(b: Bill) -> Became:
    yield to(b._replace(asked_at=b.stage), "QUERY")


def replied(b: Bill) -> Became:
    if not b.papers and b.asked_at != "ADJUDICATION":
        yield to(b, "DOCUMENTS")
    else:
        yield to(b, "EXAMINATION" if b.asked_at == "FOR_OUT_OF_CHARGE" and b.exam_due else b.asked_at)


def detained(b: Bill) -> Became:
    found = b.stage if b.stage != "STOPPED" else b.asked_at if b.stopped_at == "QUERY" else b.stopped_at
    yield to(b._replace(detained_at=found, asked_at=""), "DETAINED")


def payment(b: Bill) -> Became:
    yield b, {"part": True}
    one = b._replace(money="")
    yield to(one, m.paid(one))


def alone(b: Bill) -> bool:
    """Of what other desks decide meanwhile one thing at a time is followed, and none where a hold is held."""
    return not b.open and b.stopped_at not in m.HELD


def undisturbed(b: Bill) -> bool:
    """What comes from without is followed where nothing else is going on at another desk."""
    return alone(b) and not b.released


def asked_for(b: Bill) -> bool:
    """As above; that no other request is open is a condition of the step."""
    return b.open not in ("WEIGHT", "PAPER") and b.stopped_at not in m.HELD


def finalised(b: Bill) -> Became:
    for money in ("", "OWED"):
        one = b._replace(money=money)
        yield to(one, m.due(one))


MOVES = (
    Move(
        "file", f"{FILERS} SERVICE_CENTRE", ("DRAFT",), ("DOCUMENTS", "ASSESSMENT", "DUTY", "ARRIVAL", "XRAY"), "PN17 5.4, 6.1", m.file,
        ("courier_in_force_or_cleared_on_paper", "signatory_examined", "importer_files_own_goods", "not_on_hold", "sealed_print_attached"),
    ),
    Move(
        "discard", f"COURIER_OPERATOR {FILERS} SERVICE_CENTRE", ("DRAFT",), ("DISCARDED",), "PN17 5.4", goes("DISCARDED"),
        ("discarded_by_whoever_began_it", "begun_at_the_counter"),
    ),
    Move(
        "submit_compulsory_documents", FILERS, ("DOCUMENTS",), ("ASSESSMENT", *m.CLEARING), "PN17 6.1 (CCRs)", m.submit,
        ("compulsory_documents_attached",),
    ),
    Move(
        "assess", "ASSESSING_OFFICER", ("ASSESSMENT",), ("DOCUMENTS", "APPROVAL", *m.CLEARING), "PN17 7.1(b), 7.1(f)", m.assess,
        ("rms_has_decided",),
    ),
    Move(
        "send_for_first_check", "ASSESSING_OFFICER", ("ASSESSMENT",), ("FIRST_CHECK_ARRIVAL", "FIRST_CHECK"), "PN17 7.1(a)",
        lambda b: iter([to(b, "FIRST_CHECK" if b.here else "FIRST_CHECK_ARRIVAL")]), ("not_examined_yet", "goods_not_released"),
    ),
    Move("report_first_check_examination", "INSPECTOR", ("FIRST_CHECK",), ("ASSESSMENT",), "PN17 7.1(a), (i)", goes("ASSESSMENT", exam="DONE")),
    Move(
        "raise_query",
        {"ASSESSMENT": "ASSESSING_OFFICER", "FOR_OUT_OF_CHARGE": "SHED_SUPERINTENDENT", "ADJUDICATION": "ASSESSING_OFFICER"},
        ("ASSESSMENT", "FOR_OUT_OF_CHARGE", "ADJUDICATION"), ("QUERY",), "PN17 7.1(d), (j), (k)", asks,
    ),
    Move(
        "reply_to_query", FILERS, ("QUERY",), ("DOCUMENTS", "EXAMINATION", "ASSESSMENT", "FOR_OUT_OF_CHARGE", "ADJUDICATION"), "PN17 7.1(d)",
        replied,
    ),
    Move(
        "approve_appraisal", "DCAC", ("APPROVAL",), m.CLEARING, "PN17 7.1(f)", lambda b: iter([to(b, m.due(b))]), apart=("assess",),
    ),
    Move("return_to_assessing_officer", "DCAC", ("APPROVAL",), ("ASSESSMENT",), "PN17 7.1(f)", goes("ASSESSMENT", assess="MUST")),
    Move("confirm_payment", "SYSTEM", ("DUTY",), ("DUTY", *WAYS, "FINALISED"), "PN17 7.1(g), 8.0", payment),
    Move(
        "credit_payment", "SYSTEM", (*(s for s in HERE if s != "DUTY"), "PROVISIONALLY_RELEASED"), (), "PN17 8.0", stays(money=""),
        when=lambda b: b.money == "OWED",
    ),
    Move(
        "record_arrival_for_first_check", "ARRIVAL_SCANNER", ("FIRST_CHECK_ARRIVAL",), ("FIRST_CHECK",), "PN17 5.2, 7.1(a)",
        goes("FIRST_CHECK"), ("all_packages_arrived",),
    ),
    Move("record_arrival", "ARRIVAL_SCANNER", ("ARRIVAL",), ("XRAY",), "PN17 5.2, 7.1(h)", goes("XRAY"), ("all_packages_arrived",)),
    Move("recompute_duty", "SYSTEM", HERE, HERE, "PN17 5.1", m.recompute, when=undisturbed),
    Move("send_back_for_assessment", "SYSTEM", HERE, HERE, "PN17 5.1; section 15", m.doubted, when=undisturbed),
    Move(
        "clear_xray", "XRAY_OFFICER", ("XRAY",), ("OUT_OF_CHARGE", "EXAMINATION", "FOR_OUT_OF_CHARGE"), "PN17 7.1(h); Circular 40/2019",
        m.clear_xray, ("cleared_on_no_paper",),
    ),
    Move(
        "mark_suspicious", "XRAY_OFFICER", ("XRAY",), ("EXAMINATION",), "PN17 7.1(h)", goes("EXAMINATION", xray=True, exam="MUST"),
        ("cleared_on_no_paper",),
    ),
    Move("report_examination", "INSPECTOR", ("EXAMINATION",), ("FOR_OUT_OF_CHARGE",), "PN17 7.1(i)", goes("FOR_OUT_OF_CHARGE", exam="DONE")),
    Move(
        "give_out_of_charge", "SHED_SUPERINTENDENT", ("FOR_OUT_OF_CHARGE",), ("OUT_OF_CHARGE",), "PN17 7.1(b), (h), (l)",
        goes("OUT_OF_CHARGE"), (*OUT_OF_CHARGE, "cleared_on_no_paper"), EXAMINERS,
    ),
    Move("order_re_examination", "SHED_SUPERINTENDENT", ("FOR_OUT_OF_CHARGE",), ("EXAMINATION",), "PN17 7.1(m)", goes("EXAMINATION", exam="MUST")),
    Move(
        "detain", {"ASSESSMENT": "ASSESSING_OFFICER", "STOPPED": "DCAC"}, ("ASSESSMENT", "STOPPED"), ("DETAINED",), "PN17 7.1(e), 9.0",
        detained, ("not_detained_already", "goods_not_released"),
    ),
    Move("issue_detention_memo", "SHED_SUPERINTENDENT", ("FOR_OUT_OF_CHARGE",), ("DETAINED",), "PN17 7.1(l)", detained, ("not_detained_already",)),
    Move(
        "lift_detention", "ASSESSING_OFFICER SHED_SUPERINTENDENT DCAC", ("DETAINED",), UNDETAINED, "PN17 7.1(e), (l), 9.0",
        lambda b: iter([to(b, m.resumed(b, b.detained_at))]), ("by_the_desk_that_detained",),
    ),
    Move(
        "refer_detained_goods", "ASSESSING_OFFICER SHED_SUPERINTENDENT DCAC", ("DETAINED",), ("ADJUDICATION",), "PN17 7.1(k), 9.0",
        goes("ADJUDICATION"), ("by_the_desk_that_detained",),
    ),
    Move(
        "release_provisionally", "SHED_SUPERINTENDENT", ("DETAINED",), ("PROVISIONALLY_RELEASED",), "PN17 7.1(n)",
        goes("PROVISIONALLY_RELEASED", released=True), ("all_packages_arrived", *NO_REQUEST, "no_open_manifest_amendment"), EXAMINERS,
    ),
    Move("reply_to_detention_memo", FILERS, ("DETAINED",), (), "PN17 7.1(e)", stays(), ("memo_not_answered",)),
    Move("refer_to_assessing_officer", "SHED_SUPERINTENDENT", ("FOR_OUT_OF_CHARGE",), ("ADJUDICATION",), "PN17 7.1(k)", goes("ADJUDICATION")),
    Move(
        "adjudicate", "ASSESSING_OFFICER", ("ADJUDICATION",), ("DOCUMENTS", *m.CLEARING, "CONFISCATED"), "PN17 7.1(k)", m.adjudicate,
        NO_REQUEST, ("refer_to_assessing_officer", "send_for_adjudication"),
    ),
    Move(
        "finalise", "ASSESSING_OFFICER", ("PROVISIONALLY_RELEASED",), ("DUTY", "FINALISED"), "PN17 7.1(k), (n)", finalised, apart=KEPT_APART,
    ),
    Move(
        "stop", "DCAC", UNSTOPPED, ("STOPPED",), "PN17 9.0",
        lambda b: iter([to(b._replace(stopped_at=b.stage), "STOPPED")]), ("goods_not_released",),
        when=lambda b: b.stage not in m.HELD or not b.open,
    ),
    Move("clear_stop", "DCAC", ("STOPPED",), UNSTOPPED, "PN17 9.0", lambda b: iter([to(b, m.resumed(b, b.stopped_at))])),
    Move("send_for_adjudication", "DCAC", ("STOPPED",), ("ADJUDICATION",), "PN17 9.0", goes("ADJUDICATION")),
    Move("request_amendment", FILERS, ASKABLE, (), "PN17 11.0", stays(open="AMENDMENT"), (*NO_REQUEST, "goods_not_released"), when=asked_for),
    Move("request_cancellation", FILERS, ASKABLE, (), "PN17 10.0", stays(open="CANCELLATION"), (*NO_REQUEST, "goods_not_released"), when=asked_for),
    Move("close_request", "SYSTEM", HERE, (), "PN17 10.0, 11.0", stays(open=""), when=lambda b: b.open in ("AMENDMENT", "CANCELLATION")),
    Move("amend", "SYSTEM", FREE, ("DOCUMENTS", "ASSESSMENT", *m.CLEARING), "PN17 11.0", m.amend, when=lambda b: b.open == "AMENDMENT"),
    Move("carry_pieces", "SYSTEM", HERE, HERE, "PN17 5.2, 12.0", m.pieces, when=undisturbed),
    Move("carry_details", "SYSTEM", HERE, HERE, "PN17 12.0, 6.1", lambda b: m.heard_lane(b, "EXAMINATION", False, b.exam or "RMS"), when=undisturbed),
    Move("end_wait_for_weight", "SYSTEM", ("FOR_OUT_OF_CHARGE", *m.HELD), (), "PN17 5.2, 12.0", stays(), when=lambda b: b.open == "WEIGHT"),
    Move("cancel", "SYSTEM", FREE, ("CANCELLED",), "PN17 10.0", goes("CANCELLED"), when=lambda b: b.open == "CANCELLATION"),
    Move("return_to_origin", "SYSTEM", UNCLEARED, ("RETURNED",), "Reg 5(6); Notification 33/2026", goes("RETURNED"), NO_REQUEST, when=lambda b: not b.released),
    Move("dispose", "SYSTEM", UNCLEARED, ("DISPOSED",), "PN17 5.0(v)", goes("DISPOSED"), NO_REQUEST, when=lambda b: not b.released),
    Move(
        "clear_manually", "SYSTEM", (*FREE, "DETAINED", "STOPPED"), ("CLEARED_MANUALLY",), "PN17 15.0", goes("CLEARED_MANUALLY"), NO_REQUEST,
        when=lambda b: b.open == "PAPER" and not b.released,
    ),
    Move("hear_rms", "SYSTEM", HERE, HERE, "PN17 6.1", m.heard, when=lambda b: b.waits),
    Move("hear_rms_again", "SYSTEM", HERE, HERE, "PN17 6.1", m.heard_again, when=undisturbed),
    Move(
        "request_departure", {"ASSESSMENT": "ASSESSING_OFFICER", "EXAMINATION": "INSPECTOR"}, ("ASSESSMENT", "EXAMINATION"), (), "PN17 6.1",
        stays(), ("rms_has_decided", "something_is_prescribed", "no_departure_is_asked_for"),
    ),
    Move("depart_from_rms", "SYSTEM", HERE, HERE, "PN17 6.1", m.departed, when=lambda b: not b.released),
    Move("·all packages arrive", "", HERE, (), "PN17 5.2", stays(here=True), when=lambda b: not b.here),
    Move("·the goods weigh otherwise", "", HERE, (), "PN17 5.2", stays(open="WEIGHT"), when=lambda b: b.here and alone(b)),
    Move("·the DC/AC decides on the weight", "", HERE, (), "PN17 12.0", stays(open=""), when=lambda b: b.open == "WEIGHT"),
    Move("·the goods leave on a paper form", "", (*FREE, "DETAINED", "STOPPED"), (), "PN17 15.0", stays(open="PAPER"), when=lambda b: not b.open and not b.released),
)  # fmt: skip
STARTS = (Bill(documents=True), Bill())  # CBE-XI; XII, XIII and XIV, which differ in the approval of the DC/AC alone


def settled(b: Bill) -> Bill:
    """Nothing matters any more of a bill that is closed; of goods released provisionally the order alone."""
    if b.stage in CLOSED:
        return Bill(stage=b.stage)
    return Bill(stage=b.stage, released=True, money=b.money) if b.released else b


def broken(b: Bill, move: Move, stage: str) -> list[str]:
    """What the sources forbid of a move, each with its paragraph; judged by the facts, not by the conditions of the step."""
    told: list[str] = []
    if stage == "OUT_OF_CHARGE":
        automatic = move.name == "clear_xray"
        facts = {
            "PN17 6.1: compulsory documents are missing": not b.papers,
            "PN17 7.1(g): duty, fine or penalty is due": b.money != "",
            "PN17 7.1(h): not everything has arrived": not b.here,
            "PN17 7.1(h): not X-rayed": not b.xray and not automatic,
            "PN17 7.1(i): an examination is not reported": b.exam_due,
            "PN17 6.1: less is examined than prescribed": b.exam == "PART",
            "PN17 7.1(d): a query is open": b.query or bool(b.asked_at),
            "PN17 7.1(e): the goods are detained": b.detention or bool(b.detained_at),
            "PN17 9.0: stopped": b.stage == "STOPPED" or bool(b.stopped_at),
            "PN17 6.1: the RMS has not decided": b.waits and not b.documents,
            "PN17 10.0, 11.0: a request is open": b.open in ("AMENDMENT", "CANCELLATION"),
            "PN17 5.2: the weight is not decided": b.open == "WEIGHT",
            "PN17 15.0: cleared on paper already": b.open == "PAPER",
            "PN17 6.1: an assessment is left out": b.assess_due,
            "Circular 40/2019: by itself, but not facilitated": automatic
            and (b.assess != "FACIL" or b.exam not in ("", "DONE")),
            "PN17 7.1(h): by itself, but not from X-ray": automatic and b.stage != "XRAY",
        }
        told += [words for words, is_so in facts.items() if is_so]
    if stage == "PROVISIONALLY_RELEASED" != b.stage and not (b.detention and b.here and b.open in ("", "PAPER")):
        told.append("PN17 7.1(n): not detained, not here, or something is asked for")
    if stage == "FINALISED" and not b.released:
        told.append("PN17 7.1(n): an end of what was never released")
    if stage == "CONFISCATED" and (b.stage != "ADJUDICATION" or b.open in ("AMENDMENT", "CANCELLATION")):
        told.append("PN17 7.1(k): confiscated without an order, or before a request is decided")
    if stage == "CANCELLED" and b.open != "CANCELLATION":
        told.append("PN17 10.0: cancelled without a request")
    if stage in ("RETURNED", "DISPOSED", "CLEARED_MANUALLY") and b.open in ("AMENDMENT", "CANCELLATION"):
        told.append("PN17 10.0, 11.0: gone before a request is decided")
    return told + _skipped(b, move, stage)


def _skipped(b: Bill, move: Move, stage: str) -> list[str]:
    """What a move leads past."""
    told: list[str] = []
    onwards = stage in (*PAST_ASSESSMENT, *RELEASED)
    if b.stage == "ASSESSMENT" and onwards and move.name not in ("assess", "depart_from_rms", "hear_rms"):
        told.append("PN17 7.1: past the Assessing Officer")
    if (
        move.name in ("depart_from_rms", "hear_rms")
        and b.stage == "ASSESSMENT"
        and onwards
        and b.assess in ("MUST", "DONE")
    ):
        told.append("PN17 7.1(b): a word of the RMS is not the assessment that an officer is to make")
    if b.stage == "APPROVAL" and onwards and stage != "APPROVAL" and move.name != "approve_appraisal":
        told.append("PN17 7.1(f): past the DC/AC")
    if b.released and move.name in (
        "stop",
        "detain",
        "send_for_first_check",
        "request_amendment",
        "request_cancellation",
    ):
        told.append("PN17 7.1(n), 9.0: the goods have left")
    if move.name == "detain" and b.detention:
        told.append("PN17 7.1(e): detained twice")
    if move.name == "send_for_first_check" and b.exam in ("DONE", "PART"):
        told.append("PN17 7.1(a): a first check of what was examined")
    if move.name in ("request_amendment", "request_cancellation") and b.open in ("AMENDMENT", "CANCELLATION"):
        told.append("PN17 10.0, 11.0: two requests at once")
    if move.name in ("clear_xray", "mark_suspicious") and b.open == "PAPER":
        told.append("PN17 15.0: X-rayed when it had left")
    if move.name.startswith("record_arrival") and not b.here:
        told.append("PN17 5.2: arrived before its last package")
    if move.name in ("assess", "request_departure") and b.waits:
        told.append("PN17 6.1: assessed before the RMS has decided")
    return told
