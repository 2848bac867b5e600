"""The audit of consequences: what was acknowledged is stored, each key had one effect, and nothing stands half done.

Each question returns the faults it finds, in words; a trial without faults has none. They read rows, not the code's own guards.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from api.webhooks.models import Delivery
from bills.models import CourierBillOfEntry
from bonds import checking as bonds
from bonds import ledger as bond_ledger
from bonds.models import BondEntry
from eccs import numbering
from eccs.models import Notice, Upload
from eccs.signing import verifying
from eccs.signing.models import Signature
from eccs.trail import trails
from eccs.workflow import Document
from manifests.models import ArrivalScan, ExpressCargoManifest, HouseAirwayBill, Package
from payments.cash import checking as cash
from payments.cash.models import CashEntry, CashLine
from payments.clearance import ASKED
from payments.models import Challan, ChallanLine, CyberReceipt
from transit.models import CargoTransferManifest

Told = Mapping[str, list[dict[str, Any]]]
NAMED = 5


def several(faults: Iterable[str], what: str) -> list[str]:
    """A few of many faults of one sort, and how many there are."""
    found = list(faults)
    return [f"{len(found)} × {what}: {', '.join(found[:NAMED])}"] if found else []


def filings(told: Told) -> list[str]:
    """Manifests and bills that were acknowledged are there, each once; a flight is there once."""
    faults: list[str] = []
    rows = ExpressCargoManifest.objects.filter(flight_number__startswith="FT").values_list(
        "flight_number", "number", "pk"
    )
    known: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for flight, number, pk in rows:
        known[flight].append((number or f"draft-{pk}", pk))
    faults += several((flight for flight, found in known.items() if len(found) > 1), "begun twice")
    faults += several((one["flight"] for one in told.get("begun", []) if one["flight"] not in known), "begun and lost")
    numbers = {number for found in known.values() for number, _pk in found}
    faults += several(
        (one["document"] for one in told.get("submitted", []) if one["document"] not in numbers), "submitted and lost"
    )
    filed = Counter(
        CourierBillOfEntry.objects.exclude(number=None)
        .filter(manifest__flight_number__startswith="FT")
        .values_list("manifest__flight_number", flat=True)
    )
    faults += several(
        (f"{one['flight']} {filed[one['flight']]} of {one['count']}" for one in told.get("bills", []) if filed[one["flight"]] != one["count"]),
        "filed otherwise than acknowledged",
    )  # fmt: skip
    ends = {number for one in told.get("bills", []) for number in (one["first"], one["last"])}
    there = set(CourierBillOfEntry.objects.filter(number__in=ends).values_list("number", flat=True))
    faults += several(sorted(ends - there), "bills lost")
    twice = CourierBillOfEntry.objects.exclude(number=None).exclude(hawb=None).values("hawb").annotate(n=Count("pk"))
    faults += several((str(one["hawb"]) for one in twice.filter(n__gt=1)), "shipments filed twice")
    return faults


def scans(told: Told) -> list[str]:
    """Each scan is kept once under its key, each package arrived by one of them, and a shipment counts what was scanned."""
    sent = {key for one in told.get("scans", []) for key in one["scans"]}
    kept = {str(key) for key in ArrivalScan.objects.values_list("key", flat=True)}
    faults = several(sorted(sent - kept), "scans lost")
    by_package = (
        ArrivalScan.objects.filter(verdict="ARRIVED")
        .order_by()
        .values("package")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
    )
    faults += several((str(one["package"]) for one in by_package), "packages arrived twice")
    scanned = ArrivalScan.objects.filter(verdict="ARRIVED").values("package")
    faults += several(
        map(str, Package.objects.filter(pk__in=scanned, arrived_at=None)), "packages scanned and not arrived"
    )
    odd = HouseAirwayBill.objects.filter(manifest__flight_number__startswith="FT").annotate(
        n=Count("pieces", filter=Q(pieces__arrived_at__isnull=False))
    )
    return faults + several(map(str, odd.exclude(n=F("packages_arrived"))), "shipments that count otherwise")


def money(told: Told, at_bank: Mapping[str, tuple[str, int]]) -> list[str]:
    """Challans are there once, what the bank says is paid is paid here, and every ledger sums to nothing and to its challans."""
    known = {str(one.number): one.stage for one in Challan.objects.exclude(number=None)}
    acknowledged = {one["document"] for one in told.get("challan", [])}
    faults = several(sorted(acknowledged - set(known)), "challans lost")
    made = Challan.objects.exclude(kind=Challan.Kind.DEPOSIT).count()
    if made != len(acknowledged):
        faults.append(f"{made} challans were made, {len(acknowledged)} acknowledged")
    live = ChallanLine.objects.exclude(credited_at=None).order_by().values("bill").annotate(n=Count("pk"))
    faults += several((str(one["bill"]) for one in live.filter(n__gt=1, bill__isnull=False)), "bills paid twice")
    debits = Counter(CashEntry.objects.filter(sort="PAYMENT").values_list("challan__number", flat=True))
    faults += several(
        (one["challan"] for one in told.get("debited", []) if known.get(one["challan"]) != "PAID" or debits[one["challan"]] != 1),
        "debited and not so, or twice",
    )  # fmt: skip
    if sum(debits.values()) != len(told.get("debited", [])):
        faults.append(f"{sum(debits.values())} debits, {len(told.get('debited', []))} acknowledged")
    paid = {number for number, (status, _paise) in at_bank.items() if status == "PAID"}
    faults += several(sorted(n for n in paid if known.get(n) != "PAID"), "paid at the bank and not here")
    booked = CashEntry.objects.filter(sort__in=("DIRECT", "DEPOSIT"))
    by_bank = set(map(str, booked.values_list("challan__number", flat=True)))
    faults += several(sorted(by_bank - paid), "booked and not paid at the bank")
    receipts = Counter(CyberReceipt.objects.values_list("challan__number", flat=True))
    faults += several(
        (n for n, stage in known.items() if receipts[n] != (stage == "PAID")), "receipts missing or twice"
    )
    faults += [f"books: {one}" for one in cash.found()]
    received = CashLine.objects.filter(account__sort="BANK").aggregate(n=Sum("amount"))["n"] or Decimal(0)
    theirs = sum(paise for status, paise in at_bank.values() if status == "PAID")
    if -received * 100 != theirs:
        faults.append(f"the bank has received {theirs} paise, the ledger says {-received * 100}")
    return faults + duties()


def duties() -> list[str]:
    """What stands as paid on a bill is what its challans credited."""
    credited = Coalesce(Sum("challan_lines__amount", filter=Q(challan_lines__credited_at__isnull=False)), Decimal(0))
    rows = CourierBillOfEntry.objects.exclude(number=None).annotate(credited=credited)
    return several(map(str, rows.exclude(duty_paid=F("credited"))), "bills paid otherwise than by challans")


def of_bonds(told: Told) -> list[str]:
    """A transfer manifest that was filed has debited the bond once, with what it is secured for; no ledger of a bond is odd."""
    faults = several((str(one) for one in bond_ledger.faults()), "bonds whose ledger does not sum up")
    faults += several(map(str, bonds.broken()), "entries of bonds with another balance")
    faults += several(map(str, bonds.overpaid()), "bonds credited with too much")
    transfers = {f"draft-{one.pk}": one for one in CargoTransferManifest.objects.all()}
    debits = {entry.key: -entry.change for entry in BondEntry.objects.filter(sort="DEBIT")}
    for one in told.get("bonded", []):
        found = transfers.get(one["document"])
        if found is None or found.stage == "DRAFT":
            faults.append(f"{one['document']} was filed and is a draft")
        elif debits.get(found.debit_key) != found.secured:
            faults.append(f"{found} is secured for {found.secured}, debited {debits.get(found.debit_key)}")
    filed = sum(one.stage != "DRAFT" for one in transfers.values())
    return faults + ([f"{len(debits)} debits of bonds for {filed} transfers"] if len(debits) != filed else [])


def trails_tell_all() -> list[str]:
    """Each document has as many lines as steps were taken, one after another, and stands where the last one leads."""
    faults: list[str] = []
    for kind in trails():
        of: Any = kind
        model = of._meta.get_field("document").related_model
        if not (isinstance(model, type) and issubclass(model, Document)):
            continue
        lines, rows = kind._meta.db_table, model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT d.id, d.trail_length, count(l.seq), min(l.seq), max(l.seq), "  # noqa: S608 our own tables
                f"(SELECT x.to_stage FROM {lines} x WHERE x.document_id = d.id ORDER BY x.seq DESC LIMIT 1), d.stage "
                f"FROM {rows} d LEFT JOIN {lines} l ON l.document_id = d.id GROUP BY d.id HAVING count(l.seq) <> d.trail_length "
                f"OR (count(l.seq) > 0 AND (min(l.seq) <> 1 OR max(l.seq) <> d.trail_length OR d.stage <> "
                f"(SELECT x.to_stage FROM {lines} x WHERE x.document_id = d.id ORDER BY x.seq DESC LIMIT 1)))"
            )
            faults += several((f"{row}" for row in cursor.fetchall()), f"{model.__name__} whose trail is another")
            cursor.execute(
                f"SELECT b.document_id, b.seq FROM {lines} a JOIN {lines} b ON b.document_id = a.document_id "  # noqa: S608
                "AND b.seq = a.seq + 1 WHERE b.from_stage <> a.to_stage"
            )
            faults += several((f"{row}" for row in cursor.fetchall()), f"lines of {model.__name__} that do not follow")
    return faults


def numbers() -> list[str]:
    """The numbers of every series run from one to the last that was given, without a gap."""
    given: dict[str, set[int]] = defaultdict(set)
    for model in apps.get_models():
        if issubclass(model, numbering.Numbered) and not model._meta.proxy:
            for one in model._default_manager.exclude(serial=None).iterator(chunk_size=2000):
                given[one.series()].add(one.serial or 0)
    last = dict(numbering.Counter.objects.filter(series__in=given).values_list("series", "last"))
    return several(
        (f"{series}: {len(found)} of {last.get(series)}" for series, found in given.items() if found != set(range(1, last.get(series, 0) + 1))),
        "series with a gap",
    )  # fmt: skip


def news(taken: Mapping[str, int]) -> list[str]:
    """Each line of a trail is told once: no line waits, no event stands in two messages or is left out, every message was taken."""
    waiting = {
        one.__name__: one._default_manager.filter(noticed_at=None).count() for one in trails() if one.tells_firms
    }
    faults = [f"{n} lines of {name} are not told" for name, n in waiting.items() if n]
    events: Counter[tuple[str, str, int]] = Counter()
    for one in Delivery.objects.all():
        events.update((event["document"], event["number"], event["seq"]) for event in one.events if not one.trial)
        if one.delivered_at is None:
            faults.append(f"message {one} was not taken: {one.answer}")
        elif str(one.key) not in taken:
            faults.append(f"message {one} counts as taken, and nobody has it")
    faults += several((f"{event}" for event, n in events.items() if n > 1), "steps told twice")
    places: dict[tuple[str, str], set[int]] = defaultdict(set)
    for document, number, seq in events:
        places[document, number].add(seq)
    faults += several(
        (f"{one}" for one, seqs in places.items() if seqs != set(range(1, len(seqs) + 1))), "steps not told"
    )
    unsent = Notice.objects.filter(sent_at=None).count()
    return faults + ([f"{unsent} notices were not sent"] if unsent else [])


def left_over() -> list[str]:
    """Nothing is stuck: no upload under way, no challan that a bank has not decided, no bill that waits for the RMS."""
    running = (Upload.State.RECEIVED, Upload.State.CHECKING, Upload.State.SAVING)
    found = {
        "uploads under way": Upload.objects.filter(state__in=running),
        "challans that the bank has not decided": Challan.objects.filter(stage__in=ASKED),
        "bills that wait for the RMS": CourierBillOfEntry.objects.filter(risk_pending=True),
    }
    return [line for what, rows in found.items() for line in several(map(str, rows), what)]


def signed(told: Told) -> list[str]:
    """What was signed and filed stands so: its upload is done, its signature is kept, and every signature holds, each on a line of its own."""
    wanted = {one["upload"] for one in told.get("signed", [])}
    done = set(Upload.objects.filter(pk__in=wanted, state=Upload.State.DONE).values_list("pk", flat=True))
    faults = several(map(str, sorted(wanted - done)), "uploads filed that do not say so")
    kept = {
        hashlib.sha256(bytes(cms)).hexdigest() for cms in Signature.objects.values_list("cms", flat=True).iterator()
    }
    acknowledged = {
        one["signature"] for what in ("signed", "submitted") for one in told.get(what, []) if one.get("signature")
    }
    faults += several(sorted(acknowledged - kept), "signatures acknowledged and lost")
    wrong = (f"{number}: {why}" for _one, number, reasons in verifying.check_all() for why in reasons)
    faults += several(wrong, "signatures that do not hold")
    return faults + several(_unsigned(), "lines that had to be signed and are not")


def _unsigned() -> Iterator[str]:
    """Lines of steps that are signed here, taken by a person, that name no signature."""
    for model in (ExpressCargoManifest, CourierBillOfEntry, CargoTransferManifest):
        names = [one.name for one in model.steps().values() if one.signed]
        lines: Any = model.trail_model._default_manager
        rows = lines.filter(step__in=names).exclude(by=None).exclude(answers__has_key=verifying.SIGNED)
        yield from (f"{one.document_id}/{one.seq} {one.step}" for one in rows.iterator())


def officers(told: Told) -> list[str]:
    """Each step that an officer saw done stands once in the trail of its bill, taken by that officer; no bill was let go twice."""
    by_step: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in told.get("officers", []):
        by_step[one["step"], one["by"]] += one["bills"]
    faults = []
    for (step, by), bills in by_step.items():
        lines = CourierBillOfEntry.trail_model.objects.filter(step=step, by__username=by)  # type: ignore[attr-defined]
        names = "document__number" if any("_" in one for one in bills) else "document_id"
        found = Counter(str(one) for one in lines.values_list(names, flat=True))
        faults += several((one for one in bills if found[one] == 0), f"{step} seen as done and not in the trail")
        faults += several((one for one, n in found.items() if n > 1), f"{step} taken twice")
        faults += several((one for one, n in Counter(bills).items() if n > 1), f"{step} told twice")
    let_go = CourierBillOfEntry.trail_model.objects.filter(to_stage="OUT_OF_CHARGE").exclude(from_stage="OUT_OF_CHARGE")  # type: ignore[attr-defined]
    twice = let_go.order_by().values("document").annotate(n=Count("pk")).filter(n__gt=1)
    return faults + several((str(one["document"]) for one in twice), "bills out of charge twice")


def everything(told: Told, at_bank: Mapping[str, tuple[str, int]], taken: Mapping[str, int]) -> list[str]:
    """All questions."""
    return [
        *filings(told), *signed(told), *officers(told), *scans(told), *money(told, at_bank), *of_bonds(told), *trails_tell_all(), *numbers(),
        *news(taken), *left_over(),
    ]  # fmt: skip
