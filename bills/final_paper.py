"""The final assessment of a provisional bill as it is printed, head by head (PN17 7.1(c); section 18)."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bills import final_assessment
from bills.documents import head_of
from bills.models import ProvisionalAssessment
from eccs.money import grouped, rupees
from eccs.papers import Column, Field, Kind, Paper, day, moment


def final_paper(assessment: ProvisionalAssessment, printed_by: str = "") -> bytes:
    """The final assessment as PDF: provisional against final, what is to be paid or given back; officers by office alone."""
    bill, told = assessment.bill, final_assessment.words_of(assessment)
    number = str(assessment.number)
    sheet = Paper(
        head_of(bill, _("Final assessment"), _("Section 18 of the Customs Act"), printed_by, Kind.FINAL, number=number)
    )
    approved = moment(assessment.approved_at) if assessment.approved_at else _("not called for")
    bond = f"{assessment.bond_number}, {rupees(assessment.bond_amount, 2)}, {day(assessment.bond_date)}"
    freed = moment(assessment.bond_released_at) if assessment.bond_released_at else _("when the extra duty is paid")
    sheet.boxes(
        [
            [Field(_("Courier Bill of Entry"), bill.number or "", 2, strong=True), Field(_("HAWB"), bill.consignment, 2)],
            [Field(_("Authorised Courier"), bill.courier.name, 2), Field(_("Registration"), str(bill.courier.number), 2)],
            [Field(_("Provisionally assessed"), moment(assessment.assessed_at), 2), Field(_("Finally assessed"), moment(assessment.finalised_at), 2)],
            [Field(_("Approved by the DC/AC"), approved, 2), Field(_("Bond"), bond, 2)],
            [Field(_("Assessable Value, provisional"), rupees(bill.assessable_value, 2), 2), Field(_("Assessable Value, final"), rupees(assessment.final_value or bill.assessable_value, 2), 2)],
            [Field(_("Bond free"), freed, 2), Field(told["way"], rupees(assessment.extra_duty or assessment.refund or 0, 2), 2, strong=True)],
            [Field(_("Remarks"), assessment.remarks_final, 4)],
        ]
    )  # fmt: skip
    sheet.space(4)
    table = sheet.table(
        [
            Column(_("Head"), 0.32), Column(_("Provisional"), 0.17, right=True), Column(_("Final"), 0.17, right=True),
            Column(_("Difference"), 0.17, right=True), Column(told["way"], 0.17, right=True),
        ]
    )  # fmt: skip
    for row in told["rows"]:
        amounts = (row[name] for name in ("provisional", "final", "difference", "settled"))
        table.row([row["label"], *(grouped(amount, 2) for amount in amounts)])
    if interest := told["interest"]:
        table.row([_("Interest, section 18(3)"), "", "", "", grouped(interest["amount"], 2)])
    return sheet.close()
