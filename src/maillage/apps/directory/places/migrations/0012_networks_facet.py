"""The networks of each place, written among what a search may ask."""

from django.db import migrations

from maillage.apps.directory.places import rules

FAMILY = "reseau:"


def write(apps, editor):
    rows = apps.get_model("directory", "Lieu").objects.filter(state=rules.PUBLISHED).values_list("pk", "sheet")
    with editor.connection.cursor() as cursor:
        cursor.execute("delete from directory_facets where facet like %s", [f"{FAMILY}%"])
        for pk, sheet in rows.iterator():
            if found := [(facet, pk) for facet in rules.facets(sheet) if facet.startswith(FAMILY)]:
                cursor.executemany("insert into directory_facets(facet, lieu) values (%s, %s)", found)


class Migration(migrations.Migration):
    dependencies = [("directory", "0011_room_expected")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop, elidable=True)]
