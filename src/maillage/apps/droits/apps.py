"""The feature of a person's rights."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.droits"
    label = "droits"
    verbose_name = "Droits"
