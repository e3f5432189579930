from django.db import migrations

# Where the tasks of a former version were written: a row of the queue names its function by its path.
MOVED = {"maillage.apps.intake.": "maillage.apps.directory.intake."}


def follow(apps, schema_editor):
    """Rename the tasks that wait in the queue."""
    _rename(apps, MOVED)


def go_back(apps, schema_editor):
    _rename(apps, {new: former for former, new in MOVED.items()})


def _rename(apps, paths):
    tasks = apps.get_model("django_tasks_database", "DBTaskResult").objects
    for former, new in paths.items():
        for task in tasks.filter(task_path__startswith=former):
            task.task_path = new + task.task_path.removeprefix(former)
            task.save(update_fields=["task_path"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_entry_of_verb"),
        ("django_tasks_database", "0017_dbtaskresult_metadata"),
    ]
    operations = [migrations.RunPython(follow, go_back)]
