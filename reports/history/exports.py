"""Goods that left in a laid past: shipping bills with items, orders, trail, and the export manifests of their flights."""

from __future__ import annotations

from typing import Any

from exports.models import (
    CourierExportManifest,
    CourierShippingBill,
    ExportExamination,
    ExportGoods,
    ExportItem,
    ExportManifestLine,
    ExportManifestTrail,
    ExportQuery,
    LetExportOrder,
    ShippingBillTrail,
)
from reports.history import courses
from reports.history.courses import COURSES, at
from reports.history.laying import count_on, dense, heads, keys, lay, lay_trail, part_years, year
from rms.models import RiskDecision

TABLES = (
    CourierShippingBill, ExportExamination, ExportGoods, ExportItem, ExportManifestLine, ExportQuery, LetExportOrder, ShippingBillTrail, RiskDecision,
)  # fmt: skip
WHOLE, GONE = len(COURSES["SHIPPED"]), 8  # lines in all; those before it leaves

_DEPARTURES = """
CREATE TEMP TABLE laid_departure ON COMMIT DROP AS
SELECT *, coalesce((SELECT last FROM eccs_counter WHERE series = flights_of), 0) + row_number() OVER (PARTITION BY flights_of ORDER BY f) AS serial
FROM (
    SELECT *, 'CEM_' || station || '_' || {year} AS flights_of
    FROM (
        SELECT f, %(manifests)s + f AS id, o.station, o.courier, o.signatory, least(%(each)s, %(bills)s - (f - 1) * %(each)s) AS bills,
            f > %(flights)s - %(live)s AS live, CASE WHEN f > %(flights)s - %(live)s
                THEN now() - interval '4 days' + (f - %(flights)s + %(live)s) * interval '36 hours' / %(live)s
                ELSE now() - interval '5 days' - (%(flights)s - f) * %(past)s::interval / %(flights)s END AS begun
        FROM generate_series(1, %(flights)s) f JOIN laid_office o ON o.n = mod(f, (SELECT count(*) FROM laid_office))
    ) planned
) told
"""

_BILLS = """
CREATE TEMP TABLE laid AS
SELECT *, CASE WHEN live THEN 1 + mod(n * 7 + f, {gone} - 1) ELSE {whole} END AS lines,
    coalesce((SELECT last FROM eccs_counter WHERE series = bills_of), 0) + row_number() OVER (PARTITION BY bills_of ORDER BY rank) AS no
FROM (
    SELECT f.*, %(bills)s + rank AS bill, %(decisions)s + rank AS decision, 1 + mod(n * 13, 40) / 100.0 AS pace, 25001 + mod((n * 37 + f * 101)::numeric, 400000) AS value,
        'SHIPPED' AS course, 'CSB-V_' || station || '_' || {year} AS bills_of
    FROM (SELECT f.*, n, row_number() OVER (ORDER BY f.f, n) AS rank FROM laid_departure f CROSS JOIN LATERAL generate_series(1, f.bills) n
        WHERE f.f > %(after)s AND f.f <= %(upto)s) f
) chosen
"""
LEO_AT = at("SHIPPED", "give_let_export_order")
GONE_AT = at("SHIPPED", "export")
XRAYED_AT = at("SHIPPED", "clear_xray")
IN_AT = at("SHIPPED", "register_goods")
HAWB = f"'LX' || {dense(10, 'bill')}"


def plan(cursor: Any, bills: int, each: int, live: int, years: int) -> int:
    """So many flights out. Return how many."""
    flights = -(-bills // each)
    if not flights:
        return 0
    before = keys(cursor, CourierExportManifest, flights)
    told = {
        "manifests": before, "each": each, "bills": bills, "flights": flights,
        "live": min(max(1, live // each), flights), "past": f"{years * 365} days",
    }  # fmt: skip
    cursor.execute(_DEPARTURES.format(year=year("begun")), told)
    part_years(cursor, ShippingBillTrail, CourierShippingBill, "laid_departure")
    lay_trail(
        cursor, ExportManifestTrail,
        "SELECT id, station, courier, 'DEPARTURE' AS course, 2 AS lines, begun + interval '14 hours' AS begun, 1 AS pace, NULL::text AS snapshot FROM laid_departure WHERE NOT live",
    )  # fmt: skip
    filed, left = "begun + interval '14 hours'", "begun + interval '16 hours'"
    lay(
        cursor, CourierExportManifest,
        {
            "id": "laid.id", "number": f"flights_of || '_' || {dense(6, 'serial')}", "serial": "serial", "stage_since": left, "trail_length": "head.seq",
            "trail_head": "head.seal", "station_id": "station", "courier_id": "courier", "stage": "'EXPORTED'", "airline": "'Air Example'",
            "flight_number": "'EX' || 100 + mod(laid.id, 900)", "mawb": f"'157-' || {dense(7, 'mod(laid.id, 10000000)')} || mod(mod(laid.id, 10000000), 7)",
            "airport_of_destination": "'HKG'", "scheduled_departure": left, "created_by_id": "signatory", "created_at": filed, "filed_at": filed,
            "egm_number": "(1000000 + laid.f)::text", "departed_at": left, "bill_count": "bills", "package_count": "bills", "gross_weight_kg": "bills * 2",
        },
        f"laid_departure laid JOIN {heads(ExportManifestTrail, before + 1, before + flights)} head ON head.document_id = laid.id",
    )  # fmt: skip
    count_on(cursor, "SELECT flights_of, max(serial) FROM laid_departure WHERE NOT live GROUP BY 1")
    return flights


def lay_departures(cursor: Any, after: int, upto: int) -> int:
    """The shipping bills of some flights. Return how many."""
    cursor.execute("SELECT coalesce(sum(bills), 0) FROM laid_departure WHERE f > %s AND f <= %s", [after, upto])
    count = int(cursor.fetchone()[0])
    told = {"bills": keys(cursor, CourierShippingBill, count), "decisions": keys(cursor, RiskDecision, count)}
    cursor.execute("DROP TABLE IF EXISTS laid")
    cursor.execute(_BILLS.format(year=year("begun"), gone=GONE, whole=WHOLE), {**told, "after": after, "upto": upto})
    cursor.execute("ANALYZE laid")
    snapshot = f"""'{{"goods":"Goods of class ' || mod(bill, 97) || '","hawb":"' || {HAWB} || '","value":"' || value || '.00"}}'"""
    lay_trail(
        cursor,
        ShippingBillTrail,
        f"SELECT bill AS id, station, courier, course, lines, begun, pace, {snapshot} AS snapshot FROM laid",
    )
    _bills(cursor, told["bills"] + 1, told["bills"] + count)
    _found(cursor)
    count_on(cursor, "SELECT bills_of, max(no) FROM laid GROUP BY 1")
    return count


def _bills(cursor: Any, first: int, last: int) -> None:
    lay(
        cursor, RiskDecision,
        {"id": "decision", "lane": "'BOTH'", "draw": "0", "ruleset": "'laid'", "decided_at": "begun"}, "laid ORDER BY rank",
    )  # fmt: skip
    lay(
        cursor, CourierShippingBill,
        {
            "id": "bill", "number": f"bills_of || '_' || {dense(6, 'no')}", "serial": "no", "stage_since": courses.since(), "trail_length": "head.seq",
            "trail_head": "head.seal", "risk_decision_id": "CASE WHEN lines >= 2 THEN decision END", "assessment_required": "true", "examination_prescribed": "true",
            "holds": "CASE lines WHEN 3 THEN 'QUERY' ELSE '' END", "returns_to": "CASE WHEN lines >= 3 THEN 'ASSESSMENT' ELSE '' END", "assessed_at": at("SHIPPED", "assess"),
            "xray_result": f"CASE WHEN ({XRAYED_AT}) IS NULL THEN '' ELSE 'CLEAR' END", "xray_at": XRAYED_AT, "examined_at": at("SHIPPED", "report_examination"),
            "kind": "'CSB-V'", "station_id": "station", "courier_id": "courier", "stage": courses.stage(), "created_by_id": "signatory", "filed_by_id": "signatory",
            "created_at": "begun - interval '1 hour'", "hawb": HAWB, "packages": "1", "gross_weight_kg": "1 + mod(n, 9)", "destination_country": "'HK'",
            "airport_of_destination": "'HKG'", "consignor_name": "'Maker ' || mod(bill, 9973)", "consignor_address": "'Peenya'", "consignee_name": "'Buyer ' || mod(bill, 99991)",
            "consignee_address": "'Dock Road'", "iec": "'AAFC' || chr(65 + mod(n, 26)) || lpad(mod(bill, 10000)::text, 4, '0') || 'M'", "invoice_number": "'INV-' || bill",
            "invoice_date": "(begun - interval '3 days')::date", "invoice_terms": "'FOB'", "currency": "'USD'", "filed_at": "begun",
            "presented_on": "(begun AT TIME ZONE 'Asia/Kolkata')::date", "goods": "'Goods of class ' || mod(bill, 97)", "first_cth": "'61091000'", "item_count": "1",
            "exchange_rate": "84", "fob_foreign": "trunc(value / 84)", "fob_value": "value", "packages_in": "CASE WHEN lines >= 2 THEN 1 ELSE 0 END", "registered_at": IN_AT,
            "let_export_at": LEO_AT, "exported_at": GONE_AT, "egm_number": f"CASE lines WHEN {WHOLE} THEN (1000000 + laid.f)::text ELSE '' END",
        },
        f"laid JOIN {heads(ShippingBillTrail, first, last)} head ON head.document_id = laid.bill ORDER BY rank",
    )  # fmt: skip


def _found(cursor: Any) -> None:
    ao = "(SELECT p.user_id FROM laid_person p WHERE p.role = 'ASSESSING_OFFICER' AND p.place = station)"
    lay(
        cursor, ExportItem,
        {
            "bill_id": "bill", "item_no": "1", "cth": "'61091000'", "description": "'Goods of class ' || mod(bill, 97)", "quantity": "1", "uom": "'NOS'",
            "unit_price": "trunc(value / 84)", "fob_foreign": "trunc(value / 84)", "fob_value": "value", "taxable_value": "value",
        },
        "laid ORDER BY rank",
    )  # fmt: skip
    lay(
        cursor, ExportGoods,
        {"station_id": "station", "in_at": IN_AT, "location": "'B-' || mod(n, 40)", "out_at": GONE_AT, "bill_id": "bill",
         "out_on": f"CASE lines WHEN {WHOLE} THEN 'EXPORTED' ELSE '' END"},
        "laid WHERE lines >= 2 ORDER BY rank",
    )  # fmt: skip
    answered = at("SHIPPED", "reply_to_query")
    lay(
        cursor, ExportQuery,
        {
            "bill_id": "bill", "raised_from": "'ASSESSMENT'", "question": "'What are the goods made of?'", "raised_by_id": ao, "raised_at": at("SHIPPED", "raise_query"),
            "reply": f"CASE WHEN ({answered}) IS NULL THEN '' ELSE 'Cotton.' END", "replied_at": answered,
            "replied_by_id": f"CASE WHEN ({answered}) IS NOT NULL THEN signatory END",
        },
        f"laid WHERE lines >= 3 AND {ao} IS NOT NULL ORDER BY rank",
    )  # fmt: skip
    inspector, leo = ao.replace("ASSESSING_OFFICER", "INSPECTOR"), ao.replace("ASSESSING_OFFICER", "LEO_OFFICER")
    lay(
        cursor, ExportExamination,
        {
            "bill_id": "bill", "by_id": inspector, "at": at("SHIPPED", "report_examination"), "packages_opened": "1", "percent": "10", "findings": "'As declared.'",
            "recommendation": "'RELEASE'",
        },
        f"laid WHERE lines >= 7 AND {inspector} IS NOT NULL ORDER BY rank",
    )  # fmt: skip
    series = f"'LEO_' || station || '_' || {year('given')}"
    orders = (
        f"(SELECT *, coalesce((SELECT last FROM eccs_counter WHERE series = {series}), 0) + row_number() OVER (PARTITION BY {series} ORDER BY given, rank) AS leo,"
        f" {series} AS of FROM (SELECT *, {LEO_AT} AS given FROM laid) laid WHERE given IS NOT NULL)"
    )
    lay(
        cursor, LetExportOrder,
        {"number": f"of || '_' || {dense(6, 'leo')}", "serial": "leo", "station_id": "station", "given_at": "given", "automatic": "false", "by_id": leo, "bill_id": "bill"},
        f"{orders} ordered ORDER BY rank",
    )  # fmt: skip
    count_on(cursor, f"SELECT of, max(leo) FROM {orders} ordered GROUP BY 1")
    lay(
        cursor,
        ExportManifestLine,
        {"manifest_id": "id", "bill_id": "bill"},
        f"laid WHERE lines = {WHOLE} ORDER BY rank",
    )
