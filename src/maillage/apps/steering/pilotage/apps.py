"""The steering feature: the loop of a territory, from what people need to what the plan answers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.steering.pilotage"
    label = "pilotage"
    verbose_name = "Pilotage"
