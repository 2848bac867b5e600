"""Bills by the hundred thousand, laid straight into the tables: what a station holds after months of work."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

from bench import world
from manifests.models import MasterAirwayBill

_HAWBS = """
INSERT INTO manifests_houseairwaybill (manifest_id, master_id, number, ucr, packages, packages_arrived, arrived_at, gross_weight_kg,
    description, consignor_name, consignor_address, consignor_country, consignee_name, consignee_address, consignee_city,
    consignee_state, consignee_pin, invoice_value, invoice_currency, transshipment, transshipment_to)
SELECT %(manifest)s, %(master)s, 'BK' || n, '', 1, 1, now(), 1 + n %% 9, 'Goods ' || n %% 97, 'Sender', 'Dock Road', 'HK',
    'Receiver ' || n %% 4999, '3rd Cross', 'Bengaluru', 'Karnataka', '560068', 100, 'USD', false, ''
FROM generate_series(1, %(count)s) n
"""
_DECISIONS = """
INSERT INTO rms_riskdecision (lane, reasons, facts, draw, ruleset, documents_required, xray_attention, courier_text, found, cause, decided_at)
SELECT CASE WHEN n %% 2 = 0 THEN 'EXAMINATION' ELSE 'BOTH' END, '[]', '{}', 0, 'bench', '', false, '', '', 'FILED', now()
FROM generate_series(1, %(count)s) n RETURNING id
"""
_BILLS = """
WITH decided AS (SELECT id, row_number() OVER (ORDER BY id) n FROM (SELECT id FROM rms_riskdecision WHERE ruleset = 'bench'
        ORDER BY id DESC LIMIT %(count)s) d),
    shipped AS (SELECT id, row_number() OVER (ORDER BY id) n FROM manifests_houseairwaybill WHERE manifest_id = %(manifest)s)
INSERT INTO bills_courierbillofentry (number, serial, stage_since, trail_length, trail_head, kind, station_id, courier_id, manifest_id,
    hawb_id, stage, draft, created_by_id, created_at, government, eou, repair_and_return, ecommerce, kyc_type, kyc_number, kyc_token,
    iec, iec_branch, gstin, state_code, ad_code, invoice_number, invoice_terms, currency, hawb_image, invoice_image, filed_at,
    presented_on, rates_on, goods, first_cth, item_count, exchange_unit, exchange_source, assessable_value, total_duty, duty_heads,
    interest, fine, penalty, late_charge, paid_heads, duty_paid,
    risk_decision_id, facilitated, assessment_required, examination_prescribed, documents_required,
    documents_complete, holds, returns_to, detained_from, stopped_from, provisional, assessment_remarks, examination_mandated, arrived_at, xray_result, xray_remarks,
    shipment_count, bag_count, unreckoned, discount_currency, assessment_due, risk_pending, return_of)
SELECT 'CBE-XIII_BLR_BENCH_' || %(manifest)s || '_' || n, n, now() - make_interval(secs => n), 0, '', 'CBE-XIII', 'BLR', %(courier)s,
    %(manifest)s, shipped.id, %(stage)s, '{}', %(by)s, now(), false, false, false, false, 'PAN', 'ABCPK1234L', '', '0100000053', '',
    '', '29', '', 'INV', 'FOB', 'USD', '', '', now(), current_date, current_date, 'Goods ' || n %% 97, '85183000', 1, 1, '',
    (n * 37 %% 90000)::numeric, (n * 11 %% 30000)::numeric, '{}', 0, 0, 0, 0, '{}', (n * 11 %% 30000)::numeric, decided.id, false,
    true, true, '', true, '', '', '', '', false, '', false, now(), '', '', 1, 0, '', '', false, false, ''
FROM shipped JOIN decided USING (n) RETURNING id
"""


def lay_bills(count: int, stage: str) -> list[int]:
    """So many filed bills of one flight at a stage; their keys."""
    manifest = world.draft()
    master = MasterAirwayBill.objects.create(manifest=manifest, number="157-12345675")
    values: dict[str, Any] = {
        "manifest": manifest.pk, "master": master.pk, "count": count, "stage": stage, "courier": manifest.courier_id,
        "by": manifest.created_by_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE manifests_expresscargomanifest SET stage = 'SUBMITTED', number = %s, serial = id, submitted_at = %s, hawb_count = %s "
            "WHERE id = %s",
            [f"ECM_BLR_BENCH_{manifest.pk}", timezone.now(), count, manifest.pk],
        )
        cursor.execute(_HAWBS, values)
        cursor.execute(_DECISIONS, values)
        cursor.execute(_BILLS, values)
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute("VACUUM ANALYZE bills_courierbillofentry, manifests_houseairwaybill, rms_riskdecision")
    return ids
