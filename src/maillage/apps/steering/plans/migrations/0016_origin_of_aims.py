from django.db import migrations

from maillage.reference.plan_frames import frames


def say_whose(apps, schema_editor):
    """Say whose the aims and the means are that a plan took up from one of our frames, where nobody wrote
    them again since.
    """
    actions = apps.get_model("plans", "PlanAction")
    for frame in frames().values():
        for action in (action for axis in frame.axes for action in axis.actions):
            taken = actions.objects.filter(plan__frame=frame.id, token__endswith=f"-cadre-{action.label}")
            for name in ("objective", "means"):
                if text := getattr(action, name):
                    most = actions._meta.get_field(name).max_length
                    taken.filter(**{name: text}).update(**{name: frame.attributed(text, most=most)})


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0015_origin_of_frames'),
    ]

    operations = [
        migrations.RunPython(say_whose, migrations.RunPython.noop, elidable=True),
    ]
