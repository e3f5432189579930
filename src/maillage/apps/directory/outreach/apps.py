"""The outreach feature: campaigns, census, devices, outings."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.directory.outreach"
    label = "outreach"
    verbose_name = "Aller vers"
