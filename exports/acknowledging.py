"""What ICEGATE and the Reserve Bank answered to a file: read from the file of their answers, told to the couriers concerned."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eccs.models import Notice
from eccs.notices import worded
from eccs.uploads import Column, Table, check, read
from eccs.uploads.checks import code, text
from exports.models import Transmission, TransmissionFile

State = Transmission.State
NAMED = 20
COLUMNS = (
    Column("number", text(60), True, None, gettext_lazy("Number of the bill as it was sent"), "CSB-V_BLR_2026-2027_000001"),
    Column("result", code({"ACCEPTED", "REFUSED"}, gettext_lazy("must be ACCEPTED or REFUSED")), True, None, gettext_lazy("ACCEPTED or REFUSED"), "REFUSED"),
    Column("reason", text(300), help=gettext_lazy("Why it was refused"), example="AD code not known"),
)  # fmt: skip


def take_in(file: TransmissionFile, content: bytes, name: str) -> Table:
    """Take in the answers to a file: all of them, or none where one has a fault. Raises Unreadable."""
    table = check(read(content, name), COLUMNS)
    with transaction.atomic():
        lines = {one.content["number"]: one for one in file.lines.select_for_update(of=("self",))}
        told = _judged(table, lines)
        if table.faults:
            return table
        now, changed = timezone.now(), []
        for line, result, reason in told:
            if line.state == State.SENT:
                line.state, line.reason, line.answered_at = State(result), reason, now
                changed.append(line)
        Transmission.objects.bulk_update(changed, ["state", "reason", "answered_at"], batch_size=1000)
        Notice.objects.bulk_create(_news(file, [one for one in changed if one.state == State.REFUSED]))
    table.prepared = changed
    return table


def _judged(table: Table, lines: dict[str, Transmission]) -> list[tuple[Transmission, str, str]]:
    values, told, seen = table.values, [], set[str]()
    for index, number in enumerate(values["number"]):
        result, reason = values["result"][index], values["reason"][index]
        line = lines.get(number or "")
        if number is None or result is None:
            continue
        if line is None:
            table.fault(index, "number", number, _("was not sent with this file"))
        elif number in seen:
            table.fault(index, "number", number, _("is answered twice"))
        elif result == State.REFUSED and not reason:
            table.fault(index, "reason", "", _("is missing: it says why the line was refused"))
        elif line.state not in (State.SENT, result):
            table.fault(
                index, "result", result, _("was answered before as %(state)s") % {"state": line.get_state_display()}
            )
        else:
            told.append((line, result, reason or ""))
        seen.add(number)
    return told


def _news(file: TransmissionFile, refused: list[Transmission]) -> list[Notice]:
    """One notice for each courier whose lines were refused."""
    by_courier: dict[int, list[Transmission]] = defaultdict(list)
    for one in refused:
        by_courier[one.courier_id].append(one)
    return [_notice(file, courier, lines) for courier, lines in by_courier.items()]


def _notice(file: TransmissionFile, courier: int, lines: list[Transmission]) -> Notice:
    body = "\n".join(f"{one.content['number']}: {one.reason}" for one in lines[:NAMED])
    address = f"{settings.PUBLIC_URL}{reverse('transmissions')}?state=REFUSED"
    told: dict[str, Any] = {"n": len(lines), "register": file.get_register_display()}
    return worded(
        f"courier:{courier}", lambda: (_("%(register)s has refused %(n)d of your bills") % told, f"{body}\n{address}"), file.station_id
    )  # fmt: skip
