"""The transshipment bond of a transfer manifest: looked at, debited when it is filed, credited on arrival (PN17 13.2, 14.0)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from bonds import choosing, ledger
from bonds.choosing import Wanted
from bonds.master import Purpose
from bonds.models import Bond
from eccs.models import Notice
from eccs.money import rupees
from eccs.notices import firms_of, worded
from eccs.workflow import Refused

if TYPE_CHECKING:
    from transit.models import CargoTransferManifest

SLUG = "transit/manifests"
NOTHING = Decimal(0)


def wanted(transfer: CargoTransferManifest) -> Wanted:
    """What is to be secured; a bond for one consignment secures a transfer manifest of that one alone."""
    only = list(transfer.live_lines().values_list("hawb__number", flat=True)[:2])
    return Wanted(
        station=transfer.station_id, courier=transfer.courier_id, importer=transfer.importer_id, purpose=Purpose.TRANSSHIPMENT,
        about=only[0] if len(only) == 1 else "",
    )  # fmt: skip


@dataclass(frozen=True)
class Look:
    """What a transfer manifest wants secured, and the best the firm's bonds can do."""

    amount: Decimal
    bond: Bond | None
    best: Decimal

    @property
    def short(self) -> Decimal:
        """What is missing, in rupees."""
        return NOTHING if self.bond is not None or not self.amount else self.amount - self.best

    def words(self) -> str:
        """The alert where the bond is short, in rupees; nothing where it is not."""
        if not self.short:
            return ""
        told = {"amount": rupees(self.amount), "best": rupees(self.best), "short": rupees(self.short)}
        if not self.best:
            return _(
                "%(amount)s are to be secured, and the firm has no registered transshipment bond with a balance and its "
                "bank guarantee in force here: "
                "%(short)s are short."
            ) % told  # fmt: skip
        return _(
            "%(amount)s are to be secured, and the largest balance of a transshipment bond is %(best)s: %(short)s are "
            "short. Replenish the bond, or put fewer shipments on the transfer manifest."
        ) % told  # fmt: skip


def amount_of(transfer: CargoTransferManifest) -> Decimal:
    """What its shipments want secured, in rupees."""
    return transfer.live_lines().aggregate(sum=Sum("amount"))["sum"] or NOTHING


def look(transfer: CargoTransferManifest) -> Look:
    """The bond that would be debited now, or how far the firm's bonds are short."""
    amount, asked = amount_of(transfer), wanted(transfer)
    if not amount:
        return Look(amount, None, NOTHING)
    bond = choosing.fitting(asked, amount).first()
    best = choosing.valid(asked).order_by("-balance").values_list("balance", flat=True).first()
    return Look(amount, bond, best or NOTHING)


def debit(transfer: CargoTransferManifest) -> None:
    """Debit the first bond that can give the whole amount, within the step that files. Raises Refused: never overdrawn."""
    transfer.secured = amount_of(transfer)
    if not transfer.secured:
        return
    at, who = transfer.taken_at, transfer.taken_by.name
    for bond in choosing.fitting(wanted(transfer), transfer.secured):
        try:
            ledger.debit(bond.pk, transfer.secured, transfer.debit_key, ledger.of(transfer, SLUG), who, at)
        except Refused:  # debited by somebody else at this moment: the next one that fits
            continue
        transfer.bond = bond
        return
    raise Refused([look(transfer).words() or _("The bond was debited by somebody else meanwhile.")], transfer)


def credit_part(transfer: CargoTransferManifest, name: str, lines: QuerySet[Any]) -> None:
    """Give back the part of the debit that some of the shipments stand for, once under this name."""
    part = lines.aggregate(sum=Sum("amount"))["sum"] or NOTHING
    if not transfer.secured or not part:
        return
    at, who, key = transfer.taken_at, transfer.taken_by.name, f"{transfer.debit_key}:{name}"
    ledger.credit(transfer.debit_key, who, at, amount=part, key=key)


def credit_all(transfer: CargoTransferManifest) -> None:
    """Give back whatever is left of the debit."""
    if transfer.secured:
        ledger.credit(transfer.debit_key, transfer.taken_by.name, transfer.taken_at)


def outstanding(transfers: Iterable[CargoTransferManifest]) -> dict[int, Decimal]:
    """By transfer manifest, what is debited for it and not credited yet: one query for all."""
    from bonds.models import BondEntry

    keys = {one.debit_key: one.pk for one in transfers if one.secured}
    rows = BondEntry.objects.filter(key__in=keys).annotate(back=Sum("credits__change"))
    return {keys[row.key]: -row.change - (row.back or NOTHING) for row in rows}


def alert_if_short(transfer: CargoTransferManifest) -> None:
    """Tell the firm that its bond is to be replenished before the CTM is filed, once for each amount that is short (PN17 14.0)."""
    found = look(transfer)
    short = found.short or None
    if short == transfer.short_told:
        return
    transfer.short_told = short
    transfer.save(update_fields=["short_told"])
    if short is None:
        return
    Notice.objects.bulk_create(
        [worded(firm, lambda: _alert(transfer, found), transfer.station_id) for firm in firms_of(transfer)]
    )


def _alert(transfer: CargoTransferManifest, found: Look) -> tuple[str, str]:
    told = {"transfer": transfer, "short": rupees(found.short)}
    body = f"{found.words()}\n{settings.PUBLIC_URL}{transfer.get_absolute_url()}"
    return _("%(transfer)s: the transshipment bond is short by %(short)s") % told, body
