"""A key of the sandbox: everything is checked and answered as it would be, and nothing of it stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from accounts.models import User
from api.models import ApiKey, Delivery
from api.operations import api
from bench import flights
from bills.stages import Stage
from exports.stages import Stage as ExportStage
from manifests.models import ExpressCargoManifest
from payments.clearance import Stage as ChallanStage
from tests.api.conftest import Made, Program
from tests.api.test_filing import FORM_A, csv, header
from tests.api.test_handing_in import paper
from tests.api.test_keys import asked, browser
from tests.exports.conftest import row
from tests.factories.api_keys import webhook
from tests.factories.bills import bill
from tests.factories.challans import challan, funded
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.shipping import shipping_bill

pytestmark = pytest.mark.django_db
NOTED = {"api_apikey"}  # when a key was used last


def once(name: str) -> dict[str, str]:
    """A key under which something is done once."""
    return {"idempotency-key": f"sandbox-{name}"}


def everything() -> dict[str, Any]:
    """Every row of every table, as one digest a table, and every file that is kept."""
    found: dict[str, Any] = {"files": sorted(str(one) for one in Path(settings.MEDIA_ROOT).rglob("*"))}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if model._meta.managed and table not in NOTED:
                cursor.execute(f'SELECT count(*), md5(string_agg(t::text, $$\n$$ ORDER BY t::text)) FROM "{table}" t')
                found[table] = cursor.fetchone()
    return found


class World:
    """Documents of Swift at the stages in which a program does something with them."""

    def __init__(self) -> None:
        self.draft, self.flight = manifest("DRAFT"), manifest("ARRIVAL_SCAN")
        self.hawb = house_airway_bill(self.flight)
        self.due, self.queried = bill(Stage.DUTY), bill(Stage.QUERY)
        self.owed, self.at_will = funded(challan(ChallanStage.CREATED)), challan(ChallanStage.CREATED)
        self.export, self.hook = shipping_bill(ExportStage.QUERY), webhook()

    def asks(self, asking: Program) -> dict[str, Any]:
        """What is answered when a courier's program does everything that it may do, by the operation's name."""
        rows = flights.as_csv([row("SWX0000801"), row("SWX0000802")])
        post = asking.post
        return {
            "api-manifests": post("/manifests", header(), **once("begin")),
            "api-shipping-bills-file": asking.send(
                "/stations/BLR/shipping-bills", file=SimpleUploadedFile("c.csv", rows)
            ),
            "api-shipments": asking.send(f"/manifests/{self.draft.key}/shipments", file=csv(flights.shipments(2))),
            "api-challans": post("/challans", {"bills": [self.due.number]}, **once("challan")),
            "api-challan-anew": post(f"/challans/{self.at_will.number}/anew", None, **once("anew")),
            "api-challan-pay": post(f"/challans/{self.owed.number}/pay-from-ledger", None, **once("pay")),
            "api-bill-reply": post(f"/bills/{self.queried.number}/reply", {"reply": "See it."}, **once("reply")),
            "api-shipping-bill-reply": post(
                f"/shipping-bills/{self.export.number}/reply", {"reply": "See it."}, **once("csb")
            ),
            "api-bill-papers": asking.send(f"/bills/{self.queried.number}/papers", file=paper(), kind="OTHER"),
            "api-shipping-bill-papers": asking.send(
                f"/shipping-bills/{self.export.number}/papers", file=paper(), kind="OTHER"
            ),
            "api-webhook-again": post(f"/webhooks/{self.hook.pk}/again", {"since": "2026-01-01T00:00:00+05:30"}),
        }


def test_a_courier_tries_everything_and_nothing_stays(program: Made) -> None:
    world = World()
    asking = program(tries=True)
    before = everything()
    answers = world.asks(asking)
    wrong = {name: one.content for name, one in answers.items() if one.status_code >= 300}
    assert wrong == {}
    assert all(one.headers["Eccs-Sandbox"] == "yes" for one in answers.values())
    assert everything() == before
    assert answers["api-challan-pay"].json()["receipt"] and answers["api-challans"].json()["number"]
    told = answers["api-shipping-bills-file"].json()
    assert (told["state"], told["rows"], told["problem"]) == ("READY", 2, None), told["problem"]
    assert told["declarations"]
    assert answers["api-shipments"].json()["state"] == "READY"
    assert ApiKey.objects.get().last_used_at is not None


def test_what_is_wrong_is_said_as_it_would_be_said(program: Made) -> None:
    trying, filing = program(tries=True), program(name="Live")
    flight, closed = manifest("DRAFT"), bill(Stage.OUT_OF_CHARGE)
    refused = trying.send(
        f"/manifests/{flight.key}/shipments", file=csv([flights.shipments(1)[0] | {"hawb": "8.00123E+12"}])
    )
    assert refused.json()["state"] == "REFUSED", refused.content
    (fault,) = refused.json()["problem"]["errors"]
    assert (fault["row"], fault["field"]) == (2, "hawb")
    for address, told in (
        (f"/bills/{closed.number}/reply", {"reply": "Late."}), ("/challans", {"bills": [str(closed.number)]}),
        ("/manifests", header(station="XXX")), (f"/manifests/{flight.key}/submit", {"declared": []}),
    ):  # fmt: skip
        tried, done = (one.post(address, told, **once("wrong")) for one in (trying, filing))
        assert tried.status_code == done.status_code >= 400 and tried.json() == done.json(), address
        assert tried.headers["Eccs-Sandbox"] == "yes" and "Eccs-Sandbox" not in done.headers
    alien = program("signatory.metro", tries=True).post(f"/manifests/{flight.key}/submit", FORM_A, **once("alien"))
    assert alien.status_code == 404


def test_nothing_is_sent_after_what_was_undone_and_the_live_key_finds_the_work_undone(
    program: Made, django_capture_on_commit_callbacks: Any
) -> None:
    trying, filing, one = program(tries=True), program(name="Live"), bill(Stage.DUTY)
    with django_capture_on_commit_callbacks() as later:
        tried = trying.post("/challans", {"bills": [one.number]}, **once("same"))
    assert tried.status_code == 201 and later == []
    done = filing.post("/challans", {"bills": [one.number]}, **once("same"))
    assert done.status_code == 201 and "Idempotency-Replayed" not in done.headers
    assert done.json()["number"] == tried.json()["number"]  # the number was given back


def test_a_file_that_is_tried_is_small_and_is_kept_nowhere(program: Made) -> None:
    flight, large = manifest("DRAFT"), b"hawb\n" + b"x" * 1024 * 1024
    told = program(tries=True).send(f"/manifests/{flight.key}/shipments", file=SimpleUploadedFile("f.csv", large))
    assert told.status_code == 422 and "1 MiB" in told.json()["errors"][0]["reason"]
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.upload"))


def test_neither_key_passes_for_the_other(program: Made, key: Callable[..., tuple[Any, str]]) -> None:
    """A text whose beginning was changed opens nothing: what is written on a key is what it does."""
    tries, live = key(tries=True)[1], key(name="Live")[1]
    assert tries.startswith("eccs_sandbox_") and not live.startswith("eccs_sandbox_")
    for text in (tries.replace("eccs_sandbox_", "eccs_"), live.replace("eccs_", "eccs_sandbox_")):
        assert Program(text).get("/bills").status_code == 401
    assert Program(tries).get("/bills").headers["Eccs-Sandbox"] == "yes"


def test_a_sandbox_key_that_would_not_be_undone_changes_nothing(program: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two walls: where the rollback were forgotten, the guard refuses."""
    monkeypatch.setattr("api.sandbox.is_tried", lambda _request: False)
    refused = program(tries=True).post("/manifests", header(), **once("wall"))
    assert refused.status_code == 403 and not ExpressCargoManifest.objects.exists()


def test_a_message_on_trial_is_sent_and_says_that_it_is_one(
    program: Made, people: Callable[[str], User], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []

    def post(_to: str, body: bytes, _headers: dict[str, str]) -> int:
        sent.append(body)
        return 200

    monkeypatch.setattr("api.webhooks.outside.post", post)
    trying, hook = program(tries=True), webhook(courier=people("signatory.swift").courier)
    told = trying.post(f"/webhooks/{hook.pk}/try")
    assert told.status_code == 200 and told.json()["trial"] is True, told.content
    assert told.headers["Eccs-Sandbox"] == "yes" and Delivery.objects.count() == 1
    from api.tasks import send_webhooks

    assert send_webhooks() == 1 and b'"trial": true' in sent[0] and b"TRIAL" in sent[0]
    assert program("signatory.metro", tries=True).post(f"/webhooks/{hook.pk}/try").status_code == 404
    people("courieradmin.swift")
    page = browser("courieradmin.swift").post(f"/webhooks/{hook.pk}/try/", follow=True).content.decode()
    assert "on trial" in page and Delivery.objects.filter(trial=True).count() == 2


def test_the_group_admin_makes_a_key_of_the_sandbox(people: Callable[[str], User]) -> None:
    people("courieradmin.swift")
    admin = browser("courieradmin.swift")
    page = admin.post("/api-keys/new/", asked(people("signatory.swift"), sandbox="on")).content.decode()
    assert "eccs_sandbox_" in page and "nothing of it stays" in page
    assert ApiKey.objects.get().sandbox
    assert "Sandbox" in admin.get("/api-keys/").content.decode()


def test_every_operation_that_changes_anything_is_undone_or_named() -> None:
    """A new operation is undone by itself; what is done for all that is named in `api.sandbox.KEPT`, and is no document's."""
    from api.sandbox import KEPT

    changing = {
        op.url_name for _prefix, router in api._routers for view in router.path_operations.values()
        for op in view.operations if "GET" not in op.methods
    }  # fmt: skip
    assert set(KEPT) <= changing and set(KEPT) == {"api-webhook-try"}
