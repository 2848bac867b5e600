"""Visits to the Service Centre, at every stage."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from accounts.roles import Role
from counter.clearance import AT_COUNTER, Stage
from counter.entered import form_of
from counter.models import SealedPrint, Visit
from counter.serving import customer_of
from eccs import numbering
from tests.factories import directory, firms


def visit(stage: str = Stage.WAITING, *, station: str = "BLR", **given: Any) -> Visit:
    """Somebody of a courier with a token, or at the counter of an operator of its own."""
    now = timezone.now()
    fields: dict[str, Any] = {"station_id": station, "stage": stage, "person": "Devan Kaul"}
    if "importer" not in given and "importer_id" not in given:
        fields["courier"] = firms.courier()
    if stage != Stage.WAITING:
        fields |= {
            "operator": firms.person("Gita Verma" if stage not in AT_COUNTER else f"Gita {stage}"),
            "called_at": now,
        }
    if stage in (Stage.SERVING, Stage.SERVED):
        fields["begun_at"] = now
    if stage in (Stage.SERVED, Stage.NO_SHOW):
        fields["ended_at"] = now
    made = Visit(**fields | given)
    numbering.number([made])
    made.save()
    return made


def operator_serving(document: Any, name: str = "Uma Pillai") -> Actor:
    """An operator with the firm of a draft at the counter, and its print-out sealed."""
    operator = firms.person(name)
    at = visit(Stage.SERVING, station=document.station_id, courier=document.courier, operator=operator)
    SealedPrint.objects.create(
        visit=at, kind=document._meta.label_lower, document_id=document.pk, code=form_of(document).code(document), name="s.pdf",
        file="s.pdf", content_type="application/pdf", size=8, sha256="1" * 64, by=operator,
    )  # fmt: skip
    return firms.at_desk(operator, Role.SERVICE_CENTRE, station=document.station_id).at_counter(customer_of(at))


def who_began(document: Any, by: Actor) -> Actor:
    """The same person at the counter of a custodian, with the firm of the draft that was begun there."""
    custodian = directory.custodian(station=document.station_id)
    User.objects.filter(pk=by.user_id).update(custodian=custodian)
    type(document)._default_manager.filter(pk=document.pk).update(created_by=by.user_id)
    at = visit(Stage.SERVING, station=document.station_id, courier=document.courier)
    document.refresh_from_db()
    return replace(by, custodian_id=custodian.pk).at_counter(customer_of(at))
