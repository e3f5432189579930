"""The feature of a person's rights."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.referrals.droits"
    label = "droits"
    verbose_name = "Droits"
