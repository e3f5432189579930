"""Addresses of surveys. Each part of the feature keeps its own list."""

from django.urls import path

from maillage.apps.surveys.views import device
from maillage.apps.surveys.views.others import by_slug
from maillage.apps.surveys.views.others import urlpatterns as others
from maillage.apps.surveys.views.results_routes import routes as results

urlpatterns = [
    path("enquetes/appareil/", device.kit, name="survey_kit"),
    path("enquetes/envoi/", device.send, name="survey_send"),
    *others,
    *results,
    *by_slug,
]
