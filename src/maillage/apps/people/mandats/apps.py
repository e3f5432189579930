"""The mandates feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.people.mandats"
    label = "mandats"
    verbose_name = "Mandats"
