"""The memberships feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.directory.memberships"
    label = "memberships"
    verbose_name = "Adhésions"
