"""The feature that searches across the others."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.platform.search"
    label = "search"
    verbose_name = "Recherche"
