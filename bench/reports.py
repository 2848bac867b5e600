"""The reports over ten times the bills: their pages and the roll-up of what is new, beside the same over a tenth of it."""

from __future__ import annotations

from statistics import median

from django.db import connection
from django.test import Client

from bench import world
from bench.bulk import lay_bills
from bench.measure import Row, at_most, rounds, timed
from bench.queues import copy_database, turn_to
from bills.models import BillTrail
from reports import rolling
from reports.kinds import REPORTS
from reports.models import Mark
from reports.sources import IMPORTS

FEW, ALL, NEW, LINES = 20_000, 200_000, 1_000, 7  # bills, and the lines of each
DAYS, ROUNDS, BLOCKS = 60, 7, 5
FEW_ALONE = "bench_reports_few"
_TRAILS = """
INSERT INTO bills_billtrail (document_id, seq, at, step, from_stage, to_stage, by_name, role, answers, previous, seal)
SELECT b.id, line.seq, now() - make_interval(days => (b.id %% %(days)s)::int, secs => (b.id * 37 %% 40000 + 300000 - line.seq * (b.id %% 5000 + 60))::int),
    line.step, line.source, line.target, 'Bench', line.role, '{"recommendation": "RELEASE"}', '', ''
FROM bills_courierbillofentry b CROSS JOIN (VALUES
    (1, 'file', 'DRAFT', 'ASSESSMENT', 'COURIER_SIGNATORY'), (2, 'assess', 'ASSESSMENT', 'DUTY', 'ASSESSING_OFFICER'),
    (3, 'confirm_payment', 'DUTY', 'ARRIVAL', 'SYSTEM'), (4, 'record_arrival', 'ARRIVAL', 'XRAY', 'ARRIVAL_SCANNER'),
    (5, 'clear_xray', 'XRAY', 'EXAMINATION', 'XRAY_OFFICER'), (6, 'report_examination', 'EXAMINATION', 'FOR_OUT_OF_CHARGE', 'INSPECTOR'),
    (7, 'give_out_of_charge', 'FOR_OUT_OF_CHARGE', 'OUT_OF_CHARGE', 'SHED_SUPERINTENDENT')
) line(seq, step, source, target, role) WHERE b.id = ANY(%(bills)s)
"""


def run() -> list[Row]:
    """Few bills, then ten times as many: the pages of both in turn, and the roll-up of the last thousand bills of each."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(world.person("commissioner.blr"))
    addresses = ["", *(f"{slug}/?compare=on" for slug in REPORTS)]

    def pages_in(database: str) -> float:
        turn_to(database)
        _ask(client, addresses)
        return timed(lambda: _ask(client, addresses)) / len(addresses)

    new_of_few, _whole = _with(FEW)
    every = connection.settings_dict["NAME"]
    copy_database(every, FEW_ALONE)
    new_of_many, whole = _with(ALL - FEW - NEW)
    few, many = rounds(ROUNDS, lambda: pages_in(FEW_ALONE), lambda: pages_in(every))
    turn_to(every)
    rate = (ALL - FEW - NEW) * LINES / whole
    told = f"{FEW:,} bills"
    return [
        at_most(f"pages of reports, {ALL + NEW:,} bills", f"{many * 1000:.1f} ms", f"{told} {few * 1000:.1f} ms", many / few, 1.15),
        at_most(
            "roll-up of a thousand new bills", f"{new_of_many * 1000:.0f} ms, {rate:,.0f} lines/s", f"after {told} {new_of_few * 1000:.0f} ms",
            new_of_many / new_of_few, 1.3,
        ),
    ]  # fmt: skip


def _ask(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        answer = client.get(f"/reports/{address}")
        assert answer.status_code == 200 and b"As of" in answer.content, address


def _with(bills: int) -> tuple[float, float]:
    """So many bills more: the time of the roll-up of a thousand new ones, and of all that was laid before."""
    _lay(bills)
    whole = timed(_roll_up)
    news = []
    for _n in range(BLOCKS):
        _lay(NEW // BLOCKS)
        news.append(timed(_roll_up))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE reports_daytally, reports_dwelltally, reports_hourtally, reports_pendingtally")
    return median(news) * BLOCKS, whole


def _lay(bills: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TRAILS, {"days": DAYS, "bills": lay_bills(bills, "DISPOSED")})
        cursor.execute("ANALYZE bills_billtrail")


def _roll_up() -> None:
    while rolling.add_piece(IMPORTS):
        pass
    assert rolling.roll_up()
    assert not BillTrail.objects.filter(pk__gt=Mark.objects.get(trail=IMPORTS.table).done).exists()
