from django.db import migrations, models

from eccs.acting import ROLES

A_YEAR = 10**9  # as many documents as a financial year has room for (eccs/trail_years.py)
BOTH = f'"{ROLES["app"]}", "{ROLES["system"]}"'

# A partition is named after the first document whose lines may lie in it. The last one is open at its end and holds nothing
# yet: it is made ahead, so that a year is cut off without reading a line.
YEARS = f"""
CREATE FUNCTION eccs_trail_parts(trail text) RETURNS TABLE (part text, first bigint) LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT inhrelid::regclass::text, substring(inhrelid::regclass::text FROM '_from_([0-9]+)$')::bigint
    FROM pg_inherits WHERE inhparent = to_regclass(trail)
$$;

CREATE FUNCTION eccs_trail_part(trail text, part text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    lower bigint := substring(part FROM '_from_([0-9]+)$');
    upper bigint := (SELECT min(p.first) FROM eccs_trail_parts(trail) p WHERE p.first > lower);
BEGIN
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', trail, part,
        CASE lower WHEN 0 THEN 'MINVALUE' ELSE lower::text END, coalesce(upper::text, 'MAXVALUE'));
END $$;

CREATE FUNCTION eccs_trail_new(trail text, part text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (autovacuum_vacuum_insert_scale_factor = 0.02,'
        ' autovacuum_analyze_scale_factor = 0.02, autovacuum_freeze_min_age = 0)', part, trail);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION eccs_keep_trail()', trail || '_whole', part);
    EXECUTE format('REVOKE ALL ON %I FROM {BOTH}', part);
END $$;

CREATE FUNCTION eccs_trail_cut(trail text, at bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    made text := trail || '_from_' || at;
    held text;
    late boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass(trail)) OR at <= 0 OR trail = 'eccs_auditline' THEN
        RAISE EXCEPTION '% is not cut at %', trail, at;
    END IF;
    SET CONSTRAINTS ALL IMMEDIATE;
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', trail);
    IF to_regclass(made) IS NOT NULL THEN RETURN; END IF;
    held := trail || '_from_' || (SELECT max(p.first) FROM eccs_trail_parts(trail) p WHERE p.first < at);
    EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', trail, held);
    PERFORM eccs_trail_new(trail, made);
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE document_id >= $1)', held) INTO late USING at;
    IF late THEN
        EXECUTE format('INSERT INTO %I SELECT * FROM %I WHERE document_id >= $1 ORDER BY document_id, seq', made, held) USING at;
        EXECUTE format('DELETE FROM %I WHERE document_id >= $1', held) USING at;
    END IF;
    PERFORM eccs_trail_part(trail, made);
    PERFORM eccs_trail_part(trail, held);
END $$;

CREATE FUNCTION eccs_trail_begin(trail text, first bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    documents text := (SELECT c.confrelid::regclass::text FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
        WHERE c.conrelid = to_regclass(trail) AND c.contype = 'f' AND a.attname = 'document_id');
    keys text := pg_get_serial_sequence(documents, 'id');
    last bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM eccs_trail_parts(trail) p WHERE p.first = eccs_trail_begin.first) THEN RAISE EXCEPTION 'no part of % begins at %', trail, first; END IF;
    EXECUTE format('SELECT last_value FROM %s', keys) INTO last;
    IF last < first - 1 THEN PERFORM setval(keys, first - 1); END IF;
END $$;

CREATE FUNCTION eccs_trail_seen(trail text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM eccs_trail_parts(trail)) THEN EXECUTE format('ANALYZE %I', trail); END IF;
END $$;

REVOKE ALL ON FUNCTION eccs_trail_part(text, text), eccs_trail_new(text, text), eccs_trail_cut(text, bigint), eccs_trail_begin(text, bigint), eccs_trail_seen(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION eccs_trail_cut(text, bigint), eccs_trail_begin(text, bigint), eccs_trail_seen(text) TO "{ROLES["system"]}";
"""

PARTED = """
DO $do$
DECLARE
    old text := '{trail}_from_0';
    next bigint;
    known record;
BEGIN
    SET LOCAL maintenance_work_mem = '512MB';
    SET CONSTRAINTS ALL IMMEDIATE;
    LOCK TABLE {trail} IN ACCESS EXCLUSIVE MODE;
    next := (SELECT coalesce(max(id), 0) + 1 FROM {trail});
    DROP TRIGGER {trail}_lines ON {trail};
    DROP POLICY whose_it_is ON {trail};
    ALTER TABLE {trail} DISABLE ROW LEVEL SECURITY, ALTER id DROP IDENTITY, DROP CONSTRAINT {trail}_pkey;
    ALTER TABLE {trail} RENAME TO {trail}_from_0;
    ALTER TABLE {trail}_from_0 ADD CONSTRAINT {trail}_from_0_pkey PRIMARY KEY (id, document_id);
    ALTER TABLE {trail}_from_0 RENAME CONSTRAINT {seq} TO {trail}_from_0_seq;
    ALTER INDEX {outbox} RENAME TO {trail}_from_0_outbox;
    CREATE TABLE {trail} (LIKE {trail}_from_0 INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (document_id);
    ALTER TABLE {trail} ADD CONSTRAINT {trail}_pkey PRIMARY KEY (id, document_id), ADD CONSTRAINT {seq} UNIQUE (document_id, seq),
        ALTER id ADD GENERATED BY DEFAULT AS IDENTITY;
    CREATE INDEX {outbox} ON {trail} (id) WHERE noticed_at IS NULL;
    PERFORM setval(pg_get_serial_sequence('{trail}', 'id'), next, false);
    FOR known IN SELECT conname, pg_get_constraintdef(oid) AS told FROM pg_constraint WHERE conrelid = to_regclass(old) AND contype = 'f' LOOP
        EXECUTE format('ALTER TABLE {trail} ADD CONSTRAINT %I %s', known.conname, known.told);
    END LOOP;
    CREATE TRIGGER {trail}_lines BEFORE UPDATE OR DELETE ON {trail} FOR EACH ROW EXECUTE FUNCTION eccs_keep_trail();
    CREATE TRIGGER {trail}_whole BEFORE TRUNCATE ON {trail} FOR EACH STATEMENT EXECUTE FUNCTION eccs_keep_trail();
    ALTER TABLE {trail} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY whose_it_is ON {trail} USING (EXISTS (SELECT FROM {documents} parent WHERE parent.id = {trail}.document_id));
    REVOKE ALL ON {trail}_from_0 FROM {both};
    GRANT SELECT, INSERT, UPDATE ON {trail} TO {both};
    GRANT USAGE, SELECT ON SEQUENCE {trail}_id_seq TO {both};
    PERFORM eccs_trail_new('{trail}', '{trail}_from_{room}');
    ALTER TABLE {trail} ATTACH PARTITION {trail}_from_{room} FOR VALUES FROM ({room}) TO (MAXVALUE);
    PERFORM eccs_trail_part('{trail}', old);
    INSERT INTO eccs_trailyear (trail, first, since) SELECT '{trail}', n * {room}::bigint, make_date(year + n, 4, 1)
        FROM generate_series(0, 1) n, (SELECT extract(year FROM now() AT TIME ZONE 'Asia/Kolkata' - interval '3 months')::int AS year) told;
END $do$
"""


def parted(trail, documents, seq, outbox):
    """A table of lines becomes the first partition of a new one, as it lies; none of its lines is copied."""
    told = {"trail": trail, "documents": documents, "seq": seq, "outbox": outbox, "room": A_YEAR, "both": BOTH}
    return migrations.RunSQL(PARTED.format(**told))


class Migration(migrations.Migration):
    """The trails of bills of entry and of shipping bills lie in one partition for each financial year of documents."""

    dependencies = [("eccs", "0029_second_wall"), ("bills", "0016_second_wall"), ("exports", "0018_second_wall"), ("reports", "0002_upkeep")]

    operations = [
        migrations.CreateModel(
            name="TrailYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("trail", models.CharField(max_length=80)),
                ("first", models.BigIntegerField()),
                ("since", models.DateField()),
            ],
            options={
                "ordering": ["trail", "first"],
                "constraints": [
                    models.UniqueConstraint(fields=("trail", "first"), name="trail_year_begins_once"),
                ],
            },
        ),
        migrations.RunSQL(YEARS),
        parted("bills_billtrail", "bills_courierbillofentry", "bill_trail_seq", "bill_trail_outbox"),
        parted("exports_shippingbilltrail", "exports_couriershippingbill", "csb_trail_seq", "csb_trail_outbox"),
    ]
