"""The ways that the documents of a laid past have gone, step by step: each line is one that the gate would have written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

HOUR = 3600


@dataclass(frozen=True)
class Line:
    """One step of a course: so many seconds after the first, by whom."""

    step: str
    to: str
    role: str
    after: int
    answers: str = "{}"


SIGNATORY, AO, SYSTEM = "COURIER_SIGNATORY", "ASSESSING_OFFICER", "SYSTEM"
PAID = '{"amount":"<amount>","challan":"<challan>"}'  # of each bill its own
EXAMINED = '{"percent":10,"recommendation":"RELEASE"}'

COURSES: dict[str, tuple[Line, ...]] = {
    "FACILITATED": (
        Line("file", "DUTY", SIGNATORY, 0),
        Line("recompute_duty", "DUTY", SYSTEM, 7 * HOUR),
        Line("confirm_payment", "ARRIVAL", SYSTEM, 8 * HOUR, PAID),
        Line("record_arrival", "XRAY", "ARRIVAL_SCANNER", 9 * HOUR),
        Line("clear_xray", "OUT_OF_CHARGE", "XRAY_OFFICER", 10 * HOUR),
    ),
    "ASSESSED": (
        Line("file", "ASSESSMENT", SIGNATORY, 0),
        Line("raise_query", "QUERY", AO, HOUR // 2),
        Line("reply_to_query", "ASSESSMENT", SIGNATORY, 2 * HOUR),
        Line("assess", "APPROVAL", AO, 3 * HOUR),
        Line("return_to_assessing_officer", "ASSESSMENT", "DCAC", 4 * HOUR),
        Line("assess", "APPROVAL", AO, 5 * HOUR),
        Line("approve_appraisal", "DUTY", "DCAC", 6 * HOUR),
        Line("confirm_payment", "ARRIVAL", SYSTEM, 8 * HOUR, PAID),
        Line("record_arrival", "XRAY", "ARRIVAL_SCANNER", 9 * HOUR),
        Line("clear_xray", "EXAMINATION", "XRAY_OFFICER", 10 * HOUR),
        Line("report_examination", "FOR_OUT_OF_CHARGE", "INSPECTOR", 12 * HOUR, EXAMINED),
        Line("give_out_of_charge", "OUT_OF_CHARGE", "SHED_SUPERINTENDENT", 13 * HOUR),
    ),
    "FLIGHT": (
        Line("submit", "SUBMITTED", SIGNATORY, 0),
        Line("feed_igm", "IGM_FED", SIGNATORY, 7 * HOUR),
        Line("start_arrival_scan", "ARRIVAL_SCAN", "ARRIVAL_SCANNER", 8 * HOUR),
        Line("close_arrival", "ARRIVED", "ARRIVAL_SCANNER", 14 * HOUR),
    ),
    "CHALLAN": (
        Line("create", "CREATED", SIGNATORY, 0),
        Line("go_to_bank", "AT_BANK", SIGNATORY, HOUR // 4),
        Line("confirm_paid", "PAID", SYSTEM, HOUR // 2),
    ),
    "SHIPPED": (
        Line("file", "GOODS", SIGNATORY, 0),
        Line("register_goods", "ASSESSMENT", "ARRIVAL_SCANNER", 2 * HOUR),
        Line("raise_query", "QUERY", AO, 3 * HOUR),
        Line("reply_to_query", "ASSESSMENT", SIGNATORY, 4 * HOUR),
        Line("assess", "XRAY", AO, 5 * HOUR),
        Line("clear_xray", "EXAMINATION", "XRAY_OFFICER", 6 * HOUR),
        Line("report_examination", "FOR_LET_EXPORT", "INSPECTOR", 7 * HOUR, EXAMINED),
        Line("give_let_export_order", "LET_EXPORT", "LEO_OFFICER", 8 * HOUR),
        Line("put_on_manifest", "MANIFESTED", SYSTEM, 10 * HOUR),
        Line("export", "EXPORTED", SYSTEM, 12 * HOUR),
    ),
    "DEPARTURE": (
        Line("file", "FILED", SIGNATORY, 0),
        Line("feed_egm", "EXPORTED", SIGNATORY, 2 * HOUR),
    ),
}  # fmt: skip
FIRST_STAGE = {"CHALLAN": ""}  # of all others it is the draft


def know(cursor: Any) -> None:
    """The courses as a table, beside the people who stand behind each role at each station and firm."""
    cursor.execute(
        "CREATE TEMP TABLE laid_step (course text, seq int, step text, from_stage text, to_stage text, role text, after interval, answers text)"
        " ON COMMIT DROP"
    )
    for course, lines in COURSES.items():
        stage = FIRST_STAGE.get(course, "DRAFT")
        for seq, line in enumerate(lines, 1):
            cursor.execute(
                "INSERT INTO laid_step VALUES (%s, %s, %s, %s, %s, %s, make_interval(secs => %s), %s)",
                [course, seq, line.step, stage, line.to, line.role, line.after, line.answers],
            )
            stage = line.to
    cursor.execute(
        "CREATE TEMP TABLE laid_person ON COMMIT DROP AS SELECT DISTINCT ON (role, place) * FROM ("
        " SELECT p.role, coalesce('courier:' || u.courier_id, p.station_id) AS place, u.id AS user_id, u.full_name AS name"
        " FROM accounts_posting p JOIN accounts_user u ON u.id = p.user_id WHERE p.until IS NULL) known"
        " WHERE place IS NOT NULL ORDER BY role, place, user_id"
    )
    cursor.execute("ANALYZE laid_step, laid_person")


def at(course: str, step: str, begun: str = "begun", pace: str = "pace") -> str:
    """The moment of a step, in SQL: nothing where the document has not come so far."""
    seq, line = next((n, one) for n, one in enumerate(COURSES[course], 1) if one.step == step)
    return f"CASE WHEN lines >= {seq} THEN {begun} + interval '{line.after} seconds' * {pace} END"


def done(course: str, step: str) -> str:
    """Whether a document has come so far, in SQL."""
    return f"lines >= {next(n for n, one in enumerate(COURSES[course], 1) if one.step == step)}"


def by_course(of: dict[str, str]) -> str:
    """What differs by the course, in SQL."""
    return f"CASE course {' '.join(f'WHEN {course!r} THEN {told}' for course, told in of.items())} END"


def stage() -> str:
    """Where a document stands after its last line, in SQL."""
    return "(SELECT to_stage FROM laid_step s WHERE s.course = laid.course AND s.seq = laid.lines)"


def since() -> str:
    """Since when, in SQL."""
    return "begun + pace * (SELECT after FROM laid_step s WHERE s.course = laid.course AND s.seq = laid.lines)"
