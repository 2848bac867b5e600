"""How visits are listed and shown, and whose the pages of the Service Centre are."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from counter.models import Visit
from eccs.moments import moment
from eccs.pages import Column, Listing, by_own_number, link, register


def _of_firm(text: str) -> Q:
    return Q(courier__name__icontains=text) | Q(importer__name__icontains=text)


def _context(visit: Visit, _actor: Any) -> dict[str, Any]:
    return {"papers": visit.papers.all(), "sealed": visit.sealed.all()}


VISITS = Listing(
    model=Visit, slug="counter/visits", label=_("Visits to the Service Centre"),
    columns=(
        Column("number", _("Token"), "number__icontains", hint=_("contains")),
        Column("firm", _("Customer"), "courier__name__icontains", hint=_("name"), query=_of_firm, cell=lambda one: str(one.firm)),
        Column("person", _("Person"), "person__icontains", hint=_("name"), cell=lambda one: one.person),
        Column("came", _("Came"), cell=lambda one: moment(one.created_at), css="nowrap"),
    ),
    page_template="counter/visit.html", related=("station", "courier", "importer", "operator"), context=_context,
    search=by_own_number, dated_by="created_at",
)  # fmt: skip

register(VISITS)
link(_("Counter"), "counter", Role.SERVICE_CENTRE)
link(_("Answers and requests of a customer"), "counter-answers", Role.SERVICE_CENTRE, nav=False, under="counter")
link(_("Day report of the counter"), "counter-report", Role.SERVICE_CENTRE, Role.CUSTODIAN_ADMIN, Role.AUDITOR)
