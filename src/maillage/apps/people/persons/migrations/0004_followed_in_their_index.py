from django.db import migrations, models


def nobody_follows_the_erased(apps, schema_editor):
    following = apps.get_model("people", "Following")
    left = following.objects.filter(ended_at=None, person__forgotten_at__isnull=False).select_related("person")
    for row in left.iterator():
        following.objects.filter(pk=row.pk).update(ended_at=row.person.forgotten_at)


class Migration(migrations.Migration):
    dependencies = [("directory", "0012_networks_facet"), ("people", "0003_card_secret")]

    operations = [
        migrations.RunPython(nobody_follows_the_erased, migrations.RunPython.noop),
        migrations.RemoveConstraint("following", "people_following_once"),
        migrations.AddConstraint(
            "following",
            models.UniqueConstraint(
                "structure", "person", condition=models.Q(ended_at__isnull=True), name="people_following_once"
            ),
        ),
    ]
