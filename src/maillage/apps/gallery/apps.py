"""The gallery: every chart and map that Maillage draws, from the demonstration."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.gallery"
    label = "gallery"
    verbose_name = "Galerie"
