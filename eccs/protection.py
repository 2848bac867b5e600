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


def keep_trail(table: str) -> migrations.RunSQL:
    """Refuse to change, delete or empty a trail; only the mark that a line was notified may be set, once."""
    return migrations.RunSQL(
        [
            f"CREATE TRIGGER {table}_lines BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION eccs_keep_trail()",
            f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION eccs_keep_trail()",
        ],
        [f"DROP TRIGGER {table}_lines ON {table}", f"DROP TRIGGER {table}_whole ON {table}"],
    )
