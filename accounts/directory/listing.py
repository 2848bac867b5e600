"""How the directory is listed and shown, and whose its pages are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.directory.registration import Stage
from accounts.roles import Group, Role
from eccs.pages import Column, Listing, link, register

if TYPE_CHECKING:
    from accounts.directory.models import AuthorisedCourier

READERS = (Role.JOINT_COMMISSIONER, Role.COMMISSIONER, Role.PORT_ADMIN, Role.DCAC, Role.AUDITOR)
COURIER_PEOPLE = tuple(role for role in Role if role.group is Group.COURIER)


def search(text: str) -> Q:
    """By the number, the PAN or a part of the name."""
    return Q(number__iexact=text) | Q(pan__iexact=text) | Q(name__icontains=text)


def courier_context(courier: AuthorisedCourier, actor: Any) -> dict[str, Any]:
    """What the page of a registration shows besides its steps and trail."""
    today = timezone.localdate()
    stations = list(courier.stations.select_related("station").order_by("station__name", "since"))
    return {
        "stations": [{"row": row, "ended": row.until is not None and row.until < today} for row in stations],
        "open_stations": sum(row.until is None or row.until >= today for row in stations),
        "signatories": [
            {"row": row, "doubt": row.doubt(today)}
            for row in courier.signatories.select_related("user").order_by("name", "pk")
        ],
        "not_in_force": courier.why_not_in_force(today),
        "silence": courier.silence() if courier.stage == Stage.REGISTERED else None,
        "form_k_until": courier.apply_until() if courier.stage == Stage.INACTIVE else None,
        "today": today,
    }  # fmt: skip


def announce() -> None:
    """Make the directory known to pages, search and activities."""
    from accounts.directory.firms import Custodian, Importer
    from accounts.directory.models import AuthorisedCourier

    register(Listing(
        model=AuthorisedCourier, slug="directory/couriers", label=_("Authorised couriers"),
        columns=(Column("number", _("Number")),),
        page_template="directory/courier.html", trade_template="directory/own.html", context=courier_context,
        search=search, queued=False,
    ))  # fmt: skip
    register(Listing(
        model=Custodian, slug="directory/custodians", label=_("Custodians"), columns=(Column("number", _("Number")),),
        page_template="directory/firm.html", related=("station",),
        search=lambda text: Q(number__iexact=text) | Q(name__icontains=text), queued=False,
    ))  # fmt: skip
    register(Listing(
        model=Importer, slug="directory/importers", label=_("Importers"), columns=(Column("number", _("Number")),),
        page_template="directory/firm.html",
        trade_template="directory/firm.html", search=lambda text: Q(iec__iexact=text) | Q(name__icontains=text),
        queued=False,
    ))  # fmt: skip
    link(_("Couriers"), "couriers", *READERS)
    link(_("Renewals due"), "courier-renewals", Role.JOINT_COMMISSIONER, Role.COMMISSIONER)
    link(_("Custodians"), "custodians", *READERS)
    link(_("Importers"), "importers", *READERS)
    link(_("Enter a courier"), "courier-new", Role.JOINT_COMMISSIONER, nav=False)
    link(_("Enter a custodian"), "custodian-new", Role.JOINT_COMMISSIONER, nav=False)
    link(_("Enter an importer"), "importer-new", Role.JOINT_COMMISSIONER, nav=False)
    link(_("Registration"), "own-registration", *COURIER_PEOPLE)
