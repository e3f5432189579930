"""Write again the facets of a search for the places held: languages, wifi that asks for nothing, publics of each practice."""

from django.db import migrations

from maillage.apps.directory.places import rules


def write(apps, editor):
    rows = apps.get_model("directory", "Lieu").objects.filter(state=rules.PUBLISHED).values_list("pk", "sheet")
    with editor.connection.cursor() as cursor:
        cursor.execute("delete from directory_facets")
        for pk, sheet in rows.iterator():
            cursor.executemany(
                "insert into directory_facets(facet, lieu) values (%s, %s)", [(facet, pk) for facet in rules.facets(sheet)]
            )


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_outing")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop, elidable=True)]
