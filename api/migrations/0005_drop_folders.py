import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from eccs.tables import together


class Migration(migrations.Migration):
    """The drop folders of firms, and what was taken up from them."""

    dependencies = [
        ('accounts', '0004_authenticators'),
        ('api', '0004_custodians'),
        ('eccs', '0022_csb_v_tax'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = together([
        migrations.CreateModel(
            name='DropFolder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('program', models.CharField(max_length=40)),
                ('public_key', models.CharField(max_length=1000)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
                ('looked_at', models.DateTimeField(null=True)),
                ('stands_still', models.CharField(blank=True, max_length=300)),
                ('courier', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drop_folders', to='accounts.authorisedcourier')),
                ('custodian', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='drop_folders', to='accounts.custodian')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='DroppedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('digest', models.CharField(max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('state', models.CharField(choices=[('TAKEN', 'Taken up'), ('CHECKED', 'Being checked'), ('ACCEPTED', 'Accepted'), ('REFUSED', 'Refused')], default='TAKEN', max_length=8)),
                ('status', models.PositiveSmallIntegerField(default=0)),
                ('answer', models.JSONField(default=dict)),
                ('upload_told', models.CharField(blank=True, max_length=8)),
                ('taken_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(null=True)),
                ('folder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='api.dropfolder')),
                ('upload', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='eccs.upload')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='dropfolder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('courier', None), ('custodian__isnull', False)), models.Q(('courier__isnull', False), ('custodian', None)), _connector='OR'), name='drop_folder_of_one_firm'),
        ),
        migrations.AddConstraint(
            model_name='dropfolder',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('courier', 'custodian', 'program'), name='drop_folder_of_program_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='dropfolder',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('made_at')), _connector='OR'), name='drop_folder_ended_after_made'),
        ),
        migrations.AddIndex(
            model_name='droppedfile',
            index=models.Index(condition=models.Q(('finished_at', None)), fields=['folder'], name='dropped_file_open'),
        ),
        migrations.AddConstraint(
            model_name='droppedfile',
            constraint=models.UniqueConstraint(fields=('folder', 'name', 'digest'), name='dropped_file_once'),
        ),
    ])
