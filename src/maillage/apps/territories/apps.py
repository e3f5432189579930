"""The territories feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.territories"
    label = "territories"
    verbose_name = "Territoires"
