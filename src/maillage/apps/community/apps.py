"""The community feature: listings, answers, partnerships."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.community"
    label = "community"
    verbose_name = "Réseau"
