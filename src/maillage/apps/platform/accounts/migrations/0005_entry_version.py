"""The form of each line of the journal. By hand: Django would make the table again, without its triggers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_tally")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    'alter table accounts_entry add column "version" smallint not null default 1',
                    "alter table accounts_entry drop column version",
                )
            ],
            state_operations=[
                migrations.AddField(
                    "entry",
                    "version",
                    models.SmallIntegerField(db_default=1, default=1, verbose_name="forme"),
                )
            ],
        )
    ]
