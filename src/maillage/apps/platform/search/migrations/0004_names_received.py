"""Take the words off: appointments and nicknames had none. The next start writes them all again."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def empty(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Erase every word and every part of one."""
    for name in ("SearchGram", "SearchWord"):
        apps.get_model("search", name).objects.using(schema_editor.connection.alias).all().delete()


class Migration(migrations.Migration):
    dependencies = [("search", "0003_written_anew")]

    operations = [migrations.RunPython(empty, migrations.RunPython.noop)]
