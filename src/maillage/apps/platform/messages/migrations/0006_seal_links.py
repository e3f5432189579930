"""Seal the personal links of the messages already written."""

from typing import Any

from django.db import migrations

import maillage.apps.platform.messages.models


def seal(apps: Any, schema_editor: Any) -> None:
    del schema_editor
    for message in apps.get_model("outbox", "Message").objects.exclude(text="").iterator(chunk_size=1000):
        message.save(update_fields=["text"])


class Migration(migrations.Migration):
    dependencies = (("outbox", "0005_say_email"),)
    operations = (
        migrations.AlterField(
            model_name="message",
            name="text",
            field=maillage.apps.platform.messages.models.LinkedText(blank=True, verbose_name="texte"),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop, elidable=True),
    )
