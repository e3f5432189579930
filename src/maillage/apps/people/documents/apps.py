"""The documents feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.people.documents"
    label = "documents"
    verbose_name = "Papiers"
