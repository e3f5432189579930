"""The pictures to share: those of a territory, those of published studies."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.site.gallery"
    label = "gallery"
    verbose_name = "Images"
