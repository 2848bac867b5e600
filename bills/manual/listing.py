"""How manual clearances and their paper forms are listed and shown, and whose the pages are."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from accounts.directory.filings import still_filed
from accounts.roles import COURIERS, OFFICERS, Role
from bills.manual import holding, papers_used
from bills.models import ManualClearance, ManualForm, ManualShipment
from eccs.moments import moment
from eccs.pages import Column, Listing, link, register
from eccs.written import brief, tail
from manifests.regularising import tells_what_left


def order_context(order: Any, actor: Any) -> dict[str, Any]:
    """What was cleared under the approval so far."""
    counts = order.forms.aggregate(
        used=Count("pk"), regularised=Count("pk", filter=Q(stage="REGULARISED")),
        outstanding=Count("pk", filter=~Q(stage="REGULARISED")),
    )  # fmt: skip
    forms = list(order.forms.select_related("courier", "bill").order_by("pk")[:200])
    return {"counts": counts, "forms": holding.put_on(forms)}


def form_context(form: Any, actor: Any) -> dict[str, Any]:
    """The shipments of the paper, and its scans: those of a record that was withdrawn for officers alone."""
    scans = form.scans.all() if actor.is_officer else form.scans.filter(withdrawn=False)
    waits = holding.waits([form]).get(form.pk, [])
    return {"shipments": form.shipments.all()[:500], "scans": scans, "waits": waits, "late": holding.came_after(form)}


def hawbs(form: Any) -> str:
    """The house airway bill, or the first one and how many more."""
    more = form.shipment_count - 1
    return f"{form.hawb} +{more}" if more > 0 else form.hawb or "–"


ORDERS = Listing(
    model=ManualClearance, slug="bills/manual-clearances", label=_("Manual clearance"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("reason", _("Reason"), "reason__icontains", hint=_("contains"), cell=lambda order: brief(order.reason, 80)),
        Column("from", _("From"), cell=lambda order: moment(order.begins_at), css="nowrap"),
        Column("until", _("Until"), cell=lambda order: moment(order.until_at), css="nowrap"),
    ),
    page_template="bills/manual_order.html", related=("station",),
    context=order_context, targets=dict.fromkeys(ManualClearance.stage_order(), "target_of_days"), search=lambda text: Q(number=text.upper()) | Q(order_number__iexact=text),
)  # fmt: skip
FORMS = Listing(
    model=ManualForm, slug="bills/manual-forms", label=_("Paper forms"),
    columns=(
        Column("number", _("Number"), "number__icontains", hint=_("contains")),
        Column("order", _("Approval"), "order__number__icontains", hint=_("contains"), cell=lambda form: tail(form.order) if form.order else "–", css="nowrap"),
        Column("hawb", _("HAWB"), "hawb__istartswith", hint=_("starts with"), cell=hawbs, css="nowrap"),
        Column("courier", _("Courier"), "courier__name__icontains", hint=_("contains"), cell=lambda form: form.courier.short_name if form.courier else "–"),
        Column("goods", _("Goods"), "goods__icontains", hint=_("contains"), cell=lambda form: brief(form.goods, 40) or "–"),
    ),
    page_template="bills/manual_form.html",
    trade_template="bills/manual_form_courier.html", related=("station", "courier", "order", "bill"),
    search=lambda text: Q(number=text.upper()) | Q(pk__in=ManualShipment.objects.filter(hawb=text.upper()).values("form")),
    context=form_context,
)  # fmt: skip
register(ORDERS)
register(FORMS)
tells_what_left(papers_used.left_for)
still_filed(papers_used.still_to_be_filed)
link(_("Manual clearance"), "manual", *COURIERS, *OFFICERS)
link(_("Propose manual clearance"), "manual-propose", Role.DCAC, nav=False)
link(_("Issue paper forms"), "manual-issue", Role.DCAC, Role.SHED_SUPERINTENDENT, nav=False)
