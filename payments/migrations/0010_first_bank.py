from datetime import date

from django.db import migrations


def sow(apps, schema_editor):
    """The first bank is authorised at every station without banks of its own, from the day of the notice."""
    authorisations = apps.get_model("payments", "BankAuthorisation")
    authorisations.objects.create(station=None, bank="BANK", from_date=date(2017, 1, 1), source="PN17 8.0")


def open_books(apps, schema_editor):
    """What was paid before the books is in them: each paid challan was deposited and debited in one entry."""
    challans = apps.get_model("payments", "Challan").objects.filter(stage="PAID").order_by("pk")
    accounts = apps.get_model("payments", "CashAccount").objects
    entries = apps.get_model("payments", "CashEntry").objects
    lines = apps.get_model("payments", "CashLine")
    for challan in challans.iterator(500):
        bank, _made = accounts.get_or_create(sort="BANK", bank=challan.bank)
        government, _made = accounts.get_or_create(sort="GOVERNMENT", station_id=challan.station_id)
        whose = {"courier_id": challan.courier_id, "importer_id": challan.importer_id}
        ours, _made = accounts.get_or_create(sort="FIRM", **whose, defaults={"balance": 0})
        entry = entries.create(
            key=f"bank:{challan.pk}", sort="DIRECT", challan=challan, amount=challan.amount, at=challan.paid_at, by_name="ECCS"
        )
        signed = [(bank, -1), (ours, 1), (ours, -1), (government, 1)]
        lines.objects.bulk_create(
            lines(entry=entry, account=account, amount=sign * challan.amount) for account, sign in signed
        )


class Migration(migrations.Migration):
    """The first bank, and the books of what was paid before there were any."""

    dependencies = [("payments", "0009_books_kept")]

    operations = [
        migrations.RunPython(sow, migrations.RunPython.noop),
        migrations.RunPython(open_books, migrations.RunPython.noop),
    ]
