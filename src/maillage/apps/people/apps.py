"""The people feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.people"
    label = "people"
    verbose_name = "Personnes"
