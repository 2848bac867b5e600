"""Every paper can be heard and felt as well as seen (ISO 14289-1): all that is drawn stands in its structure, in the order of the page."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from bills import decision_papers
from bills.models import OutOfCharge
from bills.papers import draw_bill
from bills.stages import Stage
from eccs import paper_kinds
from eccs.paper_lists import list_paper
from eccs.paper_parts import Column, Kind
from eccs.paper_volume import bound
from eccs.papers import MARGIN, PAGE_WIDTH, Paper
from eccs.signing import seal
from eccs.workflow import take
from manifests import warehouse, warehouse_paper
from manifests.clearance import Stage as ManifestStage
from payments.clearance import Stage as ChallanStage
from tests.factories.bills import bill
from tests.factories.bonds import bond
from tests.factories.challans import challan
from tests.factories.firms import actor
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.manual import manual_form
from tests.factories.requests import provisional_assessment
from tests.factories.shipping import documents, export_manifest, shipping_bill
from tests.factories.transit import arrival, transfer
from tests.factories.uncleared import lying, notified, return_to_origin
from tests.papers import examples, reading
from tests.papers.structure import Told
from tests.papers.test_decisions import decided
from tests.papers.test_documents import cleared

pytestmark = pytest.mark.django_db


def _lots() -> Any:
    on = manifest(ManifestStage.ARRIVED)
    for _n in range(60):
        house_airway_bill(on, arrived=True)
    return on


def _paid() -> str:
    one = challan(ChallanStage.AT_BANK, bill(Stage.DUTY))
    paid = take(one, "confirm_paid", actor("SYSTEM"), bank_transaction="SBX261119140073318", told_by="confirmation")
    return str(paid.receipt.number)


def _decision(sort: str) -> Callable[[], str]:
    return lambda: decision_papers.number_of(sort, decided(sort, bill(Stage.ASSESSMENT)))


def _leo() -> str:
    one = take(shipping_bill("FOR_LET_EXPORT"), "give_let_export_order", actor("LEO_OFFICER"))
    return str(one.order.number)


def _gone_back() -> str:
    return str(return_to_origin("RETURNED").re_export.number)


NUMBERS: dict[Kind, Callable[[], str]] = {
    Kind.MANIFEST: lambda: str(_lots().number),
    Kind.BILL: lambda: str(bill(Stage.DUTY).number),
    Kind.OUT_OF_CHARGE: lambda: str(OutOfCharge.objects.get(bill=cleared()).number),
    Kind.DETENTION: lambda: str(bill(Stage.DETAINED).detentions.get().number),
    Kind.QUERY: _decision("query"),
    Kind.EXAMINATION: _decision("examination"),
    Kind.RELEASE: _decision("release"),
    Kind.FINAL: lambda: str(provisional_assessment("FINAL").number),
    Kind.ADJUDICATION: _decision("adjudication"),
    Kind.CHALLAN: lambda: str(challan(ChallanStage.AT_BANK, bill(Stage.DUTY)).number),
    Kind.RECEIPT: _paid,
    Kind.BOND_STATEMENT: lambda: str(bond().number),
    Kind.GATE_PASS: lambda: f"{OutOfCharge.objects.get(bill=cleared()).number}/G",
    Kind.SHIPPING_BILL: lambda: str(shipping_bill().number),
    Kind.LET_EXPORT: _leo,
    Kind.EXPORT_MANIFEST: lambda: str(export_manifest("FILED").number),
    Kind.SHUT_OUT: lambda: str(export_manifest("FILED", of=documents("LET_EXPORT")).number),
    Kind.TRANSFER: lambda: str(transfer("APPROVAL").number),
    Kind.ARRIVAL: lambda: str(arrival("RECORDED").number),
    Kind.UNCLEARED: lambda: str(notified(lying(40)).number),
    Kind.RE_EXPORT: _gone_back,
    Kind.MANUAL_FORM: lambda: str(manual_form().number),
    Kind.BOND: lambda: str(bond(amount=700).number),
}
OTHERS: dict[Kind, Callable[[], bytes]] = {
    Kind.EXTRACT: lambda: list_paper(
        "Bills", "All", "BLR", "/", [Column("Bill", 0.5), Column("Words", 0.5)], [[str(n), "a b " * 40] for n in range(90)],
        asked=[("Stage", "Paid")], printed_by="A. Rao",
    ),
    Kind.REGISTER_EXTRACT: lambda: warehouse_paper.register_paper(
        warehouse.REGISTER, [lying(3)], next(iter(warehouse.REGISTER.views)), "A. Rao"
    ),
    Kind.LABEL: lambda: decision_papers.labels(cleared()),
}  # fmt: skip


def _of(kind: Kind) -> bytes:
    if kind in OTHERS:
        return OTHERS[kind]()
    draw = paper_kinds.again(kind, NUMBERS[kind]())
    assert draw is not None
    return draw()


def look_through(told: Told) -> None:
    """What holds of the structure of every paper."""
    assert told.root["/MarkInfo"]["/Marked"]
    assert told.root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert str(told.info["/Title"]).strip()
    assert b"<pdfuaid:part>1<" in told.root["/Metadata"].data
    leaves = [one for one in told.whole.walk() if one.mark >= 0]
    assert [one.page for one in leaves] == sorted(one.page for one in leaves)
    for n, (sheet, page) in enumerate(zip(told.sheets, told.pages, strict=True)):
        here = [one for one in leaves if one.page == n]
        assert page.outside == []
        assert page.marks == [one.mark for one in here]  # drawn in the order of reading
        assert (sheet["/Tabs"], sheet["/StructParents"]) == ("/S", n)
        by_mark = told.parents[n]
        assert len(by_mark) == len(here) == len(set(page.marks))
        for one in here:
            assert by_mark.raw_get(one.mark).idnum == one.said.container_ref.idnum
    for figure in told.whole.of("Figure"):
        assert figure.said["/Alt"] and len(figure.said["/A"]["/BBox"]) == 4
    for table in told.whole.of("Table"):
        head, *rows = table.kids
        assert rows and {one.role for one in table.kids} == {"TR"}
        assert {one.role for one in head.kids} == {"TH"} and {one.said["/A"]["/Scope"] for one in head.kids} == {
            "/Column"
        }
        assert all([one.role for one in row.kids] == ["TD"] * len(head.kids) for row in rows)


def test_every_kind_of_paper_is_among_those_looked_at() -> None:
    assert {*NUMBERS, *OTHERS} == set(Kind)
    assert set(NUMBERS) == {kind for kind in Kind if paper_kinds.is_known(kind)}


def test_sentences_of_a_list_are_items_each_with_its_number_and_its_words() -> None:
    sheet = Paper(examples.head())
    sheet.items([f"Sentence {n} of the declaration, which is true. " * 12 for n in range(40)])
    told = Told(sheet.close())
    look_through(told)
    [whole] = told.whole.of("L")
    assert len(whole.kids) == 40 and len(told.pages) > 1  # one list, however many pages it reaches
    assert all([part.role for part in item.kids] == ["Lbl", "LBody"] for item in whole.kids)
    assert {item.role for item in whole.kids} == {"LI"} and whole.said["/A"]["/ListNumbering"] == "/Decimal"


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name.lower())
def test_all_that_is_drawn_stands_in_the_structure(kind: Kind, paper_keys: Path) -> None:
    data = _of(kind)
    told = Told(data)
    look_through(told)
    assert told.root["/Lang"] == "en-IN"
    assert len(told.whole.of("Figure")) >= 2
    if kind != Kind.LABEL:
        _reads_like_a_page(told)
        for word in reading.words(data):
            assert word.left >= MARGIN - 1 and word.right <= PAGE_WIDTH - MARGIN + 1, word


def _reads_like_a_page(told: Told) -> None:
    """One title, then headings; and below the head, what is read later stands lower."""
    roles = [one.role for one in told.whole.walk()]
    assert roles.count("H1") == 1 and "H2" not in roles[: roles.index("H1")]
    for n, page in enumerate(told.pages):
        body = [page.bases[mark] for mark in page.marks[9 if n == 0 else 0 :] if mark in page.bases]
        assert all(later <= before + 14 for before, later in pairwise(body))


def test_tables_over_many_pages_have_one_head_and_the_rest_is_repeated() -> None:
    told = Told(draw_bill(examples.bill(44)))
    look_through(told)
    assert len(told.pages) > 8
    assert all(page.artifacts >= 3 for page in told.pages[1:])  # head, rules, foot
    assert len(told.whole.of("H1")) == 1


def test_papers_bound_together_are_parts_of_one_document(paper_keys: Path) -> None:
    with bound() as volume:
        for n in (1, 44, 2):
            draw_bill(examples.bill(n))
    data = volume.pdf()
    told = Told(data)
    look_through(told)
    assert told.whole.role == "Document"
    assert [part.role for part in told.whole.kids] == ["Part"] * 3
    assert [len(part.of("H1")) for part in told.whole.kids] == [1, 1, 1]
    assert seal.look_at(data).holds


def test_a_paper_in_hindi_says_so_and_is_read_as_it_was_written(paper_keys: Path) -> None:
    with translation.override("hi"):
        data = draw_bill(examples.hindi_bill())
    told = Told(data)
    look_through(told)
    assert told.root["/Lang"] == "hi-IN"
    for words in ("आगमन का हवाई अड्डा", "मदें और शुल्क विवरण", examples.hindi_bill().consignee):
        assert reading.squeezed(words) in reading.text(data)


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="no pdfinfo on this machine")
def test_poppler_reads_the_structure(paper_keys: Path, tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(draw_bill(examples.bill()))
    done = subprocess.run(
        ["pdfinfo", "-struct-text", tmp_path / "paper.pdf"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    for words in (
        "Document",
        '"Courier Bill of Entry-XIII"',
        '"1 Courier Registration Number AAQCS4821KAC01"',
        "TH:",
        "Figure:",
    ):
        assert words in done.stdout


ORDER = {
    Kind.SHIPPING_BILL: (
        "Courier Registration Number", "Name and address of the Authorised Courier", "Port of loading", "Airline and flight", "AD Code", "HAWB", "Packages", "Gross weight", "Destination",
        "Exporter", "IEC", "Invoice Term", "FOB value", "Consignee", "E-commerce", "GSTIN", "Invoice", "Taxable (Rs.)", "IGST paid", "Under bond or UT", "Cess (Rs.)",
        "CTH", "Description", "Quantity", "Unit price", "FOB (Rs.)", "Taxable (Rs.)", "IGST (Rs.)", "Cess (Rs.)", "Declaration",
    ),
    Kind.EXPORT_MANIFEST: (
        "Courier Registration Number", "Name and address of the Authorised Courier", "Courier Export Manifest", "Airline", "Airport of departure",
        "Airport of destination", "Flight number", "Scheduled departure", "MAWB", "MAWB, HAWB", "Packages", "kg", "Description", "Consignor",
        "Consignee", "FOB (Rs.)", "Declaration", "Name", "Place", "Date",
    ),
    Kind.MANIFEST: (
        "Customs serial number", "Courier Registration Number", "Airline", "Airport of arrival", "First port of arrival", "Flight number",
        "Scheduled date", "Actual date", "Airport of shipment", "Country of exportation", "IGM number", "MAWB, HAWB",
        "UCR, CRN", "Packages", "Description", "Consignor", "Consignee", "Invoice value, transshipment", "Declaration", "Name", "Place", "Date",
    ),
    Kind.BILL: (
        "1 Courier Registration Number", "2 Name and address of the Authorised Courier", "3 Airline", "4 Airport of arrival", "5 First port of arrival",
        "6 Flight number", "7 Date of arrival", "8 Time of arrival", "9 Airport of shipment", "10 Country of exportation", "11(i) HAWB", "11(ii) CRN", "12 UCR",
        "13 Consignor", "14 Consignee", "15 GSTIN", "16 IEC", "17 IEC branch", "18 Items in the HAWB", "18A Import Using e-Commerce", "KYC Document", "KYC ID",
        "State Code", "Invoice Value", "Exchange rate", "NOTIFICATION USED", "Assessable Value", "Duty (Rs.)", "Interest Amount", "DUTY DETAILS", "CTH",
        "Description", "Ad valorem", "Specific rate", "Duty forgone", "Duty amount", "PAYMENT DETAILS", "Declaration", "Signed for the courier", "Bengaluru",
    ),
    Kind.TRANSFER: (
        "Filed", "From", "To", "Manifest", "IGM number", "Mode of transport", "Carrier", "Seal", "Shipments", "Packages", "Value", "Debited to the bond", "Bond",
        "Transshipment fee", "MAWB", "HAWB", "Packages", "Weight, kg", "Goods", "Consignor", "Consignee", "Value (Rs.)",
    ),
    Kind.ARRIVAL: (
        "certifies", "Transfer manifest", "Authorised Courier", "From", "To", "Departed", "Arrival recorded", "Flight or vehicle", "Seal", "Packages expected",
        "Packages arrived", "Short", "In excess", "HAWB", "Goods", "Consignee", "Packages", "Arrived", "Short", "Signed for the custodian", "Place", "Date",
    ),
    Kind.OUT_OF_CHARGE: (
        "section 47", "Out of Charge given", "Courier Bill of Entry", "Courier Registration Number", "HAWB", "Packages", "Consignee", "Goods", "Assessable Value",
        "Duty (Rs.)", "Interest Amount", "Paid",
    ),
    Kind.DETENTION: ("Detained", "Courier Bill of Entry", "Grounds of the detention", "Documents asked for", "Authorised Courier", "HAWB", "Goods"),
    Kind.QUERY: ("Raised", "Question", "Documents asked for", "The goods", "Bill", "HAWB"),
    Kind.EXAMINATION: ("Examined", "Packages opened", "Share examined", "Findings", "Recommended", "The goods", "Bill", "HAWB"),
    Kind.RELEASE: ("Released", "Bond", "Dated", "Bond amount", "Bank guarantee", "Valid until", "Guarantee amount", "The goods", "HAWB"),
    Kind.ADJUDICATION: ("Order", "Dated", "Outcome", "Fine in lieu of confiscation", "Penalty", "Duty, revised", "Remarks", "The goods", "HAWB"),
    Kind.GATE_PASS: ("Out of Charge", "Given", "Bill", "HAWB", "Packages", "Authorised Courier", "Handed over", "For the custodian", "Received for the courier"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ORDER, ids=lambda kind: kind.name.lower())
def test_the_fields_of_a_form_stand_in_its_order(kind: Kind) -> None:
    """Forms A, D, F and HA of the Regulations, the transfer manifest and its certificate of arrival, orders and memos; the others have tests of their own."""
    reading.in_order(reading.text(_of(kind)), ORDER[kind])
