"""Amounts of money in words, as a receipt writes them, in the language of the paper."""

from decimal import Decimal

from django.utils.translation import get_language

from eccs.money import to_paisa

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_GREAT = ((10_000_000, "crore", "करोड़"), (100_000, "lakh", "लाख"), (1_000, "thousand", "हज़ार"), (100, "hundred", "सौ"))
_HINDI = """
शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस
बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस
चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ
साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी
अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सतासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे
""".split()  # from nothing to ninety-nine: in Hindi each has a word of its own


def in_words(number: int, *, hindi: bool = False) -> str:
    """A whole number in the Indian count of thousand, lakh and crore."""
    for value, word, hindi_word in _GREAT:
        if number >= value:
            rest = number % value
            begun = f"{in_words(number // value, hindi=hindi)} {hindi_word if hindi else word}"
            return begun + (f" {in_words(rest, hindi=hindi)}" if rest else "")
    if hindi:
        return _HINDI[number]
    if number < 20:
        return _UNITS[number]
    return _TENS[number // 10] + (f"-{_UNITS[number % 10]}" if number % 10 else "")


def rupees_in_words(amount: Decimal) -> str:
    """An amount in words: `Rupees ninety thousand eight hundred twenty-four only`, or in Hindi where the paper is in Hindi."""
    rupees, paise = divmod(int(to_paisa(amount) * 100), 100)
    if get_language() == "hi":
        words = f"{in_words(rupees, hindi=True)} रुपये"
        return f"{words} और {in_words(paise, hindi=True)} पैसे मात्र" if paise else f"{words} मात्र"
    words = f"Rupees {in_words(rupees)}"
    return f"{words} and {in_words(paise)} paise only" if paise else f"{words} only"
