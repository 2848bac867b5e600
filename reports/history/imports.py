"""Flights that came in a laid past: manifests, shipments with their scans, bills of entry with items, orders and trail."""

from __future__ import annotations

from typing import Any

from bills.models import BillTrail, CourierBillOfEntry, Examination, Item, OutOfCharge, QueryMemo
from manifests.models import (
    ArrivalScan,
    ExpressCargoManifest,
    HouseAirwayBill,
    ManifestTrail,
    MasterAirwayBill,
    Package,
    WarehouseEntry,
)
from reports.history import courses
from reports.history.courses import at, by_course, done
from reports.history.laying import count_on, dense, heads, keys, lay, lay_trail, part_years, year
from rms.models import RiskDecision

TABLES = (
    BillTrail, CourierBillOfEntry, Examination, Item, OutOfCharge, QueryMemo, ArrivalScan, HouseAirwayBill, Package,
    WarehouseEntry, RiskDecision,
)  # fmt: skip
FACILITATED_ONE_IN = 4

_FLIGHTS = """
CREATE TEMP TABLE laid_flight ON COMMIT DROP AS
SELECT *, 'ECM_' || station || '_' || {year} || '_' || {number} AS number
FROM (
    SELECT *, coalesce((SELECT last FROM eccs_counter WHERE series = 'ECM_' || station || '_' || {year}), 0)
        + row_number() OVER (PARTITION BY station, {year} ORDER BY f) AS serial
    FROM (
        SELECT f, %(manifests)s + f AS id, %(masters)s + f AS master, o.station, o.courier, o.signatory, o.scanner, least(%(each)s, %(bills)s - (f - 1) * %(each)s) AS bills,
            f > %(flights)s - %(live)s AS live, CASE WHEN f > %(flights)s - %(live)s
                THEN now() - interval '4 days' + (f - %(flights)s + %(live)s) * interval '36 hours' / %(live)s
                ELSE now() - interval '5 days' - (%(flights)s - f) * %(past)s / %(flights)s END AS begun
        FROM generate_series(1, %(flights)s) f JOIN laid_office o ON o.n = mod(f, (SELECT count(*) FROM laid_office))
    ) planned
) counted
"""

_BILLS = """
CREATE TEMP TABLE laid AS
SELECT *, CASE WHEN live THEN 1 + mod(n * 7 + f, whole - 1) ELSE whole END AS lines,
    row_number() OVER (PARTITION BY f, course ORDER BY n) AS no
FROM (
    SELECT f.*, c.course, c.whole, c.kind, %(bills)s + rank AS bill, %(hawbs)s + rank AS hawb, %(packages)s + rank AS package, %(decisions)s + rank AS decision,
        %(items)s + rank AS item, 1 + mod(n * 13, 40) / 100.0 AS pace,
        c.least + mod((n * 37 + f * 101)::numeric, c.spread) AS value
    FROM (SELECT f.*, n, row_number() OVER (ORDER BY f.f, n) AS rank FROM laid_flight f CROSS JOIN LATERAL generate_series(1, f.bills) n
        WHERE f.f > %(after)s AND f.f <= %(upto)s) f
    JOIN (VALUES ('FACILITATED', 'CBE-XIII', 5, 500, 90000), ('ASSESSED', 'CBE-XIV', 12, 100100, 700000)) c(course, kind, whole, least, spread)
        ON (c.course = 'FACILITATED') = (mod(n, %(facilitated)s) = 0)
) chosen
"""


def plan(cursor: Any, bills: int, each: int, live: int, years: int) -> int:
    """So many flights, spread over the years until this week; the last ones are under way. Return how many."""
    flights = -(-bills // each)
    told = {
        "manifests": keys(cursor, ExpressCargoManifest, flights), "masters": keys(cursor, MasterAirwayBill, flights),
        "each": each, "bills": bills, "flights": flights, "live": min(max(1, live // each), flights), "past": f"{years * 365} days",
    }  # fmt: skip
    cursor.execute(
        _FLIGHTS.format(year=year("begun"), number=dense(2, "serial")).replace("%(past)s", "%(past)s::interval"), told
    )
    cursor.execute("CREATE INDEX ON laid_flight (f); ANALYZE laid_flight")
    part_years(cursor, BillTrail, CourierBillOfEntry, "laid_flight")
    _manifests(cursor)
    return flights


def _manifests(cursor: Any) -> None:
    snapshot = """'{"hawbs":' || bills || ',"packages":' || bills || '}'"""
    lay_trail(
        cursor, ManifestTrail,
        "SELECT id, station, courier, 'FLIGHT' AS course, CASE WHEN live THEN 3 ELSE 4 END AS lines, begun - interval '1 hour' AS begun, 1 AS pace,"
        f" {snapshot} AS snapshot FROM laid_flight",
    )  # fmt: skip
    cursor.execute("SELECT min(id), max(id) FROM laid_flight")
    first, last = cursor.fetchone()
    lines = "(SELECT *, 'FLIGHT' AS course, CASE WHEN live THEN 3 ELSE 4 END AS lines, begun - interval '1 hour' AS submitted FROM laid_flight)"
    lay(
        cursor, ExpressCargoManifest,
        {
            "id": "laid.id", "number": "laid.number", "serial": "laid.serial", "stage_since": at("FLIGHT", "start_arrival_scan", "submitted", "1"),
            "trail_length": "head.seq", "trail_head": "head.seal", "station_id": "station", "courier_id": "courier",
            "stage": courses.stage(), "airline": "'Air Example'", "flight_number": "'EX' || 100 + mod(laid.id, 900)", "airport_of_shipment": "'HKG'",
            "country_of_exportation": "'HK'", "first_port_of_arrival": "station", "scheduled_arrival": "begun + interval '5 hours'",
            "igm_number": "(1000000 + laid.f)::text", "actual_arrival": "begun + interval '5 hours'", "created_by_id": "signatory",
            "created_at": "submitted", "submitted_at": "submitted", "scan_started_at": at("FLIGHT", "start_arrival_scan", "submitted", "1"),
            "scan_closed_at": at("FLIGHT", "close_arrival", "submitted", "1"), "hawb_count": "bills", "package_count": "bills",
            "gross_weight_kg": "bills * 2",
        },
        f"{lines} laid JOIN {heads(ManifestTrail, first, last)} head ON head.document_id = laid.id",
    )  # fmt: skip
    # airline prefix, seven digits and their remainder by seven
    lay(
        cursor, MasterAirwayBill,
        {"id": "master", "manifest_id": "id", "number": f"'157-' || {dense(7, 'mod(master, 10000000)')} || mod(mod(master, 10000000), 7)"},
        "laid_flight",
    )  # fmt: skip
    count_on(cursor, f"SELECT 'ECM_' || station || '_' || {year('begun')}, max(serial) FROM laid_flight GROUP BY 1")


def plan_bills(cursor: Any, after: int, upto: int) -> dict[str, int]:
    """The bills of some flights, each with its course and value. Return the key before the first of each kind of row, and how many."""
    cursor.execute("SELECT coalesce(sum(bills), 0) FROM laid_flight WHERE f > %s AND f <= %s", [after, upto])
    count = int(cursor.fetchone()[0])
    models = {
        "bills": CourierBillOfEntry, "hawbs": HouseAirwayBill, "packages": Package, "decisions": RiskDecision, "items": Item,
    }  # fmt: skip
    told = {name: keys(cursor, model, count) for name, model in models.items()}
    cursor.execute("DROP TABLE IF EXISTS laid")
    cursor.execute(_BILLS, {**told, "after": after, "upto": upto, "facilitated": FACILITATED_ONE_IN})
    cursor.execute("ANALYZE laid")
    return {**told, "count": count}


def lay_bills(cursor: Any, planned: dict[str, int]) -> int:
    """The shipments and bills that are planned, with what they paid (`laid_challan`). Return how many bills."""
    count = planned["count"]
    _shipments(cursor)
    _bills(cursor, planned["bills"] + 1, planned["bills"] + count)
    _found(cursor)
    return count


LANDED = by_course({one: done(one, "record_arrival") for one in ("FACILITATED", "ASSESSED")})
LANDED_AT = by_course({one: at(one, "record_arrival") for one in ("FACILITATED", "ASSESSED")})
XRAYED_AT = by_course({one: at(one, "clear_xray") for one in ("FACILITATED", "ASSESSED")})
CLEARED_AT = by_course(
    {"FACILITATED": at("FACILITATED", "clear_xray"), "ASSESSED": at("ASSESSED", "give_out_of_charge")}
)
PAID = by_course({one: done(one, "confirm_payment") for one in ("FACILITATED", "ASSESSED")})
PAID_AT = by_course({one: at(one, "confirm_payment") for one in ("FACILITATED", "ASSESSED")})
DUTY = "trunc(value * 0.42)::numeric(16, 2)"
HAWB = f"'LH' || {dense(10, 'hawb')}"


def _shipments(cursor: Any) -> None:
    lay(
        cursor, HouseAirwayBill,
        {
            "id": "hawb", "manifest_id": "id", "master_id": "master", "number": HAWB, "packages": "1", "packages_arrived": f"({LANDED})::int",
            "arrived_at": LANDED_AT, "gross_weight_kg": "1 + mod(n, 9)", "description": "'Goods of class ' || mod(hawb, 97)",
            "consignor_name": "'Sender ' || mod(hawb, 997)", "consignor_address": "'Dock Road'", "consignor_country": "'HK'",
            "consignee_name": "'Receiver ' || mod(hawb * 7919, 200000)", "consignee_address": "'3rd Cross'", "consignee_city": "'Bengaluru'",
            "consignee_state": "'Karnataka'", "consignee_pin": "'560068'", "invoice_value": "trunc(value / 84)", "invoice_currency": "'USD'",
        },
        "laid ORDER BY rank",
    )  # fmt: skip
    lay(
        cursor,
        Package,
        {"id": "package", "manifest_id": "id", "hawb_id": "hawb", "crn": HAWB, "part": "1", "arrived_at": LANDED_AT},
        "laid ORDER BY rank",
    )
    lay(
        cursor, ArrivalScan,
        {
            "key": "gen_random_uuid()", "manifest_id": "id", "code": HAWB, "verdict": "'ARRIVED'", "package_id": "package", "scanned_at": LANDED_AT,
            "received_at": LANDED_AT, "by_id": "scanner",
        },
        f"laid WHERE {LANDED} AND scanner IS NOT NULL ORDER BY rank",
    )  # fmt: skip
    lay(
        cursor, WarehouseEntry,
        {"station_id": "station", "in_at": LANDED_AT, "hawb_id": "hawb", "location": "'A-' || mod(n, 40)", "out_at": CLEARED_AT,
         "out_on": f"CASE WHEN ({CLEARED_AT}) IS NULL THEN '' ELSE 'OUT_OF_CHARGE' END"},
        f"laid WHERE {LANDED} ORDER BY rank",
    )  # fmt: skip
    lay(
        cursor, RiskDecision,
        {"id": "decision", "lane": "CASE course WHEN 'ASSESSED' THEN 'BOTH' ELSE 'FACILITATED' END", "draw": "0", "ruleset": "'laid'", "decided_at": "begun"},
        "laid ORDER BY rank",
    )  # fmt: skip


def _bills(cursor: Any, first: int, last: int) -> None:
    snapshot = f"""'{{"goods":"Goods of class ' || mod(hawb, 97) || '","hawb":"' || {HAWB} || '","value":"' || value || '.00"}}'"""
    lay_trail(
        cursor,
        BillTrail,
        f"SELECT bill AS id, station, courier, course, lines, begun, pace, {snapshot} AS snapshot, challan, {DUTY} AS amount"
        " FROM laid LEFT JOIN (SELECT f, number AS challan FROM laid_challan) paid USING (f)",
        "CASE WHEN s.answers = '{}' THEN s.answers ELSE replace(replace(s.answers, '<challan>', coalesce(d.challan, '')), '<amount>', d.amount::text) END",
    )
    cleared, assessed = f"({CLEARED_AT})", "course = 'ASSESSED'"
    lay(
        cursor, CourierBillOfEntry,
        {
            "id": "bill", "number": f"kind || substr(laid.number, 4) || '_' || {dense(2, 'no')}", "serial": "no",
            "stage_since": courses.since(), "trail_length": "head.seq", "trail_head": "head.seal", "kind": "kind", "station_id": "station",
            "courier_id": "courier", "manifest_id": "laid.id", "hawb_id": "hawb", "stage": courses.stage(), "created_by_id": "signatory", "filed_by_id": "signatory",
            "created_at": "begun - interval '1 hour'", "kyc_type": "CASE WHEN mod(n, 3) = 0 THEN 'PAN' ELSE 'PASSPORT' END",
            "kyc_number": "CASE WHEN mod(n, 3) = 0 THEN 'ABCP' || chr(65 + mod(n, 26)) || lpad(mod(hawb, 10000)::text, 4, '0') || 'L' ELSE 'Z' || mod(hawb, 10000000) END",
            "iec": f"CASE WHEN {assessed} AND mod(n, 2) = 0 THEN 'AAFC' || chr(65 + mod(n, 26)) || lpad(mod(hawb, 10000)::text, 4, '0') || 'R' ELSE '0100000053' END",
            "state_code": "'29'", "invoice_number": "'INV-' || hawb", "invoice_date": "(begun - interval '3 days')::date", "invoice_terms": "'FOB'",
            "currency": "'USD'", "filed_at": "begun", "presented_on": "(begun AT TIME ZONE 'Asia/Kolkata')::date", "rates_on": "(begun AT TIME ZONE 'Asia/Kolkata')::date",
            "goods": "'Goods of class ' || mod(hawb, 97)", "first_cth": "'85183000'", "item_count": "1", "exchange_rate": "84", "assessable_value": "value",
            "total_duty": DUTY, "duty_heads": f"jsonb_build_object('BCD', {DUTY}::text)", "duty_paid": f"CASE WHEN {PAID} THEN {DUTY} ELSE 0 END",
            "paid_heads": f"CASE WHEN {PAID} THEN jsonb_build_object('BCD', {DUTY}::text) ELSE '{{}}' END", "paid_at": PAID_AT,
            "risk_decision_id": "decision", "facilitated": f"NOT {assessed}", "assessment_required": assessed, "examination_prescribed": assessed,
            "holds": f"CASE WHEN {assessed} AND lines = 2 THEN 'QUERY' ELSE '' END", "returns_to": f"CASE WHEN {assessed} AND lines >= 2 THEN 'ASSESSMENT' ELSE '' END",
            "assessed_at": by_course({"ASSESSED": f"CASE WHEN lines >= 6 THEN {at('ASSESSED', 'assess')} END"}), "approved_at": by_course({"ASSESSED": at("ASSESSED", "approve_appraisal")}),
            "arrived_at": LANDED_AT, "xray_result": f"CASE WHEN ({XRAYED_AT}) IS NULL THEN '' ELSE 'CLEAR' END", "xray_at": XRAYED_AT,
            "examined_at": by_course({"ASSESSED": at("ASSESSED", "report_examination")}), "out_of_charge_at": cleared,
        },
        f"laid JOIN {heads(BillTrail, first, last)} head ON head.document_id = laid.bill ORDER BY rank",
    )  # fmt: skip
    count_on(
        cursor, "SELECT kind || substr(number, 4), max(no) FROM laid GROUP BY 1"
    )  # what is filed on a flight under way goes on from there


def _found(cursor: Any) -> None:
    lay(
        cursor, Item,
        {
            "id": "item", "bill_id": "bill", "item_no": "1", "cth": "'85183000'", "description": "'Goods of class ' || mod(hawb, 97)", "country_of_origin": "'HK'",
            "quantity": "1", "uom": "'NOS'", "unit_price": "trunc(value / 84)", "assessable_value": "value", "bcd": DUTY, "total_duty": DUTY,
        },
        "laid ORDER BY rank",
    )  # fmt: skip
    ao, firm = (
        f"(SELECT p.user_id FROM laid_person p WHERE p.role = '{role}' AND p.place = {place})"
        for role, place in (("ASSESSING_OFFICER", "station"), ("COURIER_SIGNATORY", "'courier:' || courier"))
    )
    asked, answered = at("ASSESSED", "raise_query"), at("ASSESSED", "reply_to_query")
    lay(
        cursor, QueryMemo,
        {
            "bill_id": "bill", "raised_from": "'ASSESSMENT'", "question": "'What are the goods made of, and what are they for?'", "raised_by_id": ao,
            "raised_at": asked, "reply": f"CASE WHEN ({answered}) IS NULL THEN '' ELSE 'Plastic, for household use.' END", "replied_at": answered,
            "replied_by_id": f"CASE WHEN ({answered}) IS NOT NULL THEN {firm} END",
        },
        f"laid WHERE course = 'ASSESSED' AND lines >= 2 AND {ao} IS NOT NULL ORDER BY rank",
    )  # fmt: skip
    inspector = ao.replace("ASSESSING_OFFICER", "INSPECTOR")
    lay(
        cursor, Examination,
        {
            "bill_id": "bill", "by_id": inspector, "at": at("ASSESSED", "report_examination"), "packages_opened": "1", "percent": "10",
            "findings": "'As declared.'", "recommendation": "'RELEASE'", "first_check": "false",
        },
        f"laid WHERE course = 'ASSESSED' AND lines >= 11 AND {inspector} IS NOT NULL ORDER BY rank",
    )  # fmt: skip
    shed = ao.replace("ASSESSING_OFFICER", "SHED_SUPERINTENDENT")
    series = f"'OOC_' || station || '_' || {year('given')}"
    orders = (
        f"(SELECT *, coalesce((SELECT last FROM eccs_counter WHERE series = {series}), 0) + row_number() OVER (PARTITION BY {series} ORDER BY given, rank) AS ooc,"
        f" {series} AS of FROM (SELECT *, {CLEARED_AT} AS given FROM laid) laid WHERE given IS NOT NULL)"
    )
    lay(
        cursor, OutOfCharge,
        {
            "number": f"of || '_' || {dense(6, 'ooc')}", "serial": "ooc", "station_id": "station", "given_at": "given", "automatic": "course = 'FACILITATED'",
            "by_id": f"CASE WHEN course = 'ASSESSED' THEN {shed} END", "bill_id": "bill",
        },
        f"{orders} ordered ORDER BY rank",
    )  # fmt: skip
    count_on(cursor, f"SELECT of, max(ooc) FROM {orders} ordered GROUP BY 1")
