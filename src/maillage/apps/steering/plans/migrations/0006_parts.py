import django.db.models.functions.comparison
from django.db import migrations, models


def number_parts(apps, schema_editor):
    """Number the parts of each action from 1, in the order of the numbers that they had in the plan, in the
    dynamic of their action. A part of a part becomes one of the whole action: there is one level.
    """
    action = apps.get_model("plans", "PlanAction")
    parents = dict(action.objects.values_list("pk", "parent_id"))
    axes = dict(action.objects.values_list("pk", "axis_id"))
    last = {}
    for row in action.objects.exclude(parent=None).order_by("number", "pk"):
        whole, seen = row.pk, set()
        while parents[whole] is not None and whole not in seen:
            seen.add(whole)
            whole = parents[whole]
        if parents[whole] is not None:  # nobody could write such a ring, and nothing says which one is whole
            continue
        last[whole] = last.get(whole, 0) + 1
        action.objects.filter(pk=row.pk).update(parent_id=whole, number=last[whole], axis_id=axes[whole])


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0005_funded_by_funders'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='planaction',
            options={'ordering': ('axis__number', django.db.models.functions.comparison.Coalesce('parent__number', 'number'), django.db.models.functions.comparison.Coalesce('parent', 'pk'), models.OrderBy(models.F('parent'), nulls_first=True), 'number', 'pk'), 'verbose_name': 'action'},
        ),
        migrations.RunPython(number_parts, migrations.RunPython.noop, elidable=True),
    ]
