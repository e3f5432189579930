"""The site feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.site.pages"
    label = "site"
    verbose_name = "Site"
