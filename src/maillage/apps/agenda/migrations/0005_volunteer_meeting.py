from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agenda', '0004_territoryoutline'),
    ]

    operations = [
        migrations.AlterField(
            model_name='appointment',
            name='kind',
            field=models.CharField(choices=[('first', 'Premier rendez-vous'), ('procedure', 'Une démarche'), ('mailbox', 'Boîte aux lettres'), ('learn', 'Apprendre'), ('device', 'Un appareil, une connexion'), ('other', 'Autre chose'), ('volunteer', 'Rencontre d’un bénévole')], max_length=9, verbose_name='pour quoi'),
        ),
    ]
