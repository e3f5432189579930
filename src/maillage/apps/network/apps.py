"""The network feature: structures that join, who does what, groups, possible permanences, the charter."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.network"
    label = "network"
    verbose_name = "Entrer dans le réseau"
