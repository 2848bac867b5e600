"""How an amendment of a manifest is begun and requested at the Service Centre (PN17 2.3, 12.0)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Actor
from counter.beginning import Draft, Found, register
from counter.entered import Part
from manifests.amendment_views import told_lines
from manifests.amendments import AMENDABLE
from manifests.models import ExpressCargoManifest, ManifestAmendment

PAGES = (
    "manifest-amend", "amend-header", "amend-igm", "amend-add", "amend-shipment", "amend-pieces", "amend-remove",
)  # fmt: skip


def parts(amendment: ManifestAmendment) -> list[Part]:
    """Every change, with what stood there before."""
    found = [Part(_("Amendment of a manifest"), ((_("Manifest"), str(amendment.manifest)),))]
    for told in told_lines(amendment):
        rows = tuple((str(label), f"{before or '–'} → {after or '–'}") for label, before, after in told["cells"])
        found.append(Part(str(told["line"]), rows))
    return found


def said(amendment: ManifestAmendment) -> Any:
    """The changes as they were written."""
    return [amendment.manifest.number, [line.told() for line in amendment.lines.order_by("pk")]]


def found(text: str, actor: Actor) -> Iterable[Found]:
    """The customer's submitted manifest of that number, or the one that carries that house airway bill."""
    own = ExpressCargoManifest.objects.filter(actor.firm_documents(), stage__in=AMENDABLE)
    wanted = own.filter(number=text.upper()) | own.filter(hawbs__number=text.upper())
    return [Found(str(one), one.key) for one in wanted.distinct().order_by("-pk")[:5]]


register(
    Draft(
        label=gettext_lazy("Amend a manifest"), page="manifest-amend", model=ManifestAmendment, step="request_amendment",
        pages=PAGES, found=found, parts=parts, said=said, discard="withdraw",
        written=lambda one: reverse("manifest-amend", args=[one.manifest.key]),
    )
)  # fmt: skip
