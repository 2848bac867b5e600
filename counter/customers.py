"""The customer of a token: a courier by its registration, an importer by its code (PN17 2.3)."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AuthorisedCourier, Importer
from accounts.permissions import Actor
from counter.clearance import GIVE_TOKEN
from counter.models import Visit
from eccs.beginning import begin


def named(text: str) -> AuthorisedCourier | Importer | None:
    """The firm of the directory with this registration number, or this IEC."""
    wanted = text.strip().upper()
    if not wanted:
        return None
    courier: AuthorisedCourier | None = AuthorisedCourier.objects.public().filter(number=wanted).first()
    return courier or Importer.objects.filter(iec=wanted).first()


def why_not(firm: AuthorisedCourier | Importer | None, station: str) -> str:
    """Why nothing can be filed for a firm at the counter today, in words; nothing where it can."""
    if firm is None:
        return _("No courier of the directory has this registration number, and no importer this IEC.")
    if isinstance(firm, AuthorisedCourier):
        return " ".join(firm.why_not_at(station, timezone.localdate()))
    return str(firm.why_not_on())


def give_token(firm: AuthorisedCourier | Importer, person: str, station: str, actor: Actor) -> Visit:
    """Put a customer into the queue of the day. Raises Refused."""
    visit = Visit(
        station_id=station, person=person,
        courier=firm if isinstance(firm, AuthorisedCourier) else None, importer=firm if isinstance(firm, Importer) else None,
    )  # fmt: skip
    begin([visit], GIVE_TOKEN.name, actor, GIVE_TOKEN.activity_at(""))
    return visit
