"""The reminders feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.people.reminders"
    label = "reminders"
    verbose_name = "Rappels"
