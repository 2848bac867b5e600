"""Interest on duty paid late."""

from datetime import date
from decimal import Decimal

from eccs.money import to_rupee


def interest(duty: Decimal, due_on: date, paid_on: date, percent_a_year: Decimal) -> Decimal:
    """Simple interest for the days after the day due, 365 a year, whole rupees (Customs Act 1962, section 47(2))."""
    days = max((paid_on - due_on).days, 0)
    return to_rupee(duty * percent_a_year * days / 36500)
