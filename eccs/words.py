"""Amounts of money in words, as a receipt writes them."""

from decimal import Decimal

from eccs.money import to_paisa

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_words(number: int) -> str:
    """A whole number in the Indian count of thousand, lakh and crore."""
    for value, word in ((10_000_000, "crore"), (100_000, "lakh"), (1_000, "thousand"), (100, "hundred")):
        if number >= value:
            rest = number % value
            return f"{in_words(number // value)} {word}" + (f" {in_words(rest)}" if rest else "")
    if number < 20:
        return _UNITS[number]
    return _TENS[number // 10] + (f"-{_UNITS[number % 10]}" if number % 10 else "")


def rupees_in_words(amount: Decimal) -> str:
    """An amount in words: `Rupees ninety thousand eight hundred twenty-four only`."""
    paise = int(to_paisa(amount) * 100)
    words = f"Rupees {in_words(paise // 100)}"
    return f"{words} and {in_words(paise % 100)} paise only" if paise % 100 else f"{words} only"
