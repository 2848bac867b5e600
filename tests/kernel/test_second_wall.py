"""PostgreSQL refuses of itself what a view forgot to: whose rows are whose, and who may do what to the tables."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangosMigrate
from django.db import Error, ProgrammingError, connection, models, transaction
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from accounts.permissions import SYSTEM as ECCS
from accounts.permissions import Actor
from eccs import acting, doctor
from eccs.acting import NOBODY, OWNER, SYSTEM, acting_as, known_as
from eccs.copying import copy_models, next_ids
from eccs.management.commands import migrate
from manifests.models import Bag, ExpressCargoManifest, HouseAirwayBill
from tests.factories.bills import bill
from tests.factories.manifests import house_airway_bill, manifest

pytestmark = pytest.mark.django_db

ActorOf = Callable[[str], Actor]
KEYS = ("station_id", "station", "courier_id", "importer_id", "custodian_id")
DIRECTORY = "the directory of firms, people and places: the rows are public, or its pages decide"
COUNTED = "counts without documents: the reports ask for the stations of the reader"
BY_PAGE = "belongs to a station and no firm, and is the same for all of its officers"
WITHOUT = {
    **dict.fromkeys(
        (
            "accounts_user", "accounts_courierstation", "accounts_couriersignatory", "accounts_custodian", "accounts_location",
            "accounts_posting", "accounts_stationrole", "accounts_advisory", "accounts_expiryexercise",
        ),
        DIRECTORY,
    ),
    **dict.fromkeys(("reports_daytally", "reports_dwelltally", "reports_hourtally", "reports_pendingtally"), COUNTED),
    **dict.fromkeys(
        ("bills_holiday", "helpdesk_helpdesk", "payments_bankauthorisation", "rms_riskrule", "eccs_priority", "bills_ratefile"), BY_PAGE
    ),
    "eccs_notice": "a letter to an audience, which the task that sends it resolves",
}  # fmt: skip


def asked(statement: str) -> list[Any]:
    """What PostgreSQL answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_every_table_with_the_key_of_a_firm_or_station_has_a_policy_or_a_reason() -> None:
    with_key = asked(
        "SELECT DISTINCT c.table_name FROM information_schema.columns c JOIN pg_class t ON t.relname = c.table_name AND t.relkind = 'r'"
        f" WHERE c.table_schema = 'public' AND c.column_name IN {KEYS}"
    )
    walled = {name for (name,) in asked("SELECT relname FROM pg_class WHERE relrowsecurity")}
    assert walled == {name for (name,) in asked("SELECT tablename FROM pg_policies")}
    of_walled = asked(
        "SELECT DISTINCT c.conrelid::regclass::text FROM pg_constraint c JOIN pg_class t ON t.oid = c.confrelid"
        " WHERE c.contype = 'f' AND t.relrowsecurity"
    )
    assert {name for (name,) in (*with_key, *of_walled)} - walled == set(WITHOUT)


def test_what_is_deleted_with_a_row_may_be_deleted_too() -> None:
    may = {name for (name,) in asked(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND has_table_privilege('eccs_app', oid, 'DELETE')"
    )}  # fmt: skip
    with_it = {
        one.related_model._meta.db_table
        for model in apps.get_models()
        if model._meta.db_table in may
        for one in model._meta.related_objects
        if one.on_delete is models.CASCADE
    }
    assert len(may) > 40 and with_it <= may


def test_nobody_sees_a_row_and_each_sees_its_own(actor: ActorOf) -> None:
    one = house_airway_bill(manifest())
    seen: dict[str, int] = {}
    for username in ("courier.swift", "ao.blr", "courier.metro", "ao.del", "importer.kaveri"):
        with acting_as(actor(username).on_the_database):
            seen[username] = HouseAirwayBill.objects.filter(pk=one.pk).count()
    assert seen == {"courier.swift": 1, "ao.blr": 1, "courier.metro": 0, "ao.del": 0, "importer.kaveri": 0}
    with acting_as(NOBODY):
        assert not HouseAirwayBill.objects.exists() and not ExpressCargoManifest.objects.exists()
    with acting_as(SYSTEM):
        assert HouseAirwayBill.objects.exists()
    assert ECCS.on_the_database == SYSTEM


def test_a_row_of_another_firm_is_neither_written_nor_moved(actor: ActorOf) -> None:
    flight = manifest()
    with acting_as(actor("courier.metro").on_the_database):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Bag.objects.create(manifest=flight, number="B1")
        assert not ExpressCargoManifest.objects.update(flight_number="XX999")
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            ExpressCargoManifest.objects.create(
                station_id="BLR", courier_id=flight.courier_id, kind=flight.kind, created_by_id=flight.created_by_id
            )
    with acting_as(actor("courier.swift").on_the_database):
        Bag.objects.create(manifest=flight, number="B1")
        other = actor("courier.metro").courier_id
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            ExpressCargoManifest.objects.filter(pk=flight.pk).update(courier_id=other, station_id="DEL")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE bills_billtrail DISABLE TRIGGER ALL", "ALTER TABLE bills_billtrail DISABLE ROW LEVEL SECURITY",
        "DROP TABLE bills_billtrail", "TRUNCATE eccs_auditline", "DELETE FROM bills_billtrail", "DELETE FROM bills_courierbillofentry",
        "DROP POLICY whose_it_is ON bills_courierbillofentry", "CREATE TABLE mine (id int)", "CREATE ROLE mine SUPERUSER",
        "UPDATE django_migrations SET name = 'x'", "DROP TRIGGER bills_billtrail_lines ON bills_billtrail",
        "CREATE OR REPLACE FUNCTION eccs_stations() RETURNS varchar[] LANGUAGE sql AS $$ SELECT ARRAY['BLR']::varchar[] $$",
    ],
)  # fmt: skip
@pytest.mark.parametrize("account", ["app", "system"])
def test_who_works_with_the_tables_owns_none_of_them(account: str, statement: str) -> None:
    with (
        acting_as(acting.Acting(account)),
        pytest.raises(Error, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_after_a_request_nobody_is_known_also_after_an_error(
    people: Callable[[str], User], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, known = Client(raise_request_exception=False), list[acting.Acting]()
    client.force_login(people("courier.swift"))

    def seen(request: Any) -> HttpResponse:
        known.append(acting.now())
        raise ValueError("broken")

    monkeypatch.setattr("eccs.desks.masthead", seen)
    monkeypatch.setattr("accounts.sessions.touch", seen)
    assert client.get("/").status_code == 500
    assert known and known[0].account == "app" and '"courier"' in known[0].actor
    assert acting.now() == OWNER  # what a test itself is; a web server is nobody there
    with acting_as(NOBODY):
        assert asked("SELECT current_user, current_setting('eccs.actor')") == [("eccs_app", "")]
    elsewhere: list[acting.Acting] = []
    with acting_as(SYSTEM):
        thread = Thread(target=lambda: elsewhere.append(acting.now()))
        thread.start()
        thread.join()
    assert elsewhere == [OWNER]


def test_what_was_told_in_an_undone_transaction_is_told_again() -> None:
    swift = known_as(courier=1)
    who = "SELECT current_user, current_setting('eccs.actor')"
    with acting_as(SYSTEM), transaction.atomic():
        asked(who)
        with acting_as(swift), pytest.raises(Error), transaction.atomic():
            asked("SELECT 1 / (SELECT 0)")
        assert asked(who) == [("eccs_system", "")]
        with acting_as(swift):
            with transaction.atomic():
                assert asked(who) == [("eccs_app", '{"courier":1}')]
                transaction.set_rollback(True)
            assert asked(who) == [("eccs_app", '{"courier":1}')]
            with connection.chunked_cursor() as cursor:  # one that PostgreSQL keeps open is told first
                cursor.execute(who)
                assert cursor.fetchall() == [("eccs_app", '{"courier":1}')]


def test_who_acts_is_told_on_the_way_of_the_statement_and_not_counted_as_one(django_assert_num_queries: Any) -> None:
    with acting_as(known_as(courier=1)), django_assert_num_queries(1) as found:
        ExpressCargoManifest.objects.count()
    assert found.captured_queries[0]["sql"].startswith("SELECT COUNT")


def test_copy_is_the_systems_and_ends_with_it(actor: ActorOf) -> None:
    flight = manifest()
    made = Bag(pk=next_ids(Bag, 1)[0], manifest=flight, number="B2")
    swift = actor("courier.swift").on_the_database
    with acting_as(swift), connection.cursor() as cursor:
        copy_models(cursor, Bag, [made])
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("eccs_app",)
        assert Bag.objects.filter(pk=made.pk).exists()


def test_an_empty_database_is_migrated_before_its_accounts_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks and migrations ask as the owner: `eccs_system` is made by one of these migrations, and nobody can take it up before."""
    asked_as = []
    monkeypatch.setattr(migrate.Command, "check", lambda *_args, **_named: asked_as.append(acting.now()))
    monkeypatch.setattr(DjangosMigrate, "handle", lambda *_args, **_named: asked_as.append(acting.now()))
    with acting_as(SYSTEM):
        call_command("migrate", skip_checks=False)
    assert asked_as == [OWNER, OWNER]


def test_a_bound_account_that_is_not_bound_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.EXAMINATIONS["policies"].find() == ""
    with connection.cursor() as cursor:
        cursor.execute("ALTER FUNCTION textlike(text, text) NOT LEAKPROOF")
        assert "textlike(text, text)" in doctor.EXAMINATIONS["policies"].find()
        cursor.execute("ALTER FUNCTION textlike(text, text) LEAKPROOF")
    monkeypatch.setitem(acting.ROLES, "app", "none")
    connection.connection.told = None
    assert "is bound by no policy" in doctor.EXAMINATIONS["policies"].find()
    monkeypatch.setitem(acting.ROLES, "app", "eccs_app")
    connection.connection.told = None
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE bills_item DISABLE ROW LEVEL SECURITY")
        assert "bills_item" in doctor.EXAMINATIONS["policies"].find()
        transaction.set_rollback(True)
    bill()
