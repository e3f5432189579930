"""The worklist feature: what each account has to do today, and what it is notified of."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.site.worklist"
    label = "worklist"
    verbose_name = "Aujourd’hui"
