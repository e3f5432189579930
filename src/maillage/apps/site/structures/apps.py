"""The network feature: structures that join, who does what, groups, possible permanences, the charter."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.site.structures"
    label = "network"
    verbose_name = "Entrer dans le réseau"
