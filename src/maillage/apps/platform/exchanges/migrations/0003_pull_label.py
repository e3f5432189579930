from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exchanges', '0002_pull'),
    ]

    operations = [
        migrations.AddField(
            model_name='pull',
            name='label',
            field=models.CharField(blank=True, max_length=200, verbose_name='pour'),
        ),
        migrations.AlterField(
            model_name='pull',
            name='name',
            field=models.CharField(max_length=30, unique=True, verbose_name='nom'),
        ),
    ]
