"""The autonomy feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.referrals.autonomy"
    label = "autonomy"
    verbose_name = "Autonomie"
