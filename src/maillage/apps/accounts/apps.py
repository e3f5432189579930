"""The accounts feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.accounts"
    label = "accounts"
    verbose_name = "Comptes"
