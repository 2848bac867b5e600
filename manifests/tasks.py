"""Background work on manifests. Tasks may run twice and do their work in small transactions."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from django.utils.translation import gettext as _

from eccs.chasing import chase
from eccs.models import Notice
from eccs.notices import firms_of, worded
from manifests.models import ManifestAmendment


@shared_task
def chase_weights() -> int:
    """Remind couriers of weights beyond the tolerance that they have not asked to amend; return how many."""
    waiting = ManifestAmendment.objects.filter(stage="DRAFT", of_weight=True, lines__isnull=False)
    open_ones = ManifestAmendment.objects.filter(pk__in=waiting.values("pk")).select_related("manifest")
    return chase(open_ones, "created_at", "chased_at", _reminders)


def _reminders(amendment: ManifestAmendment) -> list[Notice]:
    """The notices that goods stay here until the manifest is amended."""

    def words() -> tuple[str, str]:
        subject = _("%(manifest)s: the amendment of weights is not requested yet") % {"manifest": amendment.manifest}
        shipments = ", ".join(amendment.lines.values_list("hawb", flat=True)[:20])
        why = _("No Out of Charge is given before it is decided: %(hawbs)s.") % {"hawbs": shipments}
        return subject, f"{why}\n{amendment.manifest}  {settings.PUBLIC_URL}{amendment.get_absolute_url()}"

    return [worded(firm, words, amendment.station_id) for firm in firms_of(amendment)]
