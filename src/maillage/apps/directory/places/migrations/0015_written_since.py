"""When each change was written, and the places that were deleted: what a program has not read yet."""

import django.utils.timezone
from django.db import migrations, models


def date_former_changes(apps, editor):
    apps.get_model("directory", "Change").objects.update(written_at=models.F("at"))


class Migration(migrations.Migration):
    dependencies = [("directory", "0014_commune_districts_facet")]
    operations = [
        migrations.CreateModel(
            name="Deletion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.CharField(db_index=True, max_length=90, verbose_name="adresse")),
                ("entered_at", models.DateTimeField(null=True, verbose_name="entré le")),
                (
                    "written_at",
                    models.DateTimeField(
                        db_index=True,
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="effacé le",
                    ),
                ),
            ],
            options={"verbose_name": "lieu effacé"},
        ),
        migrations.AddField(
            model_name="change",
            name="written_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="écrit le"
            ),
        ),
        migrations.RunPython(date_former_changes, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["written_at", "lieu"], name="directory_change_written"),
        ),
    ]
