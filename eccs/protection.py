"""Database triggers that keep a trail as it was written."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION eccs_keep_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.noticed_at IS NULL AND NEW.noticed_at IS NOT NULL
       AND to_jsonb(NEW) - 'noticed_at' = to_jsonb(OLD) - 'noticed_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the trail is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$
"""

FUNCTION_OF_THE_AUDIT_LOG = """
CREATE FUNCTION eccs_keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$
"""

FUNCTION_OF_SIGNATURES = """
CREATE FUNCTION eccs_keep_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a signature stays as it was made: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$
"""


def keep_trail(table: str, function: str = "eccs_keep_trail") -> migrations.RunSQL:
    """Refuse to change, delete or empty a trail; only the mark that a line was notified may be set, once."""
    return migrations.RunSQL(
        [
            f"CREATE TRIGGER {table}_lines BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()",
            f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        ],
        [f"DROP TRIGGER {table}_lines ON {table}", f"DROP TRIGGER {table}_whole ON {table}"],
    )
