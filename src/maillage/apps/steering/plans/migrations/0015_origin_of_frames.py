from django.db import migrations

from maillage.reference.plan_frames import frames


def say_whose(apps, schema_editor):
    """Say whose it is in what a plan took up from one of our frames, where nobody wrote it again since."""
    axes, actions = (apps.get_model("plans", name) for name in ("PlanAxis", "PlanAction"))
    for frame in frames().values():
        for axis in frame.axes:
            _attribute(axes, frame, axis, ("statement",), plan__frame=frame.id, number=axis.number)
            for action in axis.actions:
                taken = {"plan__frame": frame.id, "token__endswith": f"-cadre-{action.label}"}
                _attribute(actions, frame, action, ("existing", "partners"), **taken)


def _attribute(model, frame, row, names, **taken):
    for name in names:
        if text := getattr(row, name):
            told = frame.attributed(text, most=model._meta.get_field(name).max_length)
            model.objects.filter(**taken, **{name: text}).update(**{name: told})


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0014_decimals'),
    ]

    operations = [
        migrations.RunPython(say_whose, migrations.RunPython.noop, elidable=True),
    ]
