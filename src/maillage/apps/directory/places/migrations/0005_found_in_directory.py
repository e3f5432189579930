"""Who was on a census because the directory had their sheet already was told as found by an official list."""

from django.db import migrations, models
from django.db.models import F

from maillage.apps.directory.places import rules


def write(apps, editor):
    bodies = apps.get_model("directory", "Body").objects
    copied = bodies.filter(found_by="official", lieu__isnull=False, name=F("lieu__name"))  # as the copy wrote them
    bodies.filter(pk__in=list(copied.values_list("pk", flat=True))).update(found_by="directory")


def write_back(apps, editor):
    apps.get_model("directory", "Body").objects.filter(found_by="directory").update(found_by="official")


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_more_facets")]
    operations = [
        migrations.AlterField(
            "Body",
            "found_by",
            models.CharField("trouvé par", max_length=12, choices=list(rules.FOUND_BY.items()), default="contact"),
        ),
        migrations.RunPython(write, write_back, elidable=True),
    ]
