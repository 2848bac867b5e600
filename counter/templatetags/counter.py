"""What the pages of forms show at the Service Centre."""

from __future__ import annotations

from typing import Any

from django import template

from counter.entered import form_of, short
from counter.forms import SealedForm
from counter.sealing import last_sealed, sealed_print_attached

register = template.Library()


@register.inclusion_tag("counter/_sealing.html", takes_context=True)
def counter_sealing(context: Any, document: Any) -> dict[str, Any]:
    """The print-out, the scan of what was sealed, and the customer display; nothing where nobody is served."""
    actor = context["request"].actor
    if actor.customer is None or not actor.serves(document):
        return {"customer": None}
    return {
        "customer": actor.customer, "document": document, "slug": form_of(document).slug, "form": SealedForm(),
        "sealed": last_sealed(document), "missing": sealed_print_attached(document, actor),
        "code": short(form_of(document).code(document)), "csrf_token": context.get("csrf_token"), "request": context["request"],
    }  # fmt: skip
