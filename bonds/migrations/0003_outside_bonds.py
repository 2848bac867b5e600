import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models

from eccs.tables import together


class Migration(migrations.Migration):
    """Bonds executed elsewhere, and what each secures."""

    dependencies = [
        ('accounts', '0004_authenticators'),
        ('bonds', '0002_guards'),
    ]

    operations = together([
        migrations.CreateModel(
            name='OutsideBond',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True)),
                ('iec', models.CharField(blank=True, max_length=10)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                ('executed_on', models.DateField()),
                ('valid_until', models.DateField()),
                ('secured', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=16)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by_name', models.CharField(max_length=120)),
                ('courier', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.authorisedcourier')),
                ('importer', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.importer')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customsstation')),
            ],
        ),
        migrations.CreateModel(
            name='OutsideUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120, unique=True)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                ('slug', models.CharField(max_length=40)),
                ('document', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('by_name', models.CharField(max_length=120)),
                ('freed_at', models.DateTimeField(null=True)),
                ('bond', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='bonds.outsidebond')),
                ('station', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.customsstation')),
            ],
        ),
        migrations.AddConstraint(
            model_name='outsidebond',
            constraint=models.CheckConstraint(condition=models.Q(('secured__gte', 0), ('secured__lte', models.F('amount'))), name='outside_bond_never_overdrawn'),
        ),
        migrations.AddConstraint(
            model_name='outsideuse',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='outside_use_above_zero'),
        ),
    ])
