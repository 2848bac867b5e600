"""The reasons of the RMS, for pages of officers."""

from __future__ import annotations

from typing import Any

from django import template

from eccs import audit_answers
from rms.reading import told

register = template.Library()


@register.simple_tag(takes_context=True)
def rms_reasons(context: template.Context, document: Any) -> list[dict[str, Any]]:
    """Why the RMS sent a document where it sent it. Whoever is shown this has read it, and the audit log will say so."""
    audit_answers.rms_read(context["request"], document)
    return told(document.risk_decision.all_reasons)
