from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('indicators', '0001_initial'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='dailycount',
            name='structure',
        ),
    ]
