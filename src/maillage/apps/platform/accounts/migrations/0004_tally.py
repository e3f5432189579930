from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_journal_kept")]
    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="empreinte")),
                ("hour", models.IntegerField(db_index=True, verbose_name="heure")),
                ("n", models.PositiveIntegerField(default=0, verbose_name="combien")),
            ],
            options={"verbose_name": "compte de l’heure"},
        ),
    ]
