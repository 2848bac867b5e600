"""Papers say everything they were given, inside their margins, with codes that a scanner reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest
from django.utils import translation
from reportlab.lib.units import mm

from bills.papers import draw_bill, draw_out_of_charge
from eccs import papers
from eccs.words import in_words, rupees_in_words
from payments.papers import draw_receipt
from tests.papers import examples, reading

ALL: dict[str, Callable[[], bytes]] = {
    "bill": lambda: draw_bill(examples.bill()),
    "longest bill": lambda: draw_bill(examples.longest_bill()),
    "bill of 44 items": lambda: draw_bill(examples.bill(44)),
    "Hindi bill": lambda: draw_bill(examples.hindi_bill()),
    "order": lambda: draw_out_of_charge(examples.order()),
    "receipt of 4 bills": lambda: draw_receipt(examples.receipt()),
    "receipt of 300 bills": lambda: draw_receipt(examples.receipt(300)),
}


@pytest.mark.parametrize("name", ALL)
def test_nothing_stands_outside_the_margins(name: str) -> None:
    for word in reading.words(ALL[name]()):
        assert word.left >= papers.MARGIN - 1, word
        assert word.right <= papers.PAGE_WIDTH - papers.MARGIN + 1, word
        assert word.bottom >= 4 * mm, word
        assert word.top <= papers.PAGE_HEIGHT - 8 * mm, word


@pytest.mark.parametrize("name", ALL)
def test_no_text_lies_on_another(name: str) -> None:
    by_page: dict[int, list[reading.Word]] = {}
    for word in reading.words(ALL[name]()):
        by_page.setdefault(word.page, []).append(word)
    for found in by_page.values():
        for one, other in combinations(found, 2):
            across = min(one.right, other.right) - max(one.left, other.left)
            down = min(one.top, other.top) - max(one.bottom, other.bottom)
            assert across <= 1 or down <= 1.6, (one, other)


@pytest.mark.parametrize("name", ALL)
def test_each_page_says_which_it_is_of_how_many(name: str) -> None:
    data = ALL[name]()
    found = reading.text(data)
    count = reading.pages(data)
    assert all(f"Page{n}of{count}" in found for n in range(1, count + 1))


def test_a_bill_says_every_field_of_form_d() -> None:
    paper = examples.bill()
    found = reading.text(draw_bill(paper))
    values = [v for v in vars(paper).values() if isinstance(v, str)]
    values += [
        *paper.crns,
        "₹ 85,522.52",
        "₹ 31,785.00",
        "8518 30 00",
        "73,025.58",
        "10,954",
        "SW SRCHRG",
        "1911402718",
    ]
    for value in values:
        assert reading.squeezed(value) in found, value
    order = (
        "1 Courier Registration Number", "2 Name and address of the Authorised Courier", "3 Airline", "4 Airport of arrival", "5 First port of arrival",
        "6 Flight number", "7 Date of arrival", "8 Time of arrival", "9 Airport of shipment", "10 Country of exportation", "11(i) HAWB", "11(ii) CRN",
        "12 UCR", "13 Consignor", "14 Consignee", "15 GSTIN", "16 IEC", "17 IEC branch", "18 Items in the HAWB", "18A Import Using e-Commerce",
        "Items and DUTY DETAILS", "CHARGES USED", "PAYMENT DETAILS", "Declaration", "Signed for the courier",
    )  # fmt: skip
    places = [found.index(reading.squeezed(label)) for label in order]
    assert places == sorted(places)


def test_the_longest_bill_loses_no_sign() -> None:
    paper = examples.longest_bill()
    found = reading.text(draw_bill(paper))
    assert found.count("Wohnungseigentumsgemeinschaft") == 8 * 23  # 22 items and the consignee
    assert found.count("W") >= 240 * 23 + 8 * 23  # 22 items and the consignor
    assert found.count("M") >= 120 * 44
    assert all(crn in found for crn in paper.crns)
    assert found.count("SWSRCHRG") == 45
    assert found.count("9,99,99,99,99,99,999.99") >= 44 * 13


def test_a_bill_of_one_item_paid_and_out_of_charge_is_one_page() -> None:
    paper = examples.bill(1)
    told = ("Manufacturer: Nordlys", "Packages: 1, AUDIO 1/1", "Licence: EPCG 0330041877", "CETSH: 85183000")
    whole = replace(paper, duty=paper.items[0].duty, items=(replace(paper.items[0], beside=told),))
    assert reading.pages(draw_bill(whole)) == 1
    found = reading.text(draw_bill(whole))
    for words in (*told, *paper.declarations, paper.out_of_charge):
        assert reading.squeezed(words) in found


def test_an_item_stays_with_its_duty() -> None:
    by_page: dict[int, list[str]] = {}
    for word in reading.words(draw_bill(examples.bill(44))):
        by_page.setdefault(word.page, []).append(word.text.strip())
    for found in by_page.values():
        assert found.count("8518 30 00") == found.count("CMPNSTRY") - found.count("Duty of the bill")


@pytest.mark.parametrize("name", ["bill", "longest bill", "order", "receipt of 4 bills"])
def test_a_scanner_reads_both_codes_of_every_page(name: str) -> None:
    data = ALL[name]()
    token = {"order": "BLR264100005V", "receipt of 4 bills": "1911402718"}.get(name, "BLR2613000CGEN")
    for page in (0, reading.pages(data) - 1):
        assert reading.codes(data, page) == {"Code128": token, "QRCode": examples.ADDRESS}


def test_hindi_is_shaped_and_drawn() -> None:
    """The vowel sign of कि stands before its letter: shaped text has other glyphs than the letters in a row."""
    from reportlab.pdfbase import pdfmetrics

    block = papers.Block("श्रीमती कृष्णा शर्मा, कर्नाटक", 1000)
    assert block.shaped
    assert block.across < pdfmetrics.stringWidth(block.lines[0], papers.DEVANAGARI, 8)
    assert reading.pages(draw_bill(examples.hindi_bill())) == 2


def test_hindi_is_read_back_as_it_was_written() -> None:
    """Wherever it stands, in a title too: no sign of it is lost to the forms of its letters."""
    words = "निकासी आदेश (कूरियर) प्रविष्टि"
    paper = replace(examples.hindi_bill(), head=examples.head(title=words, subtitle="धारा 47", place="बेंगलुरु"))
    found = reading.text(draw_bill(paper))
    for said in (
        words,
        "धारा 47",
        "बेंगलुरु",
        paper.consignee,
        paper.items[0].description,
        "केन्द्रीय अप्रत्यक्ष कर एवं सीमा शुल्क बोर्ड",
    ):
        assert reading.squeezed(said) in found, said


def test_more_forms_of_letters_than_a_font_of_256_are_drawn() -> None:
    many = [f"{chr(one)}\u094d{second}{sign}" for one in range(0x915, 0x92E) for second in "यकतरवमन" for sign in "ीू"]
    data = draw_bill(replace(examples.bill(), consignee=" ".join(many)))
    found = reading.text(data)
    assert all(one in found for one in many)


@pytest.mark.parametrize("words", ["केन्द्रीय अप्रत्यक्ष कर एवं सीमा शुल्क बोर्ड", "वसुधैवकुटुम्बकम्" * 12])
def test_hindi_takes_the_room_it_needs(words: str) -> None:
    narrow, wide = papers.Block(words, 60), papers.Block(words, 4000)
    assert narrow.height >= 2 * wide.height
    assert narrow.across <= 60
    assert "".join(narrow.lines).replace(" ", "") == words.replace(" ", "")


def test_texts_that_look_like_markup_are_printed_as_they_are() -> None:
    from dataclasses import replace

    paper = replace(examples.bill(), consignee="A & B <b>Traders</b>, श्री & <i>कंपनी</i>", consignor="C < D & E > F")
    found = reading.text(draw_bill(paper))
    assert "C<D&E>F" in found


def test_the_same_paper_is_the_same_file() -> None:
    assert draw_bill(examples.bill()) == draw_bill(examples.bill())


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("90824", "Rupees ninety thousand eight hundred twenty-four only"),
        ("0", "Rupees zero only"),
        ("100000.50", "Rupees one lakh and fifty paise only"),
        ("12345678", "Rupees one crore twenty-three lakh forty-five thousand six hundred seventy-eight only"),
        ("1000000000", "Rupees one hundred crore only"),
        ("19.05", "Rupees nineteen and five paise only"),
    ],
)
def test_amounts_in_words(amount: str, words: str) -> None:
    assert rupees_in_words(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("90824", "नब्बे हज़ार आठ सौ चौबीस रुपये मात्र"),
        ("100000.50", "एक लाख रुपये और पचास पैसे मात्र"),
        ("12345678", "एक करोड़ तेईस लाख पैंतालीस हज़ार छह सौ अठहत्तर रुपये मात्र"),
        ("0.99", "शून्य रुपये और निन्यानवे पैसे मात्र"),
    ],
    ids=["thousands", "a lakh", "a crore", "paise"],
)
def test_amounts_in_words_of_hindi(amount: str, words: str) -> None:
    with translation.override("hi"):
        assert rupees_in_words(Decimal(amount)) == words


def test_each_number_below_a_hundred_has_its_own_word() -> None:
    assert len({in_words(number, hindi=True) for number in range(100)}) == len({in_words(n) for n in range(100)}) == 100


@pytest.mark.parametrize("language", ["en", "hi"])
def test_a_declaration_stands_on_one_page_with_who_made_it(language: str) -> None:
    """However many items and packages stand before it (Forms C, D and E)."""
    one_item = examples.bill(1)
    whole = replace(
        one_item, duty=one_item.items[0].duty, declarations=one_item.declarations * 6
    )  # as long as those of Form E
    with translation.override(language):
        for count in range(20):  # rows of four packages, until the first page is full
            paper = replace(whole, crns=tuple(f"SWF7731900{n:03d}" for n in range(1 + 4 * count)))
            told = list(reading.words(draw_bill(paper)))
            begins = next(one.page for one in told if paper.declarations[0][:12] in one.text)
            name = paper.signed.splitlines()[0]
            assert [one.page for one in told if name in one.text][-1] == begins
