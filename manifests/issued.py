"""The Express Cargo Manifest as it would be issued now."""

from __future__ import annotations

from typing import Any

from eccs import batches
from eccs.paper_kinds import Draw, present
from eccs.paper_parts import Kind
from manifests.form_a_paper import form_a
from manifests.models import ExpressCargoManifest


@present(Kind.MANIFEST)
def manifest(number: str) -> Draw | None:
    """A submitted manifest."""
    found = ExpressCargoManifest.objects.select_related("station", "courier").filter(number=number).first()
    return (lambda: form_a(found, "")) if found else None


def _may(_actor: Any, one: Any) -> bool:
    return one.number is not None


batches.register("manifests", ExpressCargoManifest, batches.Printable(_may, form_a, ("station", "courier")))
