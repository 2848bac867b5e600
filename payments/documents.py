"""The cyber receipt of a paid challan, made from its records."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from bills.duty.heads import head_label
from eccs.papers import Head, Kind, footing, moment
from payments.listing import heads_of
from payments.models import Challan, CyberReceipt
from payments.papers import ReceiptPaper, draw_receipt


def cyber_receipt(challan: Challan, printed_by: str = "") -> bytes:
    """The cyber receipt of a paid challan as PDF (PN17 8.0)."""
    return draw_receipt(receipt_paper(challan, printed_by))


def receipt_paper(challan: Challan, printed_by: str = "") -> ReceiptPaper:
    """What stands on the receipt."""
    receipt: CyberReceipt = challan.receipt
    number = receipt.number or ""
    lines = challan.lines.select_related("bill__hawb", "transfer", "demand__bill").order_by("pk")
    return ReceiptPaper(
        head=Head(
            title=_("Cyber receipt"), subtitle=_("Customs duty, courier mode"), number=number,
            token=challan.number or "",
            place=_("Courier Terminal, %(station)s") % {"station": challan.station},
            address=f"{settings.PUBLIC_URL}{challan.get_absolute_url()}", foot=footing(printed_by, number, challan.trail_head), kind=Kind.RECEIPT,
        ),
        receipt=f"{number}, {moment(receipt.issued_at)}", challan=f"{challan.number}, {moment(challan.created_at)}",
        paid_by=f"{challan.payer.name}, {challan.payer_number}",
        paid_from=_("Electronic Cash Ledger") if challan.paid_from_ledger else challan.bank_name, bank_reference=challan.bank_transaction,
        confirmed=moment(challan.paid_at), station=str(challan.station),
        heads=tuple((head_label(head), Decimal(challan.heads[head])) for head in heads_of(challan)),
        total=challan.amount,
        bills=tuple((line.paid_for.number or "", line.consignment, line.amount) for line in lines),
    )  # fmt: skip
