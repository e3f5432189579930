"""The grants feature: calls for projects that join a social actor and a digital one."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.volunteering.grants"
    label = "grants"
    verbose_name = "Appels à projets"
