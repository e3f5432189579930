"""The learning feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.learning"
    label = "learning"
    verbose_name = "Apprendre"
