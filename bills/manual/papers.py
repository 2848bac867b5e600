"""The numbered blank forms as they are printed in advance (PN17 15.0)."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from bills.models import ManualForm
from eccs import barcodes
from eccs.papers import Field, Head, Kind, Paper, footing

LINE = " \n "  # room to write


def _head(form: ManualForm, printed_by: str) -> Head:
    number = form.number or ""
    return Head(
        title=_("Manual clearance form"), subtitle=_("PN17 15.0: only under the Commissioner's approval"), number=number,
        token=barcodes.token(number), place=_("Courier Terminal, %(station)s") % {"station": form.station},
        address=f"{settings.PUBLIC_URL}{form.get_absolute_url()}", foot=footing(printed_by, number), kind=Kind.MANUAL_FORM,
    )  # fmt: skip


def blanks(forms: Sequence[ManualForm], printed_by: str) -> bytes:
    """The blank forms as one PDF, a page for each number."""
    sheet = Paper(_head(forms[0], printed_by))
    for n, form in enumerate(forms):
        if n:
            sheet.begin(_head(form, printed_by))
        _draw(sheet)
    return sheet.close()


def _draw(sheet: Paper) -> None:
    sheet.text(
        _(
            "Use this form once, for one bill: one house airway bill, or all those of one CBE-XI on a list that stays with it. A form that is spoiled is kept and recorded in ECCS as spoiled. When the "
            "system works again the officer records the use, and the courier enters the data of the form as a bill."
        ),
        8.5,
    )
    sheet.space(3)
    sheet.title(_("Declared by the Authorised Courier"))
    sheet.boxes(
        [
            [Field(_("Commissioner's approval no."), LINE, 2), Field(_("Date and time"), LINE, 2)],
            [Field(_("Authorised Courier"), LINE, 3), Field(_("Courier Registration Number"), LINE)],
            [Field(_("HAWB, or their number and a list"), LINE, 2), Field(_("MAWB"), LINE), Field(_("Flight number"), LINE)],
            [Field(_("Packages"), LINE), Field(_("Gross weight, kg"), LINE), Field(_("IGM number"), LINE), Field(_("Form (CBE-XI to XIV)"), LINE)],
            [Field(_("Consignor"), LINE, 2), Field(_("Consignee, with KYC document and number"), LINE, 2)],
            [Field(_("Goods"), f"{LINE}\n ", 3), Field(_("CTH"), f"{LINE}\n ")],
            [Field(_("Country of origin"), LINE), Field(_("Quantity and unit"), LINE), Field(_("Invoice value, currency"), LINE), Field(_("IEC"), LINE)],
            [Field(_("Signature of the courier's signatory, name, date"), f"{LINE}\n ", 4)],
        ]
    )  # fmt: skip
    sheet.title(_("For Customs"))
    sheet.boxes(
        [
            [Field(_("Assessable Value, Rs."), LINE), Field(_("Duty, Rs."), LINE), Field(_("Fine, Rs."), LINE), Field(_("Penalty, Rs."), LINE)],
            [Field(_("Challan or receipt no."), LINE, 2), Field(_("X-ray: clear or suspicious"), LINE), Field(_("Examined: yes or no"), LINE)],
            [Field(_("Findings"), LINE, 4)],
            [Field(_("Assessing Officer: name, signature"), f"{LINE}\n ", 2), Field(_("Out of Charge: officer, signature, date, time"), f"{LINE}\n ", 2)],
        ]
    )  # fmt: skip
    sheet.title(_("For the custodian"))
    sheet.boxes([[Field(_("Goods handed over to: name, signature, date, time"), LINE, 3), Field(_("Location"), LINE)]])
