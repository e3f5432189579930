"""The volunteers feature: trainings of those who help; volunteers, from a gap to their hours."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "maillage.apps.volunteering.volunteers"
    label = "volunteers"
    verbose_name = "Aidants et bénévoles"
