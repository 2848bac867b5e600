import re

from django.db import migrations
from django.utils import timezone


def keep(apps, schema_editor):
    """What the directory held is kept: numbers with their counters, stations, custodians and importers with numbers."""
    Counter = apps.get_model("eccs", "Counter")
    CourierStation = apps.get_model("accounts", "CourierStation")
    today = timezone.localdate()
    for courier in apps.get_model("accounts", "AuthorisedCourier").objects.all():
        courier.registered_on = courier.active_from = today
        if courier.stage == "SUSPENDED":
            courier.suspended_on = today
        found = re.fullmatch(rf"{courier.pan}AC(\d+)", courier.number or "")
        if found:
            courier.serial = int(found[1])
            Counter.objects.get_or_create(series=f"{courier.pan}AC", defaults={"last": courier.serial})
        courier.save()
        CourierStation.objects.bulk_create(
            CourierStation(courier=courier, station=station, since=today) for station in courier.old_stations.all()
        )
    for importer in apps.get_model("accounts", "Importer").objects.all():
        importer.number = importer.iec
        importer.save()
    for custodian in apps.get_model("accounts", "Custodian").objects.order_by("station_id", "pk"):
        series = f"CUSTODIAN_{custodian.station_id}"
        counter, _created = Counter.objects.get_or_create(series=series, defaults={"last": 1})
        if not _created:
            counter.last += 1
            counter.save()
        custodian.serial, custodian.number = counter.last, f"{series}_{counter.last:02d}"
        custodian.save()


class Migration(migrations.Migration):
    """Nothing that was entered is lost."""

    dependencies = [("accounts", "0012_directory")]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
