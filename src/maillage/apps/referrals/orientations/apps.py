"""The orientations feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.referrals.orientations"
    label = "orientations"
    verbose_name = "Orientations"
