"""The actes feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.people.actes"
    label = "actes"
    verbose_name = "Actes d’aide"
