"""The plans feature: who does what by when in a territory, from which figures, with what effect."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.steering.plans"
    label = "plans"
    verbose_name = "Plans d’action"
