"""Addresses of the help desk."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from helpdesk.models import Article, Downtime
from tests.factories import firms
from tests.factories.tickets import ticket
from tests.walk.world import World


def of_help(world: World) -> None:
    """Own questions, and what the help desk keeps."""
    for name in ("help-ask", "help-kept", "help-article-new", "help-downtime-new"):
        world.common(name)
    for name in ("help-again", "help-settle"):
        world.own(name, ticket("ANSWERED").key)
    by, now = firms.person("Sita Kaul"), timezone.now()
    world.common(
        "help-article", Article.objects.create(title="How is a file sent?", text="In two steps.", written_by=by).pk
    )
    world.own("help-contact", "all")
    world.own("help-contact", "BLR")
    world.national.update(world.addresses["help-contact"])
    planned = Downtime.objects.create(
        title="Upkeep", text="Keep your drafts.", begins_at=now + timedelta(days=9), until=now + timedelta(days=10),
        announced_from=now + timedelta(days=8), planned_by=by,
    )  # fmt: skip
    world.common("help-downtime-cancel", planned.pk)
