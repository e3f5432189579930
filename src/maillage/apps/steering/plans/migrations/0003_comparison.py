from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0002_effects'),
    ]

    operations = [
        migrations.AddField(
            model_name='planmeasure',
            name='elsewhere',
            field=models.CharField(blank=True, max_length=80, verbose_name='zone de comparaison'),
        ),
    ]
