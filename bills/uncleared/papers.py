"""The papers of uncleared goods: the list as it is posted up, and the notice as it is sent by post (PN17 5.0(v))."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bills.documents import head_of
from bills.models import ReExport, ReturnToOrigin, UnclearedNotice
from bills.uncleared.goods import Line, arrived_at, bill_of
from eccs import barcodes
from eccs.papers import Column, Field, Head, Kind, Paper, day, footing, moment
from manifests.models import WarehouseEntry

COLUMNS = (
    "station", "hawb", "manifest", "courier", "description", "consignee", "pieces", "arrived", "in", "days", "location", "bill", "stage",
    "notices", "return_or_disposal",
)  # fmt: skip


def exported(lines: Iterable[Line]) -> Iterator[list[str]]:
    """The list as rows of a file."""
    for line in lines:
        entry, hawb, bill = line.entry, line.entry.hawb, line.bill
        yield [
            entry.station_id, hawb.number, hawb.manifest.number or "", hawb.manifest.courier.short_name, hawb.description,
            hawb.consignee_name, f"{hawb.packages_arrived}/{hawb.packages}", _minute(hawb.manifest.actual_arrival), _minute(entry.in_at),
            str(line.days), entry.location, (bill.number or "") if bill else "", str(bill.get_stage_display()) if bill else "",
            " ".join(_told(notice) for notice in line.notices),
            " ".join(f"{one} ({one.get_stage_display()})" for one in line.documents),
        ]  # fmt: skip


def _minute(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _told(notice: UnclearedNotice) -> str:
    return f"{notice} (posted {notice.posted_on:%Y-%m-%d})" if notice.posted_on else str(notice)


def _day(line: Line) -> str:
    """The day of arrival; of goods that nobody has scanned it says so."""
    since = day(timezone.localdate(arrived_at(line.entry))) if arrived_at(line.entry) else ""
    return since if line.entry.in_at else f"{since}\n{_('not scanned')}".strip()


def list_paper(lines: Iterable[Line], title: str, station: str, printed_by: str) -> bytes:
    """The list of uncleared goods as PDF."""
    now = moment(timezone.now())
    head = Head(
        title=_("Uncleared goods"), subtitle=title, number=now, token=f"UNCLEARED {timezone.localdate():%Y%m%d}",
        place=station, address=f"{settings.PUBLIC_URL}{reverse('uncleared')}", foot=footing(printed_by),
    )  # fmt: skip
    sheet = Paper(head)
    table = sheet.table(
        [
            Column(_("HAWB"), 0.14), Column(_("Goods"), 0.17), Column(_("Consignee"), 0.16), Column(_("Courier"), 0.13),
            Column(_("Arrived"), 0.1), Column(_("Days"), 0.05, right=True), Column(_("Location"), 0.08), Column(_("Bill"), 0.17),
        ]
    )  # fmt: skip
    for line in lines:
        entry, hawb = line.entry, line.entry.hawb
        told = [f"{one}\n{one.get_stage_display()}" for one in (line.bill, *line.documents) if one is not None]
        station_of = f"_{entry.station_id}_"  # a number breaks after its station, not in the middle of a year
        table.row(
            [
                f"{hawb.number}\n{hawb.packages_arrived}/{hawb.packages}", hawb.description, hawb.consignee_name,
                hawb.manifest.courier.short_name, _day(line), str(line.days), entry.location or "-",
                "\n".join(told).replace(station_of, f"{station_of}\n") or _("no bill"),
            ]
        )  # fmt: skip
    return sheet.close()


def _arrival(notice: UnclearedNotice, entry: WarehouseEntry | None) -> str:
    """When the goods arrived, from which their days run, and when they came into the warehouse."""
    landed = notice.hawb.manifest.actual_arrival
    scanned = moment(entry.in_at) if entry and entry.in_at else _("not scanned")
    return f"{moment(landed)}; {scanned}" if landed else scanned


def notice_paper(notice: UnclearedNotice, printed_by: str) -> bytes:
    """A notice of uncleared goods as PDF, addressed to the courier and the declared importer."""
    hawb, manifest = notice.hawb, notice.hawb.manifest
    number = notice.number or ""
    entry = WarehouseEntry.objects.filter(hawb=hawb).first()
    head = Head(
        title=_("Notice of uncleared goods"), subtitle=_("PN17 5.0(v); Regulations 2010, reg. 5"), number=number,
        token=barcodes.token(number), place=_("Courier Terminal, %(station)s") % {"station": notice.station},
        address=f"{settings.PUBLIC_URL}{reverse('uncleared')}", foot=footing(printed_by, number), kind=Kind.UNCLEARED,
    )  # fmt: skip
    sheet = Paper(head)
    if notice.after == UnclearedNotice.After.DISPOSAL:
        words = _(
            "The goods described here have not been cleared %(days)s days after their arrival. They may be sold or otherwise "
            "disposed of by the custodian with the permission of the proper officer. Whoever has an interest in them clears "
            "them before that, or asks through the Authorised Courier for their return to origin."
        )
    else:
        words = _(
            "The goods described here have not been cleared %(days)s days after their arrival. The Authorised Courier may "
            "ask for their return to origin."
        )
    sheet.text(words % {"days": notice.days}, 10)
    sheet.space(4)
    town = " ".join(filter(None, (hawb.consignee_city, hawb.consignee_state, hawb.consignee_pin)))
    sheet.boxes(
        [
            [
                Field(_("Notice"), number, 2, strong=True), Field(_("Issued"), moment(notice.issued_at), strong=True),
                Field(_("Posted on"), day(notice.posted_on) if notice.posted_on else "-"),
            ],
            [Field(_("To the Authorised Courier"), f"{manifest.courier.name}\n{manifest.courier.address}", 4)],
            [Field(_("To the declared importer"), f"{hawb.consignee_name}\n{hawb.consignee_address}\n{town}", 4)],
            [
                Field(_("HAWB"), hawb.number, strong=True), Field(_("MAWB"), hawb.master.number),
                Field(_("Packages"), f"{hawb.packages_arrived}/{hawb.packages}"),
                Field(_("Gross weight"), f"{hawb.gross_weight_kg.normalize():f} kg"),
            ],
            [
                Field(_("Manifest"), manifest.number or "-", 2), Field(_("Flight number"), manifest.flight_number),
                Field(_("Arrived; in the warehouse since"), _arrival(notice, entry)),
            ],
            [Field(_("Goods"), hawb.description, 2), Field(_("Consignor"), f"{hawb.consignor_name} ({hawb.consignor_country})", 2)],
        ]
    )  # fmt: skip
    return sheet.close()


def re_export_paper(record: ReExport, printed_by: str) -> bytes:
    """A re-export record as PDF: the goods, the permission to send them back, and the flight with which they left."""
    asked: ReturnToOrigin = record.origin
    hawb, manifest, bill = asked.hawb, asked.hawb.manifest, bill_of(asked.hawb)
    sheet = Paper(
        head_of(
            asked,
            _("Re-export record"),
            _("Regulations 2010, reg. 5(6)"),
            printed_by,
            Kind.RE_EXPORT,
            number=record.number or "",
        )
    )
    sheet.text(_("Customs permits that the imported goods described here, which are not cleared, are sent back to their sender."), 10)  # fmt: skip
    sheet.space(4)
    sheet.boxes(
        [
            [Field(_("Re-export record"), record.number or "", 2, strong=True), Field(_("Return to origin"), asked.number or "", 2, strong=True)],
            [Field(_("Permitted"), moment(asked.decided_at), 2), Field(_("Status"), str(asked.get_stage_display()), 2)],
            [Field(_("Authorised Courier"), f"{asked.courier.name}, {asked.courier.number}", 4)],
            [
                Field(_("HAWB"), hawb.number, strong=True), Field(_("MAWB"), hawb.master.number),
                Field(_("Packages"), f"{hawb.packages_arrived}/{hawb.packages}"),
                Field(_("Gross weight"), f"{hawb.gross_weight_kg.normalize():f} kg"),
            ],
            [Field(_("Imported with manifest"), f"{manifest.number}, {manifest.flight_number}", 2), Field(_("Courier Bill of Entry"), str(bill) if bill else _("no bill"), 2)],
            [Field(_("Goods"), hawb.description, 2), Field(_("Sent back to"), f"{hawb.consignor_name} ({hawb.consignor_country})\n{hawb.consignor_address}", 2)],
            [Field(_("Consignee"), hawb.consignee_name, 2), Field(_("Reason of the return"), asked.reason, 2)],
            [Field(_("Export manifest"), asked.manifest or "-", 2), Field(_("EGM number"), asked.egm_number or "-", 2, strong=True)],
            [Field(_("Left with"), f"{asked.airway_bill or '-'}, {asked.flight or '-'}", 2), Field(_("Left on"), day(asked.returned_on) if asked.returned_on else "-", 2)],
        ]
    )  # fmt: skip
    return sheet.close()
