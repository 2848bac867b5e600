"""Putting the rates of an approved file in force, and taking back what has not begun: a statement for all rows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Max

if TYPE_CHECKING:
    from bills.models import RateFile

LOCK = 0x52415445  # whoever changes the rates, or compares a file with them, does so one at a time
SORTS = ("tariff", "exchange-rates", "exemptions")

TARIFF = """
    INSERT INTO bills_tariffrate (file_id, cth, from_date, description, unit, bcd_percent, bcd_specific, bcd_specific_unit,
        aidc_percent, sws_applies, igst_percent, cess_percent, notification, ended)
    SELECT file_id, code, from_date, r.description, r.unit, r.bcd_percent, r.bcd_specific, r.bcd_specific_unit,
        r.aidc_percent, r.sws_applies, r.igst_percent, r.cess_percent, r.notification, kind = 'ENDED'
    FROM bills_ratechange, jsonb_to_record(after) AS r(description text, unit text, bcd_percent numeric, bcd_specific numeric,
        bcd_specific_unit text, aidc_percent numeric, sws_applies boolean, igst_percent numeric, cess_percent numeric,
        notification text)
    WHERE file_id = %s
"""
EXCHANGE = """
    INSERT INTO bills_exchangerate (file_id, currency, from_date, unit, import_rate, export_rate, notification)
    SELECT file_id, code, from_date, r.unit, r.import_rate, r.export_rate, r.notification
    FROM bills_ratechange, jsonb_to_record(after) AS r(unit integer, import_rate numeric, export_rate numeric, notification text)
    WHERE file_id = %s
"""


EXEMPTIONS = """
    INSERT INTO bills_exemptionrate (file_id, code, from_date, notification, serial, description, covers, for_whom, condition,
        bcd_percent, aidc_percent, sws_percent, igst_percent, cess_percent, until, source, ended)
    SELECT file_id, code, from_date, r.notification, r.serial, r.description, r.covers, r.for_whom, r.condition, r.bcd_percent,
        r.aidc_percent, r.sws_percent, r.igst_percent, r.cess_percent, r.until, r.source, kind = 'ENDED'
    FROM bills_ratechange, jsonb_to_record(after) AS r(notification text, serial text, description text, covers text,
        for_whom text, condition text, bcd_percent numeric, aidc_percent numeric, sws_percent numeric, igst_percent numeric,
        cess_percent numeric, until date, source text)
    WHERE file_id = %s
"""
STATEMENTS = dict(zip(SORTS, (TARIFF, EXCHANGE, EXEMPTIONS), strict=True))


def wait_for_turn(sort: str) -> None:
    """Wait until nobody else is changing the rates of this sort or comparing a file with them; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, SORTS.index(sort)])


def last_turn(sort: str) -> int:
    """How often the rates of this sort were changed so far."""
    from bills.models import RateFile

    found: int | None = RateFile.objects.filter(sort=sort).aggregate(last=Max("turn"))["last"]
    return found or 0


def put_in_force(file: RateFile) -> None:
    """Add the rows of the file; each is in force from its day, and the one before it until the day before."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS[file.sort], [file.pk])


def take_back(file: RateFile) -> None:
    """Remove the rows of a file of which none has begun."""
    for rows in (file.tariff_rates, file.exchange_rates, file.exemptions):
        rows.all().delete()
