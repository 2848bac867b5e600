"""Why the RMS sent a document where it sent it, for officers. Whoever is shown this has read it, and the audit log says so."""

from __future__ import annotations

from typing import Any

from eccs import audit, audit_answers


def reasons_of(document: Any) -> list[dict[str, Any]]:
    """The reasons of a document's decision, entered as read by whoever sent the request; nothing where there are none."""
    decision = document.risk_decision
    reasons: list[dict[str, Any]] = decision.reasons if decision is not None else []
    request = audit.request_now.get()
    if reasons and request is not None:
        audit_answers.rms_read(request, document)
    return reasons
