"""The intake feature: files of places read into the directory."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.intake"
    label = "intake"
    verbose_name = "Imports de lieux"
