from django.db import migrations, models


class Migration(migrations.Migration):
    """What the database itself guarantees of a registration; the stations stand in a table of their own now."""

    dependencies = [("accounts", "0013_directory_kept")]

    operations = [
        migrations.RemoveField(
            model_name='authorisedcourier',
            name='old_stations',
        ),
        migrations.AddConstraint(
            model_name='authorisedcourier',
            constraint=models.UniqueConstraint(condition=models.Q(('stage__in', ['APPLIED', 'REGISTERED', 'SUSPENDED', 'INACTIVE'])), fields=('pan',), name='courier_once_a_pan'),
        ),
        migrations.AddConstraint(
            model_name='authorisedcourier',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['APPLIED', 'DISCARDED']), models.Q(('active_from__isnull', False), ('number__isnull', False), ('registered_on__isnull', False)), _connector='OR'), name='courier_registered_has_number'),
        ),
        migrations.AddConstraint(
            model_name='authorisedcourier',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage', 'SUSPENDED'), ('suspended_on__isnull', False)), models.Q(models.Q(('stage', 'SUSPENDED'), _negated=True), ('suspended_on', None)), ('stage__in', ('SURRENDERED', 'REVOKED')), _connector='OR'), name='courier_suspended_has_day'),
        ),
        migrations.AddConstraint(
            model_name='authorisedcourier',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('inactive_since__isnull', False), ('stage', 'INACTIVE')), models.Q(models.Q(('stage', 'INACTIVE'), _negated=True), ('inactive_since', None)), ('stage__in', ('SURRENDERED', 'REVOKED')), _connector='OR'), name='courier_inactive_has_day'),
        ),
        migrations.AddConstraint(
            model_name='authorisedcourier',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ('SURRENDERED', 'REVOKED')), _negated=True), ('ended_on__isnull', False), _connector='OR'), name='courier_ended_has_day'),
        ),
    ]
