from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('memberships', '0003_invitation_email'),
    ]

    operations = [
        migrations.RenameField(model_name='invitation', old_name='seen_at', new_name='viewed_at'),
    ]
