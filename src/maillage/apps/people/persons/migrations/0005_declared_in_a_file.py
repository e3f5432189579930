from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0004_followed_in_their_index'),
    ]

    operations = [
        migrations.AlterField(
            model_name='consent',
            name='how',
            field=models.CharField(choices=[('read', 'phrase lue à voix haute'), ('paper', 'papier signé'), ('click', 'd’un geste sur l’écran'), ('file', 'déclaré à l’import d’un fichier')], max_length=5, verbose_name='comment'),
        ),
    ]
