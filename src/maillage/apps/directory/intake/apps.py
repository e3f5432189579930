"""The intake feature: files of places read into the directory."""

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings

from maillage.sources.offer import addresses


class Config(AppConfig):
    name = "maillage.apps.directory.intake"
    label = "intake"
    verbose_name = "Imports de lieux"

    def ready(self) -> None:
        """Place the lieux of the files by the addresses that this installation loaded."""
        addresses.use(Path(settings.HOME) / addresses.FOLDER)
