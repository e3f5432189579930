from itertools import permutations

from django.db import migrations, models

STATES = ("à décider", "prête", "en cours", "faite", "abandonnée")


def find_automatic(apps, schema_editor):
    """Say which lines the software wrote: those that have exactly its words. One that was withdrawn is back,
    since nobody could put it back any more.
    """
    words = [f"De « {before} » à « {after} »." for before, after in permutations(STATES, 2)]
    written = apps.get_model("plans", "PlanNote").objects.filter(kind="decision", words__in=words)
    written.update(automatic=True, withdrawn_at=None)


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0006_parts'),
    ]

    operations = [
        migrations.AddField(
            model_name='plannote',
            name='automatic',
            field=models.BooleanField(db_default=False, default=False, verbose_name='écrite par le logiciel'),
        ),
        migrations.RunPython(find_automatic, migrations.RunPython.noop, elidable=True),
    ]
