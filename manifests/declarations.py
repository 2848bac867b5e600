"""What is declared when a manifest is submitted (Form A): the same sentences where they are ticked and where they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from manifests.models import ExpressCargoManifest


def of_manifest(manifest: ExpressCargoManifest) -> dict[str, str]:
    """The declarations of Form A, each under the name of its box."""
    goods = _("documents of no commercial value alone") if manifest.is_documents else _("goods other than documents")
    return {
        "complete": _("This manifest is complete: it lists every shipment of ours on this flight of %(goods)s, and no other.")
        % {"goods": goods},
        "true": _("What it says of each shipment is true to the documents we hold. What lands in excess or short we will report, and have the manifest amended."),
    }  # fmt: skip
