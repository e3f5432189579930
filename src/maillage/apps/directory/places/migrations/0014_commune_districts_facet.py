"""The places of communes with a priority district, written among what a search may ask."""

from django.db import migrations

from maillage.apps.directory.places import rules
from maillage.sources import anct

FACET = "qpv:commune"


def write(apps, editor):
    rows = apps.get_model("directory", "Lieu").objects.filter(state=rules.PUBLISHED)
    with editor.connection.cursor() as cursor:
        cursor.execute("delete from directory_facets where facet = %s", [FACET])
        found = [
            (FACET, pk)
            for pk, code in rows.values_list("pk", "code_insee").iterator()
            if code in anct.communes()
        ]
        if found:
            cursor.executemany("insert into directory_facets(facet, lieu) values (%s, %s)", found)


class Migration(migrations.Migration):
    dependencies = [("directory", "0013_devices_found")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop, elidable=True)]
