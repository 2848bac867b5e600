"""Money: rupees and paise as exact decimals, written the Indian way."""

from decimal import ROUND_HALF_UP, Decimal

PAISA = Decimal("0.01")
RUPEE = Decimal("1")


def to_paisa(amount: Decimal) -> Decimal:
    """An amount rounded to the paisa, half up."""
    return amount.quantize(PAISA, ROUND_HALF_UP)


def to_rupee(amount: Decimal) -> Decimal:
    """An amount rounded to the whole rupee, half up, as duty is paid."""
    return amount.quantize(RUPEE, ROUND_HALF_UP)


def grouped(amount: Decimal | int, places: int | None = None) -> str:
    """An amount with Indian grouping: 1,00,000.00. Without `places`, paise are shown only where there are any."""
    value = Decimal(amount)
    if places is None:
        places = 0 if value == value.to_integral_value() else 2
    text = f"{abs(value):.{places}f}"
    whole, _, fraction = text.partition(".")
    head, tail = whole[:-3], whole[-3:]
    while head:
        head, tail = head[:-2], f"{head[-2:]},{tail}"
    return ("−" if value < 0 else "") + tail + (f".{fraction}" if fraction else "")


def rupees(amount: Decimal | int, places: int | None = None) -> str:
    """An amount in rupees for people: `₹ 1,00,000.00`, with a space that does not break."""
    return f"₹\u00a0{grouped(amount, places)}"
