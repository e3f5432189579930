import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


def name_nobody(apps, schema_editor):
    """Turn the amount of each action into a funding of which nobody said who."""
    action = apps.get_model("plans", "PlanAction")
    funding = apps.get_model("plans", "Funding")
    funding.objects.bulk_create(
        funding(action=row, euros=row.funded, by=row.by, at=row.at)
        for row in action.objects.exclude(funded=None)
    )


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0003_comparison'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Funder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='nom')),
                ('at', models.DateTimeField(verbose_name='écrit le')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='écrit par')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='funders', to='plans.plan', verbose_name='plan')),
            ],
            options={
                'verbose_name': 'financeur',
                'ordering': (django.db.models.functions.text.Lower('name'), 'pk'),
                'constraints': [models.UniqueConstraint(models.F('plan'), django.db.models.functions.text.Lower('name'), name='plans_funder_once')],
            },
        ),
        migrations.CreateModel(
            name='Funding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('euros', models.PositiveIntegerField(blank=True, null=True, verbose_name='montant')),
                ('brings', models.CharField(blank=True, max_length=200, verbose_name='apporte aussi')),
                ('at', models.DateTimeField(verbose_name='écrit le')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='retiré le')),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='fundings', to='plans.planaction', verbose_name='action')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='écrit par')),
                ('funder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='fundings', to='plans.funder', verbose_name='financeur')),
            ],
            options={
                'verbose_name': 'financement d’une action',
                'ordering': ('at', 'pk'),
            },
        ),
        migrations.RunPython(name_nobody, migrations.RunPython.noop, elidable=True),
    ]
