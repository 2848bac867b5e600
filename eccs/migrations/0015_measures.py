from django.db import migrations, models


class Migration(migrations.Migration):
    """What beat counts for those who watch the system."""

    dependencies = [
        ('eccs', '0014_api_answers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Measure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('labels', models.JSONField(default=dict)),
                ('value', models.FloatField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name', 'labels'), name='measure_once')],
            },
        ),
    ]
