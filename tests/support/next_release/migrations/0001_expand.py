from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = (
        migrations.CreateModel("Novelty", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RunSQL("alter table people_person add column novelty varchar(10) null"),
        migrations.RunSQL("create index novelty_of_person on people_person (novelty)"),
    )
