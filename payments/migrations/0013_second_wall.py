from django.db import migrations

from eccs.walls import belongs


WHOLE = ("payments_balance_entry", "payments_refund_within_paid")


class Migration(migrations.Migration):
    """Whose challans, cash ledgers and withdrawals are; what balances the books sees all of them."""

    dependencies = [
        ("payments", "0012_interest_kept"),
        ("transit", "0004_second_wall"),
        ("exports", "0018_second_wall"),
        ("bills", "0016_second_wall"),
        ("eccs", "0029_second_wall"),
    ]

    operations = [
        *(
            belongs(f"payments_{kind}", station="station_id", courier="courier_id", importer="importer_id")
            for kind in ("challan", "cashwithdrawal")
        ),
        *(
            belongs(f"payments_{kind}", to={"challan_id": "payments_challan"})
            for kind in ("challanline", "cyberreceipt")
        ),
        *(
            belongs(
                f"payments_{kind}",
                to={"challan_id": "payments_challan"},
                also="challan_id IS NULL AND (SELECT eccs_in_office())",
            )
            for kind in ("bankmessage", "refusedmessage")
        ),
        *(
            belongs(f"payments_{kind}trail", to={"document_id": f"payments_{kind}"})
            for kind in ("challan", "cashwithdrawal", "bankdifference")
        ),
        belongs(
            "payments_bankdifference", station="station_id", also="station_id IS NULL AND (SELECT eccs_in_office())"
        ),
        belongs(
            "payments_cashaccount",
            station="station_id",
            courier="courier_id",
            importer="importer_id",
            also="EXISTS (SELECT FROM payments_challan c WHERE c.courier_id = payments_cashaccount.courier_id)"
            " OR EXISTS (SELECT FROM payments_challan c WHERE c.importer_id = payments_cashaccount.importer_id)",
        ),
        belongs("payments_cashline", to={"account_id": "payments_cashaccount"}),
        belongs(
            "payments_cashentry",
            station="station_id",
            to={"challan_id": "payments_challan"},
            also="EXISTS (SELECT FROM payments_cashline l WHERE l.entry_id = payments_cashentry.id)",
        ),
        belongs("payments_refund", to={"entry_id": "payments_cashentry"}),
        *(
            migrations.RunSQL(
                f"ALTER FUNCTION {name}() SECURITY DEFINER SET search_path = public, pg_temp",
                f"ALTER FUNCTION {name}() SECURITY INVOKER RESET search_path",
            )
            for name in WHOLE
        ),
    ]
