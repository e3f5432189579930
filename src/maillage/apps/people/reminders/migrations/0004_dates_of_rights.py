from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reminders', '0003_recalled'),
    ]

    operations = [
        migrations.AlterField(
            model_name='reminder',
            name='kind',
            field=models.CharField(choices=[('appointment', 'Rendez-vous'), ('mailbox', 'Rendez-vous boîte aux lettres'), ('seat', 'Atelier'), ('referral', 'Rendez-vous dans un lieu'), ('mandat', 'Fin d’un mandat'), ('right', 'Démarche à refaire'), ('letter', 'Réponse à donner'), ('decision', 'Décision à contester'), ('refusal', 'Plus de message')], max_length=11, verbose_name='de quoi'),
        ),
    ]
