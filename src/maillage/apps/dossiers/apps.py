"""The dossiers feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.dossiers"
    label = "dossiers"
    verbose_name = "Dossiers"
