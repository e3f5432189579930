"""The agenda feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.agenda"
    label = "agenda"
    verbose_name = "Ateliers"
