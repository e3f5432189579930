"""The messages feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.platform.messages"
    label = "outbox"
    verbose_name = "Messages"
