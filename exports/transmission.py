"""The registers of what ICEGATE and the Reserve Bank are told of a bill: when it falls due, its file, the answer, its correction.

register | of which bills                                               | due when
---------+--------------------------------------------------------------+-----------------------
IGST     | CSB-V with IGST paid: the exporter's refund                  | exported
EDPMS    | CSB-V with foreign exchange: the payment that is to come in  | exported
IDPMS    | CBE-XIII and CBE-XIV with an AD code: the payment that left  | Out of Charge is given
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from bills.kinds import Kind as ImportKind
from bills.models import CourierBillOfEntry
from eccs.numbering import number
from eccs.workflow import Refused
from exports.kinds import Kind
from exports.models import CourierShippingBill, Destination, Transmission, TransmissionFile

MOST_IN_A_FILE = 5_000
SWEPT = timedelta(days=30)  # how far back bills of entry are looked for
State, Act = Transmission.State, Transmission.Act
CORRECTABLE = ("ad_code", "account_number", "invoice_number")
OF_EXPORT = (
    "number", "version", "act", "date", "iec", "gstin", "state_code", "ad_code", "account_number", "government", "invoice_number",
    "invoice_date", "currency", "fob_foreign", "fob_value", "igst_paid", "destination_country", "let_export_order", "egm_number", "exported",
)  # fmt: skip
OF_IMPORT = (
    "number", "version", "act", "date", "iec", "ad_code", "government", "invoice_number", "invoice_date", "currency",
    "invoice_value", "assessable_value", "out_of_charge",
)  # fmt: skip
NEEDED = {
    Destination.IGST: ("iec", "gstin", "invoice_number", "egm_number"),
    Destination.EDPMS: ("iec", "ad_code", "account_number", "invoice_number", "egm_number"),
    Destination.IDPMS: ("iec", "ad_code", "invoice_number"),
}
PAIRS = (("fob_foreign", "currency"), ("invoice_value", "currency"))


def columns_of(register: str) -> tuple[str, ...]:
    """The columns of a register's file."""
    return OF_IMPORT if register == Destination.IDPMS else OF_EXPORT


def due_of_exports(bills: Collection[int], at: datetime) -> None:
    """These shipping bills are exported: what ICEGATE and the Reserve Bank are to be told falls due.

    A withdrawal that was not sent yet becomes a correction: the goods have left after all.
    """
    rows = CourierShippingBill.objects.filter(Q(igst_paid__gt=0) | Q(nfei=False), pk__in=bills, kind=Kind.V)
    held = {(one.shipping_bill_id, one.register): one for one in _of(bills).order_by("version")}
    fresh, anew = [], []
    for pk, station, courier, paid, nfei in rows.values_list("pk", "station", "courier", "igst_paid", "nfei"):
        for register in (Destination.IGST,) * (paid > 0) + (Destination.EDPMS,) * (not nfei):
            last = held.get((pk, register.value))
            if last is not None and last.current and last.state == State.DUE:
                anew.append(last.pk)
                continue
            fresh.append(
                Transmission(
                    register=register, station_id=station, courier_id=courier, shipping_bill_id=pk, due_at=at,
                    version=last.version + 1 if last else 1, corrected=last.corrected if last else {},
                )
            )  # fmt: skip
    Transmission.objects.filter(pk__in=anew).update(act=Act.CHANGE)
    _of([one.shipping_bill_id for one in fresh if one.version > 1]).update(current=False)
    Transmission.objects.bulk_create(fresh, batch_size=2000)


def _of(bills: Collection[Any]) -> QuerySet[Any]:
    """Every version of what the registers are told of these shipping bills."""
    found: QuerySet[Any] = Transmission.objects.filter(shipping_bill__in=bills)
    return found


def enter_imports(now: datetime) -> int:
    """Enter the bills of entry that got Out of Charge and whose payment the Reserve Bank is to be told; return how many."""
    held = Transmission.objects.filter(bill=OuterRef("pk"), register=Destination.IDPMS)
    rows = CourierBillOfEntry.objects.filter(
        ~Exists(held), ~Q(ad_code=""), out_of_charge_at__gte=now - SWEPT, kind__in=(ImportKind.XIII, ImportKind.XIV)
    )
    fresh = [
        Transmission(register=Destination.IDPMS, bill_id=pk, station_id=station, courier_id=courier, due_at=at)
        for pk, station, courier, at in rows.values_list("pk", "station", "courier", "out_of_charge_at")
    ]
    Transmission.objects.bulk_create(fresh, batch_size=2000, ignore_conflicts=True)
    return len(fresh)


def told_anew(bills: Collection[int], at: datetime, act: str) -> None:
    """What the registers were told of these shipping bills holds no longer: a correction or a withdrawal is due.

    What was not sent yet is sent as it then is; of what was never sent or never accepted there is nothing to withdraw.
    """
    current = list(_of(bills).filter(current=True).exclude(act=Act.WITHDRAW))
    never = [one.pk for one in current if one.act == Act.NEW and one.state in (State.DUE, State.REFUSED)]
    if act == Act.WITHDRAW:
        Transmission.objects.filter(pk__in=never, state=State.DUE).delete()
        Transmission.objects.filter(pk__in=never).update(current=False)
        Transmission.objects.filter(pk__in=[one.pk for one in current], state=State.DUE).update(act=act)
    _resend([one for one in current if one.state != State.DUE and one.pk not in never], at, act)


def _resend(lines: list[Transmission], at: datetime, act: str, corrected: dict[str, str] | None = None) -> None:
    Transmission.objects.filter(pk__in=[one.pk for one in lines]).update(current=False)
    Transmission.objects.bulk_create(
        Transmission(
            register=one.register, station_id=one.station_id, courier_id=one.courier_id, shipping_bill_id=one.shipping_bill_id,
            bill_id=one.bill_id, version=one.version + 1, due_at=at, act=act, corrected={**one.corrected, **(corrected or {})},
        )
        for one in lines
    )  # fmt: skip


def correct(pk: int, given: dict[str, str], actor: Actor) -> Transmission:
    """The courier puts right what was refused or is missing: it is due again, as a new version where it was sent. Raises Refused."""
    with transaction.atomic():
        rows = Transmission.objects.visible_to(actor).select_for_update(of=("self",))
        line: Transmission = rows.get(pk=pk, current=True)
        if line.state == State.DUE:
            line.corrected = {**line.corrected, **given}
            line.save(update_fields=["corrected"])
            return line
        if line.state != State.REFUSED:
            raise Refused([_("It is sent and was not refused: it stands as it was sent.")])
        accepted = Transmission.objects.filter(
            register=line.register, shipping_bill=line.shipping_bill_id, bill=line.bill_id, state=State.ACCEPTED
        )
        _resend([line], timezone.now(), Act.CHANGE if accepted.exists() else line.act, given)
        found: Transmission = Transmission.objects.get(
            register=line.register, shipping_bill=line.shipping_bill_id, bill=line.bill_id, current=True
        )
        return found


def contents(lines: Iterable[Transmission]) -> dict[int, dict[str, str]]:
    """What each line would tell its register now, by column; a fixed number of statements."""
    rows = list(lines)
    exports = CourierShippingBill.objects.select_related("order").in_bulk(
        {one.shipping_bill_id for one in rows} - {None}
    )
    value = Sum(F("items__quantity") * F("items__unit_price"))
    imports = CourierBillOfEntry.objects.annotate(invoice_value=value).in_bulk({one.bill_id for one in rows} - {None})
    return {
        one.pk: {
            **(_of_import(imports[one.bill_id]) if one.bill_id else _of_export(exports[one.shipping_bill_id])),
            "version": str(one.version), "act": one.act, **one.corrected,
        }
        for one in rows
    }  # fmt: skip


def _day(value: Any) -> str:
    if value is None:
        return ""
    return f"{timezone.localtime(value) if isinstance(value, datetime) else value:%Y-%m-%d}"


def _of_export(bill: CourierShippingBill) -> dict[str, str]:
    same = (
        "iec",
        "gstin",
        "state_code",
        "ad_code",
        "account_number",
        "invoice_number",
        "currency",
        "destination_country",
        "egm_number",
    )
    order = getattr(bill, "order", None)
    return {
        **{name: getattr(bill, name) for name in same}, "number": bill.number or "", "date": _day(bill.filed_at),
        "invoice_date": _day(bill.invoice_date), "fob_foreign": f"{bill.fob_foreign:.2f}", "fob_value": f"{bill.fob_value:.2f}",
        "government": "Y" if bill.government else "N", "igst_paid": f"{bill.igst_paid:.2f}", "let_export_order": order.number or "" if order else "",
        "exported": _day(bill.exported_at),
    }  # fmt: skip


def _of_import(bill: Any) -> dict[str, str]:
    same = ("iec", "ad_code", "invoice_number", "currency")
    return {
        **{name: getattr(bill, name) for name in same}, "number": bill.number or "", "date": _day(bill.filed_at),
        "invoice_date": _day(bill.invoice_date), "government": "Y" if bill.government else "N",
        "invoice_value": f"{bill.invoice_value or 0:.2f}", "assessable_value": f"{bill.assessable_value:.2f}",
        "out_of_charge": _day(bill.out_of_charge_at),
    }  # fmt: skip


def lacking(line: Transmission, content: dict[str, str]) -> list[str]:
    """The columns without which the register refuses a line; an amount and its currency come both or not at all."""
    if line.act == Act.WITHDRAW:
        return []
    missing = [name for name in NEEDED[Destination(line.register)] if not content.get(name)]
    if content.get("ad_code") and not re.fullmatch(r"\d{7}", content["ad_code"]):
        missing.append("ad_code")
    for amount, currency in PAIRS:
        if amount in content and bool(Decimal(content[amount])) != bool(content[currency]):
            missing.append(currency)
    return missing


def due(register: str, stations: Collection[str]) -> QuerySet[Any]:
    """What is due to a register at these stations."""
    found: QuerySet[Any] = Transmission.objects.filter(
        register=register, station__in=stations, current=True, state=State.DUE
    )
    return found


def make_file(register: str, station: str, actor: Actor) -> TransmissionFile:
    """Put whatever is due and complete into the next file of the day; each line goes with one file alone. Raises Refused."""
    assert actor.user_id is not None
    now = timezone.now()
    with transaction.atomic():
        lines = list(due(register, [station]).select_for_update(of=("self",)).order_by("pk")[: 2 * MOST_IN_A_FILE])
        told = contents(lines)
        ready = [one for one in lines if not lacking(one, told[one.pk])][:MOST_IN_A_FILE]
        if not ready:
            raise Refused([_("Nothing is due that could be sent.")])
        made = TransmissionFile(
            register=register, station_id=station, day=timezone.localdate(), made_at=now, made_by_id=actor.user_id,
            line_count=len(ready),
        )  # fmt: skip
        number([made])
        made.save()
        for one in ready:
            one.state, one.file, one.content = State.SENT, made, told[one.pk]
        Transmission.objects.bulk_update(ready, ["state", "file", "content"], batch_size=1000)
    return made
