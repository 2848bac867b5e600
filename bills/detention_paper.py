"""What a detention memo says and how it is set."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from bills.papers import packages_of
from eccs.money import rupees
from eccs.papers import Field, Head, Paper


@dataclass(frozen=True)
class DetentionPaper:
    """A detention memo as it is printed."""

    head: Head
    issued: str
    bill: str
    form: str
    filed: str
    courier: str
    courier_registration: str
    manifest: str
    igm: str
    flight: str
    hawb: str
    mawb: str
    crns: tuple[str, ...]
    packages: str
    weight: str
    consignee: str
    consignor: str
    goods: str
    assessable_value: Decimal
    duty: Decimal
    grounds: str
    documents_wanted: str


def draw_detention(paper: DetentionPaper) -> bytes:
    """The detention memo as PDF (PN17 7(e), 7(l))."""
    sheet = Paper(paper.head)
    sheet.text(
        _(
            "The goods described here are detained. The Authorised Courier answers this memo in ECCS and hands in the documents "
            "asked for. The custodian keeps the goods and does not hand them to anybody."
        ),
        10,
    )
    sheet.space(4)
    sheet.boxes(
        [
            [Field(_("Detained"), paper.issued, 2, strong=True), Field(_("Courier Bill of Entry"), paper.bill, 2, strong=True)],
            [Field(_("Form"), paper.form), Field(_("Filed"), paper.filed), Field(_("Manifest"), paper.manifest, 2)],
            [Field(_("Grounds of the detention"), paper.grounds, 4)],
            [Field(_("Documents asked for"), paper.documents_wanted, 4)],
            [
                Field(_("Courier Registration Number"), paper.courier_registration),
                Field(_("Authorised Courier"), paper.courier, 3),
            ],
            [
                Field(_("HAWB"), paper.hawb, strong=True), Field(_("MAWB"), paper.mawb),
                Field(_("Packages"), paper.packages, strong=True), Field(_("Gross weight, weighed"), paper.weight),
            ],
            [Field(_("CRN"), packages_of(paper.crns), 4)],
            [Field(_("IGM, landed"), paper.igm, 2), Field(_("Flight number"), paper.flight, 2)],
            [Field(_("Consignee"), paper.consignee, 2), Field(_("Consignor"), paper.consignor, 2)],
            [
                Field(_("Goods"), paper.goods, 2), Field(_("Assessable Value"), rupees(paper.assessable_value, 2)),
                Field(_("Duty (Rs.)"), rupees(paper.duty, 2)),
            ],
        ]
    )  # fmt: skip
    return sheet.close()
