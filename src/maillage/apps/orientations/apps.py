"""The orientations feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.orientations"
    label = "orientations"
    verbose_name = "Orientations"
