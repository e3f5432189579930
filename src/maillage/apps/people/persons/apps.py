"""The people feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.people.persons"
    label = "people"
    verbose_name = "Personnes"
