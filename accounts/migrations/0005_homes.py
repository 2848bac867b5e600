from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def at_home(apps, schema_editor):
    """Whoever is posted at a station is at home there; whoever could not sign in is suspended."""
    User, Posting = apps.get_model("accounts", "User"), apps.get_model("accounts", "Posting")
    here = Posting.objects.filter(user=OuterRef("pk"), station__isnull=False).order_by(F("until").desc(nulls_first=True), "pk")
    User.objects.filter(home=None).update(home_id=Subquery(here.values("station_id")[:1]))
    User.objects.filter(is_active=False).update(stage="SUSPENDED")


class Migration(migrations.Migration):
    """People have a home, and a stage that fits whether they may sign in."""

    dependencies = [("accounts", "0004_people_and_roles")]

    operations = [migrations.RunPython(at_home, migrations.RunPython.noop)]
