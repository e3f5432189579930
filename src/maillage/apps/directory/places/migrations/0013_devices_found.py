"""Write what a place lends, sells or repairs among the words that find it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from maillage.apps.directory.places import rules

WRITTEN = {
    "sqlite": "update directory_words set words = %s where rowid = %s",
    "postgresql": "update directory_words set words = to_tsvector('simple', %s) where lieu = %s",
}


def write(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write the words of places that name devices; a place that a search does not find stays out of it."""
    connection = editor.connection
    rows = apps.get_model("directory", "Lieu").objects.using(connection.alias)
    with connection.cursor() as cursor:
        for pk, sheet in rows.filter(state=rules.PUBLISHED).values_list("pk", "sheet").iterator():
            if any(each.get("materiel") for each in rules.listable(sheet).values()):
                cursor.execute(WRITTEN[connection.vendor], [rules.searched(sheet), pk])


class Migration(migrations.Migration):
    dependencies = [("directory", "0012_networks_facet")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop, elidable=True)]
