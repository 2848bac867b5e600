from django.db import migrations

from eccs.walls import FUNCTIONS, NO_FUNCTIONS, belongs, let_delete, let_run, let_search, make_accounts, unmake_accounts


class Migration(migrations.Migration):
    """The two accounts that work with the tables, and whose files, notes and work in hand are whose."""

    dependencies = [("eccs", "0028_logs_by_month")]

    operations = [
        migrations.RunPython(make_accounts, unmake_accounts),
        migrations.RunPython(let_search, migrations.RunPython.noop),
        let_run("system", "eccs_audit_month(date)", "eccs_audit_month_away(date)"),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        belongs(
            "eccs_upload",
            also="owner = ANY ((SELECT eccs_owners())::varchar[]) OR owner = 'system' AND (SELECT eccs_in_office())",
        ),
        belongs("eccs_inhand", station="station", courier="courier_id", importer="importer_id"),
        belongs(
            "eccs_handover",
            also="by_id = (SELECT eccs_firm('person')) OR firm = ANY ((SELECT eccs_owners())::varchar[])"
            " OR firm = '' AND station = ANY ((SELECT eccs_stations())::varchar[])",
        ),
        belongs("eccs_handoverread", to={"note_id": "eccs_handover"}),
        belongs("eccs_paperbatch", also="by_id = (SELECT eccs_firm('person'))"),
        let_delete(
            "eccs_signaturefault",
            "eccs_chainfault",
            "eccs_tosign",
            "eccs_measure",
            "eccs_inhand",
            "eccs_priority",
            "eccs_datedrule",
            "eccs_paperbatch",
        ),
    ]
