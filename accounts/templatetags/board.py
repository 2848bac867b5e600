"""What stands beside the sign-in form."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.advisories import Advisory

register = template.Library()

SHOWN = 5


@register.inclusion_tag("accounts/_public_board.html")
def notice_board() -> dict[str, Any]:
    """What everybody may read before signing in: the public advisories in force."""
    return {"advisories": Advisory.objects.public()[:SHOWN]}
