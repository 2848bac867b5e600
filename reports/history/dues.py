"""What the bills of a laid past have paid: a challan for each flight, its receipt, and the books of the cash ledgers."""

from __future__ import annotations

from typing import Any

from payments.cash.ledger import account_of
from payments.cash.models import CashAccount, CashEntry, CashLine
from payments.models import Challan, ChallanLine, ChallanTrail, CyberReceipt
from reports.history.imports import DUTY, PAID, PAID_AT
from reports.history.laying import count_on, dense, heads, keys, lay, lay_trail

TABLES = (ChallanLine,)

_CHALLANS = """
CREATE TEMP TABLE laid_challan AS
SELECT *, day || %(number)s AS number FROM (
SELECT *, 'TR6_' || day AS of, coalesce((SELECT last FROM eccs_counter WHERE series = 'TR6_' || day), 0)
    + row_number() OVER (PARTITION BY day ORDER BY id) AS serial,
    coalesce((SELECT last FROM eccs_counter WHERE series = receipts), 0)
    + row_number() OVER (PARTITION BY receipts ORDER BY id) AS receipt
FROM (
    SELECT %(challans)s + row_number() OVER (ORDER BY f) AS id, %(entries)s + row_number() OVER (ORDER BY f) AS entry, 'CHALLAN' AS course, 3 AS lines, 1 AS pace,
        f, station, courier, signatory, begun, amount, bills, to_char(begun AT TIME ZONE 'Asia/Kolkata', 'DDMM') AS day,
        'R-' || station || '-' || substr(extract(year FROM begun AT TIME ZONE 'Asia/Kolkata' - interval '3 months')::text, 3, 2) AS receipts
    FROM (SELECT f, station, courier, signatory, min({paid_at}) - interval '30 minutes' AS begun, sum({duty}) AS amount, count(*) AS bills
        FROM laid WHERE {paid} GROUP BY f, station, courier, signatory) paid
) told) numbered
"""


def plan_dues(cursor: Any) -> tuple[int, int]:
    """A challan for each flight whose bills are planned and paid. Return the key before the first, and how many."""
    cursor.execute(f"SELECT count(DISTINCT f) FROM laid WHERE {PAID}")
    count = int(cursor.fetchone()[0])
    challans, entries = keys(cursor, Challan, count), keys(cursor, CashEntry, count)
    cursor.execute("DROP TABLE IF EXISTS laid_challan")
    plan = _CHALLANS.replace("%(number)s", dense(6, "serial")).format(paid=PAID, paid_at=PAID_AT, duty=DUTY)
    cursor.execute(plan, {"challans": challans, "entries": entries})
    return challans, count


def lay_dues(cursor: Any, planned: tuple[int, int]) -> None:
    """The challans of the flights that were laid last."""
    challans, count = planned
    if not count:
        return
    lay_trail(cursor, ChallanTrail, "SELECT *, NULL::text AS snapshot FROM laid_challan")
    paid_at = "begun + interval '30 minutes'"
    lay(
        cursor, Challan,
        {
            "id": "laid.id", "number": "laid.number", "serial": "serial", "stage_since": paid_at, "trail_length": "head.seq",
            "trail_head": "head.seal", "station_id": "station", "courier_id": "courier", "stage": "'PAID'", "amount": "amount",
            "heads": "jsonb_build_object('BCD', amount::text)", "bill_count": "bills", "created_by_id": "signatory", "created_at": "begun",
            "sent_to_bank_at": "begun + interval '15 minutes'", "bank_transaction": "'LAID' || laid.id", "told_by": "'SERVER'", "paid_at": paid_at,
        },
        f"laid_challan laid JOIN {heads(ChallanTrail, challans + 1, challans + count)} head ON head.document_id = laid.id",
    )  # fmt: skip
    lay(
        cursor, ChallanLine,
        {
            "challan_id": "c.id", "bill_id": "laid.bill", "amount": DUTY, "heads": f"jsonb_build_object('BCD', {DUTY}::text)", "live": "false", "credited_at": "c.begun + interval '30 minutes'",
        },
        f"laid JOIN laid_challan c USING (f) WHERE {PAID.replace('lines', 'laid.lines').replace('course', 'laid.course')}",
    )  # fmt: skip
    lay(
        cursor, CyberReceipt,
        {"number": f"receipts || '-' || {dense(7, 'receipt')}", "serial": "receipt", "challan_id": "id", "station_id": "station", "issued_at": paid_at},
        "laid_challan",
    )  # fmt: skip
    count_on(
        cursor,
        "SELECT of, max(serial) FROM laid_challan GROUP BY 1 UNION ALL SELECT receipts, max(receipt) FROM laid_challan GROUP BY 1",
    )
    _books(cursor, paid_at)


def _books(cursor: Any, paid_at: str) -> None:
    """What the bank received for a challan is deposited and debited in one entry, as the ledger books it."""
    cursor.execute("SELECT DISTINCT courier, station FROM laid_challan")
    for courier, station in cursor.fetchall():
        account_of(courier_id=courier)
        CashAccount.objects.get_or_create(sort=CashAccount.Sort.GOVERNMENT, station_id=station)
    bank, _made = CashAccount.objects.get_or_create(sort=CashAccount.Sort.BANK, bank="BANK")
    lay(
        cursor, CashEntry,
        {"id": "entry", "key": "'bank:' || id", "sort": "'DIRECT'", "challan_id": "id", "amount": "amount", "at": paid_at, "by_name": "'ECCS'"},
        "laid_challan",
    )  # fmt: skip
    lay(
        cursor, CashLine, {"entry_id": "entry", "account_id": "account", "amount": "amount * side", "at": paid_at},
        f"laid_challan c CROSS JOIN LATERAL (VALUES (1, {int(bank.pk)}::bigint, -1), (2, (SELECT id FROM payments_cashaccount WHERE courier_id = c.courier), 1),"
        " (3, (SELECT id FROM payments_cashaccount WHERE courier_id = c.courier), -1),"
        " (4, (SELECT id FROM payments_cashaccount WHERE sort = 'GOVERNMENT' AND station_id = c.station), 1)) line(no, account, side) ORDER BY entry, no",
    )  # fmt: skip
