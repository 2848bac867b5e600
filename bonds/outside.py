"""Bonds executed elsewhere and not kept in ECCS: what each secures is counted, so that it never secures more than its amount.

Such a bond is recorded by its number when an officer first types it (PN17 7.1(c), 7.1(n)). It is one paper wherever it is
shown: the same number with another amount, another last day or of another firm is refused. While it secures nothing its
particulars may be typed anew. Whoever uses it locks its row first, so two officers never use the same rupee twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from bonds.ledger import Of
from bonds.models import NOTHING, OutsideBond, OutsideUse
from eccs.moments import day
from eccs.money import rupees
from eccs.workflow import Refused

MOST_OFFERED = 20


@dataclass(frozen=True)
class Firm:
    """For whom a bond executed elsewhere stands: whoever filed the bill, and the importer of the goods by its IEC."""

    station: str
    courier: int | None
    importer: int | None
    iec: str = ""

    def is_of(self, bond: OutsideBond) -> bool:
        """Whether a recorded bond is this firm's, or that of the importer of the goods."""
        same = (bond.courier_id, bond.importer_id) == (self.courier, self.importer)
        return same or (bool(self.iec) and self.iec == bond.iec)


@dataclass(frozen=True)
class Paper:
    """A bond as the officer types it from the paper; of one that is recorded already only the number is needed."""

    number: str
    amount: Decimal | None = None
    executed_on: date | None = None
    valid_until: date | None = None

    @property
    def execution_day(self) -> date:
        """The day it was executed, of a bond that is whole."""
        assert self.executed_on is not None
        return self.executed_on

    def filled(self, known: OutsideBond | None) -> Paper:
        """With what is recorded of the bond in place of what was not typed."""
        if known is None:
            return self
        return replace(
            self, amount=self.amount or known.amount, executed_on=self.executed_on or known.executed_on,
            valid_until=self.valid_until or known.valid_until,
        )  # fmt: skip


def written(number: str) -> str:
    """A number as it is recorded: in capitals, without spaces at its ends or two together."""
    return " ".join(number.upper().split())


def _known(number: str) -> QuerySet[OutsideBond, OutsideBond]:
    return OutsideBond.objects.filter(number=written(number))


def particulars(firm: Firm, paper: Paper, secures: Decimal, of: Of) -> Paper:
    """The bond that would secure an amount, whole, with what is recorded of it. Raises Refused.

    What it secures of the same document is not counted: a document assessed anew is secured anew.
    """
    known = _known(paper.number).first()
    whole = paper.filled(known)
    if whole.amount is None:
        whole = replace(whole, amount=secures)  # a bond for this bill alone
    own = OutsideUse.objects.filter(bond=known, slug=of.slug, document=of.document, freed_at=None)
    taken = known.secured - _sum(own) if known is not None else NOTHING
    if reasons := _why_not(firm, known, whole, secures, taken):
        raise Refused(reasons)
    return whole


def use(firm: Firm, paper: Paper, secures: Decimal, key: str, of: Of, by_name: str, at: datetime) -> OutsideBond:
    """Take an amount out of a bond executed elsewhere for a document, within its step. Raises Refused where it cannot give it."""
    whole = particulars(firm, paper, secures, of)
    assert whole.amount is not None and whole.executed_on is not None and whole.valid_until is not None
    fresh = OutsideBond(
        number=written(paper.number), station_id=firm.station, courier_id=firm.courier, importer_id=firm.importer,
        iec=firm.iec, amount=whole.amount, executed_on=whole.executed_on, valid_until=whole.valid_until,
        recorded_at=at, recorded_by_name=by_name,
    )  # fmt: skip
    OutsideBond.objects.bulk_create([fresh], ignore_conflicts=True)  # who records the same at this moment is waited for
    bond = _known(paper.number).select_for_update(of=("self",)).get()
    if reasons := _why_not(firm, bond, whole, secures, bond.secured):
        raise Refused(reasons)
    if not bond.secured:
        fresh.pk, fresh._state.adding = bond.pk, False
        bond = fresh
    bond.secured += secures
    bond.save()
    OutsideUse.objects.create(
        bond=bond,
        key=key,
        amount=secures,
        station_id=firm.station,
        slug=of.slug,
        document=of.document,
        at=at,
        by_name=by_name,
    )
    return bond


def free(keys: Iterable[str], at: datetime | None = None) -> None:
    """What was secured under these keys is settled; where none of them used such a bond there is nothing to do."""
    mine = OutsideUse.objects.filter(key__in=list(keys), freed_at=None)
    held = OutsideBond.objects.filter(pk__in=mine.values("bond")).order_by("pk").select_for_update(of=("self",))
    for bond in held:
        uses = mine.filter(bond=bond)
        bond.secured -= _sum(uses)
        bond.save(update_fields=["secured"])
        uses.update(freed_at=at or timezone.now())


def _sum(uses: QuerySet[OutsideUse, OutsideUse]) -> Decimal:
    return uses.aggregate(sum=Sum("amount"))["sum"] or NOTHING


def _why_not(firm: Firm, known: OutsideBond | None, paper: Paper, secures: Decimal, taken: Decimal) -> list[str]:
    """Why a bond that secures so much already cannot secure an amount; nothing where it can."""
    number = written(paper.number)
    if known is not None and not firm.is_of(known):
        told = {"number": number, "station": known.station_id}
        return [_("%(number)s is recorded at %(station)s as a bond of another firm.") % told]
    if paper.valid_until is None or paper.executed_on is None:
        words = _("%(number)s is not recorded yet: enter its date and the day until which it is valid.")
        return [words % {"number": number}]
    if known is not None and taken and (other := _differing(known, paper)):
        return [other]
    amount = paper.amount or NOTHING
    told = {
        "number": number, "day": day(paper.valid_until), "amount": rupees(amount, 2), "wanted": rupees(secures, 2),
        "secured": rupees(taken, 2), "left": rupees(amount - taken, 2),
    }  # fmt: skip
    if paper.valid_until < timezone.localdate():
        return [_("%(number)s was valid until %(day)s: it secures nothing more.") % told]
    if taken and taken + secures > amount:
        words = _(
            "%(number)s is a bond of %(amount)s and secures %(secured)s already: %(left)s is left, not %(wanted)s."
        )
        return [words % told]
    return [] if secures <= amount else [_("%(number)s is a bond of %(amount)s: it cannot secure %(wanted)s.") % told]


def _differing(known: OutsideBond, paper: Paper) -> str:
    """What was typed otherwise than it is recorded, with both; nothing where they agree."""
    told = {"number": known.number, "station": known.station_id, "on": day(timezone.localdate(known.recorded_at))}
    for words, kept, typed in (
        (_("amount"), known.amount, paper.amount), (_("date"), known.executed_on, paper.executed_on),
        (_("last day"), known.valid_until, paper.valid_until),
    ):  # fmt: skip
        if kept != typed:
            pair = [day(one) if isinstance(one, date) else rupees(one or 0, 2) for one in (kept, typed)]
            text = _("%(number)s was recorded at %(station)s on %(on)s with another %(what)s: %(kept)s, not %(typed)s.")
            return text % {**told, "what": words, "kept": pair[0], "typed": pair[1]}
    return ""


def known_to(firm: Firm) -> list[OutsideBond]:
    """The firm's bonds executed elsewhere that are recorded and still valid, each with the documents it secures at the station."""
    mine = Q(courier_id=firm.courier, importer_id=firm.importer)
    if firm.iec:
        mine |= Q(iec=firm.iec)
    rows = OutsideBond.objects.filter(mine, valid_until__gte=timezone.localdate()).order_by("valid_until", "pk")
    live = OutsideUse.objects.filter(freed_at=None, station_id=firm.station).order_by("pk")
    return list(rows.prefetch_related(Prefetch("uses", queryset=live, to_attr="live_uses"))[:MOST_OFFERED])


def faults() -> QuerySet[OutsideBond, OutsideBond]:
    """Bonds that do not secure what their uses come to: there are none."""
    live = Coalesce(Sum("uses__amount", filter=Q(uses__freed_at=None)), NOTHING)
    return OutsideBond.objects.annotate(used=live).filter(~Q(secured=F("used")))
