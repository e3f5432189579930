"""The directory feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.directory.places"
    label = "directory"
    verbose_name = "Annuaire"
