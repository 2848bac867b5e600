"""Which files of rates a person may see."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from eccs.pages import activity_of


class RateFileQuerySet(models.QuerySet[Any]):
    """Files of rates by who asks."""

    def visible_to(self, actor: Any) -> Self:
        """All of them, for those who keep the rates of the whole system."""
        return self.all() if actor.may(activity_of("rate-files")) else self.none()
