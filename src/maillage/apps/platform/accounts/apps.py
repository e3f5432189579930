"""The accounts feature."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.platform.accounts"
    label = "accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        from maillage.web.decimals import say_bounds  # the words of a page need the settings

        say_bounds()
