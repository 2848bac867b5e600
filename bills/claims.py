"""Exemptions claimed on a bill: whether the notification and serial of an item are in force on the day and fit its goods."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bills.duty.exemptions import Exemption, Exemptions, cited
from bills.kinds import EXEMPTED_BY, For, Kind, Nature

if TYPE_CHECKING:
    from bills.models import CourierBillOfEntry

PERSONAL_KYC = ("AADHAAR", "PAN", "PASSPORT", "VOTER_ID")


class Decision(models.TextChoices):
    """What the Assessing Officer made of a claim."""

    UNDECIDED = "", gettext_lazy("As claimed")
    ACCEPTED = "ACCEPTED", gettext_lazy("Accepted")
    DENIED = "DENIED", gettext_lazy("Denied")


class NotExempt(Exception):
    """The claim does not stand; `field` is the column that says so, and the text why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


def whose(*, eou: Any, repair: Any, government: Any, category: str = "", kyc_type: str = "") -> frozenset[str]:
    """For whom and for what the goods of a bill come, as exemptions tell it apart."""
    told = {
        For.EVERYBODY: True, For.EOU: eou, For.REPAIR: repair, For.PERSONAL: kyc_type in PERSONAL_KYC,
        For.GOVERNMENT: government or category in ("GOVERNMENT", "UNDERTAKING"), For.DIPLOMATIC: category == "DIPLOMATIC",
    }  # fmt: skip
    return frozenset(name.value for name, holds in told.items() if holds)


def whose_bill(bill: CourierBillOfEntry) -> frozenset[str]:
    """For whom and for what the goods of a filed bill come."""
    form_e = getattr(bill, "form_e", None) if bill.kind == Kind.XIV else None
    return whose(
        eou=bill.eou, repair=bill.repair_and_return, government=bill.government, kyc_type=bill.kyc_type,
        category=form_e.importer_category if form_e is not None else "",
    )  # fmt: skip


def is_claim(notification: str, serial: str, nature: str) -> bool:
    """Whether an item claims an exemption; that of samples and gifts is their nature's, and reckoned by it."""
    if nature and cited(notification) == cited(EXEMPTED_BY[Nature(nature)]):
        return False
    return bool(notification or serial)


def exemption(
    book: Exemptions, notification: str, serial: str, cth: str, on: date, whom: Iterable[str] | None
) -> Exemption:
    """The serial that is claimed for an item, as it stands on the day of its rates. Raises NotExempt.

    `whom` tells for whom the goods come; None asks for no one in particular.
    """
    told = {"notification": notification, "serial": serial, "day": f"{on:%d/%m/%Y}", "cth": cth}
    if not notification:
        raise NotExempt("notification", _("is missing: of which notification is %(serial)s a serial?") % told)
    if not book.knows(notification):
        raise NotExempt("notification", _("is not among the exemption notifications that ECCS holds"))
    if not book.knows_serial(notification, serial):
        words = _("is not a serial of notification %(notification)s") if serial else _("is missing: which serial of %(notification)s is claimed?")  # fmt: skip
        raise NotExempt("notification_sl_no", words % told)
    found = book.at(notification, serial, on)
    if found is None:
        raise NotExempt("notification_sl_no", _("was not in force on %(day)s, the day of the rates of duty") % told)
    if not found.is_of(cth):
        raise NotExempt("notification_sl_no", _("does not cover tariff item %(cth)s") % told)
    if whom is not None and found.for_whom not in whom:
        words = _("is for others: %(whom)s") % {"whom": For(found.for_whom).label}
        raise NotExempt("notification_sl_no", words)
    return found


def of_items(items: Iterable[Any]) -> set[str]:
    """The notifications that items claim and no officer has denied."""
    return {
        item.notification
        for item in items
        if item.claim != Decision.DENIED and is_claim(item.notification, item.notification_sl_no, item.nature)
    }
