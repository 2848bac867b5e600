"""The second wall: PostgreSQL itself keeps the rows of one firm from another, and those of one station from another.

A migration says of each table by which columns its rows belong to a station and to firms, or to which other row they belong
(docs/security/row-level-security.md). The policies bind the account that works for whoever asks (eccs/acting.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import migrations

from eccs.acting import ROLES

# Each is asked once a statement, because policies ask it in a sub-select.
FUNCTIONS = """
CREATE FUNCTION eccs_actor() RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT NULLIF(current_setting('eccs.actor', true), '')::jsonb $$;
CREATE FUNCTION eccs_stations() RETURNS varchar[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT ARRAY(SELECT jsonb_array_elements_text(eccs_actor() -> 'stations'))::varchar[] $$;
CREATE FUNCTION eccs_firm(kind text) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT (eccs_actor() ->> kind)::bigint $$;
CREATE FUNCTION eccs_owners() RETURNS varchar[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT ARRAY(SELECT replace(key, 'serves_', '') || ':' || value FROM jsonb_each_text(eccs_actor()) WHERE key <> 'stations')::varchar[] $$;
CREATE FUNCTION eccs_in_office() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT cardinality(eccs_stations()) > 0 OR eccs_firm('person') IS NOT NULL
       AND eccs_firm('courier') IS NULL AND eccs_firm('importer') IS NULL $$;
"""
NO_FUNCTIONS = """
DROP FUNCTION eccs_in_office();
DROP FUNCTION eccs_owners(); DROP FUNCTION eccs_firm(text); DROP FUNCTION eccs_stations(); DROP FUNCTION eccs_actor();
"""
MADE = """
DO $$ BEGIN
    CREATE ROLE "{name}" NOLOGIN {more};
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
MISSING = (
    "PostgreSQL has no role {name} that this account may take up, and it may not make one. Let an administrator of the database run"
    " (README, “In production”):\n{statements}"
)


def _by_administrator(name: str, more: str) -> str:
    return f'CREATE ROLE "{name}" NOLOGIN {more}; GRANT "{name}" TO … (the account of DATABASE_URL);'


def make_accounts(_apps: Any, schema_editor: Any) -> None:
    """Make the two accounts where they are missing, and let them read and write, but not alter, empty or, mostly, delete.

    Whoever may not make them is told what an administrator of the database must do.
    """
    from django.db import Error, transaction

    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND pg_has_role(oid, 'MEMBER')",
            [[ROLES["app"], ROLES["system"]]],
        )
        known = {name for (name,) in cursor.fetchall()}
        for account, more in (("app", "NOBYPASSRLS"), ("system", "BYPASSRLS")):
            name = ROLES[account]
            if name not in known:
                made = MADE.format(name=name, more=more), f'GRANT "{name}" TO CURRENT_USER'
                try:
                    with transaction.atomic():
                        for statement in made:
                            cursor.execute(statement)
                except Error as fault:
                    raise RuntimeError(MISSING.format(name=name, statements=_by_administrator(name, more))) from fault
        both = f'"{ROLES["app"]}", "{ROLES["system"]}"'
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {both}",
            f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {both}",
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {both}",
            f"REVOKE INSERT, UPDATE ON django_migrations FROM {both}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE ON TABLES TO {both}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {both}",
        ):
            cursor.execute(statement)


def unmake_accounts(_apps: Any, schema_editor: Any) -> None:
    """Take from the accounts what they may do here; they themselves may serve another database."""
    both = f'"{ROLES["app"]}", "{ROLES["system"]}"'
    with schema_editor.connection.cursor() as cursor:
        for statement in (
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM {both}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM {both}",
            f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {both}",
            f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {both}",
        ):
            cursor.execute(statement)


def let_delete(*tables: str) -> migrations.RunPython:
    """Rows of these tables are drafts, marks or tallies, and are deleted; those of all others stay."""

    def given(words: str) -> Any:
        def give(_apps: Any, schema_editor: Any) -> None:
            with schema_editor.connection.cursor() as cursor:
                cursor.execute(words.format(tables=", ".join(tables), both=f'"{ROLES["app"]}", "{ROLES["system"]}"'))

        return give

    return migrations.RunPython(
        given("GRANT DELETE ON {tables} TO {both}"), given("REVOKE DELETE ON {tables} FROM {both}")
    )


def let_run(account: str, *functions: str) -> migrations.RunPython:
    """These functions, which work with the right of the tables' owner, are for one account alone."""

    def said(words: str) -> Any:
        def say(_apps: Any, schema_editor: Any) -> None:
            with schema_editor.connection.cursor() as cursor:
                cursor.execute(words.format(functions=", ".join(functions), account=f'"{ROLES[account]}"'))

        return say

    return migrations.RunPython(
        said("GRANT EXECUTE ON FUNCTION {functions} TO {account}"),
        said("REVOKE EXECUTE ON FUNCTION {functions} FROM {account}"),
    )


SEARCHED_WITH = ("upper(text)", "textlike(text, text)")
"""What a search by the beginning of a number or name asks of a column. PostgreSQL reads an index with them before it asks the policies
only where an administrator has said that they tell nothing of what they are given."""


def let_search(_apps: Any, schema_editor: Any) -> None:
    """Let searches go by the index where policies bind. Only an administrator of the database may; `manage.py doctor` asks for one otherwise."""
    from django.db import ProgrammingError, transaction

    try:
        with transaction.atomic(), schema_editor.connection.cursor() as cursor:
            for function in SEARCHED_WITH:
                cursor.execute(f"ALTER FUNCTION {function} LEAKPROOF")
    except ProgrammingError:
        return


def row(parent: str, key: str, own: str) -> str:
    """The condition that a row of another table may be seen: the one whose `key` stands in the column `own`."""
    return f"EXISTS (SELECT FROM {parent} parent WHERE parent.{key} = {own})"


def belongs(
    table: str, *, station: str = "", courier: str = "", importer: str = "", to: Mapping[str, str] | None = None,
    also: str = "", name: str = "whose_it_is",
) -> migrations.RunSQL:  # fmt: skip
    """Let PostgreSQL show and take rows of a table only to whom they belong.

    By its own columns, the quickest: `station`, `courier`, `importer`. `to` names rows of other tables by the column that holds
    their key: whoever sees one of these sees this one too. `also` is a condition of its own. A second declaration, under another
    name, opens the table to others besides.
    """
    ways = []
    if station:
        ways.append(f"{station} = ANY ((SELECT eccs_stations())::varchar[])")
    if courier:
        ways.append(f"{courier} = (SELECT eccs_firm('courier'))")
    if importer:
        ways.append(f"{importer} = (SELECT eccs_firm('importer'))")
    ways += [row(parent, "id", f"{table}.{column}") for column, parent in (to or {}).items()]
    if also:
        ways.append(f"({also})")
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY {name} ON {table} USING ({' OR '.join(ways)})",
        ],
        [f"DROP POLICY {name} ON {table}", f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"]
        if name == "whose_it_is"
        else [f"DROP POLICY {name} ON {table}"],
    )
