"""The surveys feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.surveys"
    label = "surveys"
    verbose_name = "Enquêtes"
