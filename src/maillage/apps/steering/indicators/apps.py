"""The indicators feature: what a territory and its network count, by published definitions, kept by day."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.steering.indicators"
    label = "indicators"
    verbose_name = "Indicateurs"
