from django.db import migrations


def forget_announced(apps, schema_editor):
    """Forget how many actions the frame of Maubeuge announced: its document announces none, its tracks had
    been counted.
    """
    axes = apps.get_model("plans", "PlanAxis").objects.filter(plan__frame="maubeuge")
    for number, counted in ((1, 2), (2, 3)):
        axes.filter(number=number, announced=counted).update(announced=None)


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0017_roles'),
    ]

    operations = [
        migrations.RunPython(forget_announced, migrations.RunPython.noop, elidable=True),
    ]
