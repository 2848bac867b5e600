"""How returns and disposals are listed and shown, and whose the list of uncleared goods is."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.roles import COURIERS, OFFICERS, Role
from bills.models import Disposal, ReturnToOrigin, UnclearedNotice
from bills.uncleared.clearance import ReturnStage
from bills.uncleared.goods import bill_of
from eccs.pages import Column, Elsewhere, Listing, link, register
from eccs.written import brief, two_lines
from manifests.models import HouseAirwayBill, WarehouseEntry


def search(text: str) -> Q:
    """By the own number, the re-export record, the HAWB, or the notice that its goods are uncleared."""
    upper = text.upper()
    if upper.startswith("REX_"):
        return Q(number__in=ReturnToOrigin.objects.filter(re_export__number=upper).values("number"))
    if upper.startswith("UCN_"):
        return Q(hawb__in=UnclearedNotice.objects.filter(number=upper).values("hawb"))
    return Q(number=upper) | Q(hawb__in=HouseAirwayBill.objects.filter(number=upper))


def context(document: Any, actor: Any) -> dict[str, Any]:
    """The goods, their line in the register, the bill filed for them and the notices issued."""
    return {
        "entry": WarehouseEntry.objects.filter(hawb=document.hawb_id).first(), "bill": bill_of(document.hawb),
        "notices": UnclearedNotice.objects.filter(hawb=document.hawb_id).select_related("importer").order_by("pk"),
    }  # fmt: skip


def _goods(document: Any) -> SafeString:
    return two_lines(brief(document.hawb.description, 40), document.hawb.consignee_name)


def _reason(document: Any) -> str | SafeString:
    manner = document.get_manner_display() if isinstance(document, Disposal) else ""
    reason = brief(document.reason, 60)
    return format_html("<b>{}</b><br>{}", manner, reason) if manner else reason


PAGES: dict[str, Any] = {
    "columns": (
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("hawb", _("HAWB"), "hawb__number__istartswith", hint=_("starts with"), cell=lambda goods: goods.hawb.number, css="nowrap"),
        Column("goods", _("Goods"), "hawb__description__icontains", hint=_("contains"), cell=_goods),
        Column("courier", _("Courier"), "courier__name__icontains", hint=_("contains"), cell=lambda goods: goods.courier.short_name),
        Column("reason", _("Reason"), "reason__icontains", hint=_("contains"), cell=_reason),
    ),
    "page_template": "bills/uncleared_document.html",
    "trade_template": "bills/uncleared_courier.html", "related": ("hawb__manifest", "courier", "station"),
    "search": search, "dated_by": "asked_at", "context": context,
    "targets": dict.fromkeys({*ReturnToOrigin.stage_order(), *Disposal.stage_order()}, "target_of_days"),
}  # fmt: skip
register(
    Listing(
        model=ReturnToOrigin, slug="bills/returns", label=_("Returns to origin"),
        elsewhere={ReturnStage.PERMITTED: Elsewhere(_("Put it on an export manifest"), "cem-new")}, **PAGES,
    )
)  # fmt: skip
register(Listing(model=Disposal, slug="bills/disposals", label=_("Disposals of uncleared goods"), **PAGES))

KEEPERS = (Role.WAREHOUSE_KEEPER, Role.CUSTODIAN_ADMIN)
link(_("Uncleared goods"), "uncleared", *COURIERS, *KEEPERS, *OFFICERS)
link(_("Notice of uncleared goods"), "uncleared-notice", *COURIERS, Role.IMPORTER, *KEEPERS, *OFFICERS, nav=False)
link(_("Record the posting of a notice"), "uncleared-posted", Role.WAREHOUSE_KEEPER, nav=False)
link(_("Ask for a return to origin"), "uncleared-return", Role.COURIER_SIGNATORY, nav=False)
link(_("Propose the disposal of goods"), "uncleared-dispose", Role.WAREHOUSE_KEEPER, nav=False)
