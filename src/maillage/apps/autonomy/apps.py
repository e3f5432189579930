"""The autonomy feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.autonomy"
    label = "autonomy"
    verbose_name = "Autonomie"
