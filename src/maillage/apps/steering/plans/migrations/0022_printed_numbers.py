from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0021_vote_on"),
    ]

    operations = [
        migrations.AddField(
            model_name="planaction",
            name="printed_axis",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="dynamique imprimée"),
        ),
        migrations.AddField(
            model_name="planaction",
            name="printed_rank",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="rang imprimé"),
        ),
    ]
