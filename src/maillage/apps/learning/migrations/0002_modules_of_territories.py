"""The modules adapted until now for the whole installation go to the territory of whoever adapted them."""

from pathlib import Path

from django.conf import settings
from django.db import migrations

from maillage.modules import authoring

WRITING = ("module.adapted", "module.saved")


def forwards(apps, schema_editor):
    base = Path(settings.HOME) / "modules"
    for id in authoring.ids(base):
        territory = _of(apps, id)
        folder = authoring.folder_of(base, id)
        if territory and folder is not None:
            to = base / "territoires" / territory / folder.name
            if not to.exists():
                to.parent.mkdir(parents=True, exist_ok=True)
                folder.rename(to)


def _of(apps, id):
    """Return the territory of the first author of a module who has one, '' for the whole installation."""
    lines = apps.get_model("accounts", "Entry").objects.filter(verb__in=WRITING, words=id, by__isnull=False)
    for by in lines.order_by("pk").values_list("by", flat=True):
        roles = apps.get_model("memberships", "Membership").objects.filter(user=by)
        over = set(roles.filter(role="coordination").values_list("territory", flat=True))
        if "france" in over or roles.filter(role="administration").exists():
            return ""
        if len(over) == 1:
            return over.pop()
    return ""


class Migration(migrations.Migration):
    dependencies = [
        ("learning", "0001_initial"),
        ("accounts", "0007_seal"),
        ("memberships", "0001_initial"),
    ]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop, elidable=True)]
