from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('plans', '0004_funders'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='planaction',
            name='funded',
        ),
    ]
