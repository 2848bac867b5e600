"""What stands beside the sign-in form."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

from accounts.advisories import Advisory

register = template.Library()

SHOWN = 5


@register.inclusion_tag("accounts/_public_board.html")
def notice_board() -> dict[str, Any]:
    """What everybody may read before signing in: the public advisories in force, and where help is."""
    advisories = Advisory.objects.public()[:SHOWN]
    return {"advisories": advisories, "phone": settings.HELPDESK_PHONE, "email": settings.HELPDESK_EMAIL}
