"""What is done to a manifest beside its steps, written into its trail: hold, release, amendment, settlement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.permissions import Actor
from eccs import trail
from eccs.workflow import Refused
from manifests.clearance import NOTED
from manifests.models import ExpressCargoManifest, ManifestTrail


def held_manifest(pk: int) -> ExpressCargoManifest:
    """The manifest, held until the transaction ends. What only points to it, as a scan does, need not wait.

    Whoever changes a manifest and its shipments holds the manifest first.
    """
    rows = ExpressCargoManifest.objects.select_for_update(of=("self",), no_key=True)
    found: ExpressCargoManifest = rows.get(pk=pk)
    return found


def note(
    manifest_id: int,
    name: str,
    actor: Actor,
    at: datetime,
    answers: dict[str, Any],
    snapshot: dict[str, Any] | None = None,
) -> None:
    """Write one line into the trail of a manifest. Raises Refused where the act is not the actor's."""
    declared, manifest = NOTED[name], held_manifest(manifest_id)
    activity = declared.activity_at("")
    if reason := actor.why_not(activity, manifest):
        raise Refused([reason], manifest)
    entry = trail.Entry(
        manifest, at=at, step=name, from_stage=manifest.stage, to_stage=manifest.stage, by_id=actor.user_id,
        by_name=actor.name, role=actor.acts_as(activity, manifest), answers=answers, snapshot=snapshot,
    )  # fmt: skip
    trail.insert_lines(ManifestTrail, trail.seal_entries([entry]))
    ExpressCargoManifest.objects.filter(pk=manifest_id).update(
        trail_length=manifest.trail_length, trail_head=manifest.trail_head
    )
