from datetime import date

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from eccs.protection import keep_trail
from eccs.tables import together
from eccs.walls import let_run

LONG_AGO = date(2010, 5, 5)  # the day of the Regulations

SEED = [("archive_after_days", "365")]

AWAY = """
CREATE FUNCTION eccs_trail_away(trail text, first bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    part text := trail || '_from_' || first;
    held bigint;
    unsent bigint;
    newest timestamptz;
BEGIN
    IF NOT EXISTS (SELECT FROM eccs_trail_parts(trail) p WHERE p.first = eccs_trail_away.first) OR trail = 'eccs_auditline' THEN
        RAISE EXCEPTION '% is no part of a trail', part;
    END IF;
    SET CONSTRAINTS ALL IMMEDIATE;
    EXECUTE format('LOCK TABLE %I IN SHARE MODE', part);
    EXECUTE format('SELECT count(*), count(*) FILTER (WHERE noticed_at IS NULL), max(at) FROM %I', part) INTO held, unsent, newest;
    IF newest > now() - interval '180 days' THEN RAISE EXCEPTION 'a line stays in the database for 180 days'; END IF;
    IF unsent > 0 THEN RAISE EXCEPTION 'of % lines nobody was told yet', unsent; END IF;
    IF NOT EXISTS (SELECT FROM eccs_archivefile f WHERE f.trail = eccs_trail_away.trail AND f.first = eccs_trail_away.first AND f.lines = held) THEN
        RAISE EXCEPTION 'no file holds the lines of %', part;
    END IF;
    EXECUTE format('ALTER TABLE %I DISABLE TRIGGER %I', part, trail || '_whole');
    EXECUTE format('TRUNCATE %I', part);
    EXECUTE format('ALTER TABLE %I ENABLE TRIGGER %I', part, trail || '_whole');
END $$;
REVOKE ALL ON FUNCTION eccs_trail_away(text, bigint) FROM PUBLIC;
"""


def sow(apps, schema_editor):
    """How long after its end the trail of a year leaves the database."""
    rules = apps.get_model("eccs", "DatedRule")
    rules.objects.bulk_create(
        rules(name=name, station_code="", from_date=LONG_AGO, value=value, source="practice of the system, illustrative")
        for name, value in SEED
    )


class Migration(migrations.Migration):
    """The trail of a closed year lies in a file, in blocks that are read one by one."""

    dependencies = [("eccs", "0031_rounds")]

    operations = [
        *together([
            migrations.CreateModel(
                name="ArchiveFile",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("trail", models.CharField(max_length=80)),
                    ("since", models.DateField()),
                    ("first", models.BigIntegerField()),
                    ("until", models.BigIntegerField()),
                    ("documents", models.BigIntegerField()),
                    ("lines", models.BigIntegerField()),
                    ("last_at", models.DateTimeField()),
                    ("file", models.FileField(upload_to="archive/%Y/")),
                    ("sha256", models.CharField(max_length=64)),
                    ("size", models.BigIntegerField()),
                    ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ],
                options={"constraints": [models.UniqueConstraint(fields=("trail", "first"), name="archive_once_a_year")]},
            ),
            migrations.CreateModel(
                name="ArchiveBlock",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("first", models.BigIntegerField()),
                    ("last", models.BigIntegerField()),
                    ("place", models.BigIntegerField()),
                    ("size", models.BigIntegerField()),
                    ("sha256", models.CharField(max_length=64)),
                    (
                        "archive",
                        models.ForeignKey(
                            db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="blocks", to="eccs.archivefile"
                        ),
                    ),
                ],
                options={"constraints": [models.UniqueConstraint(fields=("archive", "first"), name="archive_block_once")]},
            ),
        ]),
        migrations.RunSQL(AWAY, "DROP FUNCTION eccs_trail_away(text, bigint)"),
        let_run("system", "eccs_trail_away(text, bigint)"),
        keep_trail("eccs_archivefile", "eccs_keep_audit"),
        keep_trail("eccs_archiveblock", "eccs_keep_audit"),
        migrations.RunPython(sow, migrations.RunPython.noop),
    ]
