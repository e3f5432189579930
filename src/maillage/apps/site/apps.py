"""The site feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.site"
    label = "site"
    verbose_name = "Site"
