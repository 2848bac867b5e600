"""How advisories are shown, and the pages of those who look after the whole system."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.advisories import Advisory, AdvisoryRead, Stage, concerning, places_of
from accounts.roles import CUSTODIANS, OFFICERS, TRADE, Role
from eccs.pages import Column, Listing, link, register


def context(advisory: Advisory, actor: Any) -> dict[str, Any]:
    """What the page of an advisory shows besides its steps."""
    concerns = Advisory.objects.filter(concerning(actor), pk=advisory.pk).exists()
    read = AdvisoryRead.objects.filter(advisory=advisory, user_id=actor.user_id or 0).exists()
    return {
        "is_writer": (advisory.station_id or "") in places_of(actor), "is_draft": advisory.stage == Stage.DRAFT,
        "to_mark": concerns and not read and advisory.holds_today, "is_read": read,
        "readers": advisory.marks.count(),
    }  # fmt: skip


def search(text: str) -> Q:
    """By its number as people say it, or a word of its title."""
    said = re.fullmatch(r"(?:\D*\s)?(\d{1,6})/(\d{4})", text)
    if said:
        return Q(number=f"ADV_{said[2]}_{int(said[1])}")
    return Q(number=text) | Q(title__icontains=text) | Q(title_hi__icontains=text)


ADVISORIES = Listing(
    model=Advisory, slug="advisories", label=_("Advisories"),
    columns=(Column("number", _("Number")), Column("title", _("Title"))),
    page_template="accounts/advisory.html",
    trade_template="accounts/advisory.html", related=("station",), context=context, search=search, queued=False,
)  # fmt: skip

register(ADVISORIES)
link(_("Dated rules"), "rules", Role.SYSTEM_ADMIN)
link(_("A dated rule"), "rule", Role.SYSTEM_ADMIN, nav=False)
link(_("Add a dated rule"), "rule-add", Role.SYSTEM_ADMIN, nav=False)
link(_("Withdraw a dated rule"), "rule-withdraw", Role.SYSTEM_ADMIN, nav=False)
link(_("Stations"), "stations", Role.SYSTEM_ADMIN)
link(_("Location directory"), "locations", *TRADE, *OFFICERS, *CUSTODIANS, Role.SYSTEM_ADMIN, nav=False)
link(_("Locations"), "location-change", Role.SYSTEM_ADMIN, nav=False)
link(_("Enter a location"), "location-new", Role.SYSTEM_ADMIN, nav=False)
link(_("Advisories"), "advisories-written", Role.SYSTEM_ADMIN, Role.PORT_ADMIN)
link(_("Write an advisory"), "advisory-new", Role.SYSTEM_ADMIN, Role.PORT_ADMIN, nav=False)
link(_("Correct an advisory"), "advisory-edit", Role.SYSTEM_ADMIN, Role.PORT_ADMIN, nav=False)
link(_("Documents"), "documents", Role.AUDITOR)
link(_("Holders of roles"), "role-holders", Role.AUDITOR)
link(_("Audit"), "audit", Role.PORT_ADMIN, Role.AUDITOR, Role.SYSTEM_ADMIN)
link(_("A line of the audit log"), "audit-line", Role.PORT_ADMIN, Role.AUDITOR, Role.SYSTEM_ADMIN, nav=False)
link(_("Export of the audit log"), "audit-export", Role.PORT_ADMIN, Role.AUDITOR, Role.SYSTEM_ADMIN, nav=False)
SUPERVISORS = (Role.SHED_SUPERINTENDENT, Role.CUSTOMS_ADMIN, Role.PORT_ADMIN)
link(_("Work in hand"), "work", *SUPERVISORS, Role.COURIER_ADMIN, Role.CUSTODIAN_ADMIN)
link(_("Give priority"), "work-priority", *SUPERVISORS, Role.DCAC, nav=False)
AT_DESKS = (*(role for role in OFFICERS if role != Role.AUDITOR), *CUSTODIANS, *TRADE)
link(_("Hand over the shift"), "hand-over", *AT_DESKS, nav=False)
