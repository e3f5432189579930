"""The directory feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.directory"
    label = "directory"
    verbose_name = "Annuaire"
