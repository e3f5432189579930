"""The exchanges feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.platform.exchanges"
    label = "exchanges"
    verbose_name = "Échanges"
