"""A draft begun at the Service Centre for a customer who thought better of it is put away there (PN17 2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User


def begun_at_the_counter(document: Any, actor: Any) -> str:
    """At the Service Centre only what was begun there is put away: what the firm's own people began is theirs to give up (PN17 2.3)."""
    if getattr(actor, "customer", None) is None:
        return ""
    if begun_here([document], actor):
        return ""
    return _("The firm's own people began this draft: they discard it. At the counter it can be sealed and filed.")


def begun_here(documents: Iterable[Any], actor: Any) -> set[int]:
    """Which of these a colleague of the same custodian began, or the person: the keys of those who began them. One query."""
    begun = [by for one in documents if (by := getattr(one, "created_by_id", None)) is not None]
    if not begun or actor.custodian_id is None:
        return set()
    return set(User.objects.filter(pk__in=begun, custodian=actor.custodian_id).values_list("pk", flat=True))
