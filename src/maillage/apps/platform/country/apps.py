"""Another country than France: its territories, its diagnosis and its directory, from its folder."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.platform.country"
    label = "country"
    verbose_name = "Autre pays"
