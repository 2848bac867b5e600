"""Whatever changes what somebody may do leaves a line in the audit log beside its line in the trail: who, whom, where, why."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.access import StationRole
from accounts.models import User
from eccs.audit import AuditLine
from eccs.workflow import Document, Refused, take
from tests.accounts.conftest import WHY
from tests.every_step import declared as d
from tests.factories import people
from tests.factories.firms import actor

pytestmark = pytest.mark.django_db

EVENTS: dict[type[Document], dict[str, str]] = {
    User: {
        "give_role": "grant.given", "end_posting": "grant.ended", "transfer": "person.transferred",
        "change_details": "person.changed", "suspend": "person.suspended", "reactivate": "person.reactivated",
        "leave": "person.left", "unlock": "account.unlocked", "reset_second_factor": "second-factor.reset",
        "send_password_link": "password.reset-sent",
    },
    StationRole: {"change": "role.changed", "withdraw": "role.withdrawn", "reopen": "role.reopened"},
}  # fmt: skip
STEPS = [(model, step.name, stage) for model in EVENTS for step in model.steps().values() for stage in step.sources]


@pytest.mark.parametrize(("model", "name", "stage"), STEPS)
def test_each_step_on_a_person_or_a_role_is_audited(
    model: type[Document], name: str, stage: str, django_capture_on_commit_callbacks: Any
) -> None:
    step = model.steps()[name]
    one, by = d.ready(model, step, stage), actor("PORT_ADMIN")
    about = one.username if model is User else one.code
    with django_capture_on_commit_callbacks(execute=True):
        take(one, name, by, **d.answers(model, step, one))
    line = AuditLine.objects.get(event=EVENTS[model][name])
    assert (line.by_id, line.about, line.why) == (by.user_id, about, WHY)
    assert "BLR" in line.stations
    assert line.words != line.event  # it is told in words


def test_a_line_says_what_was_changed_and_none_tells_of_what_was_refused(
    django_capture_on_commit_callbacks: Any,
) -> None:
    person, role, by = people.officer(), people.station_role(), actor("PORT_ADMIN")
    with django_capture_on_commit_callbacks(execute=True):
        take(person, "change_details", by, full_name="Kavya Rao", email=person.email, reason=WHY)
        take(role, "change", by, activities=["courierbillofentry.mark_suspicious"], reason=WHY)
        with pytest.raises(Refused):
            take(role, "change", by, activities=[], reason=WHY)
        with pytest.raises(Refused):
            take(person, "suspend", actor("PORT_ADMIN", station="DEL", name="Uma Kaul"), reason=WHY)
    changed, roles = AuditLine.objects.get(event="person.changed"), AuditLine.objects.get(event="role.changed")
    assert changed.details == {"full_name": ["Kavya Sethi", "Kavya Rao"]}
    added, removed = ["courierbillofentry.mark_suspicious"], ["courierbillofentry.clear_xray"]
    assert roles.details == {"added": added, "removed": removed}
    assert AuditLine.objects.count() == 2
