"""The books of the cash ledgers are checked every night; what does not balance is told to the System Admin (section 51A)."""

from __future__ import annotations

import logging
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Posting
from accounts.roles import Role
from eccs.notices import worded
from payments.cash import ledger
from payments.cash.models import BooksCheck, CashAccount, CashEntry, CashLine

logger = logging.getLogger(__name__)
MOST_NAMED = 100


def found() -> list[dict[str, str]]:
    """What does not balance: firms' accounts whose balance is not the sum of their lines, entries that do not come to nought."""
    accounts = ledger.faults().select_related("courier", "importer").order_by("pk")[:MOST_NAMED]
    wrong = [
        {"what": f"{one.firm_number} {one.firm}", "written": f"{one.written:.2f}", "kept": f"{one.balance:.2f}"}  # type: ignore[attr-defined]  # annotated
        for one in accounts
    ]
    sums = CashEntry.objects.annotate(sum=Sum("lines__amount"), n=Count("lines"))
    unbalanced = sums.filter(~Q(sum=Decimal(0)) | Q(n=0)).order_by("pk")[:MOST_NAMED]
    return wrong + [{"what": one.number, "written": f"{one.sum or 0:.2f}", "kept": "0.00"} for one in unbalanced]


def check() -> BooksCheck:
    """Check the books, keep what was found, and tell every System Admin where they do not balance."""
    with transaction.atomic():
        wrong = found()
        made = BooksCheck.objects.create(
            accounts=CashAccount.objects.of_firms().count(), lines=CashLine.objects.count(), faults=wrong
        )
        if wrong:
            logger.error("the books of the cash ledgers do not balance: %s", wrong)
            tell(made)
    return made


def tell(made: BooksCheck) -> None:
    """A notice for each System Admin of today."""
    today = timezone.localdate()
    held = Posting.objects.filter(Q(until=None) | Q(until__gte=today), role=Role.SYSTEM_ADMIN, since__lte=today)
    for user_id in sorted(set(held.filter(user__is_active=True).values_list("user_id", flat=True))):
        worded(f"person:{user_id}", lambda: _words(made)).save()


def _words(made: BooksCheck) -> tuple[str, str]:
    named = [_("%(what)s: written %(written)s, kept %(kept)s") % one for one in made.faults]
    return _("The books of the cash ledgers do not balance"), "\n".join(
        [*named, f"{settings.PUBLIC_URL}/payments/books/"]
    )
