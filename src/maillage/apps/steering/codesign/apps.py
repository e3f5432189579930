"""The codesign feature: workshops where several trades rewrite a procedure together."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.steering.codesign"
    label = "codesign"
    verbose_name = "Co-construction"
