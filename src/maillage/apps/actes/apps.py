"""The actes feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.actes"
    label = "actes"
    verbose_name = "Actes d’aide"
