"""What the pages on which a signatory signs ask of the directory."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from accounts.directory.models import examination_doubt

register = template.Library()


@register.simple_tag(takes_context=True)
def doubt_of_examination(context: template.Context) -> str:
    """What the directory says against the examination of whoever is about to sign; a dated rule of the station makes it hinder."""
    actor: Any = context["request"].actor
    if actor.courier_id is None or actor.user_id is None:
        return ""
    return examination_doubt(actor.user_id, actor.courier_id, timezone.localdate())
