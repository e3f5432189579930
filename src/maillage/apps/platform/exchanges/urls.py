"""Addresses of the exchanges."""

from django.urls import path

from maillage.apps.platform.exchanges import views

urlpatterns = [
    path("espace/echanges/", views.index, name="exchanges"),
    path("espace/echanges/<int:pk>/", views.webhook, name="exchange"),
]
