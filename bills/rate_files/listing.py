"""How files of rates are shown, and whose the pages of rates are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.roles import COURIERS, OFFICERS, Role
from bills.models import RateChange, RateFile
from bills.rate_files import loading  # noqa: F401 it makes the two kinds of file known
from eccs.pages import Column, Listing, link, register

FIRST = 25  # differences on the page of the file itself
WORDS = {
    "description": _("Description"), "unit": _("Unit"), "bcd_percent": _("BCD %"), "bcd_specific": _("Specific duty ₹"),
    "bcd_specific_unit": _("Unit of the specific duty"), "aidc_percent": _("AIDC %"), "sws_applies": _("SWS"),
    "igst_percent": _("IGST %"), "cess_percent": _("Cess %"), "notification": _("Notification"),
    "import_rate": _("Import ₹"), "export_rate": _("Export ₹"), "serial": _("Serial"), "covers": _("Covers"),
    "for_whom": _("For"), "condition": _("Condition"), "sws_percent": _("SWS %"), "until": _("Last day"), "source": _("Source"),
}  # fmt: skip


def told(changes: Iterable[RateChange]) -> list[dict[str, Any]]:
    """Differences as a page tells them: of a changed row what it was and what it will be, of the others what they bear."""
    return [{"change": change, "lines": list(_lines(change))} for change in changes]


def _lines(change: RateChange) -> Iterable[dict[str, Any]]:
    before, after = change.before or {}, change.after
    nil = "covers" in after  # of an exemption, a rate of 0 is what it gives
    for name, words in WORDS.items():
        if name not in after:
            continue
        was, will = (_shown(values.get(name)) for values in (before, after))
        if change.kind == RateChange.Kind.CHANGED and was != will:
            yield {"words": words, "before": was or "–", "after": will or "–"}
        elif change.kind != RateChange.Kind.CHANGED and (will not in ("", "0") or (nil and will == "0")):
            yield {"words": words, "after": will}


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return "" if value is None else str(value)


def context(file: Any, actor: Any) -> dict[str, Any]:
    """What a file would change, and what is worth a second look."""
    upload = file.upload
    return {
        "file": file, "upload": upload, "notes": upload.summary.get("notes", []) if upload else [],
        "first": told(file.changes.order_by("code", "from_date")[:FIRST]), "count": file.new + file.changed + file.ended,
    }  # fmt: skip


register(
    Listing(
        model=RateFile, slug="bills/rate-files", label=_("Files of rates"), columns=(Column("number", _("Number")),),
        page_template="bills/rate_file.html", trade_template="bills/rate_file.html", related=("upload", "loaded_by"), context=context, queued=False,
    )
)  # fmt: skip
READERS = (*COURIERS, Role.IMPORTER, *OFFICERS, Role.SYSTEM_ADMIN)
link(_("Load rates"), "rate-files", Role.SYSTEM_ADMIN)
link(_("Load a file of rates"), "rate-file-new", Role.SYSTEM_ADMIN, nav=False)
link(_("Tariff"), "tariff", *READERS)
link(_("Holidays"), "holidays", Role.SYSTEM_ADMIN, Role.PORT_ADMIN)
link(_("Take out a holiday"), "holiday-remove", Role.SYSTEM_ADMIN, Role.PORT_ADMIN, nav=False)
link(_("Exchange rates"), "exchange-rates", *READERS, nav=False)
link(_("Exemption notifications"), "exemptions", *READERS, nav=False)
