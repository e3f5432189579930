from django.db import migrations, models
from django.db.models import F


def keep_what_was_proposed(apps, schema_editor):
    """Take what a proposed action says today for what was proposed: nobody knows otherwise."""
    apps.get_model("plans", "PlanAction").objects.exclude(proposal="").update(proposed=F("objective"))


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0008_counts'),
    ]

    operations = [
        migrations.AddField(
            model_name='planaction',
            name='proposed',
            field=models.CharField(blank=True, db_default='', default='', max_length=600, verbose_name='objectif proposé'),
        ),
        migrations.RunPython(keep_what_was_proposed, migrations.RunPython.noop),
    ]
